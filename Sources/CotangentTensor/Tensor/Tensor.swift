import CCotangentKernels
import CotangentBLAS

/// An n-dimensional array of float32, float64, int64 or bool.
///
/// A tensor is a value: a copy can be changed without the original changing, and it can be sent to other threads. Its
/// elements are row-major; slices, transposes and broadcasts are views that share memory without a copy.
///
/// Operations work on tensors of one dtype: mixing dtypes traps and names both. Swift numbers are weakly typed, so
/// `x * 2` keeps the dtype of `x`. An operation that is given wrong shapes traps with a message that names them.
public struct Tensor: Sendable {
    package var storage: Storage
    package var layout: Layout
    /// The recording on which this tensor is node `node`, or 0: see ``Tape``.
    package var generation: UInt64 = 0
    package var node: Int32 = 0
    public let dtype: DType

    package init(storage: Storage, layout: Layout, dtype: DType) {
        self.storage = storage
        self.layout = layout
        self.dtype = dtype
    }

    /// A tensor whose elements have yet to be written.
    ///
    /// Where a model runs on shapes alone it has no memory: ``isAbstract`` says so, and kernels must not run.
    @inline(__always)
    package init(uninitialized layout: Layout, _ dtype: DType) {
        let layout = layout.isPlain ? layout : Layout(layout.shape)
        self.init(
            storage: AbstractRun.isActive ? .abstract : Storage(byteCount: layout.count * dtype.size), layout: layout,
            dtype: dtype)
    }

    package init(uninitialized shape: Shape, _ dtype: DType) {
        for dimension in shape.dimensions where dimension < 0 {
            fail("Tensor", "shape \(shape) has a negative length")
        }
        self.init(uninitialized: Layout(shape), dtype)
    }

    package init(abstract shape: Shape, _ dtype: DType) {
        self.init(storage: .abstract, layout: Layout(shape), dtype: dtype)
    }

    /// Whether this tensor has a shape and no values.
    package var isAbstract: Bool { storage === Storage.abstract }

    public var shape: Shape { layout.shape }
    /// How many axes there are; 0 for a scalar.
    public var rank: Int { layout.shape.rank }
    /// How many elements there are.
    public var count: Int { layout.count }

    /// The first element's address.
    @inline(__always)
    package var rawPointer: UnsafeMutableRawPointer { storage.pointer + layout.offset * dtype.size }

    /// This tensor as a plain value: the same elements, of which no gradient is taken.
    public var detached: Tensor {
        var result = self
        result.generation = 0
        return result
    }

    /// The same elements in row-major order without gaps: this tensor where it is so already, otherwise a copy.
    package var contiguous: Tensor {
        if layout.isContiguous { return self }
        var result = copied()
        result.generation = generation
        result.node = node
        return result
    }

    /// A copy with memory of its own.
    package func copied() -> Tensor {
        let result = Tensor(uninitialized: layout.isPlain ? layout : Layout(shape), dtype)
        if result.isAbstract || count == 0 { return result }
        if layout.isContiguous {
            result.rawPointer.copyMemory(from: rawPointer, byteCount: count * dtype.size)
        } else {
            shape.dimensions.withUnsafeBufferPointer { shape in
                layout.strides.withUnsafeBufferPointer { strides in
                    ct_copy_strided(
                        dtype.size, shape.count, shape.baseAddress, strides.baseAddress, rawPointer, result.rawPointer)
                }
            }
        }
        return result
    }

    /// Makes this tensor the only one that refers to its memory, and row-major, so that it can be written.
    package mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) || !layout.isContiguous || storage.isBorrowed {
            self = copied()
        }
        generation = 0
    }
}
