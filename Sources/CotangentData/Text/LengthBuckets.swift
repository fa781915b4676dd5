import CotangentTensor

/// Batches of sequences of similar lengths: see ``bucketed(_:batchSize:poolSize:using:)``.
public struct LengthBuckets: Sendable, Equatable {
    /// For each batch which sequences are in it, as indices of the lengths.
    public let batches: [[Int]]
    /// Which part of the steps of all batches is padding, from 0 to 1.
    public let paddingShare: Double
}

/// Puts sequences of similar lengths into the same batches, so that little is padded; every sequence is in one batch.
///
/// ```swift
/// for batch in bucketed(sentences.map(\.count), batchSize: 32, using: &generator).batches {
///     let x = PaddedBatch(batch.map { sentences[$0] })
/// }
/// ```
///
/// The sequences are shuffled and taken a pool at a time; a pool is sorted by length and cut into batches, and in the end
/// the batches are shuffled. A call for each epoch gives other batches each time, and the same ones for the same
/// generator. Batches have `batchSize` sequences; only one may have fewer, those that are left over.
///
/// - Parameter poolSize: how many batches are sorted together. Larger pools pad less; smaller ones mix the batches more,
///   down to 1, which takes the lengths into no account.
public func bucketed(
    _ lengths: [Int], batchSize: Int, poolSize: Int = 100, using generator: inout PhiloxGenerator
) -> LengthBuckets {
    guard batchSize > 0, poolSize > 0 else {
        fail("bucketed", "batchSize \(batchSize) and poolSize \(poolSize) must be positive")
    }
    if let place = lengths.firstIndex(where: { $0 < 0 }) {
        fail("bucketed", "length \(lengths[place]) (the \(place)th of \(lengths.count)) is negative")
    }
    let batchSize = min(batchSize, max(lengths.count, 1))
    let order = Tensor.permutation(lengths.count, using: &generator).ints
    // The pools' sizes differ by a batch at most: a small last one would pad more than the others.
    let batchCount = (lengths.count + batchSize - 1) / batchSize
    let poolCount = batchCount / poolSize + (batchCount % poolSize == 0 ? 0 : 1)
    var batches: [[Int]] = []
    for pool in 0..<poolCount {
        let start = batchCount * pool / poolCount * batchSize
        let end = min(batchCount * (pool + 1) / poolCount * batchSize, lengths.count)
        // Equal lengths stay in their random order.
        let sorted = (start..<end).sorted { (lengths[order[$0]], $0) < (lengths[order[$1]], $1) }.map { order[$0] }
        // The batch with fewer sequences is anywhere in the last pool, not always the one of the longest.
        let rest = sorted.count % batchSize
        let restStart = rest == 0 ? 0 : Int.random(in: 0...sorted.count / batchSize, using: &generator) * batchSize
        var place = 0
        while place < sorted.count {
            let size = rest > 0 && place == restStart ? rest : batchSize
            batches.append(Array(sorted[place..<place + size]))
            place += size
        }
    }
    batches = Tensor.permutation(batches.count, using: &generator).ints.map { batches[$0] }
    return LengthBuckets(batches: batches, paddingShare: paddingShare(batches.map { $0.map { lengths[$0] } }))
}
