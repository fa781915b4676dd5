import Cotangent
import TestSupport
import Testing

@Suite struct GradientDescentTests {
    @Test(arguments: MinimizationFixture.all.walks.indices, [DType.float64, .float32])
    func walksAsPyTorch(_ number: Int, _ dtype: DType) {
        let walk = MinimizationFixture.all.walks[number]
        let found = GradientDescent(
            learningRate: walk.rate, momentum: walk.momentum, iterations: 20, recordsPath: true
        ).minimize(from: Tensor(walk.start).cast(to: dtype), valleys)
        #expect(found.iterations == 20 && found.evaluations == 21 && found.stop == .iterationLimit)
        #expect(found.path.count == walk.points.count)
        for (place, expected) in zip(found.path, walk.points) {
            #expect(place.point.dtype == dtype)
            // Twenty steps round twenty times, and on the ridge between the valleys errors grow.
            #expect(relativeDistance(place.point.doubles, expected) < (dtype == .float64 ? 1e-14 : 1e-5))
            #expect(Swift.abs(place.value - valleys(place.point).item) < 1e-12)
        }
        #expect(found.point == found.path.last?.point)
    }

    /// The lecture's gradient, by hand.
    @Test func gradientOfTheLecture() {
        for (a, b) in [(-0.5, -0.25), (0.0, 0.0), (0.3, -1.0), (2.0, 1.5)] {
            let e = 12 * exp(Tensor(scalar: -3 * a * a - 3 * b * b)).item
            let byHand = Tensor([2 * (a - 1) + a * e, 2 * (b - 1) + b * e])
            #expect(largestDifference(gradient(at: Tensor([a, b]), of: valleys), byHand) < 1e-14)
        }
    }

    @Test func landsInEitherValley() {
        let minima = MinimizationFixture.all.minima.filter { $0.name == "valleys" }
        for minimum in minima {
            let found = GradientDescent(learningRate: 0.1).minimize(from: Tensor(minimum.start), valleys)
            #expect(found.stop == .gradient)
            #expect(largestDifference(found.point, Tensor(minimum.point)) < 1e-8)
        }
        #expect(Set(minima.map { $0.point[0] > 0.5 }).count == 2)
    }

    /// At the best rate each step divides the distance by (κ + 1)/(κ − 1): exactly, from a start that lies as far along
    /// the first eigenvector as along the last.
    @Test(arguments: [10.0, 1e3]) func conditionNumberTellsTheRate(_ condition: Double) {
        let eigenvalues = Tensor([1, condition])
        let found = GradientDescent(learningRate: 2 / (1 + condition), iterations: 50, recordsPath: true)
            .minimize(from: Tensor([1.0, 1])) { p in 0.5 * sum(eigenvalues * square(p)) }
        let factor = (condition - 1) / (condition + 1)
        for (before, after) in zip(found.path, found.path.dropFirst()) {
            let ratio = (sum(square(after.point)) / sum(square(before.point))).item.squareRoot()
            #expect(Swift.abs(ratio - factor) < 1e-12)
        }
    }

    @Test func momentumAndBacktracking() {
        let minimum = MinimizationFixture.all.minima.first { $0.condition == 1e3 }!
        let start = Tensor(minimum.start)
        let plain = GradientDescent(learningRate: 2 / 1001, iterations: 100_000).minimize(
            from: start, minimum.function)
        // Polyak's best momentum for κ = 1000.
        let root = 1000.0.squareRoot()
        let momentum = ((root - 1) / (root + 1)) * ((root - 1) / (root + 1))
        let heavy = GradientDescent(
            learningRate: 4 / ((1 + root) * (1 + root)), momentum: momentum, iterations: 100_000
        ).minimize(from: start, minimum.function)
        let halved = GradientDescent(learningRate: 1, backtracks: true, iterations: 100_000).minimize(
            from: start, minimum.function)
        for found in [plain, heavy, halved] {
            #expect(found.isConverged)
            #expect(largestDifference(found.point, Tensor(minimum.point)) < 1e-7, "\(found.stop)")
        }
        #expect(heavy.iterations < plain.iterations / 8)
        #expect(halved.evaluations > halved.iterations)
    }

    @Test func divergesAboveTwiceTheInverseCurvature() {
        // Far from the origin the lecture's function has curvature 2: rates above 1 diverge.
        for (rate, stop) in [(0.9, MinimizationStop.gradient), (1.1, .notFinite)] {
            let found = GradientDescent(learningRate: rate, iterations: 10_000).minimize(
                from: Tensor([1.5, -0.8]), valleys)
            #expect(found.stop == stop)
            #expect(found.value.isFinite && found.gradientNorm.isFinite)
        }
        let held = GradientDescent(learningRate: 1.1, backtracks: true).minimize(from: Tensor([3.0, 3.0]), valleys)
        #expect(held.isConverged)
    }

    @Test func float32EndsAtItsPrecision() {
        let found = GradientDescent(learningRate: 1, backtracks: true, gradientTolerance: 0).minimize(
            from: Tensor([Float(-1), 0.6])
        ) { square(3 * ($0[0] - 0.7)) + square($0[1] + 1.3) - 2.2 }
        #expect(found.isConverged && found.iterations < 200, "\(found)")
        #expect(largestDifference(found.point, Tensor([Float(0.7), -1.3])) < 1e-6)
    }

    private static let mistakes = [
        Trap("GradientDescent: learning rate 0.0") { _ = GradientDescent(learningRate: 0) },
        Trap("momentum 1.0") { _ = GradientDescent(learningRate: 1, momentum: 1) },
        Trap("a step with momentum may lead uphill") {
            _ = GradientDescent(learningRate: 1, momentum: 0.5, backtracks: true)
        },
        Trap("StochasticGradientDescent: learning rate 1.0, batches of 0") {
            _ = StochasticGradientDescent(learningRate: 1, batchSize: 0, epochs: 1)
        },
        Trap("StochasticGradientDescent: samples are float32 [3, 2] and float32 [2]") {
            var generator = PhiloxGenerator(seed: 0)
            _ = StochasticGradientDescent(learningRate: 1, batchSize: 2, epochs: 1).minimize(
                from: Tensor.zeros([2]), over: Tensor.zeros([3, 2]), Tensor.zeros([2]), using: &generator
            ) { w, x, y in mean(square(matmul(x, w) - y)) }
        },
    ]

    @Test(arguments: 0..<mistakes.count) func traps(_ number: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [number] in
            Self.mistakes[number].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.mistakes[number].message), "\(message)")
    }
}
