import CotangentTensor
import Testing

@Suite struct SubscriptTests {
    private let x = Tensor((0..<24).map(Double.init), shape: [2, 3, 4])

    @Test func get() {
        #expect(x[1].shape == [3, 4])
        #expect(x[1, 2, 3].item == 23)
        #expect(x[-1, -1, -1].item == 23)
        #expect(x[0, 1].doubles == [4, 5, 6, 7])
        #expect(x[.all, 0].shape == [2, 4])
        #expect(x[.ellipsis, 0].doubles == [0, 4, 8, 12, 16, 20])
        #expect(x[0, .ellipsis, 1].doubles == [1, 5, 9])
        #expect(x[0, 0, 1..<3].doubles == [1, 2])
        #expect(x[0, 0, 1...2].doubles == [1, 2])
        #expect(x[0, 0, 1...].doubles == [1, 2, 3])
        #expect(x[0, 0, ..<2].doubles == [0, 1])
        #expect(x[0, 0, ...2].doubles == [0, 1, 2])
        #expect(x[0, 0, (-2)...].doubles == [2, 3])
        #expect(x[0, 0, -3 ... -1].doubles == [1, 2, 3])
        #expect(x[0, 0, ...(-1)].doubles == [0, 1, 2, 3])
        #expect(x[0, 0, ..<(-1)].doubles == [0, 1, 2])
        #expect(x[0, 0, .every(2)].doubles == [0, 2])
        #expect(x[0, 0, .every(-1)].doubles == [3, 2, 1, 0])
        #expect(x[0, 0, 3..<3].shape == [0])
        #expect(x[0, 0, 2..<100].doubles == [2, 3])
        #expect(x[.newAxis, 0].shape == [1, 3, 4])
        #expect(x[.all, .newAxis, .all, .newAxis].shape == [2, 1, 3, 1, 4])
        #expect(x[[0.slice, .all, 1.slice]].doubles == [1, 5, 9])
        #expect(x[[]] == x)
    }

    @Test func set() {
        var y = Tensor.zeros([2, 3])
        y[0, 1] = Tensor(scalar: Float(5))
        #expect(y.floats == [0, 5, 0, 0, 0, 0])
        y[1] = Tensor([1, 2, 3] as [Float])
        #expect(y.floats == [0, 5, 0, 1, 2, 3])
        y[.all, -1] = Tensor([8, 9] as [Float])
        #expect(y.floats == [0, 5, 8, 1, 2, 9])
        y[.all, .every(-2)] = Tensor([7, 6] as [Float])
        #expect(y.floats == [6, 5, 7, 6, 2, 7])
        y[.ellipsis] = Tensor(scalar: Float(1))
        #expect(y == Tensor.ones([2, 3]))
        y[0, 1] += 2
        #expect(y.floats == [1, 3, 1, 1, 1, 1])
        y[1..., 0] *= y[0, 1]
        #expect(y.floats == [1, 3, 1, 3, 1, 1])
        y[0..<0] = Tensor.zeros([0, 3])
        #expect(y.floats == [1, 3, 1, 3, 1, 1])
    }

    @Test func setOfOtherTypes() {
        var labels = Tensor([1, 2, 3])
        labels[1] = Tensor(scalar: 7)
        #expect(labels.ints == [1, 7, 3])
        var mask = Tensor([false, false, false])
        mask[.every(2)] = Tensor(scalar: true)
        #expect(mask.bools == [true, false, true])
    }

    /// The value may be a view of the tensor that is assigned to.
    @Test func setFromItself() {
        var y = Tensor([1.0, 2, 3, 4])
        y[1...] = y[..<3]
        #expect(y.doubles == [1, 1, 2, 3])
        y[.all] = y[.every(-1)]
        #expect(y.doubles == [3, 2, 1, 1])
        var square = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        square[.all] = square.transposed
        #expect(square.doubles == [1, 3, 2, 4])
    }

    @Test func gradientsPassThroughAssignment() {
        let (dx, dv) = gradient(at: Tensor([1.0, 2, 3]), Tensor([10.0])) { x, v in
            var y = x * 2
            y[1] = v[0] * 3
            return sum(square(y))
        }
        // (2x₀)² + (3v)² + (2x₂)²
        #expect(dx.doubles == [8, 0, 24])
        #expect(dv.doubles == [180])
    }

    @Test func assignmentToAConstantRecordsTheValue() {
        let dv = gradient(at: Tensor([2.0, 3])) { v in
            var y = Tensor.ones([3], dtype: .float64)
            y[1...] = v
            y[0] = Tensor(scalar: 4.0)
            return product(y)
        }
        #expect(dv.doubles == [12, 8])
    }

    /// Nothing is copied where nobody else refers to the memory.
    @Test func assignmentIsInPlace() {
        var y = Tensor.zeros([100])
        let address = y.rawPointer
        for i in 0..<100 {
            y[i] = Tensor(scalar: Float(i))
            #expect(y.rawPointer == address)
        }
        #expect(y == Tensor.range(to: 100))
    }
}
