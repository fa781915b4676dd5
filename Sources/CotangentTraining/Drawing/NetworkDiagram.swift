import CotangentNN
import CotangentTensor

/// A network of linear layers as circles, from the inputs on the left to the outputs on the right, with an edge
/// wherever a weight is not 0: what a penalty that drives weights to 0 has left.
///
/// Blue edges are positive, orange ones negative, and the thicker the larger |W| is against the layer's largest. Of a
/// layer with more units than there is room for, the first and the last are drawn, and its count says how many there
/// are; edges of units that are not drawn are missing, and the share of weights that are not 0 is over all of them.
public struct NetworkDiagram: Picture {
    private let weights: [Tensor]
    /// The units of each layer, the inputs among them.
    private let sizes: [Int]
    public var title: String
    /// Written beside the units at either end; one each, or none.
    public var inputNames: [String]
    public var outputNames: [String]
    private let largest: Int

    /// - Parameters:
    ///   - weights: of each layer [outputs, inputs], as ``Linear`` has them.
    ///   - largest: how many units of a layer are drawn at most.
    public init(
        weights: [Tensor], title: String = "", inputNames: [String] = [], outputNames: [String] = [], largest: Int = 16
    ) {
        for (index, weight) in weights.enumerated() {
            guard weight.rank == 2, weight.dtype.isFloatingPoint else {
                fail("NetworkDiagram", "weight \(index) is \(weight.summary): [outputs, inputs] is expected")
            }
            if index > 0, weight.shape[1] != weights[index - 1].shape[0] {
                fail(
                    "NetworkDiagram",
                    "weight \(index) is \(weight.summary), and the layer before has \(weights[index - 1].shape[0]) outputs"
                )
            }
        }
        if weights.isEmpty { fail("NetworkDiagram", "there are no weights: the model has no linear layers") }
        if largest < 2 { fail("NetworkDiagram", "at most \(largest) units of a layer: 2 or more are needed") }
        self.weights = weights.map(\.detached)
        sizes = [weights[0].shape[1]] + weights.map { $0.shape[0] }
        (self.title, self.inputNames, self.outputNames, self.largest) = (title, inputNames, outputNames, largest)
    }

    /// The linear layers of `model`, in their order and of those within it; it traps where there are none, or where one
    /// does not take what the one before gives.
    public init(
        _ model: Sequential, title: String = "", inputNames: [String] = [], outputNames: [String] = [],
        largest: Int = 16
    ) {
        self.init(
            weights: Self.linearLayers(of: model).map(\.weight.value), title: title, inputNames: inputNames,
            outputNames: outputNames, largest: largest)
    }

    private static func linearLayers(of model: Sequential) -> [Linear] {
        model.layers.flatMap { layer -> [Linear] in
            if let linear = layer as? Linear { return [linear] }
            return (layer as? Sequential).map(linearLayers) ?? []
        }
    }

    /// Which units are drawn, and at which place from the top; a gap of one place stands for those left out.
    private func places(_ size: Int) -> (units: [Int], places: [Double], gap: Double?) {
        if size <= largest { return (Array(0..<size), (0..<size).map(Double.init), nil) }
        let first = largest / 2
        let last = largest - first
        return (
            Array(0..<first) + Array(size - last..<size),
            (0..<first).map(Double.init) + (0..<last).map { Double(first + 1 + $0) }, Double(first)
        )
    }

    public var svg: String {
        let layers = sizes.map(places)
        let tallest = layers.map { ($0.places.last ?? 0) + 1 }.max() ?? 1
        let spacing = max(9, min(34, 480 / tallest))
        let radius = min(11, spacing * 0.36)
        let inputWidth = widest(inputNames)
        let gap = max(170, min(260, 620 / Double(weights.count)))
        let (left, top) = (60 + inputWidth, title.isEmpty ? 30.0 : 56)
        let height = tallest * spacing
        let right = left + gap * Double(weights.count)
        var svg = SVG(
            width: max(right + 60 + widest(outputNames), SVG.width(of: title, size: 16) + 48),
            height: top + height + 84,
            title: title.isEmpty ? "Network" : title)
        svg.text(title, 24, 28, size: 16, isBold: true)
        func x(_ layer: Int) -> Double { left + gap * Double(layer) }
        func y(_ layer: Int, _ place: Double) -> Double {
            let used = ((layers[layer].places.last ?? 0) + 1) * spacing
            return top + (height - used) / 2 + (place + 0.5) * spacing
        }
        for (index, weight) in weights.enumerated() {
            drawEdges(of: weight, layers[index].units, layers[index + 1].units, on: &svg) { input, output in
                (
                    x(index), y(index, layers[index].places[input]), x(index + 1),
                    y(index + 1, layers[index + 1].places[output])
                )
            }
            let nonzero = weight.doubles.count { $0 != 0 }
            svg.text(
                "\(grouped(nonzero)) of \(grouped(weight.count))", x(index) + gap / 2, top + height + 46, size: 12,
                anchor: .middle)
            svg.text("weights ≠ 0", x(index) + gap / 2, top + height + 62, size: 12, anchor: .middle)
        }
        for (index, layer) in layers.enumerated() {
            for place in layer.places {
                svg.circle(x(index), y(index, place), radius, fill: "#fff", stroke: "#222")
            }
            if let gap = layer.gap {
                svg.text("⋮", x(index), y(index, gap) + 6, size: 18, anchor: .middle, isBold: true)
            }
            let plural = sizes[index] == 1 ? "" : "s"
            let name = index == 0 ? "input" + plural : index == layers.count - 1 ? "output" + plural : "hidden"
            svg.text("\(grouped(sizes[index])) \(name)", x(index), top + height + 22, anchor: .middle)
        }
        drawNames(inputNames, layers[0].units, on: &svg, .end) { (x(0) - radius - 6, y(0, layers[0].places[$0]) + 4) }
        let end = layers.count - 1
        drawNames(outputNames, layers[end].units, on: &svg, .start) {
            (x(end) + radius + 6, y(end, layers[end].places[$0]) + 4)
        }
        return svg.text
    }

    private func drawEdges(
        of weight: Tensor, _ inputs: [Int], _ outputs: [Int], on svg: inout SVG,
        _ ends: (_ input: Int, _ output: Int) -> (Double, Double, Double, Double)
    ) {
        let values = weight.doubles
        let largest = values.filter(\.isFinite).map(\.magnitude).max() ?? 0
        var edges: [(share: Double, value: Double, input: Int, output: Int)] = []
        for (output, row) in outputs.enumerated() {
            for (input, column) in inputs.enumerated() {
                let value = values[row * weight.shape[1] + column]
                if value == 0 { continue }
                edges.append((value.isFinite ? value.magnitude / largest : 1, value, input, output))
            }
        }
        // The strongest on top.
        for edge in edges.sorted(by: { $0.share < $1.share }) {
            let (x1, y1, x2, y2) = ends(edge.input, edge.output)
            let color = edge.value > 0 ? Palette.positive : edge.value < 0 ? Palette.negative : Color(0x000000)
            svg.line(
                x1, y1, x2, y2, stroke: Color(0xFFFFFF).mixed(with: color, 0.25 + 0.75 * edge.share).hex,
                width: 0.4 + 2.6 * edge.share, dashes: edge.value.isFinite ? "" : "2 3")
        }
    }

    private func drawNames(
        _ names: [String], _ units: [Int], on svg: inout SVG, _ anchor: SVG.Anchor, _ place: (Int) -> (Double, Double)
    ) {
        for (index, unit) in units.enumerated() where unit < names.count {
            let (x, y) = place(index)
            svg.text(SVG.shortened(names[unit], to: 140, size: 12), x, y, size: 12, anchor: anchor)
        }
    }

    private func widest(_ names: [String]) -> Double {
        names.map { SVG.width(of: SVG.shortened($0, to: 140, size: 12), size: 12) }.max() ?? 0
    }
}
