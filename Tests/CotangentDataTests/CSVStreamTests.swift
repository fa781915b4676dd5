import Cotangent
import Foundation
import Testing

@Suite struct CSVStreamTests {
    private let folder: TemporaryFolder
    private let path: String

    /// 5000 rows, x = 2 y, of two kinds by turns.
    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("table.csv")
        try Self.write(
            "x,kind,y\n" + (0..<5000).map { "\(2 * $0),\($0 % 2 == 0 ? "even" : "odd"),\($0)\n" }.joined(), path)
    }

    private static func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func loader(
        _ path: String? = nil, batchSize: Int = 32, shuffleBuffer: Int = 0, seed: UInt64 = 0,
        droppingLast: Bool = false,
        prefetch: Int = 2, transform: (@Sendable (Samples, inout PhiloxGenerator) -> Samples)? = nil
    ) throws -> CSVLoader {
        try CSVStream(path: path ?? self.path, textColumns: ["kind"]).loader(
            batchSize: batchSize, shuffleBuffer: shuffleBuffer, seed: seed, droppingLast: droppingLast,
            prefetch: prefetch,
            transform: transform
        ) { rows throws(CSVError) in
            Samples(x: try rows.tensor(columns: ["x"]), y: try rows.labels("y"))
        }
    }

    private func all(_ loader: CSVLoader, epoch: Int = 0, from batch: Int = 0) throws -> [Samples] {
        var batches = loader.batches(epoch: epoch, from: batch)
        var result: [Samples] = []
        while let batch = try batches.next() { result.append(batch) }
        return result
    }

    @Test func chunks() throws {
        let stream = try CSVStream(path: path, textColumns: ["kind"])
        #expect(stream.columnNames == ["x", "kind", "y"])
        var chunks = try stream.chunks(of: 1999)
        var sizes: [Int] = []
        var y: [Int] = []
        while let chunk = try chunks.next() {
            sizes.append(chunk.rowCount)
            y += try chunk.labels("y").ints
            #expect(
                try chunk.texts("kind").enumerated().allSatisfy {
                    ($1 == "even") == (y[y.count - chunk.rowCount + $0] % 2 == 0)
                })
        }
        #expect(sizes == [1999, 1999, 1002] && y == Array(0..<5000))
        #expect(try chunks.next() == nil ? true : false)
    }

    /// Memory follows from what the file has, not from how many rows a table may have.
    @Test func chunksOfManyRows() throws {
        var all = try CSVStream(path: path, textColumns: ["kind"]).chunks(of: .max)
        #expect(try all.next()?.labels("y").ints == Array(0..<5000))
        #expect(try all.next() == nil ? true : false)
        // A megabyte of numbers has 131 rows.
        let path = folder.path("wide.csv")
        let ones = [String](repeating: ",1", count: 998).joined()
        try Self.write((0..<500).map { "\($0 % 3 == 0 ? "a" : "b"),\($0)\(ones)\n" }.joined(), path)
        var chunks = try CSVStream(path: path, header: .absent, textColumns: ["0"]).chunks(of: 300)
        for rows in [0..<300, 300..<500] {
            let chunk = try #require(try chunks.next())
            #expect(try chunk.labels("1").ints == Array(rows))
            #expect(try chunk.texts("0") == rows.map { $0 % 3 == 0 ? "a" : "b" })
        }
        #expect(try chunks.next() == nil ? true : false)
    }

    @Test func inOrder() throws {
        let batches = try all(loader(batchSize: 300))
        #expect(batches.map(\.count) == [Int](repeating: 300, count: 16) + [200])
        #expect(concatenate(batches.map(\.y)).ints == Array(0..<5000))
        for batch in batches { #expect(batch.x.flattened.ints == batch.y.ints.map { 2 * $0 }) }
        #expect(try all(loader(batchSize: 300, droppingLast: true)).count == 16)
        #expect(try loader().batchCount == nil)
    }

    @Test func shuffled() throws {
        let batches = try all(loader(batchSize: 300, shuffleBuffer: 700, seed: 1))
        #expect(batches.map(\.count) == [Int](repeating: 300, count: 16) + [200])
        let y = concatenate(batches.map(\.y)).ints
        #expect(y.sorted() == Array(0..<5000) && y != Array(0..<5000))
        for batch in batches { #expect(batch.x.flattened.ints == batch.y.ints.map { 2 * $0 }) }
        // A sample comes no earlier than the buffer reaches, and mixes over about its length.
        #expect(y.enumerated().allSatisfy { place, sample in sample < place + 700 })
        let distance = y.enumerated().map { Double(abs($0 - $1)) }.reduce(0, +) / 5000
        #expect((300...900).contains(distance))
        #expect(try all(loader(batchSize: 300, shuffleBuffer: 700, seed: 1), epoch: 1).map(\.y) != batches.map(\.y))
        #expect(try all(loader(batchSize: 300, shuffleBuffer: 700, seed: 2)).map(\.y) != batches.map(\.y))
        // A buffer of the whole file is a plain shuffle; one smaller than a batch serves too.
        for buffer in [1, 7, 5000, 100_000] {
            let y = concatenate(try all(loader(batchSize: 64, shuffleBuffer: buffer)).map(\.y)).ints
            #expect(y.sorted() == Array(0..<5000) && (buffer > 1) == (y != Array(0..<5000)))
        }
    }

    @Test func sameBitsAtAnyPrefetchAndFromAnywhere() throws {
        let noisy: @Sendable (Samples, inout PhiloxGenerator) -> Samples = { batch, generator in
            Samples(x: batch.x + Tensor.normal(batch.x.shape, using: &generator), y: batch.y)
        }
        for buffer in [0, 500] {
            let expected = try all(
                loader(batchSize: 400, shuffleBuffer: buffer, prefetch: 0, transform: noisy), epoch: 2)
            #expect(expected.count == 13)
            for prefetch in [0, 1, 3] {
                let loader = try loader(batchSize: 400, shuffleBuffer: buffer, prefetch: prefetch, transform: noisy)
                for batch in [0, 1, 12, 13, 14] {
                    #expect(try all(loader, epoch: 2, from: batch) == Array(expected.dropFirst(batch)))
                }
            }
        }
    }

    @Test(arguments: [0, 2]) func errorsComeWithTheirBatch(_ prefetch: Int) throws {
        let path = folder.path("wrong.csv")
        try Self.write("x,kind,y\n" + (0..<100).map { "\(2 * $0),a,\($0 == 70 ? "?" : "\($0)")\n" }.joined(), path)
        var batches = try loader(path, batchSize: 32, prefetch: prefetch).batches(epoch: 0)
        #expect(try batches.next()?.y.ints == Array(0..<32))
        #expect(try batches.next()?.y.ints == Array(32..<64))
        let error = #expect(throws: CSVError.self) { try batches.next() }
        #expect(error?.line == 72 && error?.column == 3 && error?.file == path)
        // Nothing behind a wrong row is taken for good.
        #expect(try batches.next() == nil)
        let missing = #expect(throws: CSVError.self) { try loader(folder.path("none.csv")) }
        #expect(missing?.reason == .unreadableFile)
        // A file that goes away between epochs.
        let gone = try loader(path, prefetch: prefetch)
        try FileManager.default.removeItem(atPath: path)
        var none = gone.batches(epoch: 0)
        #expect(throws: CSVError.self) { try none.next() }
        #expect(try none.next() == nil)
    }

    @Test(.timeLimit(.minutes(1))) func iteratorsCanBeDropped() throws {
        for epoch in 0..<50 {
            var batches = try loader(shuffleBuffer: 1000).batches(epoch: epoch)
            #expect(try batches.next()?.count == 32)
        }
    }
}
