import CotangentTensor
import Dispatch
import Synchronization
import Testing

/// Many threads at once: each records on its own, and values are shared.
@Suite struct ConcurrencyTests {
    private func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.uniform(shape, in: -1...1, dtype: .float64, using: &generator)
    }

    /// Runs `body` on eight threads, and expects true of each.
    private func onEightThreads(_ body: @Sendable (Int) -> Bool) {
        let right = Atomic<Int>(0)
        withoutActuallyEscaping(body) { body in
            DispatchQueue.concurrentPerform(iterations: 8) { if body($0) { right.add(1, ordering: .relaxed) } }
        }
        #expect(right.load(ordering: .relaxed) == 8)
    }

    @Test func eightThreadsDifferentiate() {
        let a = random([16, 16], 1)
        @Sendable func f(_ x: Tensor) -> Tensor { sum(tanh(matmul(a, x)) * softmax(x, axis: 0)) }
        let points = (0..<8).map { random([16, 3], 2 + UInt64($0)) }
        let gradients = points.map { gradient(at: $0, of: f) }
        let products = points.map { hessianVectorProduct(at: $0, along: $0, of: f) }
        onEightThreads { thread in
            (0..<20).allSatisfy { round in
                gradient(at: points[thread], of: f) == gradients[thread]
                    && (round % 5 > 0
                        || hessianVectorProduct(at: points[thread], along: points[thread], of: f) == products[thread])
            }
        }
    }

    @Test func checkpointsAndModesStayOnTheirThread() {
        let x = random([8], 20)
        let expected = gradient(at: x) { sum(exp(sin($0)) * $0) }
        onEightThreads { thread in
            let mode: Mode = thread % 2 == 0 ? .training : .inference
            return (0..<20).allSatisfy { _ in
                running(in: mode) {
                    let dx = gradient(at: x) { x in sum(checkpoint { exp(sin(x)) } * x) }
                    return dx.isClose(to: expected, relative: 1e-14) && Scope.current?.mode == mode
                }
            }
        }
        #expect(Scope.current == nil)
    }

    /// Each thread's copy is its own; the shared original does not change.
    @Test func copiesAreChangedApart() {
        let shared = random([1000], 30)
        let values = shared.doubles
        onEightThreads { thread in
            var copy = shared
            copy[thread] = Tensor(scalar: 100.0)
            copy += 1
            return copy[thread].item == 101 && copy[-1].item == values[999] + 1 && shared.doubles == values
        }
        #expect(shared.doubles == values)
    }

    /// Operations large enough for the pool, of which one job runs at a time: the others' threads work by themselves.
    @Test func largeOperationsShareThePool() {
        let x = random([300, 300], 40)
        let product = matmul(x, x)
        let total = sum(tanh(x))
        onEightThreads { _ in (0..<4).allSatisfy { _ in matmul(x, x) == product && sum(tanh(x)) == total } }
    }
}
