import CotangentTensor
import TestSupport
import Testing

/// The gradient engine: recording, playing backward, nesting, life of tapes.
@Suite struct EngineTests {
    private func scalar(_ x: Double) -> Tensor { Tensor(scalar: x) }

    private func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.uniform(shape, in: -1...1, dtype: .float64, using: &generator)
    }

    // MARK: First derivatives

    @Test func valueComesWithTheGradient() {
        let (value, dx) = valueAndGradient(at: Tensor([1.0, 2, 3])) { sum(square($0)) }
        #expect(value.item == 14)
        #expect(dx == Tensor([2.0, 4, 6]))
    }

    @Test func aTensorUsedOftenGathersAllContributions() {
        // d(x + x + x·x) = 2 + 2x
        #expect(gradient(at: scalar(3)) { $0 + $0 + $0 * $0 } == scalar(8))
        // x also as the very result, and through views that share its memory
        #expect(gradient(at: scalar(3)) { $0 } == scalar(1))
        let x = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        #expect(gradient(at: x) { sum($0[0] + $0[0] + $0.transposed[0]) } == Tensor([3.0, 2, 1, 0], shape: [2, 2]))
    }

    @Test func whatTheFunctionDoesNotDependOnHasGradientZero() {
        let (dx, dy) = gradient(at: Tensor([1.0, 2]), Tensor([3.0])) { x, _ in sum(x) }
        #expect(dx == Tensor([1.0, 1]))
        #expect(dy == Tensor([0.0]))
        #expect(gradient(at: Tensor([1.0, 2])) { _ in Tensor(scalar: 1.0) } == Tensor([0.0, 0]))
        #expect(gradient(at: Tensor([1.0, 2])) { sum($0.detached * $0) } == Tensor([1.0, 2]))
        // Through integers nothing passes.
        #expect(gradient(at: Tensor([1.5, 2])) { sum($0.cast(to: .int64).cast(to: .float64)) } == Tensor([0.0, 0]))
    }

    @Test func errorsComeThrough() {
        struct Failure: Error {}
        #expect(throws: Failure.self) { _ = try gradient(at: scalar(1)) { _ in throw Failure() } }
        // The thread's recording has ended all the same.
        #expect(!Tape.isRecording)
        #expect(gradient(at: scalar(3)) { square($0) } == scalar(6))
    }

    @Test func vjpMayBeCalledTwice() {
        let (y, pullback) = vjp(at: Tensor([1.0, 2])) { square($0) }
        #expect(y == Tensor([1.0, 4]))
        for _ in 0..<2 {
            #expect(pullback(Tensor([1.0, 0])) == Tensor([2.0, 0]))
            #expect(pullback(Tensor([0.0, 10])) == Tensor([0.0, 40]))
        }
    }

    @Test func vjpKeepsItsRecordingAmongOthers() {
        let (_, first) = vjp(at: scalar(2)) { exp($0) }
        let (_, second) = vjp(at: scalar(3)) { square($0) }
        #expect(gradient(at: scalar(5)) { $0 * $0 } == scalar(10))
        #expect(second(scalar(1)) == scalar(6))
        #expect(first(scalar(1)).isClose(to: exp(scalar(2)), relative: 1e-15))
    }

    /// A linear map's derivative along a tangent is the map of the tangent.
    @Test func jvp() {
        let (a, x, t) = (random([3, 4], 1), random([4], 2), random([4], 3))
        let linear = CotangentTensor.jvp(at: x, along: t) { matmul(a, $0) }
        #expect(relativeDistance(linear.derivative, matmul(a, t)) < 1e-15)
        #expect(linear.value.isClose(to: matmul(a, x), relative: 1e-14))
        // d sin x = cos x dx
        let curved = CotangentTensor.jvp(at: x, along: t) { sin($0) }
        #expect(relativeDistance(curved.derivative, cos(x) * t) < 1e-15)
        #expect(curved.value == sin(x))
    }

    @Test func jacobianOfALinearMapIsItsMatrix() {
        let a = random([3, 4], 4)
        #expect(relativeDistance(jacobian(at: random([4], 5)) { matmul(a, $0) }, a) < 1e-15)
        #expect(jacobian(at: Tensor([1.0, 2], shape: [2, 1])) { $0 * 2 }.shape == [2, 1, 2, 1])
        #expect(jacobian(at: Tensor([1.0])) { $0[0..<0] }.shape == [0, 1])
    }

    // MARK: Higher derivatives

    /// x⁵: 5x⁴, 20x³, 60x², 120x, 120, 0.
    @Test func derivativesOfEveryOrder() {
        func derivative(_ order: Int, _ x: Tensor) -> Tensor {
            order == 0 ? x * x * x * x * x : gradient(at: x) { derivative(order - 1, $0) }
        }
        let expected: [Double] = [32, 80, 160, 240, 240, 120, 0]
        for (order, value) in expected.enumerated() { #expect(derivative(order, scalar(2)).item == value) }
    }

    /// tanh‴ = −2 (1 − t²)(1 − 3t²), by the composed form of the fused pullback.
    @Test func thirdDerivativeThroughAFusedPullback() {
        let x = 0.7
        let third = gradient(at: scalar(x)) { x in gradient(at: x) { x in gradient(at: x) { tanh($0) } } }
        let t = tanh(scalar(x)).item
        #expect(Swift.abs(third.item - -2 * (1 - t * t) * (1 - 3 * t * t)) < 1e-14)
    }

    /// ½ xᵀAx with A symmetric has the Hessian A.
    @Test func hessianVectorProductOfAQuadraticForm() {
        let b = random([4, 4], 6)
        let a = b + b.transposed
        let (x, v) = (random([4], 7), random([4], 8))
        func f(_ x: Tensor) -> Tensor { matmul(x, matmul(a, x)) * 0.5 }
        #expect(relativeDistance(hessianVectorProduct(at: x, along: v, of: f), matmul(a, v)) < 1e-14)
        #expect(relativeDistance(hessian(at: x, of: f), a) < 1e-14)
    }

    /// The penalty (‖∂f/∂x‖ − 1)² of a small network, differentiated by its weights.
    @Test func gradientPenalty() throws {
        let (x, w, v) = (random([5, 3], 9), random([4, 3], 10), random([1, 4], 11))
        try gradientCheck(at: [w, v]) { weights in
            let dx = gradient(at: x) { sum(linear(tanh(linear($0, weights[0])), weights[1])) }
            return sum(square(sqrt(sum(square(dx), axes: [1])) - 1))
        }
    }

    /// An inner gradient's function may use tensors of the outer one.
    @Test func innerFunctionUsesOuterTensors() {
        // g(x) = d/dy (x² y³) at y = x: 3 x⁴, whose derivative is 12 x³
        let result = gradient(at: scalar(2)) { x in gradient(at: x) { y in square(x) * pow(y, 3) } }
        // Only y moves in the inner derivative; outside, x moves in both places.
        #expect(result.item == 96)
    }

    @Test func innerGradientThatIsNotUsedLeavesNothingBehind() {
        let dx = gradient(at: scalar(3)) { x in
            _ = gradient(at: x) { exp($0) }
            _ = vjp(at: x) { sin($0) }
            return square(x)
        }
        #expect(dx == scalar(6))
    }

    // MARK: Life

    @Test func aTensorThatEscapesIsAPlainValue() {
        nonisolated(unsafe) var escaped = scalar(0)
        _ = gradient(at: scalar(2)) { x in
            escaped = square(x)
            return escaped
        }
        #expect(escaped.item == 4)
        // In another recording, which may use the same tape, it is a constant.
        #expect(gradient(at: scalar(3)) { $0 * escaped } == scalar(4))
        #expect(gradient(at: scalar(3)) { square($0) + square(escaped) } == scalar(6))
        #expect((escaped + 1).item == 5)
        #expect(!Tape.isRecording)
    }

    /// Ended tapes serve again: their tensors must not be taken for those of the next recording.
    @Test func tapesAreUsedAgain() {
        var old: [Tensor] = []
        for step in 1...50 {
            let dx = gradient(at: scalar(Double(step))) { x in
                let y = square(x)
                let stale = old.reduce(y) { $0 + $1 * 0 }
                old.append(y)
                return stale
            }
            #expect(dx.item == Double(2 * step))
            if old.count > 5 { old.removeFirst() }
        }
    }

    @Test func nothingIsRecordedOutside() {
        let x = Tensor([1.0, 2])
        let y = exp(x * 2)
        #expect(y.generation == 0)
        #expect(!Tape.isRecording)
        #expect(Tape.recording(y) == nil)
    }

    /// One loop backward, one to release: no recursion that would overflow the stack.
    @Test func aChainOfAMillionOperations() {
        #if DEBUG
            let length = 100_000
        #else
            let length = 1_000_000
        #endif
        let dx = gradient(at: Tensor(scalar: Float(1))) { x in
            var y = x
            for _ in 0..<length { y = y * Float(1) }
            return y
        }
        #expect(dx.item == 1)
        let (value, pullback) = vjp(at: Tensor(scalar: Float(1))) { x in
            var y = x
            for _ in 0..<length { y = y + Float(0) }
            return y
        }
        #expect(value.item == 1)
        #expect(pullback(Tensor(scalar: Float(2))).item == 2)
    }

    /// The one-shot form lets go of activations on the way back.
    @Test func activationsAreReleased() {
        final class Probe: Sendable {}
        weak var weakProbe: Probe?
        let dx = gradient(at: scalar(2)) { x in
            let probe = Probe()
            weakProbe = probe
            return withCustomPullback(of: x) { x in
                (
                    x * 2,
                    { dy in
                        withExtendedLifetime(probe) {}
                        return dy * 2
                    }
                )
            }
        }
        #expect(dx.item == 2)
        #expect(weakProbe == nil)
    }

    // MARK: Mode

    @Test func modeIsInferenceUnlessAsked() {
        var seen: [Mode?] = []
        func look(_ x: Tensor) -> Tensor {
            seen.append(Scope.current?.mode)
            return sum(x)
        }
        _ = gradient(at: scalar(1), of: look)
        _ = gradient(at: scalar(1), mode: .training, of: look)
        running(in: .training) { _ = gradient(at: scalar(1), of: look) }
        running(in: .training) { running(in: .inference) { _ = look(scalar(1)) } }
        #expect(seen == [.inference, .training, .training, .inference])
        #expect(Scope.current == nil)
    }
}
