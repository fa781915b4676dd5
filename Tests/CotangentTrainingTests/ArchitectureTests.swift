import Cotangent
import Testing

@Suite struct ArchitectureTests {
    @Test func aPerceptronInShort() throws {
        let architecture = try Architecture(parsing: "mlp:64-128-10")
        var generator = PhiloxGenerator(seed: 1)
        let model = architecture.makeModel(using: &generator)
        #expect(architecture.input == [64] && architecture.output == [10])
        #expect(model.namedParameters.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
        #expect(model.layers[1] is ReLU)
        #expect(model(Tensor.zeros([3, 64])).shape == [3, 10])
        // The same as written in Swift, number by number.
        var again = PhiloxGenerator(seed: 1)
        let byHand = Sequential {
            Linear(64, 128, using: &again)
            ReLU()
            Linear(128, 10, using: &again)
        }
        #expect(model.snapshot() == byHand.snapshot())
        let curved = try Architecture(parsing: "mlp:2-3-4-1:tanh").makeModel(using: &generator)
        #expect(curved.layers[1] is Tanh && curved.layers[3] is Tanh && curved.layers.count == 5)
        let thinned = try Architecture(parsing: "mlp:2-3-4-1:gelu:0.25").makeModel(using: &generator)
        #expect((thinned.layers[2] as? Dropout)?.rate == 0.25 && thinned.layers[5] is Dropout)
        #expect(thinned.layers.count == 7)
    }

    @Test func aConvolutionalNetworkFromJSON() throws {
        let text = """
            {"input": [1, 28, 28],
             "layers": [{"type": "conv2d", "outputs": 6, "kernelSize": [5, 5], "padding": "same", "bias": false},
                        "batchNorm", {"type": "leakyReLU", "slope": 0.2}, {"type": "maxPool2d", "kernelSize": 2},
                        {"type": "conv2d", "outputs": 8, "kernelSize": 3, "stride": 2, "padding": [1, 1], "groups": 2},
                        "gelu", {"type": "averagePool2d", "kernelSize": 2, "stride": 1}, "flatten", "layerNorm",
                        {"type": "dropout", "rate": 0.25}, {"type": "linear", "outputs": 10}]}
            """
        let architecture = try Architecture(parsing: text)
        #expect(architecture.output == [10])
        var generator = PhiloxGenerator(seed: 1)
        let model = architecture.makeModel(using: &generator)
        #expect(model(Tensor.ones([2, 1, 28, 28])).shape == [2, 10])
        let shapes = Dictionary(uniqueKeysWithValues: model.namedParameters.map { ($0.name, $0.parameter.shape) })
        #expect(shapes["0.weight"] == [6, 1, 5, 5] && shapes["0.bias"] == nil)
        #expect(shapes["4.weight"] == [8, 3, 3, 3] && shapes["10.weight"] == [10, 8 * 6 * 6])
        // What it says of itself makes the same model.
        let again = try Architecture(parsing: architecture.json)
        #expect(again.json == architecture.json && again.output == [10])
    }

    @Test func everyKindIsMade() throws {
        for (name, options) in Architecture.kinds {
            let input = name.hasSuffix("1d") ? "[4, 9]" : name == "linear" ? "[9]" : "[4, 9, 9]"
            let needed = ["outputs": "2", "kernelSize": "3"].filter { options.contains($0.key) }
                .map { #", "\#($0.key)": \#($0.value)"# }.joined()
            let architecture = try Architecture(
                parsing: #"{"input": \#(input), "layers": [{"type": "\#(name)"\#(needed)}]}"#)
            var generator = PhiloxGenerator(seed: 1)
            let x = Tensor.normal(Shape([2] + architecture.input.dimensions), using: &generator)
            #expect(
                architecture.makeModel(using: &generator)(x).shape == Shape([2] + architecture.output.dimensions),
                "\(name)")
        }
    }

    @Test(arguments: [
        ("mlp:64", "'mlp:64' is no network: write mlp:INPUTS-HIDDEN-…-OUTPUTS"),
        ("mlp:64-x-10", "'mlp:64-x-10' is no network"),
        ("mlp:64-128-10:sine", "layer 1: there is no layer 'sine'; there are averagePool2d, batchNorm"),
        ("mlp:999999999-10", "layer 0: a weight of 999999999 × 10"),
        ("mlp:64-128-10:relu:half", "and behind a third a rate of dropout"),
        ("mlp:64-128-10:relu:1.5", "layer 2: 'rate' of 'dropout' is 1.5"),
        ("64-10", "the description is neither mlp:… nor JSON: line 1"),
        ("[]", "an array stands where an object"),
        (#"{"input": [64]}"#, #""input" (the shape of one sample"#),
        (#"{"input": [64], "layers": [], "output": 1}"#, "there is no member 'output'"),
        (#"{"input": [0], "layers": []}"#, #""input" holds 0; lengths are whole numbers of 1"#),
        (#"{"input": [1, 2, 3, 4, 5], "layers": []}"#, "must have one to four lengths"),
        (#"{"input": [64], "layers": [3]}"#, "layer 0: a number stands where a layer is wanted"),
        (#"{"input": [64], "layers": [{"outputs": 3}]}"#, #"layer 0: a layer's object must have the member "type""#),
        (#"{"input": [64], "layers": ["linear"]}"#, "layer 0: 'linear' needs the option 'outputs'"),
        (
            #"{"input": [64], "layers": [{"type": "linear", "output": 3}]}"#,
            "layer 0: 'linear' has no option 'output'; it takes the options outputs, bias"
        ),
        (
            #"{"input": [64], "layers": ["relu", {"type": "linear", "outputs": 1.5}]}"#,
            "layer 1: 'outputs' of 'linear' is 1.5; it must be a whole number of 1 to"
        ),
        (#"{"input": [64], "layers": [{"type": "linear", "outputs": 1e300}]}"#, "must be a whole number"),
        (
            #"{"input": [64], "layers": [{"type": "dropout", "rate": 2}]}"#,
            "'rate' of 'dropout' is 2; it must be a number of 0.0 to 1.0"
        ),
        (#"{"input": [64], "layers": [{"type": "linear", "outputs": 2, "bias": 1}]}"#, "must be true or false"),
        (#"{"input": [1, 8, 8], "layers": [{"type": "linear", "outputs": 2}]}"#, #"put "flatten" before"#),
        (
            #"{"input": [64], "layers": [{"type": "conv2d", "outputs": 2, "kernelSize": 3}]}"#,
            "takes samples [channels, height, width], and is given [64]"
        ),
        (
            #"{"input": [1, 8, 8], "layers": [{"type": "conv2d", "outputs": 2, "kernelSize": [3]}]}"#,
            "has 1 numbers; there are 2 axes"
        ),
        (
            #"{"input": [1, 8, 8], "layers": [{"type": "conv2d", "outputs": 2, "kernelSize": 3, "padding": "full"}]}"#,
            "the only word for it is"
        ),
        (
            #"{"input": [3, 8, 8], "layers": [{"type": "conv2d", "outputs": 4, "kernelSize": 3, "groups": 2}]}"#,
            "2 groups, which must divide its 3 inputs"
        ),
        (#"{"input": [1, 2, 2], "layers": [{"type": "conv2d", "outputs": 2, "kernelSize": 3}]}"#, "layer 0: "),
        (
            #"{"input": [16777216, 16777216], "layers": ["flatten"]}"#,
            "layer 0: lengths must not be negative, nor the elements"
        ),
    ])
    func whatCannotBeIsRefused(text: String, words: String) {
        let error = #expect(throws: ArchitectureError.self) { try Architecture(parsing: text) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func scalingIsPartOfTheModel() throws {
        let mean = Tensor([1.0, -2], shape: [2])
        let deviation = Tensor([2.0, 4], shape: [2])
        let x = Tensor([3.0, 2, 1, -2], shape: [2, 2])
        let standardized = Standardization(mean: mean, deviation: deviation)(x)
        #expect(standardized == Tensor([1.0, 1, 0, 0], shape: [2, 2]))
        #expect(Rescaling(mean: mean, deviation: deviation)(standardized) == x)
        let model = Sequential([Standardization(mean: mean, deviation: deviation)])
        #expect(model.snapshot().names == ["0.mean", "0.deviation"] && model.parameters.isEmpty)
    }
}
