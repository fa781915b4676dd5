import CotangentBLAS
import CotangentTensor
import Testing

/// Results are the same to the bit at any number of threads: work is cut by its shape alone.
@Suite(.serialized) struct DeterminismTests {
    #if DEBUG
        private static let size = 200_000
        private static let side = 96
    #else
        private static let size = 1_000_000
        private static let side = 300
    #endif

    func expectSame(_ name: String, _ body: () -> [Tensor]) {
        let before = Runtime.threadCount
        defer { Runtime.threadCount = before }
        var first: [[UInt8]]?
        for threads in [1, 2, 4] {
            Runtime.threadCount = threads
            let bits = body().map { x in
                x.dtype == .float32
                    ? x.withUnsafeBufferPointer(as: Float.self) { Array(UnsafeRawBufferPointer($0)) }
                    : x.withUnsafeBufferPointer(as: Double.self) { Array(UnsafeRawBufferPointer($0)) }
            }
            if let first { #expect(bits == first, "\(name), \(threads) threads") } else { first = bits }
        }
    }

    @Test func randomNumbers() {
        for dtype in [DType.float32, .float64] {
            expectSame("random \(dtype)") {
                var generator = PhiloxGenerator(seed: 1)
                return [
                    Tensor.uniform([Self.size], dtype: dtype, using: &generator),
                    Tensor.normal([Self.size], dtype: dtype, using: &generator),
                    Tensor.bernoulli([Self.size], probability: 0.4, using: &generator).cast(to: dtype),
                ]
            }
        }
    }

    @Test func elementwiseAndReductions() {
        var generator = PhiloxGenerator(seed: 2)
        for dtype in [DType.float32, .float64] {
            let x = Tensor.normal([Self.size / 250, 250], dtype: dtype, using: &generator)
            let row = Tensor.normal([250], dtype: dtype, using: &generator)
            expectSame("elementwise \(dtype)") {
                [
                    tanh(x), x * row + 1, softmax(x), logSoftmax(x), x.transposed + 1, sum(x), sum(x, axes: [0]),
                    sum(x, axes: [1]), variance(x, axes: [1]), logSumExp(x, axes: [1]), cumulativeSum(x, axis: 0),
                    max(x, axes: [0]), Tensor.where(greater(x, 0), x, row),
                ]
            }
            expectSame("gradients \(dtype)") {
                let (dx, dRow) = gradient(at: x, row) { x, row in sum(softmax(gelu(x) * row) * tanh(x)) }
                return [dx, dRow]
            }
        }
    }

    /// Shapes about where the cut begins, among them that of a linear layer with ten outputs.
    @Test func matrixProducts() {
        var generator = PhiloxGenerator(seed: 3)
        for (m, n, k) in [
            (64, 10, 256), (10, 64, 256), (33, 47, 65), (Self.side, Self.side - 1, Self.side + 1), (1, 500, 300),
            (500, 1, 300),
        ] {
            for dtype in [DType.float32, .float64] {
                let a = Tensor.normal([m, k], dtype: dtype, using: &generator)
                let b = Tensor.normal([k, n], dtype: dtype, using: &generator)
                let (at, bt) = (a.transposed.copied(), b.transposed.copied())
                expectSame("\(m)×\(k)×\(n) \(dtype)") {
                    [matmul(a, b), matmul(at.transposed, b), matmul(a, bt.transposed), linear(a, bt, b[0], relu: true)]
                }
            }
        }
        let a = Tensor.normal([12, 40, 30], using: &generator)
        let b = Tensor.normal([12, 30, 50], using: &generator)
        expectSame("batches") { [matmul(a, b), matmul(a, b[0]), einsum("bij,bjk->ik", a, b)] }
    }
}
