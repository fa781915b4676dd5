import Cotangent
import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An SVG file as an XML parser sees it.
private final class Elements: NSObject, XMLParserDelegate {
    private(set) var names: [String: Int] = [:]
    private(set) var texts: [String] = []
    private(set) var fills: [String] = []

    init(_ picture: some Picture) throws {
        super.init()
        let svg = picture.svg
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        #expect(parser.parse(), "not well-formed: \(parser.parserError.map { "\($0)" } ?? "")")
        #expect(names["svg"] == 1)
        for word in ["nan", "inf", "e+", "e-"] { #expect(!svg.contains("\"\(word)") && !svg.contains(",\(word)")) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        names[name, default: 0] += 1
        if name == "text" || name == "title" { texts.append("") }
        if let fill = attributes["fill"] { fills.append(fill) }
        for key in ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "font-size"] {
            if let value = attributes[key] { #expect(Double(value)?.isFinite == true, "\(key)=\(value)") }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if !texts.isEmpty { texts[texts.count - 1] += string }
    }
}

@Suite struct DrawingTests {
    @Test func aChart() throws {
        let chart = LineChart(
            [.init("a <b> & \"c\"", [1, 4, 9]), .init("one\u{1}\u{FFFE}", [.nan, 2, .infinity])], title: "T < U",
            xLabel: "epoch", yLabel: "loss")
        let found = try Elements(chart)
        #expect(found.names["polyline"] == 1 && found.names["circle"] == 1)
        #expect(found.texts.filter { $0.hasPrefix("T < U") }.count == 2)
        #expect(found.texts.contains { $0.hasPrefix("a <b> & \"c\"") })
        #expect(found.texts.contains { $0.hasPrefix("one\u{FFFD}\u{FFFD}") })
        for label in ["epoch", "loss", "1", "2", "3", "4", "8", "9"] {
            #expect(found.texts.contains { $0.trimmingCharacters(in: .whitespacesAndNewlines) == label }, "\(label)")
        }
    }

    /// What is drawn of values that are none, few, alike or far apart: an axis, no trap, and no number that is none.
    @Test func hardSeries() throws {
        let (greatest, least) = (Double.greatestFiniteMagnitude, Double.leastNonzeroMagnitude)
        let values: [[Double]] = [
            [], [0], [5], [.nan], [.infinity, -.infinity], [.nan, 1, .nan], [3, 3, 3], [1e-300, 1e300],
            [-greatest, greatest], [least, 2 * least], [0, least], [1, 1.0.nextUp], [-1e-300, 1e-300],
            [1e300, 1.1e300],
            [-5, -2, -1e9], [0.1, 0.2, 0.3, 0], [-0.0, 0], [123_456, 123_457], [1e15, 1e15 + 1],
        ]
        for y in values {
            for scale in [AxisScale.linear, .logarithmic] {
                let chart = LineChart([.init("y", y)], title: "t", yScale: scale)
                let drawn = y.filter { $0.isFinite && (scale == .linear || $0 > 0) }
                let found = try Elements(chart)
                #expect(
                    (found.names["polyline"] ?? 0) + (found.names["circle"] ?? 0) >= (drawn.isEmpty ? 0 : 1), "\(y)")
                #expect(found.names["text"]! >= 3 && found.names["text"]! < 60, "\(y)")
                let turned = LineChart(
                    [.init("x", points: y.map { .init($0, 1) })], xScale: scale, yRange: 0.5...2)
                _ = try Elements(turned)
            }
        }
    }

    /// A line leaves the range where it crosses its edge: of 0, 10, 0 within 0...5 at 1.5 and 2.5.
    @Test func ranges() throws {
        let svg = LineChart([.init("", [0, 10, 0])], yRange: 0...5).svg
        let lines = svg.split(separator: "\n").filter { $0.hasPrefix("<polyline") }
        #expect(lines.count == 2)
        let points = lines.flatMap { $0.split(separator: "\"")[1].split(separator: " ") }
        let xs = points.map { Double($0.split(separator: ",")[0])! }
        #expect(
            xs.count == 4 && abs(xs[1] - (xs[0] * 3 + xs[3]) / 4) < 0.02 && abs(xs[2] - (xs[0] + xs[3] * 3) / 4) < 0.02)
        #expect(points[1].split(separator: ",")[1] == "20" && points[2].split(separator: ",")[1] == "20")
    }

    /// A square of 2 × 2 among points that are 20 apart to the right: its sides are equally long.
    @Test(arguments: [20.0, 0.1]) func equalScales(_ wide: Double) throws {
        let square = [(0.0, 0.0), (2, 0), (2, 2), (0, 2)].map { LineChart.Point($0.0, $0.1) }
        var chart = LineChart([.init("", points: square), .init("", points: [.init(0, 0), .init(wide, 1)])])
        chart.hasEqualScales = true
        _ = try Elements(chart)
        let corners = polylines(chart.svg)[0]
        let sides = zip(corners, corners.dropFirst()).map { ($0.x - $1.x).magnitude + ($0.y - $1.y).magnitude }
        #expect(sides.allSatisfy { Swift.abs($0 - sides[0]) < 0.03 } && sides[0] > (wide > 2 ? 40 : 250), "\(sides)")
        for values in [[], [1], [.nan, 1], [-1e308, 1e308], [3, 3]] as [[Double]] {
            chart.series = [.init("", values)]
            _ = try Elements(chart)
        }
    }

    private func polylines(_ svg: String) -> [[(x: Double, y: Double)]] {
        svg.split(separator: "\n").filter { $0.hasPrefix("<polyline") }.map { line in
            line.split(separator: "\"")[1].split(separator: " ").map { point in
                let numbers = point.split(separator: ",").map { Double($0)! }
                return (numbers[0], numbers[1])
            }
        }
    }

    /// The rings of a level in shares of the frame, whose left lower corner is (0, 0).
    private func rings(_ plot: ContourPlot) -> [[[(x: Double, y: Double)]]] {
        let lines = plot.svg.split(separator: "\n")
        let frame = lines.filter { $0.hasPrefix("<rect") }[1].split(separator: "\"")
        let sides = [1, 3, 5, 7].map { Double(frame[$0])! }
        return lines.filter { $0.hasPrefix("<path") }.map { line in
            line.split(separator: "\"")[1].split(separator: "Z").map { ring in
                ring.dropFirst().split(separator: "L").map { point in
                    let numbers = point.split(separator: " ").map { Double($0)! }
                    return ((numbers[0] - sides[0]) / sides[2], 1 - (numbers[1] - sides[1]) / sides[3])
                }
            }
        }
    }

    private func area(_ ring: [(x: Double, y: Double)]) -> Double {
        zip(ring, ring[1...] + ring[..<1]).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2 }
    }

    /// Levels of x² + y² are circles, whose area is known; linear interpolation makes them polygons inside of them.
    @Test func contoursOfABowl() throws {
        let plot = ContourPlot(x: -2...2, y: -2...2, levels: [1, 2.25, 4.84], title: "bowl") { $0 * $0 + $1 * $1 }
        let found = try Elements(plot)
        #expect(found.names["path"] == 4)
        let rings = rings(plot)
        // All, and what is higher than each level: the square with a hole, and its corners where the circle leaves it.
        #expect(rings.map(\.count) == [1, 2, 2, 4])
        #expect(Swift.abs(area(rings[0][0]) - 1) < 1e-3)
        for (level, parts) in zip([1, 2.25], rings[1...]) {
            let areas = parts.map(area).sorted()
            #expect(Swift.abs(areas[1] - 1) < 1e-3, "\(areas)")
            // Around a hole the ring goes the other way.
            #expect(Swift.abs(areas[0] * 16 + Double.pi * level) < 0.01, "\(areas)")
        }
        #expect(rings[3].allSatisfy { area($0) > 0 })
    }

    /// f = x y on a grid of one cell: its middle decides which corners are joined.
    @Test func saddles() {
        for (corner, count) in [(1.0, 2), (3.0, 1)] {
            let plot = ContourPlot(Tensor(rows: [[corner, -1], [-1, 1]]), x: 0...1, y: 0...1, levels: [0.2])
            let rings = rings(plot)
            #expect(rings[1].count == count)
            #expect(rings[1].allSatisfy { area($0) > 0 })
        }
    }

    @Test func hardContours() throws {
        let (inf, nan) = (Double.infinity, Double.nan)
        for values in [
            [[1.0, 1], [1, 1]], [[nan, nan], [nan, nan]], [[inf, 1], [2, -inf]], [[nan, 1], [1, 2]],
            [[-1e308, 1e308], [0, 1]],
        ] {
            for levels in [nil, [], [1.0, nan, inf, -inf, 1]] as [[Double]?] {
                var plot = ContourPlot(Tensor(rows: values), x: 0...1, y: 0...10, levels: levels, title: "t")
                plot.paths = [
                    .init("a", points: []), .init("b <c>", points: [.init(nan, 1), .init(0.5, 1e300), .init(inf, 0)]),
                    .init("", [Tensor([0.5, 5])]),
                ]
                plot.marks = [.init(0.5, 5, "m"), .init(nan, 0)]
                _ = try Elements(plot)
            }
        }
        var plot = ContourPlot(x: -1...1, y: -1...1) { $0 - $1 }
        plot.paths = [.init("p", (0..<1000).map { Tensor([Double($0) / 1000, 0]) })]
        let found = try Elements(plot)
        #expect(found.names["path"] == 12 && found.names["clipPath"] == 1 && found.names["circle"] == 3)
        #expect(found.texts.contains { $0.hasPrefix("p") })
    }

    @Test func dots() throws {
        var curve = LineChart.Series(
            "d", points: [.init(1, 1), .init(2, .nan), .init(3, 9), .init(4, 2)], hasDots: true)
        // Beside the name another one.
        #expect(try Elements(LineChart([curve])).names["circle"] == 4)
        #expect(try Elements(LineChart([curve], yRange: 0...5)).names["circle"] == 3)
        curve.name = ""
        let found = try Elements(LineChart([curve], yScale: .logarithmic))
        #expect(found.names["circle"] == 3 && found.names["polyline"] == nil)
    }

    /// A hundred thousand steps are no file of megabytes, and lose no peak.
    @Test func longSeries() throws {
        var values = [Double](repeating: 0, count: 100_000)
        values[54_321] = 1
        let svg = LineChart([.init("", values)]).svg
        #expect(svg.utf8.count < 60_000)
        #expect(svg.contains(",20 "))
    }

    @Test func curves() throws {
        var epochs = (1...3).map {
            EpochReport(
                epoch: $0, step: $0, training: [.init("loss", 1 / Double($0)), .init("accuracy", 0.5)],
                validation: $0 == 2 ? [] : [.init("loss", 1), .init("f1", 0.5)], learningRate: 0.1, seconds: 1,
                isBest: $0 < 3)
        }
        let found = try Elements(LearningCurves(History(epochs: epochs)))
        #expect(found.names["polyline"] == 4)
        let texts = found.texts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(texts.count { $0 == "best: epoch 2" } == 3)
        #expect(texts.count { $0 == "epoch" } == 3 && texts.contains("accuracy") && texts.contains("f1"))
        #expect(texts.count { $0 == "training" } == 1 && texts.count { $0 == "validation" } == 1)
        epochs[0].training = [.init("loss", .nan)]
        _ = try Elements(LearningCurves(History(epochs: [epochs[0]]), lossScale: .logarithmic))
        #expect(LearningCurves(History()).svg.contains("no epochs yet"))
    }

    @Test func confusion() throws {
        let matrix = ConfusionMatrix(Tensor([0, 1, 1, 0, 1]), Tensor([0, 1, 0, 0, 1]), classNames: ["a&b", "c"])
        let found = try Elements(matrix.picture())
        let texts = found.texts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(texts.count { $0 == "a&b" } == 2 && texts.count { $0 == "2" } == 2 && texts.count { $0 == "1" } == 1)
        #expect(found.fills.contains("#08306b"))
        let shares = try Elements(matrix.picture(normalizedBy: .actual)).texts
        #expect(shares.contains { $0.hasPrefix("67%") } && shares.contains { $0.hasPrefix("100%") })
        _ = try Elements(ConfusionMatrix().picture())
        let many = Tensor((0..<500).map { $0 })
        #expect(try Elements(ConfusionMatrix(many, many).picture()).names["path"] == 1)
    }

    @Test func heatMaps() throws {
        let least = Double.leastNonzeroMagnitude
        let found = try Elements(HeatMap(Tensor(rows: [[-1.0, 0], [1, .nan]]), title: "W", rowNames: ["r"]))
        #expect(["#a63e00", "#ffffff", "#00507f", "#bbbbbb"].allSatisfy(found.fills.contains))
        for matrix in [
            Tensor.zeros([0, 3]), Tensor.zeros([1, 1]), Tensor.full([2, 2], Double.nan),
            Tensor.full([2, 1], Double.infinity),
            Tensor(rows: [[-1e308, 1e308]]), Tensor(rows: [[least, 2 * least]]), Tensor.ones([3, 2], dtype: .int64),
        ] {
            _ = try Elements(HeatMap(matrix, title: "t", xLabel: "x", yLabel: "y"))
        }
        // Of 2 × 2 elements the mean.
        let large = HeatMap(Tensor.range(to: 512 * 300).reshaped(512, 300))
        #expect(large.svg.contains("each square the mean of 2 × 2") && large.svg.utf8.count < 1_500_000)
    }

    @Test func filtersAndImages() throws {
        var generator = PhiloxGenerator(seed: 1)
        #expect(try Elements(FilterPicture(Conv2D(1, 6, kernelSize: 5, using: &generator))).names["g"] == 6)
        #expect(try Elements(FilterPicture(Conv2D(3, 70, kernelSize: 3, using: &generator))).names["g"] == 64)
        #expect(try Elements(FilterPicture(Conv2D(4, 2, kernelSize: 3, using: &generator))).names["g"] == 8)
        // Red is the first channel; a filter of zeros is the middle gray.
        let red = Tensor([1.0, 0, 0], shape: [1, 3, 1, 1])
        #expect(try Elements(ImageGrid(red)).fills.contains("#ff0000"))
        #expect(try Elements(FilterPicture(red * 2)).fills.contains("#ff8080"))
        #expect(try Elements(FilterPicture(red * 0)).fills.contains("#808080"))
        #expect(
            try Elements(ImageGrid(Tensor([Double.nan, 2, -1], shape: [3, 1, 1]), names: ["a"])).names["path"] == 3)
        for empty in [Tensor.zeros([0, 1, 5, 5]), Tensor.zeros([4, 1, 0, 5]), Tensor.zeros([0, 3, 5, 5])] {
            _ = try Elements(FilterPicture(empty))
            _ = try Elements(ImageGrid(empty))
        }
    }

    /// An edge wherever a weight is not 0.
    @Test func networks() throws {
        let (w, v) = (Tensor(rows: [[1.0, 0, -2], [0, 0, 0.5]]), Tensor(rows: [[0.0, 3]]))
        let found = try Elements(
            NetworkDiagram(weights: [w, v], title: "Net", inputNames: ["a", "b", "c"], outputNames: ["<y>"]))
        #expect(found.names["line"] == 4 && found.names["circle"] == 6)
        let texts = found.texts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(["3 of 6", "1 of 2", "3 inputs", "2 hidden", "1 output", "b", "<y>"].allSatisfy(texts.contains))
        let inner = Sequential {
            Linear(weight: w)
            ReLU()
        }
        let model = Sequential {
            inner
            Linear(weight: v, bias: Tensor([1.0]))
            Sigmoid()
        }
        #expect(NetworkDiagram(model, title: "N").svg == NetworkDiagram(weights: [w, v], title: "N").svg)
        // 10 of 1,000 units, and a gap.
        let wide = try Elements(NetworkDiagram(weights: [Tensor.ones([1000, 3])], largest: 10))
        #expect(wide.names["circle"] == 13 && wide.names["line"] == 30)
        #expect(wide.texts.contains { $0.hasPrefix("⋮") } && wide.texts.contains { $0.hasPrefix("1,000 outputs") })
        _ = try Elements(NetworkDiagram(weights: [Tensor(rows: [[Double.nan, .infinity, 0]]), Tensor.zeros([2, 1])]))
    }

    /// A whole file.
    @Test func aWholeFile() {
        #expect(
            NetworkDiagram(weights: [Tensor(rows: [[1.0, 0, -0.5]])], title: "2 > 1").svg == """
                <svg xmlns="http://www.w3.org/2000/svg" width="380" height="242" viewBox="0 0 380 242" role="img" font-family="sans-serif" font-size="13" fill="#222">
                <title>2 &gt; 1</title>
                <rect width="380" height="242" fill="#fff"/>
                <text x="24" y="28" font-size="16" font-weight="bold">2 &gt; 1</text>
                <line x1="60" y1="141" x2="320" y2="107" stroke="#e59a60" stroke-width="1.7"/>
                <line x1="60" y1="73" x2="320" y2="107" stroke="#0072b2" stroke-width="3"/>
                <text x="190" y="204" font-size="12" text-anchor="middle">2 of 3</text>
                <text x="190" y="220" font-size="12" text-anchor="middle">weights ≠ 0</text>
                <circle cx="60" cy="73" r="11" fill="#fff" stroke="#222"/>
                <circle cx="60" cy="107" r="11" fill="#fff" stroke="#222"/>
                <circle cx="60" cy="141" r="11" fill="#fff" stroke="#222"/>
                <text x="60" y="180" text-anchor="middle">3 inputs</text>
                <circle cx="320" cy="107" r="11" fill="#fff" stroke="#222"/>
                <text x="320" y="180" text-anchor="middle">1 output</text>
                </svg>

                """)
    }

    @Test func files() throws {
        let folder = FileManager.default.temporaryDirectory.path(percentEncoded: false)
        let path = folder + "/cotangent-drawing-\(UUID().uuidString).svg"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let chart = LineChart([.init("y", [1, 2])])
        try chart.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == chart.svg)
        let error = #expect(throws: PictureError.self) { try chart.write(to: "/no/such/folder/a.svg") }
        #expect(error?.description.hasPrefix("/no/such/folder/a.svg: the file cannot be written") == true)
    }

    static let refused: [Trap] = [
        Trap("HeatMap: float32 [3]: a matrix [rows, columns] is expected") { _ = HeatMap(Tensor.zeros([3])) },
        Trap("ImageGrid: float32 [1, 2, 3, 3]") { _ = ImageGrid(Tensor.zeros([1, 2, 3, 3])) },
        Trap("FilterPicture: float32 [2, 2]: a weight [outputs, inputs, height, width] is expected") {
            _ = FilterPicture(Tensor.zeros([2, 2]))
        },
        Trap("NetworkDiagram: weight 1 is float32 [2, 5], and the layer before has 4 outputs") {
            _ = NetworkDiagram(weights: [Tensor.zeros([4, 3]), Tensor.zeros([2, 5])])
        },
        Trap("ContourPlot: float32 [1, 2]: a matrix of 2 rows and columns at least is expected") {
            _ = ContourPlot(Tensor.zeros([1, 2]), x: 0...1, y: 0...1)
        },
        Trap("ContourPlot: the range 1.0...1.0 has no finite length above 0") {
            _ = ContourPlot(x: 1...1, y: 0...1) { $0 + $1 }
        },
        Trap("ContourPlot: path 'p': a point is float32 [3]: two elements are expected") {
            _ = ContourPlot.Path("p", [Tensor.zeros([3])])
        },
        Trap("NetworkDiagram: there are no weights") { _ = NetworkDiagram(Sequential { ReLU() }) },
    ]

    @Test(arguments: refused.indices) func refusals(_ index: Int) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            DrawingTests.refused[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Cotangent: " + DrawingTests.refused[index].message), "\(message)")
    }
}
