/// How a tensor's indices map to its storage: element (i₀, i₁, …) stands at offset + Σ iₐ strideₐ. Immutable, and
/// shared between tensors of the same layout.
package final class Layout: Sendable {
    package let shape: Shape
    package let offset: Int
    package let count: Int
    /// Row-major without gaps, so the elements are one run of memory from `offset` on.
    package let isContiguous: Bool
    private let explicitStrides: [Int]?

    /// Row-major, from the start of its storage.
    package init(_ shape: Shape) {
        self.shape = shape
        offset = 0
        count = shape.elementCount
        isContiguous = true
        explicitStrides = nil
    }

    package init(_ shape: Shape, strides: [Int], offset: Int) {
        self.shape = shape
        self.offset = offset
        count = shape.elementCount
        var step = 1
        var contiguous = true
        for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape[axis] != 1 {
            if strides[axis] != step {
                contiguous = false
                break
            }
            step *= shape[axis]
        }
        isContiguous = contiguous || count == 0
        explicitStrides = isContiguous ? nil : strides
    }

    package var strides: [Int] { explicitStrides ?? shape.contiguousStrides }
    package var rank: Int { shape.rank }

    /// Whether a result of the same shape can use this very layout.
    @inline(__always)
    var isPlain: Bool { isContiguous && offset == 0 }
}
