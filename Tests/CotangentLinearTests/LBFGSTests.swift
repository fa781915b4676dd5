import Cotangent
import CotangentLinear
import TestSupport
import Testing

@Suite struct LBFGSTests {
    private struct Refused: Error {}

    @Test(arguments: MinimizationFixture.all.minima)
    func findsWhatSciPyFinds(_ minimum: MinimizationFixture.Minimum) {
        let found = LBFGS().minimize(from: Tensor(minimum.start), minimum.function)
        #expect(found.isConverged && found.stop == .gradient, "\(found.stop)")
        #expect(found.gradientNorm <= 1e-8)
        #expect(largestDifference(found.point, Tensor(minimum.point)) < 1e-7)
        // Of a quadratic function terms as large as the condition number cancel.
        #expect(Swift.abs(found.value - minimum.value) < 4e-16 * Swift.max(minimum.condition ?? 1, 10))
        // SciPy's line search is Moré's and Thuente's; some functions take one method longer, others the other.
        #expect(found.iterations <= minimum.iterations * 5 / 4 + 3, "SciPy \(minimum.iterations)")
        #expect(found.evaluations <= minimum.evaluations * 5 / 4 + 3, "SciPy \(minimum.evaluations)")
        #expect(found.path.isEmpty)
    }

    @Test(arguments: MinimizationFixture.all.minima)
    func float32EndsAtItsPrecision(_ minimum: MinimizationFixture.Minimum) {
        let found = LBFGS().minimize(from: Tensor(minimum.start).cast(to: .float32), minimum.function)
        #expect(found.isConverged, "\(found.stop)")
        #expect(found.point.dtype == .float32)
        #expect(found.iterations <= 2 * minimum.iterations + 20)
        // The gradient is rounded by 6e-8 of its terms, and the point by that times the condition number.
        let error = largestDifference(found.point.cast(to: .float64), Tensor(minimum.point))
        #expect(error < 2e-6 * Swift.max(minimum.condition ?? 100, 10), "\(error)")
    }

    @Test func severalTensors() {
        let x = Tensor(rows: [[1.0, 2], [3, -1], [0, 1], [2, 2]])
        let y = Tensor(rows: [[1.0], [2], [3], [-1]])
        let found = LBFGS(recordsPath: true).minimize(
            from: [Tensor.zeros([2, 1], dtype: .float64), Tensor.zeros([], dtype: .float64)]
        ) { p in sum(square(matmul(x, p[0]) + p[1] - y)) }
        // The normal equations, by hand: the residuals are orthogonal to the columns and sum to 0.
        let residuals = matmul(x, found.point[0]) + found.point[1] - y
        #expect(found.point.map(\.shape) == [[2, 1], []])
        #expect(largestDifference(matmul(x.transposed, residuals), Tensor.zeros([2, 1], dtype: .float64)) < 1e-8)
        #expect(Swift.abs(sum(residuals).item) < 1e-8)
        #expect(found.path.count == found.iterations + 1)
        #expect(found.path.last?.point == found.point)
        #expect(zip(found.path, found.path.dropFirst()).allSatisfy { $1.value < $0.value })
    }

    @Test func takesGradientsOfTheCaller() {
        let start = Tensor([-1.2, 1.0])
        let engine = LBFGS().minimize(from: start, rosenbrock)
        let own = LBFGS().minimize(from: start) { p in
            let (a, b) = (p[0].item, p[1].item)
            let value = 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a)
            return (
                Tensor(scalar: value), Tensor([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)])
            )
        }
        #expect(own.stop == .gradient)
        #expect(largestDifference(own.point, engine.point) < 1e-8)
        #expect(Swift.abs(own.iterations - engine.iterations) <= 2)
    }

    @Test func endsWhereItIsTold() {
        let start = Tensor([-1.2, 1.0])
        let short = LBFGS(iterations: 5).minimize(from: start, rosenbrock)
        #expect(short.stop == .iterationLimit && short.iterations == 5 && !short.isConverged)
        #expect(short.value < rosenbrock(start).item)
        let none = LBFGS(iterations: 0).minimize(from: start, rosenbrock)
        #expect(none.point == start && none.evaluations == 1)
        let flat = LBFGS(valueTolerance: 1e-3).minimize(from: start, rosenbrock)
        #expect(flat.stop == .value && flat.iterations < 40)
        let there = LBFGS().minimize(from: Tensor([1.0, 1.0]), rosenbrock)
        #expect(there.stop == .gradient && there.iterations == 0)
        let empty = LBFGS().minimize(from: Tensor.zeros([0])) { sum($0) }
        #expect(empty.stop == .gradient)
    }

    @Test func saysWhyItFailed() {
        let one = Tensor(scalar: 1.0)
        // −log of a negative number is NaN at the start.
        #expect(LBFGS().minimize(from: -one) { -log($0) }.stop == .notFinite)
        // Unbounded below.
        let falling = LBFGS().minimize(from: one) { -1 * exp($0) }
        #expect(!falling.isConverged && falling.value < -1e100, "\(falling)")
        // A gradient of the wrong sign.
        let wrong = LBFGS().minimize(from: one) { (square($0), $0 * -2) }
        #expect(wrong.stop == .lineSearch && wrong.point == one)
        #expect(throws: Refused.self) { try LBFGS().minimize(from: one) { (_: Tensor) -> Tensor in throw Refused() } }
    }

    /// −log x + x has its domain's edge within the first steps' reach.
    @Test func keepsToTheDomain() {
        let found = LBFGS().minimize(from: Tensor([10.0, 0.01, 300])) { sum($0 - log($0)) }
        #expect(found.stop == .gradient)
        #expect(largestDifference(found.point, Tensor.ones([3], dtype: .float64)) < 1e-7)
    }

    @Test func scaleDoesNotMatter() {
        // Values near 1e9 hide steps of 1e-7; the slopes do not.
        let found = LBFGS(gradientTolerance: 1e-7).minimize(from: Tensor([-1.2, 1.0])) { rosenbrock($0) + 1e9 }
        #expect(found.isConverged, "\(found.stop)")
        #expect(largestDifference(found.point, Tensor([1.0, 1.0])) < 1e-3, "\(found.point)")
    }

    @Test func insideOfAGradientItIsAConstant() {
        let scale = Tensor(scalar: 2.0)
        let slope = gradient(at: scale) { scale in
            let found = LBFGS().minimize(from: Tensor(scalar: 5.0)) { square($0 - 3) * scale }
            return found.point * scale
        }
        #expect(Swift.abs(slope.item - 3) < 1e-8)
    }

    private static let mistakes = [
        Trap("LBFGS: a memory of 0 steps") { _ = LBFGS(memory: 0) },
        Trap("LBFGS: there are no tensors to minimise over") { _ = LBFGS().minimize(from: [Tensor]()) { $0[0] } },
        Trap("LBFGS: starts at float32 [2], float64 [1]: all must be float32 or all float64") {
            _ = LBFGS().minimize(from: [Tensor.zeros([2]), Tensor.zeros([1], dtype: .float64)]) { sum($0[0]) }
        },
        Trap("it must give one element, and gradients of the tensors' shapes") {
            _ = LBFGS().minimize(from: Tensor.zeros([2])) { (sum($0), sum($0)) }
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

@Suite struct StrongWolfeTests {
    /// J. Moré, D. Thuente, "Line search algorithms with guaranteed sufficient decrease", 1994, equations 5.1 to 5.3, and a
    /// function with an edge of its domain.
    private static let functions: [@Sendable (Tensor) -> Tensor] = [
        { -1 * $0 / (square($0) + 2) },
        { pow($0 + 0.004, 5) - 2 * pow($0 + 0.004, 4) },
        { x in
            // 5.3, β = 0.01, l = 39: convex but for ripples.
            let inside = 1 - x.item
            let phi0 =
                inside >= 0.01
                ? 1 - x : inside <= -0.01 ? x - 1 : (square(x - 1) / 0.01 + 0.01) / 2
            let l = 39 * Double.pi / 2
            return phi0 + (1 - 0.01) / l * sin(l * x)
        },
        { x in square(x - 3) - log(4 - x) },
    ]

    @Test(arguments: 0..<functions.count, [1e-3, 1e-1, 10, 1e3]) func stepFulfilsBoth(_ number: Int, _ first: Double) {
        var count = 0
        func trial(_ step: Double) -> StrongWolfe.Trial<Void> {
            count += 1
            let (value, slope) = valueAndGradient(at: Tensor(scalar: step), of: Self.functions[number])
            return .init(step: step, value: value.item, slope: slope.item, place: ())
        }
        let start = trial(0)
        for (c1, c2) in [(1e-4, 0.9), (1e-3, 0.1), (0.1, 0.2)] {
            count = 0
            var search = StrongWolfe(roundoff: Double.ulpOfOne / 2)
            search.c1 = c1
            search.c2 = c2
            guard case .found(let found) = search.search(from: start, first: first, trial) else {
                Issue.record("no step with c₁ = \(c1), c₂ = \(c2)")
                continue
            }
            #expect(found.value <= start.value + c1 * found.step * start.slope)
            #expect(Swift.abs(found.slope) <= c2 * Swift.abs(start.slope), "\(found), c₂ = \(c2)")
            #expect(count <= 25)
        }
    }
}
