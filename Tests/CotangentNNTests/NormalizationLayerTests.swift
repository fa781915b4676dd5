import Cotangent
import TestSupport
import Testing

/// A normalising layer in PyTorch: some steps in training, then one in inference, from Fixtures/normalization.py.
struct NormalizationLayerCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Step: Decodable, Sendable {
        let input: FixtureTensor
        let output: FixtureTensor
        let cotangent: FixtureTensor
        let inputGradient: FixtureTensor
        let gradients: [String: FixtureTensor]
        let buffers: [String: FixtureTensor]
    }

    let name: String
    let options: [String: JSONValue]
    /// Everything in PyTorch's state_dict.
    let state: [String: FixtureTensor]
    let steps: [Step]

    static let all: [NormalizationLayerCase] = {
        struct File: Decodable { let layers: [NormalizationLayerCase] }
        return try! Fixtures.decoded("normalization.json", as: File.self).layers
    }()

    var testDescription: String { "\(name) \(steps[0].input.shape) \(options.keys.sorted())" }

    func layer(_ dtype: DType) -> any Layer {
        let epsilon = options["epsilon"]?.double ?? 1e-5
        func channels<Axes: SpatialAxes>(_: BatchNorm<Axes>.Type) -> any Layer {
            BatchNorm<Axes>(
                options["features"]!.int!, epsilon: epsilon,
                momentum: options["momentum"].map(\.double) ?? 0.1, affine: options["affine"]?.bool ?? true,
                tracksRunningStatistics: options["tracks"]?.bool ?? true, dtype: dtype)
        }
        func instances<Axes: SpatialAxes>(_: InstanceNorm<Axes>.Type) -> any Layer {
            InstanceNorm<Axes>(
                options["features"]!.int!, epsilon: epsilon, momentum: options["momentum"]?.double ?? 0.1,
                affine: options["affine"]?.bool ?? false, tracksRunningStatistics: options["tracks"]?.bool ?? false,
                dtype: dtype)
        }
        switch name {
        case "BatchNorm1D": return channels(BatchNorm1D.self)
        case "BatchNorm2D": return channels(BatchNorm2D.self)
        case "BatchNorm3D": return channels(BatchNorm3D.self)
        case "InstanceNorm1D": return instances(InstanceNorm1D.self)
        case "InstanceNorm2D": return instances(InstanceNorm2D.self)
        case "InstanceNorm3D": return instances(InstanceNorm3D.self)
        case "LayerNorm":
            return LayerNorm(
                Shape(options["normalizedShape"]!.ints!), epsilon: epsilon, affine: options["affine"]?.bool ?? true,
                bias: options["bias"]?.bool ?? true, dtype: dtype)
        case "GroupNorm":
            return GroupNorm(
                options["groups"]!.int!, options["channels"]!.int!, epsilon: epsilon,
                affine: options["affine"]?.bool ?? true, dtype: dtype)
        default: fatalError("no layer '\(name)'")
        }
    }
}

@Suite struct NormalizationLayerTests {
    /// Outputs, gradients and running figures of PyTorch's layers, step by step; and the names of the state.
    @Test(arguments: NormalizationLayerCase.all) func againstPyTorch(_ test: NormalizationLayerCase) throws {
        for (dtype, tolerance) in [(DType.float32, 2e-6), (.float64, 1e-10)] {
            let layer = test.layer(dtype)
            try layer.restore(Snapshot(test.state.map { ($0, $1.tensor(dtype)) }))
            for (index, step) in test.steps.enumerated() {
                let mode = index + 1 < test.steps.count ? Mode.training : .inference
                let (x, cotangent) = (step.input.tensor(dtype), step.cotangent.tensor(dtype))
                let before = layer.snapshot()
                let dx = step.inputGradient.tensor(dtype)
                let scale = Swift.max(1, dx.doubles.map { $0 * $0 }.reduce(0, +).squareRoot())
                let found = vjp(at: x, mode: mode) { layer($0) }.pullback(cotangent)
                #expect(largestDifference(found, dx) < tolerance * scale)
                try layer.restore(before)

                var output = x
                let (_, gradients) = valueAndGradients(of: layer, mode: mode) {
                    let y = layer(x)
                    output = y.detached
                    return sum(y * cotangent)
                }
                #expect(relativeDistance(output, step.output.tensor(dtype)) < tolerance)
                for (name, parameter) in layer.namedParameters {
                    let gradient = try #require(gradients[parameter])
                    #expect(relativeDistance(gradient, step.gradients[name]!.tensor(dtype)) < tolerance, "\(name)")
                    #expect(gradient.doubles.contains { $0 != 0 })
                }
                #expect(layer.namedBuffers.map(\.name).sorted() == step.buffers.keys.sorted())
                for (name, buffer) in layer.namedBuffers {
                    let wanted = step.buffers[name]!.tensor(dtype)
                    #expect(buffer.value.dtype == wanted.dtype)
                    #expect(relativeDistance(buffer.value, wanted) < tolerance, "\(name) after step \(index)")
                }
            }
        }
    }

    /// PyTorch's names and order in state_dict, and its first values.
    @Test func names() {
        let norm = BatchNorm2D(3)
        #expect(
            norm.snapshot().names == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"])
        #expect(norm.batchesTracked?.value == Tensor(scalar: 0))
        #expect(norm.runningVariance?.value == Tensor.ones([3]) && norm.runningMean?.value == Tensor.zeros([3]))
        #expect(norm.weight?.value == Tensor.ones([3]) && norm.bias?.value == Tensor.zeros([3]))
        #expect(
            BatchNorm1D(3, affine: false).snapshot().names == ["running_mean", "running_var", "num_batches_tracked"])
        #expect(BatchNorm3D(3, tracksRunningStatistics: false).snapshot().names == ["weight", "bias"])
        #expect(InstanceNorm2D(3).snapshot().count == 0)
        #expect(LayerNorm([2, 3]).weight?.shape == [2, 3] && LayerNorm(4, bias: false).parameters.count == 1)
        #expect(LayerNorm(4, affine: false).parameters.isEmpty && GroupNorm(2, 4, affine: false).parameters.isEmpty)
        let model = Sequential {
            BatchNorm1D(3)
            ReLU()
            LayerNorm(3)
        }
        #expect(
            model.snapshot().names == [
                "0.weight", "0.bias", "2.weight", "2.bias", "0.running_mean", "0.running_var", "0.num_batches_tracked",
            ])
    }

    // MARK: State

    private struct Failure: Error {}

    private static func model() -> (Sequential, BatchNorm1D, Tensor) {
        var generator = PhiloxGenerator(seed: 3)
        let norm = BatchNorm1D(4, dtype: .float64)
        let model = Sequential {
            Linear(3, 4, dtype: .float64, using: &generator)
            norm
            Tanh()
        }
        return (model, norm, Tensor.normal([6, 3], dtype: .float64, using: &generator))
    }

    /// One more step of the running mean, from the formula.
    private func expectedMean(_ model: Sequential, _ norm: BatchNorm1D, _ x: Tensor) -> Tensor {
        norm.runningMean!.value * 0.9 + mean(model.layers[0](x), axes: [0]) * 0.1
    }

    @Test func countsOnceUnderACheckpoint() {
        let (model, norm, x) = Self.model()
        let expected = expectedMean(model, norm, x)
        let (value, gradients) = valueAndGradients(of: model) { sum(checkpoint { square(model(x)) }) }
        #expect(norm.batchesTracked!.value.item == 1)
        #expect(relativeDistance(norm.runningMean!.value, expected) < 1e-14)
        let plain = valueAndGradients(of: model) { sum(square(model(x))) }
        #expect(value == plain.value && norm.batchesTracked!.value.item == 2)
        for parameter in model.parameters {
            #expect(relativeDistance(gradients[parameter]!, plain.gradients[parameter]!) < 1e-14)
        }
    }

    @Test func keepsNothingAfterAnError() {
        let (model, norm, x) = Self.model()
        let before = model.snapshot()
        #expect(throws: Failure.self) {
            try valueAndGradients(of: model) {
                _ = model(x)
                #expect(norm.batchesTracked!.value.item == 1)
                throw Failure()
            }
        }
        #expect(model.snapshot() == before)
    }

    /// A nested gradient in training is one pass forward.
    @Test func countsOnceWhenNested() {
        let (model, norm, x) = Self.model()
        let expected = expectedMean(model, norm, x)
        _ = valueAndGradients(of: model) {
            sum(square(gradient(at: x) { sum(square(model($0))) }))
        }
        #expect(norm.batchesTracked!.value.item == 1)
        #expect(relativeDistance(norm.runningMean!.value, expected) < 1e-14)
    }

    @Test func inferenceLeavesStateAlone() throws {
        let (model, norm, x) = Self.model()
        let before = model.snapshot()
        let y = model(x)
        _ = gradient(at: x) { sum(model($0)) }
        try model.validate(inputShape: [6, 3], dtype: .float64)
        _ = model.summary(inputShape: [6, 3], dtype: .float64)
        #expect(model.snapshot() == before)
        // Running figures of 0 and 1 change nothing but by epsilon; a row's result does not hang on the others.
        #expect(relativeDistance(y, tanh(model.layers[0](x) / (1 + 1e-5).squareRoot())) < 1e-14)
        _ = running(in: .training) { model(x) }
        #expect(relativeDistance(model(x[0..<1]), model(x)[0..<1]) < 1e-15)
        #expect(norm.batchesTracked!.value.item == 1)
    }

    /// An empty batch says nothing.
    @Test func emptyBatch() {
        let (model, _, _) = Self.model()
        let before = model.snapshot()
        let (_, gradients) = valueAndGradients(of: model) { sum(model(Tensor.zeros([0, 3], dtype: .float64))) }
        #expect(model.snapshot() == before)
        #expect(gradients.count == 4 && gradients.norm == 0)
    }

    /// The gradient penalty's path: gradients of gradients through a batch's own figures, to input and parameters.
    @Test func secondOrderThroughTheLayers() throws {
        var generator = PhiloxGenerator(seed: 5)
        let model = Sequential {
            GroupNorm(2, 4, dtype: .float64)
            BatchNorm1D(4, dtype: .float64)
            InstanceNorm1D(4, affine: true, dtype: .float64)
            Flatten()
            LayerNorm(12, dtype: .float64)
        }
        let names = model.namedParameters.map(\.name)
        let values = model.parameters.map { Tensor.normal($0.shape, dtype: .float64, using: &generator) }
        let x = Tensor.normal([3, 4, 3], dtype: .float64, using: &generator)
        #expect(names.count == 8)
        try gradientCheck(at: [x] + values, relative: 1e-5, absolute: 1e-6, mode: .training) { values in
            Cotangent.gradient(at: values[0]) { x in
                functionalCall(model, Dictionary(uniqueKeysWithValues: zip(names, values.dropFirst()))) {
                    sum(tanh(model(x)))
                }
            }
        }
    }

    // MARK: Shapes

    @Test func validateAndSummary() throws {
        let model = Sequential {
            BatchNorm2D(3)
            InstanceNorm2D(3)
            GroupNorm(3, 3)
            Dropout2D(rate: 0.25)
            LayerNorm([3, 4, 5], bias: false)
        }
        #expect(try model.validate(inputShape: [2, 3, 4, 5]) == [2, 3, 4, 5])
        #expect(try model.validate(inputShape: [0, 3, 4, 5]) == [0, 3, 4, 5])
        let summary = model.summary(inputShape: [2, 3, 4, 5])
        #expect(
            summary.rows.map(\.layer) == [
                "BatchNorm2D(3)", "InstanceNorm2D(3)", "GroupNorm(3 of 3)", "Dropout2D(0.25)",
                "LayerNorm(3 × 4 × 5, no bias)",
            ])
        #expect(summary.rows.map(\.parameterCount) == [6, 0, 6, 0, 60])
        // Parameters, running mean and variance, and the count of batches.
        #expect(summary.byteCount == 4 * (6 + 6 + 60 + 6) + 8)
        func problem(_ layer: some Layer, _ shape: Shape) -> String? {
            do {
                try layer.validate(inputShape: shape)
                return nil
            } catch { return error.message }
        }
        #expect(problem(BatchNorm1D(3), [5, 3]) == nil && problem(BatchNorm1D(3), [5, 3, 7]) == nil)
        #expect(problem(BatchNorm2D(3), [1, 3, 1, 1]) == nil)
        #expect(
            problem(BatchNorm1D(3), [5, 4])
                == "BatchNorm1D: the input is float32 [5, 4], not [batch, 3] or [batch, 3, length]")
        #expect(
            problem(BatchNorm2D(3), [5, 3, 4])
                == "BatchNorm2D: the input is float32 [5, 3, 4], not [batch, 3, height, width]")
        #expect(
            problem(BatchNorm3D(3), [5, 3, 4, 4])
                == "BatchNorm3D: the input is float32 [5, 3, 4, 4], not [batch, 3, depth, height, width]")
        #expect(problem(InstanceNorm1D(3), [3, 4]) == nil && problem(InstanceNorm3D(3), [3, 2, 4, 4]) == nil)
        #expect(
            problem(InstanceNorm2D(3), [5, 4, 4, 4])
                == "InstanceNorm2D: the input is float32 [5, 4, 4, 4]: 2 spatial axes after 3 channels are expected, with or without a batch before"
        )
        #expect(problem(InstanceNorm2D(3), [5, 3, 1, 1])?.contains("expected more than 1 spatial element") == true)
        #expect(problem(GroupNorm(2, 4), [5, 3]) == "GroupNorm: the input is float32 [5, 3], not [batch, 4, …]")
        #expect(
            problem(LayerNorm([3, 4]), [5, 4])?.hasPrefix(
                "layerNorm: the input is float32 [5, 4], the weight float32 [3, 4]") == true)
        do {
            try model.validate(inputShape: [2, 3, 4, 6])
            Issue.record("LayerNorm took a wrong shape")
        } catch { #expect(error.layer == "4") }
        do {
            try model.validate(inputShape: [2, 5, 4, 6])
            Issue.record("BatchNorm took a wrong shape")
        } catch { #expect(error.layer == "0") }
    }

    static let traps: [(message: String, body: @Sendable () -> Void)] = [
        (
            "batchNorm: expected more than 1 value per channel in training, got float32 [1, 3]",
            { _ = running(in: .training) { BatchNorm1D(3)(Tensor.zeros([1, 3])) } }
        ),
        (
            "batchNorm: expected more than 1 value per channel in training, got float32 [1, 2, 1, 1]",
            { _ = BatchNorm2D(2, tracksRunningStatistics: false)(Tensor.zeros([1, 2, 1, 1])) }
        ),
        (
            "BatchNorm2D: the input is float32 [2, 4, 5, 5], not [batch, 3, height, width]",
            { _ = BatchNorm2D(3)(Tensor.zeros([2, 4, 5, 5])) }
        ),
        (
            "batchNorm: the input is float64 [2, 3, 5, 5], the weight float32 [3], the bias float32 [3]",
            { _ = BatchNorm2D(3)(Tensor.zeros([2, 3, 5, 5], dtype: .float64)) }
        ),
        ("BatchNorm1D: 0 features with epsilon 1e-05: the first must be positive", { _ = BatchNorm1D(0) }),
        ("GroupNorm: 3 groups of 4 channels with epsilon 1e-05: both must be positive", { _ = GroupNorm(3, 4) }),
        ("LayerNorm: shape [2, 0] with epsilon 1e-05: lengths must be positive", { _ = LayerNorm([2, 0]) }),
        ("Dropout2D: the rate 1.5 is not within 0...1", { _ = Dropout2D(rate: 1.5) }),
        (
            "Dropout2D: the input is float32 [3, 4], neither [batch, channels, height, width] nor [batch, channels, length]",
            { _ = Dropout2D()(Tensor.zeros([3, 4])) }
        ),
        (
            "Dropout1D: the input is float32 [3], neither [batch, channels, length] nor [channels, length]",
            { _ = Dropout1D()(Tensor.zeros([3])) }
        ),
        (
            "Dropout3D: there is no randomness to draw from in training",
            { _ = running(in: .training) { Dropout3D()(Tensor.zeros([2, 2, 2, 2])) } }
        ),
    ]

    @Test(arguments: traps.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            NormalizationLayerTests.traps[index].body()
        }
        let message = "Cotangent: " + Self.traps[index].message
        #expect(text(result).contains(message), "expected '\(message)' in '\(text(result).prefix(400))'")
    }
}
