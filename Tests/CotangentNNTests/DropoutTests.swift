import Cotangent
import TestSupport
import Testing

@Suite struct DropoutTests {
    @Test func dropsAndScales() {
        var generator = PhiloxGenerator(seed: 11)
        let count = 100_000
        let x = Tensor.full([count], 3)
        let y = running(in: .training, using: &generator) { Dropout(rate: 0.3)(x) }.floats
        let kept = y.filter { $0 != 0 }
        #expect(kept.allSatisfy { Swift.abs($0 - 3 / 0.7) < 1e-5 })
        // 5 standard deviations of a binomial count: 5 √(n p (1 − p)) = 725
        #expect(Swift.abs(Double(kept.count) - 0.7 * Double(count)) < 725)
        // Neighbours are independent: the share of kept pairs is 0.49.
        let pairs = zip(y, y.dropFirst()).count { $0 != 0 && $1 != 0 }
        #expect(Swift.abs(Double(pairs) / Double(count) - 0.49) < 0.01)
    }

    @Test func modes() {
        var generator = PhiloxGenerator(seed: 12)
        let x = Tensor.ones([50])
        let dropout = Dropout()
        #expect(dropout(x) == x)
        #expect(running(in: .inference, using: &generator) { dropout(x) } == x)
        #expect(running(in: .training, using: &generator) { dropout(x) } != x)
        #expect(running(in: .training, using: &generator) { running(in: .inference) { dropout(x) } } == x)
        // Gradients at inputs are taken in inference, gradients of models in training.
        #expect(gradient(at: x) { sum(dropout($0)) } == x)
        #expect(valueAndGradients(of: dropout, using: &generator) { sum(dropout(x)) }.value.item != 50)
        #expect(valueAndGradients(of: dropout, mode: .inference) { sum(dropout(x)) }.value.item == 50)
    }

    @Test func ends() {
        var generator = PhiloxGenerator(seed: 13)
        let x = Tensor.ones([10])
        #expect(running(in: .training, using: &generator) { Dropout(rate: 1)(x) } == Tensor.zeros([10]))
        // A rate of 0 draws nothing, so it needs no generator.
        #expect(running(in: .training) { Dropout(rate: 0)(x) } == x)
    }

    @Test func seeds() {
        let x = Tensor.ones([1000])
        func draw(_ seed: UInt64) -> [Tensor] {
            var generator = PhiloxGenerator(seed: seed)
            return (0..<2).map { _ in running(in: .training, using: &generator) { Dropout()(Dropout()(x)) } }
        }
        let (a, b, c) = (draw(1), draw(1), draw(2))
        #expect(a == b)
        #expect(a[0] != a[1] && a[0] != c[0])
        // Two layers in one pass draw differently: a quarter is left, not half.
        #expect((200...300).contains(a[0].floats.count { $0 != 0 }))
    }

    /// The gradient is that of the mask that was drawn: dy where kept, scaled, 0 elsewhere.
    @Test func gradientUsesTheMask() {
        var generator = PhiloxGenerator(seed: 14)
        var same = PhiloxGenerator(seed: 14)
        let x = Tensor.normal([64], using: &generator)
        _ = Tensor.normal([64], using: &same)
        let y = running(in: .training, using: &generator) { Dropout(rate: 0.25)(x) }
        let dx = running(in: .training, using: &same) { gradient(at: x) { sum(Dropout(rate: 0.25)($0)) } }
        #expect(relativeDistance(x * dx, y) < 1e-7)
    }

    /// A checkpoint's second run draws the same masks, and draws behind it are as without one.
    @Test func checkpointReplays() {
        var generator = PhiloxGenerator(seed: 15)
        let model = Sequential {
            Linear(8, 16, dtype: .float64, using: &generator)
            ReLU()
            Dropout(rate: 0.4)
            Linear(16, 4, dtype: .float64, using: &generator)
        }
        let x = Tensor.normal([5, 8], dtype: .float64, using: &generator)
        func run(_ wrap: @escaping (@escaping () -> Tensor) -> Tensor) -> (Tensor, [Tensor]) {
            var generator = PhiloxGenerator(seed: 99)
            let (value, gradients) = valueAndGradients(of: model, using: &generator) {
                let first = wrap { model(x) }
                return sum(square(Dropout()(first)))
            }
            return (value, model.parameters.map { gradients[$0]! })
        }
        let plain = run { $0() }
        let checkpointed = run { checkpoint($0) }
        #expect(plain.0 == checkpointed.0)
        for (a, b) in zip(plain.1, checkpointed.1) { #expect(relativeDistance(a, b) < 1e-15) }
    }

    @Test func withoutGeneratorTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Dropout()
            _ = valueAndGradients(of: model) { sum(model(Tensor.ones([3]))) }
        }
        #expect(text(result).contains("pass `using: &generator` to valueAndGradients(of:) or running(in:)"))
    }
}
