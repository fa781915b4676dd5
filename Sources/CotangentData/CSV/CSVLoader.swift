import CotangentTensor

/// Batches of a file that is read as a stream: see
/// ``CSVStream/loader(batchSize:shuffleBuffer:seed:droppingLast:prefetch:transform:samples:)``.
///
/// As with a ``DataLoader``, seed, epoch and number say what a batch is. To go on from the middle of an epoch the file is
/// read up to there.
public struct CSVLoader: BatchSource {
    public let stream: CSVStream
    public let batchSize: Int
    public let shuffleBuffer: Int
    public let seed: UInt64
    public let droppingLast: Bool
    public let prefetch: Int
    public let transform: (@Sendable (Samples, inout PhiloxGenerator) -> Samples)?
    let samples: @Sendable (CSV) throws(CSVError) -> Samples

    init(
        stream: CSVStream, batchSize: Int, shuffleBuffer: Int, seed: UInt64, droppingLast: Bool, prefetch: Int,
        transform: (@Sendable (Samples, inout PhiloxGenerator) -> Samples)?,
        samples: @escaping @Sendable (CSV) throws(CSVError) -> Samples
    ) {
        guard batchSize > 0, shuffleBuffer >= 0, prefetch >= 0 else {
            fail(
                "CSVLoader",
                "batchSize \(batchSize) must be positive, shuffleBuffer \(shuffleBuffer) and prefetch \(prefetch) not negative"
            )
        }
        self.stream = stream
        self.batchSize = batchSize
        self.shuffleBuffer = shuffleBuffer
        self.seed = seed
        self.droppingLast = droppingLast
        self.prefetch = prefetch
        self.transform = transform
        self.samples = samples
    }

    /// nil: the file's end tells.
    public var batchCount: Int? { nil }

    public func batches(epoch: Int, from batch: Int = 0) -> BatchIterator<Samples, CSVError> {
        guard epoch >= 0, batch >= 0 else {
            fail("CSVLoader", "epoch \(epoch) and batch \(batch) must not be negative")
        }
        var keys = EpochKeys(seed: seed, epoch: epoch)
        var chunks: CSVStream.Chunks?
        var pool = SamplePool(capacity: shuffleBuffer)
        var (next, hasEnded) = (0, false)
        return BatchIterator(prefetch: prefetch) { [self] () throws(CSVError) -> Samples? in
            while !hasEnded {
                var made: Samples?
                do throws(CSVError) {
                    if chunks == nil { chunks = try stream.chunks(of: shuffleBuffer > 0 ? 1024 : batchSize) }
                    made = try pool.draw(batchSize, using: &keys.order) { () throws(CSVError) in
                        try chunks!.next().map { rows throws(CSVError) in try checked(samples(rows), rows) }
                    }
                } catch {
                    // A file that is wrong here cannot be trusted behind.
                    hasEnded = true
                    throw error
                }
                guard let made, made.count == batchSize || !droppingLast && made.count > 0 else {
                    hasEnded = true
                    break
                }
                next += 1
                if next <= batch { continue }
                guard let transform else { return made }
                var generator = keys.generator(batch: next - 1)
                return transform(made, &generator)
            }
            return nil
        }
    }

    private func checked(_ samples: Samples, _ rows: CSV) -> Samples {
        if samples.count != rows.rowCount {
            fail("CSVLoader", "\(samples.count) samples were made of \(rows.rowCount) rows: one of each is expected")
        }
        return samples
    }
}
