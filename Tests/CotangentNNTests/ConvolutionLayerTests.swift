import Cotangent
import TestSupport
import Testing

@Suite struct ConvolutionLayerTests {
    // MARK: Against PyTorch

    private func layer(_ test: ConvolutionCase, _ dtype: DType) -> any Layer {
        let (weight, bias) = (test.inputs(dtype)[1], test.inputs(dtype).dropFirst(2).first)
        func convolution<Rank>(_: Rank.Type) -> Convolution<Rank> {
            Convolution(
                weight: weight, bias: bias, stride: test.size(test.stride), padding: test.padding,
                dilation: test.size(test.dilation), groups: test.groups)
        }
        func transposed<Rank>(_: Rank.Type) -> TransposedConvolution<Rank> {
            TransposedConvolution(
                weight: weight, bias: bias, stride: test.size(test.stride), padding: test.padding,
                outputPadding: test.size(test.outputPadding), dilation: test.size(test.dilation), groups: test.groups)
        }
        return switch test.rank {
        case 1: test.isTransposed ? transposed(OneAxis.self) : convolution(OneAxis.self)
        case 2: test.isTransposed ? transposed(TwoAxes.self) : convolution(TwoAxes.self)
        default: test.isTransposed ? transposed(ThreeAxes.self) : convolution(ThreeAxes.self)
        }
    }

    /// Fixtures/convolution.json through layers that are given its weights: values, and the gradients of parameters and
    /// input for a random cotangent.
    @Test(arguments: ConvolutionCase.all.filter { !$0.relu }) func againstPyTorch(_ test: ConvolutionCase) throws {
        for dtype in [DType.float64, .float32] {
            let model = layer(test, dtype)
            #expect(model.namedParameters.map(\.name) == (test.bias ? ["weight", "bias"] : ["weight"]))
            let tolerance = test.tolerance(.automatic, dtype)
            let (x, cotangent) = (test.inputs(dtype)[0], test.cotangent(dtype))
            #expect(relativeDistance(model(x), test.expectedOutput(dtype)) <= tolerance)
            let (_, gradients) = valueAndGradients(of: model) { sum(model(x) * cotangent) }
            let expected = test.expectedGradients(dtype)
            for (parameter, wanted) in zip(model.parameters, expected.dropFirst()) {
                #expect(relativeDistance(try #require(gradients[parameter]), wanted) <= tolerance)
            }
            let dx = vjp(at: x) { model($0) }.pullback(cotangent)
            #expect(relativeDistance(dx, expected[0]) <= tolerance)
            let isBatched = x.rank == test.rank + 2
            let shape = try model.validate(inputShape: Shape(isBatched ? test.x : [1] + test.x), dtype: dtype)
            #expect(shape == Shape(isBatched ? test.output : [1] + test.output))
        }
    }

    // MARK: The lecture

    /// Three filters of 3×3 over three channels: 3 · (27 + 1) = 84 numbers, which take 6×6×3 to 4×4×3.
    @Test func threeFilters() throws {
        var generator = PhiloxGenerator(seed: 1)
        let layer = Conv2D(3, 3, kernelSize: 3, using: &generator)
        #expect(layer.parameterCount == 84)
        #expect(layer(Tensor.ones([1, 3, 6, 6])).shape == [1, 3, 4, 4])
        #expect(layer(Tensor.ones([3, 6, 6])).shape == [3, 4, 4])
        #expect(try layer.validate(inputShape: [1, 3, 6, 6]) == [1, 3, 4, 4])
        #expect(
            Conv2D(3, 3, kernelSize: 3, padding: .same, using: &generator)(Tensor.ones([1, 3, 6, 6])).shape == [
                1, 3, 6, 6,
            ])
    }

    // MARK: Parameters

    @Test func namesAndShapes() {
        var g = PhiloxGenerator(seed: 1)
        func shapes(_ layer: some Layer) -> [Shape] { layer.parameters.map(\.shape) }
        #expect(shapes(Conv1D(4, 6, kernelSize: 5, groups: 2, using: &g)) == [[6, 2, 5], [6]])
        #expect(shapes(Conv2D(4, 6, kernelSize: [3, 2], using: &g)) == [[6, 4, 3, 2], [6]])
        #expect(shapes(Conv2D(4, 8, kernelSize: 3, groups: 4, bias: false, using: &g)) == [[8, 1, 3, 3]])
        #expect(shapes(Conv3D(4, 6, kernelSize: 2, using: &g)) == [[6, 4, 2, 2, 2], [6]])
        #expect(shapes(ConvTranspose1D(4, 6, kernelSize: 5, groups: 2, using: &g)) == [[4, 3, 5], [6]])
        #expect(shapes(ConvTranspose2D(4, 6, kernelSize: [3, 2], using: &g)) == [[4, 6, 3, 2], [6]])
        #expect(shapes(ConvTranspose3D(4, 6, kernelSize: [3, 2, 1], bias: false, using: &g)) == [[4, 6, 3, 2, 1]])
        let model = Sequential {
            Conv2D(1, 4, kernelSize: 3, using: &g)
            ReLU()
            ConvTranspose2D(4, 2, kernelSize: 2, stride: 2, bias: false, using: &g)
        }
        #expect(model.namedParameters.map(\.name) == ["0.weight", "0.bias", "2.weight"])
        #expect(
            Conv2D(1, 4, kernelSize: 3, dtype: .float64, using: &g).parameters.allSatisfy { $0.value.dtype == .float64 }
        )
    }

    /// Uniform in ±1/√fan, from the generator alone. PyTorch counts a fan as weight.shape[1] · |kernel|, for transposed
    /// convolutions too.
    @Test func defaults() {
        var generator = PhiloxGenerator(seed: 1)
        let layers: [(any Layer, fan: Double)] = [
            (Conv1D(64, 128, kernelSize: 4, using: &generator), 256),
            (Conv2D(16, 64, kernelSize: [5, 3], using: &generator), 240),
            (Conv2D(32, 64, kernelSize: 5, groups: 8, using: &generator), 100),
            (Conv3D(8, 64, kernelSize: 3, using: &generator), 216),
            (ConvTranspose1D(128, 64, kernelSize: 4, using: &generator), 256),
            (ConvTranspose2D(16, 128, kernelSize: 5, groups: 2, using: &generator), 1600),
            (ConvTranspose3D(16, 64, kernelSize: [1, 2, 3], using: &generator), 384),
        ]
        for (layer, fan) in layers {
            let bound = 1 / fan.squareRoot()
            for parameter in layer.parameters {
                let values = parameter.value.doubles
                #expect(values.allSatisfy { Swift.abs($0) <= bound * (1 + 1e-6) })
                #expect(values.max()! > 0.9 * bound && values.min()! < -0.9 * bound, "\(layer)")
            }
            // A uniform distribution's deviation is its bound over √3.
            let ratio = standardDeviation(layer.parameters[0].value).item * 3.0.squareRoot() / bound
            #expect(Swift.abs(ratio - 1) < 0.03)
        }
        var (one, other) = (PhiloxGenerator(seed: 9), PhiloxGenerator(seed: 9))
        let twins = [Conv2D(3, 5, kernelSize: 3, using: &one), Conv2D(3, 5, kernelSize: 3, using: &other)]
        #expect(twins[0].snapshot() == twins[1].snapshot() && one == other)
        let given = Conv2D(3, 5, kernelSize: 3, initializer: .constant(0.5), using: &one)
        #expect(given.weight.value == Tensor.full([5, 3, 3, 3], 0.5))
    }

    private static func layers() -> [(any Layer, Shape)] {
        var g = PhiloxGenerator(seed: 2)
        return [
            (Conv1D(4, 6, kernelSize: 3, stride: 2, padding: 1, using: &g), [2, 4, 9]),
            (Conv2D(3, 5, kernelSize: 3, padding: 1, using: &g), [2, 3, 6, 7]),
            (Conv2D(3, 5, kernelSize: 1, using: &g), [2, 3, 6, 7]),
            (Conv2D(4, 8, kernelSize: 3, padding: .same, dilation: 2, groups: 4, using: &g), [2, 4, 6, 7]),
            (Conv3D(2, 3, kernelSize: [2, 3, 1], using: &g), [2, 2, 4, 5, 3]),
            (ConvTranspose1D(4, 6, kernelSize: 3, stride: 2, groups: 2, using: &g), [2, 4, 5]),
            (ConvTranspose2D(3, 5, kernelSize: 4, stride: 2, padding: 1, using: &g), [2, 3, 4, 5]),
            (ConvTranspose3D(2, 3, kernelSize: 2, outputPadding: 0, using: &g), [2, 2, 3, 3, 4]),
        ]
    }

    @Test func everyParameterHasAGradient() throws {
        var generator = PhiloxGenerator(seed: 3)
        for (layer, shape) in Self.layers() {
            let x = Tensor.normal(shape, using: &generator)
            let cotangent = Tensor.normal(layer(x).shape, using: &generator)
            let (_, gradients) = valueAndGradients(of: layer) { sum(layer(x) * cotangent) }
            #expect(gradients.count == 2)
            for (name, parameter) in layer.namedParameters {
                let gradient = try #require(gradients[parameter])
                #expect(gradient.shape == parameter.shape)
                #expect(gradient.doubles.allSatisfy { $0 != 0 }, "\(layer), \(name)")
            }
        }
    }

    @Test func frozenParametersStay() throws {
        var generator = PhiloxGenerator(seed: 4)
        for (layer, shape) in Self.layers() {
            let x = Tensor.normal(shape, using: &generator)
            func gradients() -> Gradients { valueAndGradients(of: layer) { sum(square(layer(x))) }.gradients }
            let all = gradients()
            for name in ["weight", "bias"] {
                layer.freeze { $0 == name }
                let (before, some) = (layer.snapshot(), gradients())
                let (frozen, free) = name == "weight" ? (0, 1) : (1, 0)
                #expect(some.count == 1 && some[layer.parameters[frozen]] == nil)
                #expect(some[layer.parameters[free]] == all[layer.parameters[free]])
                SGD(layer, learningRate: 0.1).update(with: all)
                #expect(layer.parameters[frozen].value == before[name])
                #expect(layer.parameters[free].value != before[free == 0 ? "weight" : "bias"])
                try layer.restore(before)
                layer.unfreeze()
            }
            #expect(gradients().count == 2)
        }
    }

    // MARK: Sequential

    /// A Sequential runs a convolution and the ReLU behind it as one operation.
    @Test(arguments: [ConvolutionAlgorithm.automatic, .columns, .plain]) func fusedEqualsUnfused(
        _ algorithm: ConvolutionAlgorithm
    ) throws {
        for dtype in [DType.float32, .float64] {
            var g = PhiloxGenerator(seed: 5)
            let first = Conv2D(2, 4, kernelSize: 3, padding: 1, algorithm: algorithm, dtype: dtype, using: &g)
            let second = Conv2D(
                4, 3, kernelSize: 2, stride: 2, bias: false, algorithm: algorithm, dtype: dtype, using: &g)
            let third = ConvTranspose2D(3, 2, kernelSize: 2, stride: 2, algorithm: algorithm, dtype: dtype, using: &g)
            let fused = Sequential {
                first
                ReLU()
                second
                ReLU()
                third
                ReLU()
            }
            func unfused(_ x: Tensor) -> Tensor { relu(third(relu(second(relu(first(x)))))) }
            let x = Tensor.normal([3, 2, 6, 5], dtype: dtype, using: &g)
            let y = unfused(x)
            #expect(y.doubles.contains(0) && y.doubles.contains { $0 > 0 })
            #expect(fused(x) == y)
            let cotangent = Tensor.normal(y.shape, dtype: dtype, using: &g)
            let (_, a) = valueAndGradients(of: fused) { sum(fused(x) * cotangent) }
            let (_, b) = valueAndGradients(of: fused) { sum(unfused(x) * cotangent) }
            #expect(a.count == 5)
            for parameter in fused.parameters { #expect(a[parameter] == b[parameter]) }
            #expect(vjp(at: x) { fused($0) }.pullback(cotangent) == vjp(at: x, of: unfused).pullback(cotangent))
        }
    }

    /// Gradients of gradients with respect to the input and, by functionalCall, the parameters.
    @Test func secondDerivatives() throws {
        var g = PhiloxGenerator(seed: 6)
        let model = Sequential {
            Conv2D(2, 3, kernelSize: 3, padding: 1, dtype: .float64, using: &g)
            Tanh()
            Conv2D(3, 2, kernelSize: 2, stride: 2, dtype: .float64, using: &g)
            Tanh()
            ConvTranspose2D(2, 1, kernelSize: 2, stride: 2, dtype: .float64, using: &g)
        }
        let x = Tensor.normal([2, 2, 4, 5], dtype: .float64, using: &g)
        let names = model.namedParameters.map(\.name)
        try gradientCheck(at: [x] + model.parameters.map(\.value), absolute: 1e-7) { values in
            Cotangent.gradient(at: values[0]) { x in
                functionalCall(model, Dictionary(uniqueKeysWithValues: zip(names, values.dropFirst()))) {
                    sum(tanh(model(x)))
                }
            }
        }
    }

    @Test func overfitsATinyBatch() {
        var generator = PhiloxGenerator(seed: 7)
        let model = Sequential {
            Conv2D(1, 8, kernelSize: 3, padding: 1, using: &generator)
            ReLU()
            Conv2D(8, 8, kernelSize: 3, stride: 2, padding: 1, using: &generator)
            ReLU()
            Flatten()
            Linear(8 * 4 * 4, 3, using: &generator)
        }
        let x = Tensor.normal([6, 1, 8, 8], using: &generator)
        let labels = Tensor([0, 1, 2, 0, 1, 2])
        let optimizer = Adam(model, learningRate: 0.01)
        var last = Double.infinity
        for _ in 0..<100 {
            let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), labels) }
            optimizer.update(with: gradients)
            last = loss.item
        }
        #expect(last < 0.01)
        #expect(argmax(model(x), axis: 1) == labels)
    }
}
