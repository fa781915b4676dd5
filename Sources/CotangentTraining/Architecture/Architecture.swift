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
    /// The shape of one result, without the batch's axis.
    public let output: Shape
    package let layers: [LayerDescription]

    /// From the short form or JSON.
    ///
    /// - Throws: ``ArchitectureError``, which names the layer.
    public init(parsing text: String) throws(ArchitectureError) {
        let (input, layers) = text.hasPrefix("mlp:") ? try Self.perceptron(text) : try Self.described(json: text)
        let made = onShapesAlone { generator throws(ArchitectureError) in try Self.make(layers, input, &generator) }
        self.init(input: input, layers: layers, output: try made.get().output)
    }

    /// The names of all kinds of layers, each with its options.
    public static var kinds: [(name: String, options: [String])] {
        LayerCatalogue.kinds.map { ($0.key, $0.value.options) }.sorted { $0.name < $1.name }
    }

    /// The description with `first` and `last` put around it: names of layers without options, which keep shapes.
    package func enclosed(by first: String?, _ last: String?) -> Architecture {
        Architecture(
            input: input,
            layers: [first].compactMap(\.self).map { LayerDescription($0) } + layers
                + [last].compactMap(\.self).map { LayerDescription($0) }, output: output)
    }

    /// The model with fresh weights.
    public func makeModel(using generator: inout PhiloxGenerator) -> Sequential {
        // It was made on shapes alone when the description was read.
        do { return Sequential(try Self.make(layers, input, &generator).layers) } catch {
            fail("Architecture", "\(error)")
        }
    }

    /// The model whose parameters and buffers have shapes, and no values before they are restored.
    func hollowModel() -> Sequential {
        let made = onShapesAlone { generator throws(ArchitectureError) in try Self.make(layers, input, &generator) }
        do { return Sequential(try made.get().layers) } catch { fail("Architecture", "\(error)") }
    }

    /// As JSON, in one line.
    public var json: String {
        let lengths = input.map { "\($0)" }.joined(separator: ", ")
        return #"{"input": [\#(lengths)], "layers": [\#(layers.map(\.json).joined(separator: ", "))]}"#
    }
}

extension Architecture {
    private init(input: Shape, layers: [LayerDescription], output: Shape) {
        self.input = input
        self.layers = layers
        self.output = output
    }

    private static func perceptron(_ text: String) throws(ArchitectureError) -> (Shape, [LayerDescription]) {
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
        return ([sizes[0]], layers)
    }

    private static func described(json text: String) throws(ArchitectureError) -> (Shape, [LayerDescription]) {
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
        return (Shape(input), layers)
    }

    /// The layers for samples of `input`, and the shape behind the last one; what does not fit throws.
    private static func make(
        _ layers: [LayerDescription], _ input: Shape, _ generator: inout PhiloxGenerator
    ) throws(ArchitectureError) -> (layers: [any Layer], output: Shape) {
        var (made, shape): ([any Layer], Shape) = ([], input)
        for (index, layer) in layers.enumerated() {
            let (new, next) = try make(layer, index, shape, &generator)
            made.append(new)
            shape = next
        }
        return (made, shape)
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

/// What `body` makes, without values: a description comes from outside, and its weights may be more than there is memory.
private func onShapesAlone<R>(
    _ body: (inout PhiloxGenerator) throws(ArchitectureError) -> R
) -> Result<R, ArchitectureError> {
    AbstractRun().run {
        var generator = PhiloxGenerator(seed: 0)
        return Result { () throws(ArchitectureError) in try body(&generator) }
    }
}
