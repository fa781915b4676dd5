import CotangentTensor
import Synchronization
import Testing

/// A tensor is a value: creation, copies, memory of others, equality, text.
@Suite struct ValueTests {
    // MARK: Copies

    @Test func aCopyDoesNotChange() {
        var a = Tensor([1.0, 2, 3])
        let b = a
        let view = a[1...]
        a[0] = Tensor(scalar: 9.0)
        #expect(a.doubles == [9, 2, 3])
        #expect(b.doubles == [1, 2, 3])
        a.withUnsafeMutableBufferPointer(as: Double.self) { $0[1] = 7 }
        #expect(a.doubles == [9, 7, 3])
        #expect(view.doubles == [2, 3])
        a += 1
        #expect(a.doubles == [10, 8, 4])
        #expect(b.doubles == [1, 2, 3])
        var c = b
        c += b
        #expect(c.doubles == [2, 4, 6])
        #expect(b.doubles == [1, 2, 3])
        a -= b
        a *= b
        a /= 3
        #expect(a.doubles == [3, 4, 1])
    }

    @Test func aViewMadeMutableDoesNotChangeItsBase() {
        let base = Tensor((0..<6).map(Double.init), shape: [2, 3])
        var column = base.transposed
        column.withUnsafeMutableBufferPointer(as: Double.self) { values in
            #expect(Array(values) == [0, 3, 1, 4, 2, 5])
            for i in values.indices { values[i] = -1 }
        }
        #expect(base.doubles == [0, 1, 2, 3, 4, 5])
        #expect(column == Tensor.full([3, 2], -1, dtype: .float64))
    }

    @Test func accumulatedCotangentsDoNotChangeWhatTheyCameFrom() {
        // The cotangent of the first term is `weights` itself, to which the second is added.
        let weights = Tensor([1.0, 2])
        let (_, pullback) = vjp(at: Tensor([3.0, 4])) { $0 + $0 * 1.0 }
        #expect(pullback(weights).doubles == [2, 4])
        #expect(weights.doubles == [1, 2])
    }

    @Test func matmulIntoLeavesCopiesAlone() {
        let a = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        var c = Tensor.zeros([2, 2], dtype: .float64)
        let before = c
        matmul(a, a, into: &c)
        #expect(c == matmul(a, a))
        #expect(before == Tensor.zeros([2, 2], dtype: .float64))
        let address = c.rawPointer
        matmul(a, a.transposed, into: &c)
        #expect(c == matmul(a, a.transposed))
        #expect(c.rawPointer == address)
        matmul(c.copied(), c, into: &c)
        #expect(c == matmul(matmul(a, a.transposed), matmul(a, a.transposed)))
    }

    // MARK: Memory of the caller's

    @Test func memoryIsSharedAndReleasedOnce() {
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: 6)
        for i in 0..<6 { memory[i] = Float(i) }
        final class Counter: Sendable { let count = Atomic<Int>(0) }
        let released = Counter()
        do {
            var x = Tensor(sharing: memory, shape: [2, 3]) { released.count.add(1, ordering: .relaxed) }
            #expect(x.withUnsafeBufferPointer(as: Float.self) { $0.baseAddress } == UnsafePointer(memory))
            let row = x[1]
            #expect(row.floats == [3, 4, 5])
            #expect(sum(x).item == 15)
            // A change goes to a copy: the memory is the caller's.
            x[0, 0] = Tensor(scalar: Float(100))
            #expect(memory[0] == 0)
            #expect(x[0, 0].item == 100)
            // The view still refers to it.
            #expect(released.count.load(ordering: .relaxed) == 0)
            #expect(row.floats == [3, 4, 5])
        }
        #expect(released.count.load(ordering: .relaxed) == 1)
        memory.deallocate()
    }

    @Test func sharedMemoryIsNotWrittenEvenWithOneOwner() {
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: 2)
        defer { memory.deallocate() }
        memory.initialize(repeating: 1, count: 2)
        var x = Tensor(sharing: memory, shape: [2]) {}
        x.withUnsafeMutableBufferPointer(as: Double.self) { $0[0] = 5 }
        #expect(memory[0] == 1)
        #expect(x.doubles == [5, 1])
    }

    // MARK: Creation

    @Test func creation() {
        #expect(Tensor([1, 2, 3]).dtype == .int64)
        #expect(Tensor([1.0]).dtype == .float64)
        #expect(Tensor([1] as [Float]).dtype == .float32)
        #expect(Tensor([true]).dtype == .bool)
        #expect(Tensor(rows: [[1.0, 2], [3, 4], [5, 6]]) == Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2]))
        #expect(Tensor.zeros([2, 2]).floats == [0, 0, 0, 0])
        #expect(Tensor.full([2], 7, dtype: .int64).ints == [7, 7])
        #expect(Tensor.full([2], 1, dtype: .bool).bools == [true, true])
        #expect(Tensor.identity(2).floats == [1, 0, 0, 1])
        #expect(Tensor.range(from: 1, to: 2, by: 0.25).floats == [1, 1.25, 1.5, 1.75])
        #expect(Tensor.range(from: 3, to: 0, by: -1, dtype: .int64).ints == [3, 2, 1])
        #expect(Tensor.range(from: 1, to: 0).count == 0)
        #expect(Tensor.linearSpace(from: 0, to: 1, count: 5).floats == [0, 0.25, 0.5, 0.75, 1])
        #expect(Tensor.linearSpace(from: 2, to: 3, count: 1).floats == [2])
        #expect(Tensor.ones(like: Tensor([1.0, 2])[.every(-1)]).doubles == [1, 1])
        #expect(Tensor.zeros(like: Tensor([3]).broadcast(to: [2, 2])).ints == [0, 0, 0, 0])
    }

    @Test func scalarsTakeTheTensorsDtype() {
        #expect((Tensor([1.0]) * 2).dtype == .float64)
        #expect((Tensor([1] as [Float]) * 2.5).dtype == .float32)
        #expect((2 * Tensor([1, 2])).ints == [2, 4])
        #expect((Tensor([7, -7]) / 2).ints == [3, -3])
        #expect((1 - Tensor([1, 2])).ints == [0, -1])
        #expect((Tensor([1.0]) + Float(0.5)).dtype == .float64)
        // 0.1 enters in float64, not rounded to float32 on the way.
        #expect((Tensor([0.0]) + 0.1).item == 0.1)
    }

    // MARK: Equality

    @Test func equality() {
        #expect(Tensor([1.0, 2]) == Tensor([1.0, 2]))
        #expect(Tensor([1.0, 2]) != Tensor([1.0, 3]))
        #expect(Tensor([1.0, 2]) != Tensor([1, 2] as [Float]))
        #expect(Tensor([1.0, 2]) != Tensor([1.0, 2], shape: [1, 2]))
        #expect(Tensor([Double.nan]) != Tensor([Double.nan]))
        #expect(Tensor([0.0]) == Tensor([-0.0]))
        #expect(Tensor([1, 2]) == Tensor([1, 2]))
        #expect(Tensor([true]) != Tensor([false]))
        let x = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        #expect(x.transposed == Tensor([1.0, 3, 2, 4], shape: [2, 2]))
        #expect(Tensor.zeros([0]) == Tensor.zeros([0]))
        #expect(Tensor.zeros([0]) != Tensor.zeros([0, 1]))
    }

    @Test func closeness() {
        let x = Tensor([1.0, 100])
        #expect(x.isClose(to: Tensor([1.000_001, 100.0001])))
        #expect(!x.isClose(to: Tensor([1.001, 100])))
        #expect(x.isClose(to: Tensor([1.001, 100]), relative: 0.01))
        #expect(!x.isClose(to: Tensor([1.0])))
        #expect(!Tensor([Double.nan]).isClose(to: Tensor([Double.nan])))
        #expect(Tensor([Double.infinity]).isClose(to: Tensor([Double.infinity])))
        #expect(!Tensor([Double.infinity]).isClose(to: Tensor([1.0])))
    }

    // MARK: Text

    @Test func text() {
        #expect("\(Tensor(scalar: Float(1.5)))" == "Tensor(1.5, float32)")
        #expect("\(Tensor([1, 2, 3]))" == "Tensor([1, 2, 3], int64 [3])")
        #expect("\(Tensor([true, false]))" == "Tensor([ true, false], bool [2])")
        #expect(
            "\(Tensor([1, 2.5, -3, 0.1], shape: [2, 2]).cast(to: .float32))" == """
                Tensor([[ 1.0,  2.5],
                        [-3.0,  0.1]], float32 [2, 2])
                """)
        #expect(
            "\(Tensor([1, 2, 3, 4], shape: [2, 2]).transposed)" == """
                Tensor([[1, 3],
                        [2, 4]], int64 [2, 2])
                """)
        #expect("\(Tensor.range(to: 100, dtype: .int64))" == "Tensor([ 0,  1,  2, …, 97, 98, 99], int64 [100])")
        #expect("\(Tensor.zeros([0, 2]))" == "Tensor([], float32 [0, 2])")
        #expect("\(Tensor([Double.nan, .infinity]))" == "Tensor([nan, inf], float64 [2])")
        #expect(
            "\(Tensor([1.0 / 3, 1e-10, 123456789.5]))" == "Tensor([   0.333333,     1.0e-10, 123456790.0], float64 [3])"
        )
        #expect("\(Shape([2, 3]))" == "[2, 3]")
        #expect("\(DType.int64)" == "int64")
    }

    @Test func textOfThreeAxes() {
        let x = Tensor((0..<8).map { $0 }, shape: [2, 2, 2])
        #expect(
            "\(x)" == """
                Tensor([[[0, 1],
                         [2, 3]],
                        [[4, 5],
                         [6, 7]]], int64 [2, 2, 2])
                """)
    }
}
