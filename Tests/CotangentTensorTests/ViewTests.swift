import CotangentTensor
import TestSupport
import Testing

/// Views, broadcasts and empty tensors, beyond the table of known answers.
@Suite struct ViewTests {
    private let x = Tensor((0..<24).map(Double.init), shape: [2, 3, 4])

    @Test func viewsShareMemory() {
        for view in [
            x.transposed, x.permuted(2, 0, 1), x[1], x[.all, 1..., .every(2)], x.broadcast(to: [5, 2, 3, 4]),
            x.expandingAxis(1),
            x.reshaped(6, 4), flip(x, axes: [0]), x[.every(-1)], x.expandingAxis(0).squeezed(), x.split(into: 2)[1],
        ] { #expect(view.storage === x.storage) }
        // Where the order does not allow a view, a reshape copies.
        #expect(x.transposed.reshaped(24).storage !== x.storage)
        #expect(x.transposed.reshaped(24).doubles == x.transposed.doubles)
    }

    @Test func viewsOfViews() {
        let y = x.permuted(2, 0, 1)[1..., .every(-1)].transposed
        #expect(y.shape == [3, 3, 2])
        for i in 0..<3 {
            for j in 0..<3 {
                for k in 0..<2 { #expect(y[i, j, k].item == x[1 - k, j, i + 1].item) }
            }
        }
        #expect(x[1].transposed[1...].reshaped(-1).doubles == [13, 17, 21, 14, 18, 22, 15, 19, 23])
    }

    @Test func broadcastOfABroadcast() {
        let row = Tensor([1.0, 2, 3])
        let wide = row.broadcast(to: [2, 3])
        #expect((wide + wide).doubles == [2, 4, 6, 2, 4, 6])
        #expect(sum(wide, axes: [0]).doubles == [2, 4, 6])
        #expect(matmul(wide, wide.transposed).doubles == [14, 14, 14, 14])
        #expect(wide.reshaped(6).doubles == [1, 2, 3, 1, 2, 3])
        #expect(max(wide, axes: [1]).doubles == [3, 3])
        #expect(softmax(wide) == softmax(wide.copied()))
    }

    /// Many axes, of which some do not merge.
    @Test func broadcastOverManyAxes() {
        let a = Tensor((0..<16).map(Double.init), shape: [2, 1, 4, 1, 2])
        let b = Tensor((0..<15).map { Double($0) * 100 }, shape: [1, 3, 1, 5, 1])
        let y = a + b
        #expect(y.shape == [2, 3, 4, 5, 2])
        for (i, j, k, l, m) in [(0, 0, 0, 0, 0), (1, 2, 3, 4, 1), (1, 0, 2, 3, 0), (0, 2, 1, 1, 1)] {
            #expect(y[i, j, k, l, m].item == Double(i * 8 + k * 2 + m) + Double(j * 5 + l) * 100)
        }
    }

    @Test func shapesBroadcastAsInNumPy() {
        #expect(Shape.broadcast([2, 3], [3]) == [2, 3])
        #expect(Shape.broadcast([], [2, 0]) == [2, 0])
        #expect(Shape.broadcast([1], [0]) == [0])
        #expect(Shape.broadcast([4, 1], [1, 5]) == [4, 5])
        #expect(Shape.broadcast([2], [3]) == nil)
        #expect(Shape.broadcast([2, 1], [3, 2]) == nil)
    }

    @Test func emptyTensors() {
        let none = Tensor.zeros([0, 3])
        #expect(none.count == 0)
        #expect((none + Tensor.ones([3])).shape == [0, 3])
        #expect((none * 2).shape == [0, 3])
        #expect(exp(none).shape == [0, 3])
        #expect(sum(none).item == 0)
        #expect(sum(none, axes: [0]) == Tensor.zeros([3]))
        #expect(product(none, axes: [0]) == Tensor.ones([3]))
        #expect(mean(none).item.isNaN)
        #expect(sum(none, axes: [1]).shape == [0])
        #expect(max(none, axes: [1]).shape == [0])
        #expect(logSumExp(none, axes: [0]) == Tensor.full([3], -Double.infinity))
        #expect(softmax(none).shape == [0, 3])
        #expect(softmax(Tensor.zeros([3, 0])).shape == [3, 0])
        #expect(cumulativeSum(none, axis: 0).shape == [0, 3])
        #expect(sort(none).values.shape == [0, 3])
        #expect(sort(Tensor.zeros([3, 0])).indices.shape == [3, 0])
        #expect(concatenate([none, Tensor.ones([2, 3])]) == Tensor.ones([2, 3]))
        #expect(matmul(none, Tensor.ones([3, 2])).shape == [0, 2])
        #expect(matmul(Tensor.ones([2, 0]), Tensor.ones([0, 4])) == Tensor.zeros([2, 4]))
        #expect(matmul(Tensor.ones([2, 5, 0]), Tensor.ones([0, 4])) == Tensor.zeros([2, 5, 4]))
        #expect(matmul(Tensor.ones([2, 5, 0]), Tensor.ones([2, 0, 4])) == Tensor.zeros([2, 5, 4]))
        #expect(linear(Tensor.ones([2, 0]), Tensor.ones([3, 0]), Tensor.ones([3])) == Tensor.ones([2, 3]))
        #expect(gather(Tensor.ones([2, 3]), Tensor([] as [Int])).shape == [0, 3])
        #expect(none.reshaped(3, -1).shape == [3, 0])
        #expect(none.transposed.reshaped(0).shape == [0])
        #expect(none.padded([(1, 0), (0, 0)]) == Tensor.zeros([1, 3]))
        #expect(none.tiled([2, 2]).shape == [0, 6])
        #expect(none == none.copied())
        #expect(none.cast(to: .int64).dtype == .int64)
        #expect(gradient(at: none) { sum(square($0)) }.shape == [0, 3])
        #expect(gradient(at: none) { sum(sum($0, axes: [0])) }.shape == [0, 3])
        #expect(oneHot(Tensor([] as [Int]), classes: 3).shape == [0, 3])
    }

    @Test func scalars() {
        let s = Tensor(scalar: 3.0)
        #expect(s.rank == 0)
        #expect(s.count == 1)
        #expect(sum(s) == s)
        #expect(s.reshaped(1, 1).squeezed() == s)
        #expect(max(s) == s)
        #expect(logSumExp(s).item == 3)
        #expect((s + Tensor([1.0, 2])).doubles == [4, 5])
        #expect(argmax(s).item == 0)
        #expect(s.flattened.shape == [1])
    }

    /// The cut over the pool, at counts about a vector's and a chunk's.
    @Test func lengthsOfEveryKind() {
        for n in [1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 1000, 65_535, 65_536, 65_537, 100_003] {
            let x = Tensor.range(to: Double(n), dtype: .float64)
            #expect(sum(x * 2 + 1).item == Double(n) * Double(n))
            #expect((x + x)[n - 1].item == Double(2 * n - 2))
            #expect((x[.every(-1)] - x)[0].item == Double(n - 1))
            #expect(max(x).item == Double(n - 1))
            #expect(argmax(x).ints == [n - 1])
            #expect(cumulativeSum(x, axis: 0)[-1].item == Double(n) * Double(n - 1) / 2)
        }
    }

    @Test func axesBeyondTheFirst() {
        let y = sum(x, axes: [0, 2])
        #expect(y.doubles == [60, 92, 124])
        #expect(sum(x, axes: []) == x)
        #expect(mean(x, axes: [-2]).shape == [2, 4])
        #expect(max(x, axes: [0, 2], keepingAxes: true).shape == [1, 3, 1])
    }

    @Test func castsRoundTowardZeroAndSaturate() {
        let x = Tensor([1.9, -1.9, .infinity, -.infinity, .nan, 1e30])
        #expect(x.ints == [1, -1, Int.max, Int.min, 0, Int.max])
        #expect(x.bools == [true, true, true, true, true, true])
        #expect(Tensor([0.0, -0.0, 1e-300]).bools == [false, false, true])
        #expect(Tensor([true, false]).floats == [1, 0])
        #expect(Tensor([1, 0, -3]).cast(to: .float64) == Tensor([1.0, 0, -3]))
    }
}
