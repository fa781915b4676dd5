import CotangentTensor

/// A table of vectors, looked up by index: int64 [...] → [..., size].
///
/// `weight` is [count, size], from the normal distribution by default, as in PyTorch. With a `paddingIndex`, that row
/// starts as 0 and gets no gradient.
public struct Embedding: Layer, DescribedModule {
    public let weight: Parameter
    public let paddingIndex: Int?

    public init(
        _ count: Int, _ size: Int, paddingIndex: Int? = nil, initializer: Initializer = .normal(),
        dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) {
        guard count > 0, size > 0 else { fail("Embedding", "\(count) vectors of \(size): both must be positive") }
        var table = initializer([count, size], dtype: dtype, using: &generator)
        if let paddingIndex {
            Self.check(paddingIndex, count)
            table[paddingIndex] = Tensor.zeros([size], dtype: dtype)
        }
        weight = Parameter(table)
        self.paddingIndex = paddingIndex
    }

    /// A table of given values, [count, size].
    public init(weight: Tensor, paddingIndex: Int? = nil) {
        guard weight.rank == 2 else { fail("Embedding", "the weight is \(weight.summary): it must be [count, size]") }
        if let paddingIndex { Self.check(paddingIndex, weight.shape[0]) }
        self.weight = Parameter(weight)
        self.paddingIndex = paddingIndex
    }

    private static func check(_ paddingIndex: Int, _ count: Int) {
        guard (0..<count).contains(paddingIndex) else {
            fail("Embedding", "the padding index \(paddingIndex) is not within 0..<\(count)")
        }
    }

    /// An index outside 0..<count traps.
    public func callAsFunction(_ indices: Tensor) -> Tensor {
        let table = weight.value
        let (count, size) = (table.shape[0], table.shape[1])
        guard indices.dtype == .int64 else {
            return observed(
                reject(
                    "Embedding", "the indices are \(indices.summary), not int64",
                    meant: Shape(indices.shape.dimensions + [size]), table.dtype))
        }
        requireIndices(indices, count)
        let picked = gather(table, indices)
        guard let paddingIndex else { return observed(picked) }
        let isPadding = equal(indices, paddingIndex).expandingAxis(-1)
        return observed(Tensor.where(isPadding, picked.detached, picked))
    }

    private func requireIndices(_ indices: Tensor, _ count: Int) {
        if AbstractRun.isActive { return }
        indices.withUnsafeBufferPointer(as: Int.self) { indices in
            for (place, index) in indices.enumerated() where index < 0 || index >= count {
                fail("Embedding", "index \(index), the \(place)th, is not within 0..<\(count)")
            }
        }
    }

    package var summaryName: String { "Embedding(\(weight.shape[0]) × \(weight.shape[1]))" }
}
