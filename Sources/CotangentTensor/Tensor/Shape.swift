/// The lengths of a tensor's axes. `[]` is a scalar's.
public struct Shape: Sendable, Hashable, Codable, ExpressibleByArrayLiteral {
    public var dimensions: [Int]

    @inlinable public init(_ dimensions: [Int]) { self.dimensions = dimensions }
    @inlinable public init(arrayLiteral elements: Int...) { dimensions = elements }

    /// How many axes there are.
    public var rank: Int { dimensions.count }

    /// How many elements a tensor of this shape has. Traps where that is more than fits in an `Int`.
    public var elementCount: Int {
        var count = 1
        for dimension in dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            if overflow { fail("shape", "\(self) has more elements than an Int can count") }
            count = product
        }
        return count
    }

    /// The axis that `axis` names, where −1 is the last; nil where there is none.
    func index(ofAxis axis: Int) -> Int? {
        let index = axis < 0 ? axis + rank : axis
        return (0..<rank).contains(index) ? index : nil
    }

    /// Row-major strides, in elements.
    var contiguousStrides: [Int] {
        var strides = dimensions
        var step = 1
        for axis in stride(from: rank - 1, through: 0, by: -1) {
            strides[axis] = step
            step &*= dimensions[axis]
        }
        return strides
    }

    /// The indices of element `element`, counted in row-major order.
    package func position(of element: Int) -> [Int] {
        var rest = element
        var position = dimensions
        for axis in dimensions.indices.reversed() {
            position[axis] = rest % dimensions[axis]
            rest /= dimensions[axis]
        }
        return position
    }

    /// The shape to which both broadcast as in NumPy: aligned at the last axis, a length of 1 stretches; nil where
    /// they do not fit.
    public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        if a == b { return a }
        let rank = Swift.max(a.rank, b.rank)
        var result = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let x = axis < rank - a.rank ? 1 : a.dimensions[axis - (rank - a.rank)]
            let y = axis < rank - b.rank ? 1 : b.dimensions[axis - (rank - b.rank)]
            if x != y && x != 1 && y != 1 { return nil }
            result[axis] = x == 1 ? y : x
        }
        return Shape(result)
    }
}

extension Shape: RandomAccessCollection, MutableCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { dimensions.count }
    /// The length of axis `position`, which counts from 0. Traps where there is no such axis.
    public subscript(position: Int) -> Int {
        @inlinable get { position >= 0 && position < dimensions.count ? dimensions[position] : missingLength(position) }
        @inlinable set { dimensions[position] = newValue }
    }

    /// Where a model runs on shapes alone the missing axis is noted, and 1 stands in for its length.
    @inline(never) @usableFromInline
    func missingLength(_ position: Int) -> Int {
        let problem = "axis \(position) of \(self), which has \(rank) ax\(rank == 1 ? "is" : "es")"
        guard let run = AbstractRun.current else { fail("shape", problem) }
        run.note("shape: \(problem)")
        return 1
    }
}

extension Shape: CustomStringConvertible {
    public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }
}
