import CotangentTensor

/// Where batches come from, epoch by epoch: a ``DataLoader``, or a file that is read as a stream.
public protocol BatchSource: Sendable {
    associatedtype Batch: Sendable
    associatedtype Failure: Error

    /// How many batches an epoch has; nil where that shows only at its end.
    var batchCount: Int? { get }

    /// The batches of an epoch (from 0), from number `batch` on (from 0). The same two numbers give the same batches, to
    /// the bit: they are all that a run needs to go on where it was.
    func batches(epoch: Int, from batch: Int) -> BatchIterator<Batch, Failure>
}

/// A data set in batches, in a new random order each epoch.
///
/// ```swift
/// let loader = DataLoader(TensorDataset(x, y), batchSize: 32, seed: 1)
/// for epoch in 0..<10 {
///     for batch in loader.batches(epoch: epoch) { … model(batch.x), batch.y … }
/// }
/// ```
///
/// Order and transforms are functions of seed, epoch and the batch's number alone: neither the number of threads nor
/// `prefetch` changes a bit, and epoch and number tell where a run was interrupted.
public struct DataLoader<Source: Dataset>: BatchSource {
    public typealias Batch = Source.Batch
    public typealias Failure = Source.Failure
    /// Makes another batch of one, at random: see ``ImageAugmentation``. It is given a generator of its own for each
    /// batch of each epoch.
    public typealias Transform = @Sendable (Batch, inout PhiloxGenerator) -> Batch

    public let source: Source
    public let batchSize: Int
    public let shuffle: Bool
    public let seed: UInt64
    public let droppingLast: Bool
    public let prefetch: Int
    public let transform: Transform?

    /// - Parameters:
    ///   - shuffle: whether each epoch has an order of its own; otherwise samples come in theirs.
    ///   - droppingLast: whether a last batch with fewer samples is left out.
    ///   - prefetch: how many batches at most are made ahead, on one thread in the background; 0 for none: each is made
    ///     as it is asked for.
    ///   - transform: is applied to each batch, on the same thread that made it.
    public init(
        _ source: Source, batchSize: Int, shuffle: Bool = true, seed: UInt64 = 0, droppingLast: Bool = false,
        prefetch: Int = 2, transform: Transform? = nil
    ) {
        guard batchSize > 0, prefetch >= 0 else {
            fail("DataLoader", "batchSize \(batchSize) must be positive, prefetch \(prefetch) must not be negative")
        }
        self.source = source
        self.batchSize = batchSize
        self.shuffle = shuffle
        self.seed = seed
        self.droppingLast = droppingLast
        self.prefetch = prefetch
        self.transform = transform
    }

    /// How many batches an epoch has.
    public var count: Int {
        let samples = source.count
        return samples / batchSize + (droppingLast || samples % batchSize == 0 ? 0 : 1)
    }

    public var batchCount: Int? { count }

    /// How many samples an epoch has: all of them, but for a batch that is dropped.
    public var sampleCount: Int { droppingLast ? source.count / batchSize * batchSize : source.count }

    public func batches(epoch: Int, from batch: Int = 0) -> BatchIterator<Batch, Failure> {
        guard epoch >= 0, batch >= 0 else {
            fail("DataLoader", "epoch \(epoch) and batch \(batch) must not be negative")
        }
        var keys = EpochKeys(seed: seed, epoch: epoch)
        var next = batch
        var order: [Int]?
        return BatchIterator(prefetch: batch < count ? prefetch : 0) { [self] () throws(Failure) -> Batch? in
            guard next < count else { return nil }
            let number = next
            next += 1
            if shuffle, order == nil { order = Tensor.permutation(source.count, using: &keys.order).ints }
            let range = number * batchSize..<Swift.min((number + 1) * batchSize, source.count)
            let made = try source.batch(order.map { Array($0[range]) } ?? Array(range))
            guard let transform else { return made }
            var generator = keys.generator(batch: number)
            return transform(made, &generator)
        }
    }
}

/// The random numbers of an epoch: independent ones for its order and for each batch.
struct EpochKeys {
    var order: PhiloxGenerator
    private let batches: UInt64

    init(seed: UInt64, epoch: Int) {
        var ofEpoch = PhiloxGenerator(key: seed, stream: UInt64(epoch)).firstSplit
        order = ofEpoch.split()
        batches = ofEpoch.nextKey()
    }

    func generator(batch: Int) -> PhiloxGenerator { PhiloxGenerator(key: batches, stream: UInt64(batch)).firstSplit }
}

extension PhiloxGenerator {
    fileprivate var firstSplit: PhiloxGenerator {
        var generator = self
        return generator.split()
    }
}
