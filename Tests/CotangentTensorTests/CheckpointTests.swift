import CotangentTensor
import TestSupport
import Testing

@Suite struct CheckpointTests {
    private let x = Tensor([0.5, -1.25, 2])
    private let w = Tensor([1.5, 0.25, -0.75])

    /// A few operations, of inputs and of captured tensors.
    private func block(_ x: Tensor, _ w: Tensor) -> Tensor { tanh(x * w) + square(sin(x)) * w }

    @Test func equalsThePlainForm() {
        let plain = valueAndGradient(at: [x, w]) { sum(block(block($0[0], $0[1]), $0[1])) }
        let checkpointed = valueAndGradient(at: [x, w]) { values in
            let y = checkpoint { block(values[0], values[1]) }
            return sum(checkpoint { block(y, values[1]) })
        }
        #expect(checkpointed.value == plain.value)
        for (a, b) in zip(checkpointed.gradients, plain.gradients) { #expect(a.isClose(to: b, relative: 1e-15)) }
    }

    @Test func outsideOfARecordingItIsAPlainCall() {
        #expect(checkpoint { block(x, w) } == block(x, w))
    }

    @Test func runsAgainOnceForEachPass() {
        nonisolated(unsafe) var runs = 0
        let body = { (x: Tensor) -> Tensor in
            runs += 1
            return exp(x)
        }
        _ = gradient(at: x) { x in sum(checkpoint { body(x) }) }
        #expect(runs == 2)
        let (_, pullback) = vjp(at: x) { x in checkpoint { body(x) } }
        #expect(runs == 3)
        #expect(pullback(Tensor.ones(like: x)) == exp(x))
        #expect(pullback(Tensor.ones(like: x) * 2) == exp(x) * 2)
        #expect(runs == 5)
    }

    @Test func checkpointsNest() {
        func deep(_ x: Tensor, _ depth: Int) -> Tensor {
            depth == 0 ? sin(x) : checkpoint { deep(x, depth - 1) * 1.5 + x }
        }
        func plain(_ x: Tensor, _ depth: Int) -> Tensor { depth == 0 ? sin(x) : plain(x, depth - 1) * 1.5 + x }
        let a = gradient(at: x) { sum(deep($0, 4)) }
        #expect(a.isClose(to: gradient(at: x) { sum(plain($0, 4)) }, relative: 1e-14))
    }

    @Test func gradientsOfGradientsPassThrough() throws {
        func f(_ x: Tensor) -> Tensor { sum(checkpoint { block(x, w) * x }) }
        func plain(_ x: Tensor) -> Tensor { sum(block(x, w) * x) }
        #expect(relativeDistance(hessian(at: x, of: f), hessian(at: x, of: plain)) < 1e-14)
        #expect(
            relativeDistance(
                hessianVectorProduct(at: x, along: w, of: f), hessianVectorProduct(at: x, along: w, of: plain)) < 1e-14)
        let third = gradient(at: x) { x in sum(gradient(at: x) { x in sum(gradient(at: x, of: f)) }) }
        let expected = gradient(at: x) { x in sum(gradient(at: x) { x in sum(gradient(at: x, of: plain)) }) }
        #expect(relativeDistance(third, expected) < 1e-13)
        try gradientCheck(at: x) { x in gradient(at: x, of: f) }
    }

    /// A gradient taken inside of the body.
    @Test func bodyThatTakesGradients() {
        func inner(_ x: Tensor) -> Tensor { gradient(at: x) { sum(pow($0, 3)) } }
        let a = gradient(at: x) { x in sum(checkpoint { inner(x) }) }
        #expect(a.isClose(to: x * 6, relative: 1e-14))
    }

    /// The second run draws the numbers of the first, and the draws behind it are not disturbed.
    @Test func randomDrawsAreReplayed() {
        func noise() -> Tensor {
            var generator = Scope.nextGenerator()!
            return Tensor.uniform([3], dtype: .float64, using: &generator)
        }
        func run(checkpointed: Bool) -> (Tensor, Tensor) {
            var generator = PhiloxGenerator(seed: 7)
            var after = Tensor.zeros([3])
            let dx = running(in: .training, using: &generator) {
                let dx = gradient(at: x) { x in
                    let y = checkpointed ? checkpoint { x * noise() * noise() } : x * noise() * noise()
                    return sum(y * noise())
                }
                after = noise()
                return dx
            }
            return (dx, after)
        }
        let (a, b) = (run(checkpointed: true), run(checkpointed: false))
        #expect(a.0.isClose(to: b.0, relative: 1e-15))
        #expect(a.1 == b.1)
    }

    @Test func bodyThatDependsOnNothing() {
        #expect(gradient(at: x) { sum($0 * checkpoint { Tensor([1.0, 2, 3]) }) } == Tensor([1.0, 2, 3]))
        #expect(gradient(at: x) { x in sum(checkpoint { x }) } == Tensor([1.0, 1, 1]))
    }
}
