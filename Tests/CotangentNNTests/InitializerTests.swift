import Cotangent
import TestSupport
import Testing

@Suite struct InitializerTests {
    private func draw(_ initializer: Initializer, _ shape: Shape, seed: UInt64 = 7, dtype: DType = .float32) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return initializer(shape, dtype: dtype, using: &generator)
    }

    /// A weight [300, 20, 3, 2] has fan in 120 and fan out 1800. Each with the variance that its formula gives.
    private static let variances: [(Initializer, Double)] = [
        (.glorotNormal(), 2 / 1920),
        (.glorotNormal(gain: 3), 9 * 2 / 1920),
        (.heNormal(), 2 / 120),
        (.heNormal(.leakyReLU(slope: 0.5), fan: .out), 2 / 1.25 / 1800),
        (.leCunNormal, 1 / 120),
        (.normal(mean: 0, deviation: 0.3), 0.09),
    ]

    @Test(arguments: variances) func normals(_ initializer: Initializer, _ variance: Double) {
        let deviation = variance.squareRoot()
        let values = draw(initializer, [300, 20, 3, 2])
        #expect(Swift.abs(mean(values).item) < 5 * deviation / 190)  // 5 standard errors of 36,000 values
        #expect(Swift.abs(standardDeviation(values).item / deviation - 1) < 0.02)
        // The tails are a normal distribution's: 0.27 % beyond 3 deviations.
        let beyond = values.doubles.count { Swift.abs($0) > 3 * deviation }
        #expect((50...150).contains(beyond))
    }

    /// Each with the square of its bound.
    private static let squaredBounds: [(Initializer, Double)] = [
        (.glorotUniform(), 6 / 1920),
        (.heUniform(), 6 / 120),
        (.heUniform(.linear, fan: .out), 3 / 1800),
        (.leCunUniform, 3 / 120),
        (.uniform(-0.5...0.5), 0.25),
    ]

    @Test(arguments: squaredBounds) func uniforms(_ initializer: Initializer, _ square: Double) {
        let bound = square.squareRoot()
        let values = draw(initializer, [300, 20, 3, 2])
        #expect(values.doubles.allSatisfy { Swift.abs($0) <= bound * (1 + 1e-6) })
        #expect(max(values).item > 0.99 * bound && min(values).item < -0.99 * bound)
        #expect(Swift.abs(standardDeviation(values).item / (bound / 3.0.squareRoot()) - 1) < 0.02)
    }

    @Test func gains() {
        // torch.nn.init.calculate_gain
        #expect(Nonlinearity.tanh.gain == 5.0 / 3 && Nonlinearity.selu.gain == 0.75 && Nonlinearity.sigmoid.gain == 1)
        #expect(Nonlinearity.relu.gain == 2.0.squareRoot())
        #expect(Swift.abs(Nonlinearity.leakyReLU().gain - 1.4141428569978354) < 1e-15)
    }

    /// The deviation of a normal distribution cut at ±2 is √(1 − 4 φ(2) / (2 Φ(2) − 1)) = 0.87963.
    @Test func truncatedNormal() {
        let values = draw(.truncatedNormal(mean: 1, deviation: 0.1), [100_000]).doubles
        #expect(values.allSatisfy { Swift.abs($0 - 1) <= 0.2 + 1e-6 })
        #expect(values.contains { $0 > 1.19 } && values.contains { $0 < 0.81 })
        let average = values.reduce(0, +) / 1e5
        let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 1e5
        #expect(Swift.abs(average - 1) < 0.002)
        #expect(Swift.abs(variance.squareRoot() / 0.087963 - 1) < 0.01)
        #expect(draw(.truncatedNormal(), [1000]) == draw(.truncatedNormal(), [1000]))
        #expect(draw(.truncatedNormal(), [1000]) != draw(.truncatedNormal(), [1000], seed: 8))
    }

    @Test(arguments: [[5, 5], [8, 3], [3, 8], [6, 2, 2, 2], [1, 4], [4, 1], [64, 64]] as [Shape]) func orthogonal(
        _ shape: Shape
    ) {
        for (dtype, tolerance) in [(DType.float32, 3e-6), (.float64, 1e-14)] {
            let w = draw(.orthogonal(gain: 2), shape, dtype: dtype)
            #expect(w.shape == shape && w.dtype == dtype)
            let matrix = w.reshaped([shape[0], -1])
            let (rows, columns) = (matrix.shape[0], matrix.shape[1])
            let product = rows <= columns ? matmul(matrix, matrix.transposed) : matmul(matrix.transposed, matrix)
            #expect(relativeDistance(product, Tensor.identity(Swift.min(rows, columns), dtype: dtype) * 4) < tolerance)
        }
    }

    /// With the signs of R's diagonal, Q is the one factor of A = Q R whose R has a positive diagonal; and over many
    /// seeds, no sign prevails.
    @Test func orthogonalSigns() {
        var generator = PhiloxGenerator(seed: 7)
        let a = Tensor.normal([6, 4], dtype: .float64, using: &generator)
        let r = matmul(draw(.orthogonal(), [6, 4], dtype: .float64).transposed, a)
        for row in 0..<4 {
            #expect(r[row, row].item > 0)
            for column in 0..<row { #expect(Swift.abs(r[row, column].item) < 1e-14) }
        }
        let positive = (0..<200).count { draw(.orthogonal(), [2, 2], seed: $0)[0, 0].item > 0 }
        #expect((70...130).contains(positive))
    }

    @Test func constants() {
        #expect(draw(.zeros, [2, 3]) == Tensor.zeros([2, 3]))
        #expect(draw(.constant(0.25), [3], dtype: .float64) == Tensor.full([3], 0.25, dtype: .float64))
    }

    @Test func ofALayer() {
        var generator = PhiloxGenerator(seed: 1)
        let layer = Linear(6, 4, initializer: .orthogonal(), using: &generator)
        #expect(relativeDistance(matmul(layer.weight.value, layer.weight.value.transposed), Tensor.identity(4)) < 1e-6)
    }

    @Test func fansNeedTwoAxes() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            _ = Initializer.heNormal()([5], using: &generator)
        }
        #expect(text(result).contains("a shape of [5] has no fans"))
    }
}
