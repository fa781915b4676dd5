import Cotangent
import Testing

@Suite struct DatasetTests {
    private let data = TensorDataset(Tensor.range(to: 12).reshaped(6, 2), Tensor(Array(0..<6)))

    @Test func subsets() {
        let subset = data.subset([5, 0, 5])
        #expect(subset.count == 3 && subset.batch([2, 1]).y == Tensor([5, 0]))
        #expect(subset.samples.x == Tensor(rows: [[Float(10), 11], [0, 1], [10, 11]]))
        #expect(subset.subset([1]).batch([0]).y == Tensor([0]))
        #expect(data.subset([]).count == 0)
    }

    @Test func maps() {
        let mapped = data.mapped { Samples(x: $0.x * 2, y: $0.y) }
        #expect(mapped.count == 6 && mapped.batch([1]).x == Tensor(rows: [[Float(4), 6]]))
        // Another kind of batch.
        let sums = data.mapped { sum($0.x).item }
        #expect(Array(DataLoader(sums, batchSize: 3, shuffle: false).batches(epoch: 0)) == [15, 51])
    }

    @Test func concatenations() {
        let both = data.concatenated(with: TensorDataset(data.x + 100, data.y + 6))
        #expect(both.count == 12)
        let batch = both.batch([7, 0, 11, 6, 5, 0])
        #expect(batch.y == Tensor([7, 0, 11, 6, 5, 0]))
        #expect(batch.x[.all, 0] == Tensor([Float(102), 0, 110, 100, 10, 0]))
        #expect(both.batch([1, 2]).y == Tensor([1, 2]) && both.batch([8]).y == Tensor([8]))
        #expect(both.batch([]).count == 0)
    }

    /// Labels of float64 and float32 images, a rank of its own each.
    @Test func anyShapes() {
        let data = TensorDataset(Tensor.zeros([4, 1, 3, 3]), Tensor.range(to: 8, dtype: .float64).reshaped(4, 2))
        let batch = data.batch([3, 1])
        #expect(batch.x.shape == [2, 1, 3, 3] && batch.y == Tensor(rows: [[6.0, 7], [2, 3]]))
    }
}
