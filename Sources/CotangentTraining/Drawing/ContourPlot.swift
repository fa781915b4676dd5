import CotangentTensor

/// A function of two numbers as bands of colour, dark where it is low, and paths over it: what a minimiser did.
///
/// ```swift
/// var plot = ContourPlot(x: -1...2, y: -1...2) { x, y in (1 - x) * (1 - x) + 3 * y * y }
/// plot.paths = [.init("η = 0.1", found.path.map(\.point))]
/// plot.marks = [.init(1, 0, "minimiser")]
/// try plot.write(to: "descent.svg")
/// ```
/// Both axes have one scale, unless one were more than three times as long as the other. A path starts at a ring and ends
/// at a dot; its points are small dots where there are at most 200. What leaves the picture is cut off there. Where the
/// function is NaN the ground is gray.
public struct ContourPlot: Picture {
    /// A way through the plane, and its name.
    public struct Path: Sendable {
        public var name: String
        public var points: [LineChart.Point]

        public init(_ name: String, points: [LineChart.Point]) { (self.name, self.points) = (name, points) }

        /// Points that are tensors of two elements; others trap.
        public init(_ name: String, _ points: [Tensor]) {
            self.init(
                name,
                points: points.map { point in
                    guard point.count == 2 else {
                        fail("ContourPlot", "path '\(name)': a point is \(point.summary): two elements are expected")
                    }
                    let values = point.doubles
                    return .init(values[0], values[1])
                })
        }
    }

    /// A cross, and what is written beside it.
    public struct Mark: Sendable, Hashable {
        public var x: Double
        public var y: Double
        public var label: String

        public init(_ x: Double, _ y: Double, _ label: String = "") { (self.x, self.y, self.label) = (x, y, label) }
    }

    /// [row][column], rows upward.
    private let values: [[Double]]
    private let x: ClosedRange<Double>
    private let y: ClosedRange<Double>
    /// Where bands meet; what is lower than all of them is a band too.
    public var levels: [Double]
    public var paths: [Path] = []
    public var marks: [Mark] = []
    public var title: String
    public var xLabel: String
    public var yLabel: String

    /// Values on a grid over the ranges, both ends included: [rows, columns], the first row at the lower end of `y`.
    ///
    /// - Parameter levels: where bands meet; by default eleven such that all bands are about equally large.
    public init(
        _ values: Tensor, x: ClosedRange<Double>, y: ClosedRange<Double>, levels: [Double]? = nil, title: String = "",
        xLabel: String = "", yLabel: String = ""
    ) {
        guard values.rank == 2, values.shape.allSatisfy({ $0 >= 2 }) else {
            fail("ContourPlot", "\(values.summary): a matrix of 2 rows and columns at least is expected")
        }
        for range in [x, y] where !(range.upperBound - range.lowerBound).isNormal {
            fail("ContourPlot", "the range \(range) has no finite length above 0")
        }
        let (columns, all) = (values.shape[1], values.doubles)
        self.values = (0..<values.shape[0]).map { Array(all[$0 * columns..<($0 + 1) * columns]) }
        self.levels = levels ?? Self.equalBands(all)
        (self.x, self.y, self.title, self.xLabel, self.yLabel) = (x, y, title, xLabel, yLabel)
    }

    /// Asks a function at `resolution` × `resolution` points over the ranges.
    public init(
        x: ClosedRange<Double>, y: ClosedRange<Double>, resolution: Int = 101, levels: [Double]? = nil,
        title: String = "", xLabel: String = "", yLabel: String = "", _ f: (_ x: Double, _ y: Double) -> Double
    ) {
        guard resolution >= 2 else { fail("ContourPlot", "resolution \(resolution): 2 is the least") }
        func place(_ range: ClosedRange<Double>, _ index: Int) -> Double {
            range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(resolution - 1)
        }
        let rows = (0..<resolution).map { row in
            (0..<resolution).map { column in f(place(x, column), place(y, row)) }
        }
        self.init(Tensor(rows: rows), x: x, y: y, levels: levels, title: title, xLabel: xLabel, yLabel: yLabel)
    }

    private static func equalBands(_ values: [Double]) -> [Double] {
        let sorted = values.filter(\.isFinite).sorted()
        let count = 12
        let levels = sorted.isEmpty ? [] : (1..<count).map { sorted[$0 * (sorted.count - 1) / count] }
        // Of a plain there is one band.
        return Set(levels).filter { $0 > sorted[0] }.sorted()
    }

    /// Lines over the bands: those of the palette that stand out from blue.
    private static let colors = ["#D55E00", "#000000", "#009E73", "#CC79A7", "#E69F00", "#7F3F98"]

    public var svg: String {
        let size = 440.0
        let ratio = (x.upperBound - x.lowerBound) / (y.upperBound - y.lowerBound)
        let isTrue = (1.0 / 3...3).contains(ratio)
        let (width, height) = (isTrue && ratio < 1 ? size * ratio : size, isTrue && ratio > 1 ? size / ratio : size)
        let xAxis = Axis(
            [], .linear, range: x, isTight: true, count: max(2, Int(width / 80)))
        let yAxis = Axis([], .linear, range: y, isTight: true, count: max(2, Int(height / 50)))
        let labels = yAxis.ticks.map { SVG.width(of: $0.label) }.max() ?? 0
        let (left, top) = (20 + labels + (yLabel.isEmpty ? 0 : 24), title.isEmpty ? 20.0 : 46)
        let frame = AxesFrame(left: left, right: left + width, top: top, bottom: top + height)

        let bands = self.bands
        let numbers = bands.map { $0.level.map(NumberLabel.figure) ?? "" }
        let scaleWidth = 46 + (numbers.map { SVG.width(of: $0, size: 12) }.max() ?? 0)
        let names = paths.map(\.name).filter { !$0.isEmpty }
        let legendWidth = names.isEmpty ? 0 : 60 + (names.map { SVG.width(of: $0) }.max() ?? 0)
        let below = xLabel.isEmpty ? 30.0 : 56
        var svg = SVG(
            width: max(frame.right + scaleWidth + legendWidth + 20, left + SVG.width(of: title, size: 16) + 20),
            height: max(frame.bottom, top + Double(names.count) * 24) + below, title: title)
        svg.text(title, frame.left, 26, size: 16, isBold: true)
        svg.text(xLabel, (frame.left + frame.right) / 2, frame.bottom + below - 14, anchor: .middle)
        svg.text(yLabel, 18, (frame.top + frame.bottom) / 2, anchor: .middle, turned: -90)
        drawBands(bands, on: &svg, frame)
        svg.clipped(frame.left, frame.top, frame.width, frame.height) { svg in
            for (index, path) in paths.enumerated() { draw(path, Self.color(index), on: &svg, xAxis, yAxis, frame) }
            for mark in marks { draw(mark, on: &svg, xAxis, yAxis, frame) }
        }
        svg.rectangle(frame.left, frame.top, frame.width, frame.height, fill: "none", stroke: "#222")
        frame.drawX(xAxis, on: &svg)
        frame.drawY(yAxis, on: &svg, hasGrid: false)
        drawScale(bands, numbers, on: &svg, frame.right + 16, frame)
        for (row, (index, path)) in paths.enumerated().filter({ !$0.element.name.isEmpty }).enumerated() {
            let (x, y) = (frame.right + scaleWidth + 16, frame.top + 14 + Double(row) * 24)
            svg.line(x, y, x + 24, y, stroke: Self.color(index), width: 2)
            svg.circle(x + 12, y, 2.5, fill: Self.color(index))
            svg.text(path.name, x + 32, y + 5)
        }
        return svg.text
    }

    private static func color(_ path: Int) -> String { colors[path % colors.count] }

    /// From the lowest on; `level` is where each begins, and the first one has none.
    private var bands: [(level: Double?, color: String)] {
        let levels = levels.filter(\.isFinite).sorted()
        return (0...levels.count).map { index in
            // The darkest third of the palette would hide the paths.
            let share = levels.isEmpty ? 0 : 1 - Double(index) / Double(levels.count)
            return (index == 0 ? nil : levels[index - 1], Palette.sequential(0.62 * share).hex)
        }
    }

    private func drawBands(_ bands: [(level: Double?, color: String)], on svg: inout SVG, _ frame: AxesFrame) {
        let contours = Contours(values)
        let (columns, rows) = (Double(values[0].count - 1), Double(values.count - 1))
        svg.rectangle(frame.left, frame.top, frame.width, frame.height, fill: Palette.missing)
        for band in bands {
            let rings = contours.rings(at: band.level ?? -.greatestFiniteMagnitude).map { ring in
                ring.map { (x: frame.x($0.x / columns), y: frame.y($0.y / rows)) }
            }
            svg.rings(rings, fill: band.color, stroke: "#5a7fa8", width: 0.5)
        }
    }

    private func draw(
        _ path: Path, _ color: String, on svg: inout SVG, _ xAxis: Axis, _ yAxis: Axis, _ frame: AxesFrame
    ) {
        // A step that leaves the picture by far is long, but finite.
        let places = path.points.filter { $0.x.isFinite && $0.y.isFinite }.compactMap { point in
            xAxis.share(point.x).flatMap { x in
                yAxis.share(point.y).map { y in (x: frame.x(held(x)), y: frame.y(held(y))) }
            }
        }
        guard let first = places.first, let last = places.last else { return }
        svg.polyline(places, stroke: "#ffffff", width: 3.5)
        svg.polyline(places, stroke: color, width: 1.5)
        if places.count <= 200 {
            for place in places.dropFirst().dropLast() { svg.circle(place.x, place.y, 2, fill: color) }
        }
        svg.circle(first.x, first.y, 4, fill: "#ffffff", stroke: color)
        if places.count > 1 { svg.circle(last.x, last.y, 4, fill: color, stroke: "#ffffff") }
    }

    private func held(_ share: Double) -> Double { min(max(share, -100), 100) }

    private func draw(_ mark: Mark, on svg: inout SVG, _ xAxis: Axis, _ yAxis: Axis, _ frame: AxesFrame) {
        guard let shareX = xAxis.share(mark.x), let shareY = yAxis.share(mark.y) else { return }
        let (x, y) = (frame.x(held(shareX)), frame.y(held(shareY)))
        for (color, width) in [("#ffffff", 4.0), ("#222", 1.5)] {
            svg.line(x - 5, y - 5, x + 5, y + 5, stroke: color, width: width)
            svg.line(x - 5, y + 5, x + 5, y - 5, stroke: color, width: width)
        }
        if mark.label.isEmpty { return }
        let width = SVG.width(of: mark.label, size: 12)
        let isLeft = x + 12 + width > frame.right
        svg.rectangle(isLeft ? x - 11 - width : x + 9, y - 18, width + 2, 15, fill: "#ffffff")
        svg.text(mark.label, isLeft ? x - 10 : x + 10, y - 6, size: 12, anchor: isLeft ? .end : .start)
    }

    private func drawScale(
        _ bands: [(level: Double?, color: String)], _ numbers: [String], on svg: inout SVG, _ x: Double,
        _ frame: AxesFrame
    ) {
        // Numbers need some room; bands that have less are named in part.
        let height = min(frame.height, Double(bands.count) * 24) / Double(bands.count)
        let step = max(1, Int((14 / height).rounded(.up)))
        for (index, band) in bands.enumerated() {
            let bottom = frame.bottom - Double(index) * height
            svg.rectangle(x, bottom - height, 14, height, fill: band.color, stroke: "#5a7fa8")
            if index % step == 0 { svg.text(numbers[index], x + 20, bottom + 4, size: 12) }
        }
    }
}
