/// What surrounds an input before a window moves over it: `1` on all sides, `[1, 2]` by axis, `.same`, or different
/// numbers before and after.
public struct Padding: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    private enum Kind: Hashable {
        case sides(before: SpatialSize, after: SpatialSize)
        case same
    }

    private let kind: Kind

    /// The same on both sides of each axis.
    public init(_ size: SpatialSize) { kind = .sides(before: size, after: size) }
    public init(integerLiteral length: Int) { self.init(SpatialSize(length)) }
    public init(arrayLiteral lengths: Int...) { self.init(SpatialSize(lengths)) }

    private init(kind: Kind) { self.kind = kind }

    /// Different numbers before and after each axis.
    public static func sides(before: SpatialSize, after: SpatialSize) -> Padding {
        Padding(kind: .sides(before: before, after: after))
    }

    /// As much as makes the output ⌈input / stride⌉ long, as in Keras; with stride 1, as long as the input, as in
    /// PyTorch. An odd number goes after.
    public static let same = Padding(kind: .same)

    /// None.
    public static let valid: Padding = 0

    /// The numbers before and after each axis; nil for `.same` and where another number of axes was given.
    func resolvedSides(rank: Int) -> (before: SIMD3<Int>, after: SIMD3<Int>)? {
        guard case .sides(let before, let after) = kind, let before = before.resolved(rank: rank, rest: 0),
            let after = after.resolved(rank: rank, rest: 0)
        else { return nil }
        return (before, after)
    }

    /// The numbers before and after each of three axes, of which the last `rank` count; nil where another number of
    /// axes was given.
    func resolved(
        rank: Int, input: SIMD3<Int>, extent: SIMD3<Int>, stride: SIMD3<Int>
    ) -> (before: SIMD3<Int>, after: SIMD3<Int>)? {
        switch kind {
        case .sides:
            return resolvedSides(rank: rank)
        case .same:
            var total = SIMD3<Int>()
            for axis in 3 - rank..<3 {
                let output = (input[axis] + stride[axis] - 1) / stride[axis]
                total[axis] = Swift.max(0, (output - 1) * stride[axis] + extent[axis] - input[axis])
            }
            let before = total / 2
            return (before, total &- before)
        }
    }
}

extension Padding: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .sides(let before, let after): before == after ? "\(before)" : "\(before) before, \(after) after"
        case .same: "same"
        }
    }
}
