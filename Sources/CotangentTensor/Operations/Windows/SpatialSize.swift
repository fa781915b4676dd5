/// One number for each spatial axis of an image, a signal or a volume: `3` for all of them, `[3, 5]` for height and
/// width.
///
/// Kernel sizes, strides, dilations and output sizes are of this type.
public struct SpatialSize: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    /// How many numbers were given; 0 where one stands for all axes.
    private let count: Int
    private let lengths: SIMD3<Int>

    /// The same number for all axes.
    public init(_ length: Int) {
        count = 0
        lengths = SIMD3(repeating: length)
    }

    public init(integerLiteral length: Int) { self.init(length) }

    /// One number an axis: 1 to 3 of them.
    public init(_ lengths: [Int]) {
        guard (1...3).contains(lengths.count) else { fail("SpatialSize", "\(lengths): there must be 1 to 3 lengths") }
        count = lengths.count
        self.lengths = SIMD3((0..<3).map { $0 < lengths.count ? lengths[$0] : 0 })
    }

    public init(arrayLiteral lengths: Int...) { self.init(lengths) }

    /// One number for each of `rank` axes; nil where another number of axes was given.
    package func lengths(rank: Int) -> [Int]? {
        resolved(rank: rank, rest: 1).map { lengths in (3 - rank..<3).map { lengths[$0] } }
    }

    /// The numbers for `rank` axes at the end of depth, height, width, with `rest` for the axes before; nil where
    /// another number of axes was given.
    package func resolved(rank: Int, rest: Int) -> SIMD3<Int>? {
        if count != 0 && count != rank { return nil }
        switch rank {
        case 1: return SIMD3(rest, rest, lengths[0])
        case 2: return SIMD3(rest, lengths[0], lengths[1])
        default: return lengths
        }
    }
}

extension SpatialSize: CustomStringConvertible {
    public var description: String {
        count == 0 ? "\(lengths[0])" : "[\((0..<count).map { "\(lengths[$0])" }.joined(separator: ", "))]"
    }
}
