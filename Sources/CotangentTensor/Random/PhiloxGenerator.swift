import CCotangentKernels

/// A counter-based random generator: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
///
/// Each draw of a tensor is a stream of its own, numbered from 0, and every element of a draw is a function of key,
/// stream and position alone. So the same seed gives the same numbers at any thread count, and two integers hold the
/// whole state.
public struct PhiloxGenerator: RandomNumberGenerator, Sendable, Hashable, Codable {
    public let key: UInt64
    /// The number of the next draw.
    public private(set) var stream: UInt64

    public init(seed: UInt64) { self.init(key: seed, stream: 0) }

    /// A generator in the state that `key` and `stream` of another describe.
    public init(key: UInt64, stream: UInt64) {
        self.key = key
        self.stream = stream
    }

    mutating func nextStream() -> UInt64 {
        defer { stream &+= 1 }
        return stream
    }

    public mutating func next() -> UInt64 {
        var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        let stream = nextStream()
        withUnsafeMutableBytes(of: &words) {
            ct_philox_bits(key, stream, 0, 1, $0.assumingMemoryBound(to: UInt32.self).baseAddress!)
        }
        return UInt64(words.0) | UInt64(words.1) << 32
    }

    /// A key for a generator whose numbers are independent of this one's.
    package mutating func nextKey() -> UInt64 { next() }

    /// A generator whose numbers are independent of this one's.
    public mutating func split() -> PhiloxGenerator { PhiloxGenerator(seed: nextKey()) }
}
