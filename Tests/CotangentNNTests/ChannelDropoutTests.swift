import Cotangent
import TestSupport
import Testing

/// Dropout of whole channels.
@Suite struct ChannelDropoutTests {
    /// Each channel's values: all 0, or all divided by 1 − rate.
    private func keptChannels(_ y: Tensor, channels: Int, value: Float) -> [Bool] {
        let planes = y.reshaped([channels, -1])
        return (0..<channels).map { channel in
            let values = planes[channel].floats
            #expect(values.allSatisfy { $0 == values[0] })
            #expect(values[0] == 0 || Swift.abs(values[0] - value) < 1e-6)
            return values[0] != 0
        }
    }

    @Test func dropsWholeChannelsAndScales() {
        var generator = PhiloxGenerator(seed: 21)
        let (batch, count) = (50, 200)
        let x = Tensor.full([batch, count, 2, 3], 3)
        let y = running(in: .training, using: &generator) { Dropout2D(rate: 0.3)(x) }
        let kept = keptChannels(y, channels: batch * count, value: 3 / 0.7)
        // 5 standard deviations of a binomial count: 5 √(10000 · 0.7 · 0.3) = 229
        #expect(Swift.abs(kept.count { $0 } - 7000) < 229)
        // Each element of the batch draws for itself.
        #expect(kept[..<count] != kept[count..<2 * count])
        #expect(zip(kept, kept.dropFirst()).count { $0 && $1 } > 4600)
    }

    @Test func everyRank() {
        var generator = PhiloxGenerator(seed: 22)
        func check(_ layer: some Layer, _ shape: Shape, channels: Int) {
            let y = running(in: .training, using: &generator) { layer(Tensor.ones(shape)) }
            let kept = keptChannels(y, channels: channels, value: 2)
            #expect(y.shape == shape && kept.contains(true) && kept.contains(false))
        }
        check(Dropout1D(), [4, 8, 5], channels: 32)
        check(Dropout1D(), [40, 5], channels: 40)
        check(Dropout2D(), [4, 8, 5, 2], channels: 32)
        check(Dropout2D(), [4, 8, 5], channels: 32)
        check(Dropout3D(), [4, 8, 2, 3, 2], channels: 32)
        check(Dropout3D(), [40, 2, 3, 2], channels: 40)
    }

    @Test func modesSeedsAndEnds() {
        let x = Tensor.ones([6, 9, 3, 3])
        func draw(_ seed: UInt64, _ rate: Double = 0.5, _ dtype: DType = .float32) -> Tensor {
            var generator = PhiloxGenerator(seed: seed)
            return running(in: .training, using: &generator) { Dropout2D(rate: rate)(x.cast(to: dtype)) }
        }
        #expect(draw(1) == draw(1) && draw(1) != draw(2))
        #expect(draw(1, 0.5, .float64).floats == draw(1).floats)
        #expect(draw(1, 1) == Tensor.zeros(like: x) && draw(1, 0) == x)
        #expect(Dropout2D()(x) == x)
        #expect(Dropout2D()(Tensor.zeros([0, 9, 3, 3])).shape == [0, 9, 3, 3])
        var generator = PhiloxGenerator(seed: 1)
        #expect(
            running(in: .training, using: &generator) { Dropout2D()(Tensor.zeros([0, 9, 3, 3])) }.shape == [0, 9, 3, 3])
    }

    /// The gradient is that of the mask that was drawn.
    @Test func gradientUsesTheMask() {
        var generator = PhiloxGenerator(seed: 24)
        let x = Tensor.normal([3, 7, 2, 2], using: &generator)
        var same = generator
        let y = running(in: .training, using: &generator) { Dropout2D(rate: 0.4)(x) }
        let dx = running(in: .training, using: &same) { gradient(at: x) { sum(Dropout2D(rate: 0.4)($0)) } }
        #expect(relativeDistance(x * dx, y) < 1e-7)
        #expect(dx.floats.contains(0) && dx.floats.contains { $0 != 0 })
    }
}
