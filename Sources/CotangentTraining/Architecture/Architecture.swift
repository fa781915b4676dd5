import CotangentData
import CotangentNN
import CotangentTensor

/// A model as a text that describes it, so that a command line or a file can say what to train, and a file of weights
/// what they are the weights of.
///
/// Short, for networks of linear layers:
///
///     mlp:64-128-10            64 inputs, a hidden layer of 128 with ReLU, 10 outputs
///     mlp:64-128-64-10:tanh    two hidden layers with tanh
///     mlp:64-128-10:relu:0.2   dropout of 0.2 behind each hidden layer
///
/// or JSON, for those and others:
///
/// ```json
/// {"input": [1, 28, 28],
///  "layers": [{"type": "conv2d", "outputs": 16, "kernelSize": 3, "padding": "same"}, "relu",
///             {"type": "maxPool2d", "kernelSize": 2}, "flatten",
///             {"type": "dropout", "rate": 0.2}, {"type": "linear", "outputs": 10}]}
/// ```
/// `input` is the shape of one sample, without the batch's axis; what each layer takes follows from the one before it.
/// ``kinds`` lists the layers. Parameters have the names that they have in a ``Sequential``: "0.weight".
public struct Architecture: Sendable {
    /// The shape of one sample.
    public let input: Shape
    package let layers: [LayerDescription]

    /// From the short form or JSON.
    ///
    /// - Throws: ``ArchitectureError``, which names the layer.
    public init(parsing text: String) throws(ArchitectureError) {
        if text.hasPrefix("mlp:") {
            self = try Architecture(perceptron: text)
        } else {
            self = try Architecture(json: text)
        }
        _ = try shapes()
    }

    /// The names of all kinds of layers, each with its options.
    public static var kinds: [(name: String, options: [String])] {
        LayerCatalogue.kinds.map { ($0.key, $0.value.options) }.sorted { $0.name < $1.name }
    }

    /// The shape of one result, without the batch's axis.
    public var output: Shape {
        // They were all made when the description was read.
        (try? shapes().last) ?? input
    }

    /// The description with `first` and `last`, names of layers without options, put around it.
    package func enclosed(by first: String?, _ last: String?) -> Architecture {
        Architecture(
            input: input,
            layers: [first].compactMap(\.self).map { LayerDescription($0) } + layers
                + [last].compactMap(\.self).map { LayerDescription($0) })
    }

    /// The model with fresh weights.
    public func makeModel(using generator: inout PhiloxGenerator) -> Sequential {
        var shape = input
        var made: [any Layer] = []
        do {
            for (index, layer) in layers.enumerated() {
                let (new, next) = try Self.make(layer, index, shape, &generator)
                made.append(new)
                shape = next
            }
        } catch {
            fail("Architecture", "\(error)")
        }
        return Sequential(made)
    }

    /// As JSON, in one line.
    public var json: String {
        let lengths = input.map { "\($0)" }.joined(separator: ", ")
        return #"{"input": [\#(lengths)], "layers": [\#(layers.map(\.json).joined(separator: ", "))]}"#
    }
}

extension Architecture {
    private init(input: Shape, layers: [LayerDescription]) {
        self.input = input
        self.layers = layers
    }

    private init(perceptron text: String) throws(ArchitectureError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).dropFirst().map(String.init)
        let sizes = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let dropout = parts.count == 3 ? Double(parts[2]) : 0
        guard parts.count <= 3, sizes.count >= 2, sizes.allSatisfy({ $0 > 0 }), let dropout else {
            throw ArchitectureError(
                "'\(text)' is no network: write mlp:INPUTS-HIDDEN-…-OUTPUTS, whole numbers of 1 or more (mlp:64-128-10); behind another colon an activation if it is not relu, and behind a third a rate of dropout"
            )
        }
        var layers: [LayerDescription] = []
        for (index, size) in sizes.enumerated().dropFirst() {
            layers.append(LayerDescription("linear", ["outputs": .number(Double(size))]))
            if index == sizes.count - 1 { break }
            layers.append(LayerDescription(parts.count > 1 ? parts[1] : "relu"))
            if dropout != 0 { layers.append(LayerDescription("dropout", ["rate": .number(dropout)])) }
        }
        self.init(input: [sizes[0]], layers: layers)
    }

    private init(json text: String) throws(ArchitectureError) {
        let json: JSON
        do { json = try JSON(parsing: Array(text.utf8)) } catch {
            throw ArchitectureError(
                "the description is neither mlp:… nor JSON: line \(error.line): \(error.message)")
        }
        guard case .object(let members) = json else {
            throw ArchitectureError("\(json.kind) stands where an object with \"input\" and \"layers\" is wanted")
        }
        for name in members.keys.sorted() where name != "input" && name != "layers" {
            throw ArchitectureError("there is no member '\(name)'; there are \"input\" and \"layers\"")
        }
        guard case .array(let lengths)? = members["input"], case .array(let items)? = members["layers"] else {
            throw ArchitectureError(
                "\"input\" (the shape of one sample, [64] or [1, 28, 28]) and \"layers\" must be there, both arrays")
        }
        var input: [Int] = []
        for length in lengths {
            guard case .number(let number) = length, let length = Int(exactly: number), (1...1 << 24).contains(length)
            else {
                throw ArchitectureError("\"input\" holds \(length.text); lengths are whole numbers of 1 to \(1 << 24)")
            }
            input.append(length)
        }
        guard (1...4).contains(input.count), items.count <= 10_000 else {
            throw ArchitectureError("\"input\" must have one to four lengths, and \"layers\" at most 10,000 items")
        }
        var layers: [LayerDescription] = []
        for (index, item) in items.enumerated() {
            do throws(ArchitectureError) { layers.append(try LayerDescription(item)) } catch {
                throw ArchitectureError(error.message, layer: index)
            }
        }
        self.init(input: Shape(input), layers: layers)
    }

    /// The shape of a sample behind each layer; what does not fit throws. Layers are made for it, one at a time.
    private func shapes() throws(ArchitectureError) -> [Shape] {
        var generator = PhiloxGenerator(seed: 0)
        var shapes: [Shape] = []
        for (index, layer) in layers.enumerated() {
            shapes.append(try Self.make(layer, index, shapes.last ?? input, &generator).shape)
        }
        return shapes
    }

    private static func make(
        _ layer: LayerDescription, _ index: Int, _ shape: Shape, _ generator: inout PhiloxGenerator
    ) throws(ArchitectureError) -> (layer: any Layer, shape: Shape) {
        guard let kind = LayerCatalogue.kinds[layer.kind] else {
            throw ArchitectureError(
                "there is no layer '\(layer.kind)'; there are \(LayerCatalogue.kinds.keys.sorted().joined(separator: ", "))",
                layer: index)
        }
        let made: any Layer
        do throws(ArchitectureError) {
            try layer.allow(kind.options)
            made = try kind.make(layer, shape, &generator)
        } catch {
            throw ArchitectureError(error.message, layer: index)
        }
        do throws(ShapeError) {
            let output = try made.validate(inputShape: Shape([1] + shape.dimensions))
            return (made, Shape(Array(output.dimensions.dropFirst())))
        } catch {
            throw ArchitectureError(error.message, layer: index)
        }
    }
}
