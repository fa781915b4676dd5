import Cotangent
import CotangentBLAS
import Foundation
import Synchronization
import Testing

/// Ten samples, of which one can be made to fail, and a count of the batches that were made.
private final class Counted: Dataset {
    struct Bad: Error, Equatable { let samples: [Int] }

    let count: Int
    let bad: Set<Int>
    let delay: UInt32
    let made = Mutex(0)

    init(_ count: Int = 10, bad: Set<Int> = [], delay: UInt32 = 0) {
        self.count = count
        self.bad = bad
        self.delay = delay
    }

    func batch(_ indices: [Int]) throws(Bad) -> [Int] {
        made.withLock { $0 += 1 }
        if delay > 0 { usleep(delay) }
        if indices.contains(where: bad.contains) { throw Bad(samples: indices) }
        return indices
    }
}

@Suite struct DataLoaderTests {
    private let data = TensorDataset(Tensor.range(to: 20).reshaped(10, 2), Tensor(Array(0..<10)))

    @Test func inOrder() {
        let loader = DataLoader(data, batchSize: 4, shuffle: false)
        let all = Array(loader.batches(epoch: 0))
        #expect(loader.count == 3 && all.count == 3 && loader.sampleCount == 10)
        #expect(all.map(\.y) == [Tensor([0, 1, 2, 3]), Tensor([4, 5, 6, 7]), Tensor([8, 9])])
        #expect(concatenate(all.map(\.x)) == data.x && all.map(\.count) == [4, 4, 2])
        let full = DataLoader(data, batchSize: 4, shuffle: false, droppingLast: true)
        #expect(full.count == 2 && full.sampleCount == 8 && full.batches(epoch: 3).map(\.count) == [4, 4])
        #expect(DataLoader(data, batchSize: 100).batches(epoch: 0).map(\.count) == [10])
        #expect(DataLoader(data, batchSize: 100, droppingLast: true).batches(epoch: 0).map(\.count) == [])
        let none = DataLoader(TensorDataset(data.x[0..<0], data.y[0..<0]), batchSize: 4)
        #expect(none.count == 0 && Array(none.batches(epoch: 0)).isEmpty)
    }

    @Test(arguments: [0, 1, 2, 7]) func everySampleOnceInAnOrderOfTheEpochs(_ prefetch: Int) {
        let loader = DataLoader(data, batchSize: 3, seed: 5, prefetch: prefetch)
        let orders = (0..<20).map { epoch in loader.batches(epoch: epoch).flatMap(\.y.ints) }
        #expect(orders.allSatisfy { $0.sorted() == Array(0..<10) })
        #expect(Set(orders).count == 20)
        #expect(Set(orders.map(\.first)).count > 5)
        let other = DataLoader(data, batchSize: 3, seed: 6, prefetch: prefetch)
        #expect(other.batches(epoch: 0).flatMap(\.y.ints) != orders[0])
        // The batch's size changes where the order is cut, not the order.
        let larger = DataLoader(data, batchSize: 5, seed: 5, prefetch: prefetch)
        #expect(larger.batches(epoch: 4).flatMap(\.y.ints) == orders[4])
        for batch in loader.batches(epoch: 0) { #expect(batch.x[.all, 0].ints == batch.y.ints.map { $0 * 2 }) }
    }

    /// Also from the middle of an epoch on, which is how a run is resumed.
    @Test func sameBitsAtAnyPrefetchAndThreadCount() {
        let many = TensorDataset(Tensor.range(to: 40_000).reshaped(200, 200), Tensor(Array(0..<200)))
        let threads = Runtime.threadCount
        defer { Runtime.threadCount = threads }
        func run(_ prefetch: Int, from batch: Int = 0) -> [Samples] {
            let loader = DataLoader(many, batchSize: 24, seed: 9, prefetch: prefetch) { batch, generator in
                let noise = Tensor.normal(batch.x.shape, using: &generator)
                return Samples(x: batch.x + noise, y: batch.y)
            }
            return Array(loader.batches(epoch: 3, from: batch))
        }
        Runtime.threadCount = 1
        let expected = run(0)
        #expect(expected.count == 9 && Set(expected.map { $0.x[0, 0].item - Double($0.y.ints[0]) * 200 }).count == 9)
        for threads in [1, 2, 4] {
            Runtime.threadCount = threads
            for prefetch in [0, 1, 2, 20] {
                #expect(run(prefetch) == expected)
                for batch in [1, 5, 8, 9, 10] {
                    #expect(run(prefetch, from: batch) == Array(expected.dropFirst(batch)))
                }
            }
        }
    }

    @Test(arguments: [0, 1, 2, 7]) func errorsComeWithTheirBatch(_ prefetch: Int) {
        let loader = DataLoader(Counted(bad: [3, 8]), batchSize: 2, shuffle: false, prefetch: prefetch)
        var batches = loader.batches(epoch: 0)
        var seen: [String] = []
        while true {
            do throws(Counted.Bad) {
                guard let batch = try batches.next() else { break }
                seen.append("\(batch)")
            } catch { seen.append("bad \(error.samples)") }
        }
        #expect(seen == ["[0, 1]", "bad [2, 3]", "[4, 5]", "[6, 7]", "bad [8, 9]"])
        #expect((try? batches.next()) == .some(nil))
    }

    /// No more batches than asked for are made ahead, and none where nobody asks for one ahead.
    @Test(.timeLimit(.minutes(1))) func makesAheadWhatIsAsked() throws {
        for prefetch in [1, 3] {
            let source = Counted(100)
            var batches = DataLoader(source, batchSize: 1, prefetch: prefetch).batches(epoch: 0)
            for taken in 0..<3 {
                while source.made.withLock({ $0 }) < taken + prefetch { usleep(100) }
                usleep(20_000)
                #expect(source.made.withLock { $0 } == taken + prefetch)
                _ = try batches.next()
            }
        }
        let source = Counted(100)
        var batches = DataLoader(source, batchSize: 1, prefetch: 0).batches(epoch: 0)
        _ = try batches.next()
        usleep(20_000)
        #expect(source.made.withLock { $0 } == 1)
    }

    /// Dropping an iterator waits for nobody, wherever its thread is; the thread and the data set go soon after.
    @Test(.timeLimit(.minutes(1))) func iteratorsCanBeDropped() throws {
        weak var gone: Counted?
        for taken in 0..<4 {
            for delay in [0, 2000] as [UInt32] {
                let source = Counted(1000, delay: delay)
                gone = source
                var batches = DataLoader(source, batchSize: 1, prefetch: 2).batches(epoch: 0)
                for _ in 0..<taken { _ = try batches.next() }
            }
        }
        while gone != nil { usleep(1000) }
        // A break out of a loop, many times, with the pool at work on both sides.
        for epoch in 0..<200 {
            let loader = DataLoader(data, batchSize: 1, prefetch: 3) { batch, generator in
                Samples(x: Tensor.normal([70_000], using: &generator).reshaped(1, 70_000), y: batch.y)
            }
            for batch in loader.batches(epoch: epoch) {
                #expect(sum(batch.x).item.isFinite)
                break
            }
        }
    }

    /// Every batch is made while a job of the pool is waiting for it.
    @Test(.timeLimit(.minutes(1))) func aBusyPoolIsNoDeadlock() {
        let loader = DataLoader(data, batchSize: 1, prefetch: 2) { batch, generator in
            Samples(x: Tensor.uniform([1, 100_000], using: &generator), y: batch.y)
        }
        let total = Mutex(0)
        parallel(chunks: 4) { chunk in
            for batch in loader.batches(epoch: chunk) { total.withLock { $0 += batch.x.count } }
        }
        #expect(total.withLock { $0 } == 4 * 10 * 100_000)
    }

    @Test func copiesShareOnePosition() {
        let loader = DataLoader(data, batchSize: 5, shuffle: false)
        var first = loader.batches(epoch: 0)
        var second = first
        #expect(first.next()?.y.ints == [0, 1, 2, 3, 4] && second.next()?.y.ints == [5, 6, 7, 8, 9])
        #expect(first.next() == nil)
    }

    @Test func mistakesTrap() async {
        let sizes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = TensorDataset(Tensor.zeros([3, 2]), Tensor.zeros([4]))
        }
        #expect(message(sizes).contains("TensorDataset: x is float32 [3, 2] and y float32 [4]"))
        let batch = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = DataLoader(TensorDataset(Tensor.zeros([3, 2]), Tensor.zeros([3])), batchSize: 0)
        }
        #expect(message(batch).contains("DataLoader: batchSize 0 must be positive"))
        let index = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = TensorDataset(Tensor.zeros([3, 2]), Tensor.zeros([3])).batch([0, 3])
        }
        #expect(message(index).contains("TensorDataset: sample 3 (the 1th of 2) is not within 0..<3"))
    }

    private func message(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
}
