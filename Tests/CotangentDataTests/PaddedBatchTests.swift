import Cotangent
import TestSupport
import Testing

@Suite struct PaddedBatchTests {
    private let fixture = TextFixture.all

    /// As `torch.nn.utils.rnn.pad_sequence` pads.
    @Test func asPyTorchPads() throws {
        let batch = PaddedBatch(fixture.sequences, padding: 11)
        #expect(batch.tokens == Tensor(rows: fixture.padded) && batch.lengths == [4, 1, 0, 3, 2])
        #expect(batch.mask == Tensor(rows: fixture.mask) && batch.mask.dtype == .bool)
        #expect(batch.sequences == fixture.sequences)
        #expect(batch.mask == sequenceMask(lengths: batch.lengths, steps: 4))
        #expect(try lengths(ofMask: batch.mask) == batch.lengths)
        #expect(batch.paddingShare == 0.5)  // 10 of 4 · 5
        #expect(PaddedBatch([[5, 3], [4]]).tokens == Tensor(rows: [[5, 4], [3, 0]]))
    }

    @Test(arguments: [[], [[]], [[], []], [[7]]] as [[[Int]]]) func smallBatches(_ sequences: [[Int]]) throws {
        let batch = PaddedBatch(sequences)
        #expect(batch.tokens.shape == [sequences.map(\.count).max() ?? 0, sequences.count])
        #expect(batch.tokens.dtype == .int64 && batch.mask.shape == batch.tokens.shape)
        #expect(batch.sequences == sequences && batch.paddingShare == 0)
        #expect(try lengths(ofMask: batch.mask) == sequences.map(\.count))
    }

    @Test func longerTime() throws {
        let padded = sequenceMask(lengths: [2, 0, 3], steps: 5)
        #expect(padded.shape == [5, 3] && padded.transposed[0].bools == [true, true, false, false, false])
        #expect(try lengths(ofMask: padded) == [2, 0, 3])
        // A view is read as what it shows.
        #expect(try lengths(ofMask: padded[.all, 1...2]) == [0, 3])
        #expect(try lengths(ofMask: sequenceMask(lengths: [], steps: 2)) == [])
    }

    @Test func masksWithHoles() {
        let holes = Tensor(rows: [
            [true, true, false], [true, false, false], [true, false, true], [false, true, true],
        ])
        let error = #expect(throws: TextError.self) { try lengths(ofMask: holes) }
        #expect(error?.reason == .mask)
        #expect(error?.message.hasPrefix("sequence 2 of 3 is false at step 0 and true at step 2:") == true)
        let second = #expect(throws: TextError.self) { try lengths(ofMask: holes[.all, 0..<2]) }
        #expect(second?.message.hasPrefix("sequence 1 of 2 is false at step 1 and true at step 3:") == true)
    }

    static let mistakes = [
        Trap("sequenceMask: the length 4 of sequence 1 is not within 0...3, the steps") {
            _ = sequenceMask(lengths: [3, 4], steps: 3)
        },
        Trap("sequenceMask: the length -1 of sequence 1 is not within 0...4, the steps") {
            _ = sequenceMask(lengths: [4, -1], steps: 4)
        },
        Trap("lengths(ofMask:): float32 [2, 3]: a mask is bool") {
            _ = try? lengths(ofMask: Tensor.zeros([2, 3]))
        },
        Trap("bucketed: batchSize 0 and poolSize 100 must be positive") { bucket([1], batchSize: 0) },
        Trap("bucketed: length -2 (the 1th of 2) is negative") { bucket([1, -2], batchSize: 1) },
        Trap("TokenStreams: batch 0 and sequence 3 must be positive") {
            _ = try? TokenStreams([1], batch: 0, sequence: 3)
        },
    ]

    @Test(arguments: 0..<mistakes.count) func traps(_ number: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [number] in
            Self.mistakes[number].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.mistakes[number].message), "\(message)")
    }

    private static func bucket(_ lengths: [Int], batchSize: Int) {
        var generator = PhiloxGenerator(seed: 1)
        _ = bucketed(lengths, batchSize: batchSize, using: &generator)
    }
}

@Suite struct LengthBucketsTests {
    /// 1,000 random sequences: each in one batch, and little padding.
    @Test(arguments: [1, 7, 32, 1000, 5000]) func everySequenceOnce(_ batchSize: Int) {
        var generator = PhiloxGenerator(seed: 8)
        let lengths = (0..<1000).map { _ in Int.random(in: 0...100, using: &generator) }
        let buckets = bucketed(lengths, batchSize: batchSize, using: &generator)
        #expect(buckets.batches.flatMap { $0 }.sorted() == Array(0..<1000))
        let sizes = buckets.batches.map(\.count).sorted()
        #expect(sizes.dropFirst().allSatisfy { $0 == batchSize } && sizes.count == (1000 + batchSize - 1) / batchSize)
        // The share is that of the batches, padded.
        let padded = buckets.batches.map { PaddedBatch($0.map { [Int](repeating: 1, count: lengths[$0]) }) }
        let steps = padded.map(\.tokens.count).reduce(0, +)
        #expect(abs(buckets.paddingShare - Double(steps - lengths.reduce(0, +)) / Double(steps)) < 1e-12)
        if batchSize == 1 { #expect(buckets.paddingShare == 0) }
        // Sorted, a batch of 32 of 1,000 spans about 3 of the 100 lengths; at random it pads to nearly 100.
        if batchSize == 32 {
            let unsorted = bucketed(lengths, batchSize: 32, poolSize: 1, using: &generator).paddingShare
            #expect(buckets.paddingShare < 0.04 && unsorted > 0.4, "\(buckets.paddingShare), \(unsorted)")
        }
    }

    @Test func shuffledBySeed() {
        let lengths = (0..<100).map { $0 / 10 }
        var generator = PhiloxGenerator(seed: 5)
        var same = PhiloxGenerator(seed: 5)
        let first = bucketed(lengths, batchSize: 8, using: &generator)
        #expect(first == bucketed(lengths, batchSize: 8, using: &same))
        let second = bucketed(lengths, batchSize: 8, using: &generator)
        // Other batches, not the same ones in another order; and not from the shortest to the longest.
        #expect(Set(first.batches.map { $0.sorted() }) != Set(second.batches.map { $0.sorted() }))
        #expect(first.batches.map { lengths[$0[0]] } != first.batches.map { lengths[$0[0]] }.sorted())
    }

    /// Lengths 1, 1, 2, 2 in pairs: no padding, whatever the seed; 1, 2, 3 in pairs: 1 step in 7, of
    /// (1, 2), (3) as of (1), (2, 3).
    @Test(arguments: 0..<20) func byHand(_ seed: UInt64) {
        var generator = PhiloxGenerator(seed: seed)
        let even = bucketed([1, 2, 1, 2], batchSize: 2, using: &generator)
        #expect(
            even.paddingShare == 0 && even.batches.map { $0.sorted() }.sorted { $0[0] < $1[0] } == [[0, 2], [1, 3]])
        let odd = bucketed([3, 1, 2], batchSize: 2, using: &generator)
        #expect(odd.paddingShare == 1.0 / 7)
        #expect(bucketed([], batchSize: 2, using: &generator) == bucketed([], batchSize: 3, using: &generator))
        #expect(bucketed([0, 0], batchSize: 2, using: &generator).paddingShare == 0)
    }

    /// Pools of ten batches are shuffled among themselves: less mixing costs less padding.
    @Test func smallerPoolsPadMore() {
        var generator = PhiloxGenerator(seed: 2)
        let lengths = (0..<4001).map { _ in Int.random(in: 1...200, using: &generator) }
        let shares = [1, 2, 10, 1000, .max].map { pool in
            let buckets = bucketed(lengths, batchSize: 10, poolSize: pool, using: &generator)
            #expect(buckets.batches.flatMap { $0 }.sorted() == Array(0..<4001))
            return buckets.paddingShare
        }
        #expect(
            shares[0] > shares[1] && shares[1] > shares[2] && shares[2] > shares[3] && shares[4] < 0.01, "\(shares)")
    }
}
