import Cotangent
import TestSupport
import Testing

@Suite struct StochasticGradientDescentTests {
    private struct Refused: Error {}

    private static let (x, y) = {
        var generator = PhiloxGenerator(seed: 3)
        let x = Tensor.normal([50, 3], dtype: .float64, using: &generator)
        let y = matmul(x, Tensor([1.0, -2, 0.5])) + 0.1 * Tensor.normal([50], dtype: .float64, using: &generator)
        return (x, y)
    }()

    private static func loss(_ w: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { mean(square(matmul(x, w) - y)) }
    private static let start = Tensor.zeros([3], dtype: .float64)

    @Test(arguments: [1, 3, 7, 50, 80]) func anEpochGoesThroughAllSamples(_ size: Int) {
        var generator = PhiloxGenerator(seed: 1)
        let numbers = Tensor.range(to: 50, dtype: .float64)
        var batches: [[Int]] = []
        let found = StochasticGradientDescent(learningRate: 1e-3, batchSize: size, epochs: 2).minimize(
            from: Tensor([0.0]), over: numbers, numbers, using: &generator
        ) { p, x, y in
            #expect(x == y)
            batches.append(x.ints)
            return sum(square(p))
        }
        let perEpoch = (50 + size - 1) / size
        #expect(found.iterations == 2 * perEpoch && found.stop == .iterationLimit)
        // The last call is that of all samples.
        #expect(batches.count == 2 * perEpoch + 1 && found.evaluations == batches.count)
        let epochs = [batches[..<perEpoch], batches[perEpoch..<(2 * perEpoch)]]
        for epoch in epochs {
            #expect(epoch.joined().sorted() == Array(0..<50))
            #expect(epoch.dropLast().allSatisfy { $0.count == Swift.min(size, 50) })
        }
        #expect(Array(epochs[0].joined()) != Array(epochs[1].joined()))
    }

    @Test func independentBatchesRepeatSamples() {
        var generator = PhiloxGenerator(seed: 1)
        let numbers = Tensor.range(to: 50, dtype: .float64)
        var seen: [Int] = []
        let found = StochasticGradientDescent(
            learningRate: 1e-3, batchSize: 10, epochs: 40, sampling: .independently
        ).minimize(from: Tensor([0.0]), over: numbers, numbers, using: &generator) { p, x, _ in
            if x.count < 50 { seen += x.ints }
            return sum(square(p))
        }
        #expect(found.iterations == 200 && seen.count == 2000)
        // A number comes Poisson(1) times in an epoch: 1 − 1/e of them come.
        let distinct = (0..<40).map { Double(Set(seen[($0 * 50)..<($0 * 50 + 50)]).count) / 50 }.reduce(0, +) / 40
        #expect(Swift.abs(distinct - 0.636) < 0.03, "\(distinct)")
        #expect(Set(seen).count == 50)
    }

    @Test(arguments: [0, 0.8]) func aBatchOfAllIsGradientDescent(_ momentum: Double) {
        var generator = PhiloxGenerator(seed: 1)
        let stochastic = StochasticGradientDescent(learningRate: 0.05, batchSize: 50, epochs: 30, momentum: momentum)
            .minimize(from: Self.start, over: Self.x, Self.y, using: &generator, Self.loss)
        let plain = GradientDescent(learningRate: 0.05, momentum: momentum, iterations: 30)
            .minimize(from: Self.start) { Self.loss($0, Self.x, Self.y) }
        #expect(largestDifference(stochastic.point, plain.point) < 1e-14)
        #expect(Swift.abs(stochastic.value - plain.value) < 1e-14)
        #expect(Swift.abs(stochastic.gradientNorm - plain.gradientNorm) < 1e-13)
    }

    @Test func aFallingRateConverges() {
        let exact = LBFGS().minimize(from: Self.start) { Self.loss($0, Self.x, Self.y) }
        func distance(_ minimizer: StochasticGradientDescent) -> Double {
            var generator = PhiloxGenerator(seed: 5)
            let found = minimizer.minimize(from: Self.start, over: Self.x, Self.y, using: &generator, Self.loss)
            return relativeDistance(found.point, exact.point)
        }
        let constant = distance(StochasticGradientDescent(learningRate: 0.1, batchSize: 5, epochs: 200))
        let falling = distance(
            StochasticGradientDescent(learningRate: 0.1, batchSize: 5, epochs: 200) { 1 / (1 + 0.1 * Double($0)) })
        #expect(constant < 0.05 && falling < constant / 10, "\(constant) \(falling)")
    }

    @Test(arguments: [DType.float32, .float64]) func sameSeedSamePath(_ dtype: DType) {
        func path(_ seed: UInt64) -> [Tensor] {
            var generator = PhiloxGenerator(seed: seed)
            let found = StochasticGradientDescent(learningRate: 0.05, batchSize: 8, epochs: 3, recordsPath: true)
                .minimize(
                    from: Self.start.cast(to: dtype), over: Self.x.cast(to: dtype), Self.y.cast(to: dtype),
                    using: &generator, Self.loss)
            #expect(found.path.count == found.iterations + 1)
            #expect(found.path.last?.point == found.point)
            return found.path.map(\.point)
        }
        #expect(path(1) == path(1))
        #expect(path(1) != path(2))
    }

    @Test func saysThatItDiverged() {
        var generator = PhiloxGenerator(seed: 1)
        let found = StochasticGradientDescent(learningRate: 10, batchSize: 5, epochs: 100)
            .minimize(from: [Self.start], over: Self.x, Self.y, using: &generator) { Self.loss($0[0], $1, $2) }
        #expect(found.stop == .notFinite && found.iterations < 1000)
        #expect(found.point[0].doubles.allSatisfy { $0.isFinite })
        #expect(throws: Refused.self) {
            try StochasticGradientDescent(learningRate: 10, batchSize: 5, epochs: 100)
                .minimize(from: Self.start, over: Self.x, Self.y, using: &generator) { _, _, _ in throw Refused() }
        }
    }
}
