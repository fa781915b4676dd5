import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct TrainedModelTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "trained-\(UUID()).safetensors")
        .path(percentEncoded: false)

    /// W = (2, −1; 0, 1), b = (3, 0): what it gives can be said by hand.
    private static let weights: [(name: String, tensor: Tensor)] = [
        ("0.weight", Tensor([2, -1, 0, 1] as [Float], shape: [2, 2])), ("0.bias", Tensor([3, 0] as [Float])),
    ]

    private func trained(_ objective: Objective, columns: [String] = []) throws -> TrainedModel {
        let architecture = try Architecture(parsing: "mlp:2-2")
        var generator = PhiloxGenerator(seed: 1)
        let model = architecture.makeModel(using: &generator)
        try model.restore(Snapshot(Self.weights))
        return TrainedModel(model, architecture, objective: objective, columns: columns)
    }

    @Test func predictions() throws {
        let x = Tensor([1, 2, 0, 3] as [Float], shape: [2, 2])
        let numbers = try trained(.regression(targets: ["a", "b"])).predict(x)
        #expect(numbers == Tensor([3, 2, 0, 3] as [Float], shape: [2, 2]))
        let classes = try trained(.classification(classes: ["x", "y"])).predict(x)
        // 1/(1 + e⁻¹) and 1/(1 + e³)
        let expected = Tensor([0.731058579, 0.268941421, 0.047425873, 0.952574127], shape: [2, 2])
        #expect(classes.isClose(to: expected.cast(to: .float32), relative: 1e-6, absolute: 0))
        #expect(try trained(.regression(targets: ["a", "b"])).predict(Tensor.zeros([0, 2])).shape == [0, 2])
    }

    @Test(arguments: [
        Objective.regression(targets: ["größe", "\"b\", c\\\n"]),
        .classification(classes: ["", "1"], target: "ziel\u{2028}"),
    ])
    func roundTrip(objective: Objective) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let trained = try trained(objective, columns: ["Länge, m", "\u{1F600}"])
        try trained.write(to: path)
        let read = try TrainedModel(path: path)
        #expect(read.objective == objective && read.columns == trained.columns)
        #expect(read.architecture.json == trained.architecture.json)
        #expect(read.model.snapshot() == trained.model.snapshot() && read.metadata == trained.metadata)
        // It is a model like any other, to train on too.
        let x = Tensor([1, 2] as [Float], shape: [1, 2])
        let (_, gradients) = valueAndGradients(of: read.model) { sum(read.model(x)) }
        SGD(read.model, learningRate: 1).update(with: gradients)
        #expect(read.model.namedParameters[1].parameter.value == Tensor([2, -1] as [Float]))
    }

    /// Every kind of layer with parameters or buffers comes back whole: no tensor is left without its values.
    @Test func allLayersAreRead() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let architecture = try Architecture(
            parsing: """
                {"input": [2, 8, 8],
                 "layers": ["standardization", {"type": "conv2d", "outputs": 4, "kernelSize": 3, "padding": "same"},
                            "batchNorm", "relu", {"type": "maxPool2d", "kernelSize": 2}, "layerNorm", "flatten",
                            {"type": "dropout", "rate": 0.5}, {"type": "linear", "outputs": 3}, "rescaling"]}
                """)
        var generator = PhiloxGenerator(seed: 2)
        let model = architecture.makeModel(using: &generator)
        let trained = TrainedModel(model, architecture, objective: .regression(targets: ["a", "b", "c"]))
        try trained.write(to: path)
        let x = Tensor.normal([5, 2, 8, 8], using: &generator)
        #expect(try TrainedModel(path: path).predict(x) == trained.predict(x))
    }

    @Test(arguments: [[3, 1], [3], [], [3, 2, 2], [2, 3, 2]] as [Shape])
    func otherShapesThrow(shape: Shape) throws {
        let flat = try trained(.regression(targets: ["a", "b"]))
        let error = #expect(throws: ShapeError.self) { try flat.predict(Tensor.ones(shape)) }
        #expect(error?.inputShape == shape)
    }

    /// [batch, 1] broadcasts against the means of two columns.
    @Test func samplesAreNotBroadcast() throws {
        let architecture = try Architecture(
            parsing: #"{"input": [2], "layers": ["standardization", {"type": "linear", "outputs": 1}]}"#)
        var generator = PhiloxGenerator(seed: 1)
        let trained = TrainedModel(
            architecture.makeModel(using: &generator), architecture, objective: .regression(targets: ["y"]))
        let error = #expect(throws: ShapeError.self) { try trained.predict(Tensor.ones([3, 1])) }
        #expect(error?.description == "input [3, 1]: the model takes samples [2] behind the batch's axis")
        #expect(throws: ShapeError.self) { try trained.predict(Tensor.ones([3, 2], dtype: .float64)) }
    }

    @Test func aFileOfTensorsIsNoModel() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: FormatError.self) { try TrainedModel(path: path) }
        try Safetensors(tensors: Self.weights).write(to: path)
        let error = #expect(throws: TrainedModelError.self) { try TrainedModel(path: path) }
        #expect(error?.description.hasPrefix("\(path): the file holds tensors, but not what model") == true)
    }

    private static let regression = #"{"targets": ["a", "b"]}"#

    /// What metadata can say that is not so: none of it may trap, nor take memory.
    @Test(
        arguments: [
            ("mlp:2-3", regression, nil, "the architecture gives [3] for a sample, and 2 outputs are named"),
            ("mlp:2-2", #"{"targets": []}"#, nil, "the architecture gives [2] for a sample, and 0 outputs"),
            ("mlp:2-2", regression, #"["a"]"#, "the architecture takes samples [2], and 1 columns are named"),
            ("mlp:2-2", regression, #"["a", 1]"#, #"its columns are not understood: ["a", 1]"#),
            ("mlp:2-2", regression, "", "its columns are not understood"),
            ("mlp:2-2", "", nil, "its objective is not understood"),
            ("mlp:2-2", #"{"classes": ["a", "b"]}"#, nil, "its objective is not understood"),
            ("mlp:2-2", #"{"targets": "ab"}"#, nil, "its objective is not understood"),
            ("mlp:2-2", String(repeating: "[", count: 100_000), nil, "its objective is not understood"),
            ("mlp:2", regression, nil, "its architecture: 'mlp:2' is no network"),
            ("", regression, nil, "its architecture: "),
            ("mlp:4611686018427387904-4", regression, nil, "is above the limit of 2³¹ numbers"),
            (
                #"{"input": [16777216, 16777216, 16777216], "layers": ["layerNorm"]}"#, regression, nil,
                "above the limit"
            ),
            (
                #"{"input": [16777216, 16777216, 16777216], "layers": ["rescaling"]}"#, regression, nil,
                "above the limit"
            ),
            (
                """
                {"input": [1, 1, 1], "layers": [
                    {"type": "conv2d", "outputs": 16777216, "kernelSize": 1, "padding": 16777216}]}
                """, regression, nil, "a result of 16777216 × 1 × 33554433 × 33554433 is above the limit"
            ),
        ] as [(String, String, String?, String)])
    func hostileMetadataThrows(architecture: String, objective: String, columns: String?, words: String) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var metadata = ["cotangent.architecture": architecture, "cotangent.objective": objective]
        metadata["cotangent.columns"] = columns
        try Safetensors(tensors: Self.weights, metadata: metadata).write(to: path)
        let error = #expect(throws: TrainedModelError.self) { try TrainedModel(path: path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    /// Eight gigabytes by its description, of which the file holds a few bytes.
    @Test(arguments: ["mlp:2-16777216-127-2", "mlp:2-3-2", "mlp:3-2"])
    func weightsOfAnotherModelThrow(architecture: String) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let metadata = ["cotangent.architecture": architecture, "cotangent.objective": Self.regression]
        try Safetensors(tensors: Self.weights, metadata: metadata).write(to: path)
        let error = #expect(throws: SnapshotError.self) { try TrainedModel(path: path) }
        #expect(error?.mismatched.first?.hasPrefix("0.weight is float32") == true)
    }

    static let traps = [
        Trap("TrainedModel: the architecture gives [2] for a sample, and 3 outputs are named") {
            make(.classification(classes: ["a", "b", "c"]), [])
        },
        Trap("TrainedModel: the architecture takes samples [2], and 3 columns are named") {
            make(.regression(targets: ["a", "b"]), ["a", "b", "c"])
        },
    ]

    private static func make(_ objective: Objective, _ columns: [String]) {
        guard let architecture = try? Architecture(parsing: "mlp:2-2") else { return }
        var generator = PhiloxGenerator(seed: 1)
        _ = TrainedModel(
            architecture.makeModel(using: &generator), architecture, objective: objective, columns: columns)
    }

    @Test(arguments: traps.indices) func misfitsTrap(_ number: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [number] in
            Self.traps[number].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.traps[number].message))
    }
}
