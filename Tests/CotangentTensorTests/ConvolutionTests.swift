import CotangentTensor
import TestSupport
import Testing

/// Convolutions and their transposed form through every algorithm, against PyTorch's values and gradients:
/// Fixtures/convolution.py made them.
@Suite struct ConvolutionTests {
    static let cases = ConvolutionCase.all
    static let doublyDifferentiated = cases.filter { $0.second != nil }

    /// Every algorithm that serves the case, in float64 and float32, with what its results may be off by.
    private func eachForm(
        _ test: ConvolutionCase, _ body: (ConvolutionAlgorithm, DType, _ tolerance: Double) throws -> Void
    ) rethrows {
        for algorithm in ConvolutionAlgorithm.allCases {
            for dtype in [DType.float64, .float32] where test.forms(algorithm, dtype) != nil {
                try body(algorithm, dtype, test.tolerance(algorithm, dtype))
            }
        }
    }

    /// Forms that no case reaches would not be tested at all.
    @Test(arguments: ConvolutionAlgorithm.allCases) func everyAlgorithmServesSomeCase(_ algorithm: ConvolutionAlgorithm)
    {
        let served = Self.cases.filter { $0.forms(algorithm, .float32) != nil }
        let all: Set<ConvolutionAlgorithm> = [.automatic, .withoutWinograd, .columns, .plain]
        #expect(served.count >= (all.contains(algorithm) ? Self.cases.count : 12), "\(served.count) cases")
    }

    @Test(arguments: cases) func value(_ test: ConvolutionCase) {
        eachForm(test) { algorithm, dtype, tolerance in
            let expected = test.expectedOutput(dtype)
            for inputs in [test.inputs(dtype), test.inputs(dtype).map(scatteredView)] {
                let y = test.apply(inputs, algorithm)
                #expect(y.shape == expected.shape && y.dtype == dtype)
                #expect(relativeDistance(y, expected) <= tolerance, "\(algorithm), \(dtype)")
            }
        }
    }

    /// The gradients for a random cotangent, of contiguous inputs and of views, and with the cotangent itself a view.
    @Test(arguments: cases) func pullback(_ test: ConvolutionCase) {
        eachForm(test) { algorithm, dtype, tolerance in
            let (inputs, cotangent) = (test.inputs(dtype), test.cotangent(dtype))
            let expected = test.expectedGradients(dtype)
            for (at, dy) in [(inputs, cotangent), (inputs.map(scatteredView), scatteredView(of: cotangent))] {
                let found = vjp(at: at) { test.apply($0, algorithm) }.pullback(dy)
                for (name, (found, wanted)) in zip(["x", "weight", "bias"], zip(found, expected)) {
                    #expect(found.shape == wanted.shape && found.dtype == dtype)
                    #expect(relativeDistance(found, wanted) <= tolerance, "\(algorithm), \(dtype), \(name)")
                }
            }
        }
    }

    /// One gradient alone, which leaves out the others' work.
    @Test(arguments: cases) func pullbackOfOneInput(_ test: ConvolutionCase) {
        let (inputs, expected) = (test.inputs(.float64), test.expectedGradients(.float64))
        for (place, wanted) in expected.enumerated() {
            let found = vjp(at: inputs[place]) { input in
                var inputs = inputs
                inputs[place] = input
                return test.apply(inputs)
            }.pullback(test.cotangent(.float64))
            #expect(relativeDistance(found, wanted) <= 1e-10)
        }
    }

    /// Gradients of the pullback's results, ⟨a, dx⟩ + ⟨b, dweight⟩ + ⟨c, dbias⟩, against PyTorch's double backward.
    @Test(arguments: doublyDifferentiated) func secondDerivatives(_ test: ConvolutionCase) throws {
        let second = try #require(test.second)
        try eachForm(test) { algorithm, dtype, tolerance in
            let inputs = test.inputs(dtype)
            let places = [inputs[0], inputs[1], test.cotangent(dtype)]
            let directions = test.directions(dtype)
            let (_, found) = valueAndGradient(at: places) { places in
                let gradients = vjp(at: [places[0], places[1]] + inputs.dropFirst(2)) { test.apply($0, algorithm) }
                    .pullback(places[2])
                return zip(gradients, directions).map { sum($0 * $1) }.reduce(Tensor.zeros([], dtype: dtype), +)
            }
            for (name, (found, like)) in zip(["x", "weight", "cotangent"], zip(found, places)) {
                let wanted = try #require(second[name]).tensor(like.shape.dimensions, test.unit, dtype)
                #expect(relativeDistance(found, wanted) <= tolerance, "\(algorithm), \(dtype), \(name)")
            }
        }
    }

    // MARK: ReLU

    /// ReLU within the convolution: the same values to the bit, and the same gradients.
    @Test(arguments: cases.filter { !$0.isTransposed }) func fusedReLU(_ test: ConvolutionCase) {
        eachForm(test) { algorithm, dtype, _ in
            let inputs = test.inputs(dtype)
            let fused = vjp(at: inputs) { test.apply($0, algorithm, relu: true) }
            let apart = vjp(at: inputs) { relu(test.apply($0, algorithm, relu: false)) }
            #expect(fused.value == apart.value, "\(algorithm), \(dtype)")
            #expect(fused.value.doubles.allSatisfy { $0 >= 0 })
            let cotangent = test.cotangent(dtype)
            for (found, wanted) in zip(fused.pullback(cotangent), apart.pullback(cotangent)) {
                #expect(found == wanted, "\(algorithm), \(dtype)")
            }
        }
    }

    // MARK: Differences

    /// Cases without kinks.
    static let smooth = doublyDifferentiated.filter { !$0.relu }

    @Test(arguments: smooth, ConvolutionAlgorithm.allCases) func firstOrder(
        _ test: ConvolutionCase, _ algorithm: ConvolutionAlgorithm
    ) throws {
        guard test.forms(algorithm, .float64) != nil else { return }
        try gradientCheck(at: test.inputs(.float64)) { test.apply($0, algorithm) }
    }

    /// The gradients of the gradients, for input, weight, bias and a random cotangent.
    @Test(arguments: smooth, ConvolutionAlgorithm.allCases) func secondOrder(
        _ test: ConvolutionCase, _ algorithm: ConvolutionAlgorithm
    ) throws {
        guard test.forms(algorithm, .float64) != nil else { return }
        try gradientCheck(at: test.inputs(.float64) + [test.cotangent(.float64)], absolute: 1e-7, seed: 1) { values in
            let gradients = vjp(at: Array(values.dropLast())) { tanh(test.apply($0, algorithm)) }.pullback(values.last!)
            return concatenate(gradients.map(\.flattened))
        }
    }

    // MARK: Shapes

    /// A run on shapes alone.
    @Test(arguments: cases) func abstractRun(_ test: ConvolutionCase) {
        for inputs in [test.inputs(.float32).map { Tensor(abstract: $0.shape, $0.dtype) }, test.inputs(.float32)] {
            let run = AbstractRun()
            let y = run.run { test.apply(inputs) }
            #expect(y.shape == Shape(test.output) && y.dtype == .float32)
            #expect(run.problem == nil)
        }
    }

    @Test(arguments: ConvolutionAlgorithm.allCases) func emptyBatch(_ algorithm: ConvolutionAlgorithm) {
        for dtype in [DType.float32, .float64] {
            let x = Tensor.ones([0, 3, 6, 5], dtype: dtype)
            let weight = Tensor.ones([4, 3, 3, 3], dtype: dtype)
            let bias = Tensor.ones([4], dtype: dtype)
            if ConvolutionCase.forms(algorithm, x.shape, weight.shape) == nil { continue }
            let (y, pullback) = vjp(at: [x, weight, bias]) {
                conv2d($0[0], $0[1], $0[2], padding: 1, relu: true, algorithm: algorithm)
            }
            #expect(y.shape == [0, 4, 6, 5] && y.dtype == dtype)
            let gradients = pullback(y)
            #expect(gradients[0].shape == x.shape)
            #expect(gradients[1] == Tensor.zeros(like: weight) && gradients[2] == Tensor.zeros(like: bias))
            let (z, back) = vjp(at: [x, weight.swappingAxes(0, 1), bias]) {
                convTranspose2d($0[0], $0[1], $0[2], padding: 1, algorithm: algorithm)
            }
            #expect(z.shape == [0, 4, 6, 5])
            #expect(back(z)[1] == Tensor.zeros([3, 4, 3, 3], dtype: dtype))
        }
    }

    /// Where all that a kernel sees is padding, what is left is the bias.
    @Test func paddingAlone() {
        for algorithm in ConvolutionAlgorithm.allCases {
            let (x, weight, bias) = (
                Tensor.ones([2, 3, 0, 2]), Tensor.ones([2, 3, 2, 2]), Tensor([1.5, -2] as [Float])
            )
            guard ConvolutionCase.forms(algorithm, x.shape, weight.shape) != nil else { continue }
            let (y, pullback) = vjp(at: [x, weight, bias]) {
                conv2d($0[0], $0[1], $0[2], padding: 1, algorithm: algorithm)
            }
            #expect(y == bias.reshaped([2, 1, 1]).broadcast(to: [2, 2, 1, 3]))
            let gradients = pullback(Tensor.ones(like: y))
            #expect(gradients[0].shape == x.shape)
            #expect(gradients[1] == Tensor.zeros(like: weight) && gradients[2].doubles == [6, 6])
        }
    }

    /// So it is without input channels.
    @Test func noInputChannels() {
        for algorithm in ConvolutionAlgorithm.allCases {
            for kernel in [1, 3] {
                let (x, weight) = (Tensor.zeros([2, 0, 4, 3]), Tensor.zeros([2, 0, kernel, kernel]))
                let bias = Tensor([1.5, -2] as [Float])
                guard ConvolutionCase.forms(algorithm, x.shape, weight.shape) != nil else { continue }
                let y = conv2d(x, weight, bias, padding: Padding(SpatialSize(kernel / 2)), algorithm: algorithm)
                #expect(y == bias.reshaped([2, 1, 1]).broadcast(to: [2, 2, 4, 3]))
            }
        }
    }

    // MARK: By hand

    /// An edge detector: the lecture's vertical edge, [1, 0, −1] in three rows, over an image that is 10 left and 0
    /// right, gives 30 where the edge is.
    @Test(arguments: ConvolutionAlgorithm.allCases) func verticalEdge(_ algorithm: ConvolutionAlgorithm) {
        let row: [Float] = [10, 10, 10, 0, 0, 0]
        let x = Tensor(Array(repeating: row, count: 6).flatMap { $0 }, shape: [1, 1, 6, 6])
        let weight = Tensor(Array(repeating: [1, 0, -1] as [Float], count: 3).flatMap { $0 }, shape: [1, 1, 3, 3])
        guard ConvolutionCase.forms(algorithm, x.shape, weight.shape) != nil else { return }
        let expected = Array(repeating: [0, 30, 30, 0] as [Float], count: 4).flatMap { $0 }
        #expect(
            relativeDistance(conv2d(x, weight, algorithm: algorithm), Tensor(expected, shape: [1, 1, 4, 4])) < 1e-6)
    }

    /// ⟨conv(x), y⟩ = ⟨x, convTranspose(y)⟩: what the transposed form is defined by.
    @Test func transposedIsTheAdjoint() {
        var generator = PhiloxGenerator(seed: 5)
        let x = Tensor.normal([2, 4, 9, 8], dtype: .float64, using: &generator)
        let weight = Tensor.normal([6, 2, 3, 2], dtype: .float64, using: &generator)
        let y = Tensor.normal([2, 6, 4, 5], dtype: .float64, using: &generator)
        let left = sum(conv2d(x, weight, stride: 2, padding: [0, 1], groups: 2) * y)
        let right = sum(
            x * convTranspose2d(y, weight, stride: 2, padding: [0, 1], outputPadding: 0, groups: 2))
        #expect(Swift.abs(left.item / right.item - 1) < 1e-12)
    }
}

extension ConvolutionCase {
    /// Of a convolution with its options at their defaults.
    static func forms(_ algorithm: ConvolutionAlgorithm, _ x: Shape, _ weight: Shape) -> [String]? {
        algorithm.forms(x, weight, stride: 1, padding: 1, dilation: 1, groups: 1, dtype: .float32)
    }
}
