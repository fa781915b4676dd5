import CotangentTensor
import TestSupport
import Testing

@Suite struct UpsamplingTests {
    /// PyTorch's values and gradients, of contiguous inputs and of views. Gradient checks are among the pooling tests.
    @Test(arguments: PoolingCase.upsampling) func againstPyTorch(_ test: PoolingCase) {
        for (type, tolerance) in [(DType.float64, 1e-14), (.float32, 1e-6)] {
            for (x, dy) in [
                (test.x(type), test.dy(type)), (scatteredView(of: test.x(type)), scatteredView(of: test.dy(type))),
            ] {
                let (y, pullback) = vjp(at: x) { test.apply($0) }
                #expect(y.dtype == type && relativeDistance(y, test.y(type)) < tolerance, "\(y)\n\(test.y(type))")
                #expect(relativeDistance(pullback(dy), test.dx(type)) < tolerance)
            }
        }
    }

    /// Cells of twice the number; values between middles, and between corners.
    @Test func byHand() {
        let x = Tensor([1.0, 2, 4]).reshaped(1, 1, 3)
        #expect(upsample(x, scale: 2).doubles == [1, 1, 2, 2, 4, 4])
        // ⌊o / 1.2⌋, which is PyTorch's value too, though the length stays.
        #expect(upsample(Tensor([1.0, 2, 4, 8]).reshaped(1, 1, 4), scale: 1.2).doubles == [1, 1, 2, 4])
        #expect(upsample(x, scale: 2, mode: .linear()).doubles == [1, 1.25, 1.75, 2.5, 3.5, 4])
        #expect(upsample(x, outputSize: 5, mode: .linear(alignCorners: true)).doubles == [1, 1.5, 2, 3, 4])
    }

    /// ⟨A x, y⟩ = ⟨x, Aᵀ y⟩
    @Test(arguments: PoolingCase.upsampling) func adjoint(_ test: PoolingCase) {
        let (x, y) = (test.x(.float64), test.dy(.float64))
        let (value, pullback) = vjp(at: x) { test.apply($0) }
        #expect(Swift.abs(sum(value * y).item - sum(x * pullback(y)).item) < 1e-12)
    }

    /// What is not used is not read: a NaN stays where it was.
    @Test func placesWithoutWeight() {
        let x = Tensor([1.0, 2, .nan]).reshaped(1, 1, 3)
        let y = upsample(x, outputSize: 5, mode: .linear(alignCorners: true)).doubles
        #expect(y[0...2] == [1, 1.5, 2] && y[3].isNaN && y[4].isNaN)
    }
}
