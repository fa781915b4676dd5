import CCotangentKernels
import CotangentBLAS

extension Tensor {
    /// A tensor of `shape` whose elements are `values` in row-major order, of the dtype that fits them.
    public init<T: TensorElement>(_ values: [T], shape: Shape) {
        let count = shape.elementCount
        guard count == values.count else {
            fail("Tensor", "shape \(shape) has \(count) elements, but \(values.count) values were given")
        }
        self.init(storage: Storage(byteCount: count * T.dtype.size), layout: Layout(shape), dtype: T.dtype)
        values.withUnsafeBytes { source in
            if count > 0 { storage.pointer.copyMemory(from: source.baseAddress!, byteCount: source.count) }
        }
    }

    /// A vector of `values`.
    public init<T: TensorElement>(_ values: [T]) { self.init(values, shape: [values.count]) }

    /// A matrix of `rows`, which must be of equal length.
    public init<T: TensorElement>(rows: [[T]]) {
        let columns = rows.first?.count ?? 0
        for (index, row) in rows.enumerated() where row.count != columns {
            fail("Tensor", "row \(index) has \(row.count) values, row 0 has \(columns)")
        }
        self.init(Array(rows.joined()), shape: [rows.count, columns])
    }

    /// A scalar.
    public init<T: TensorElement>(scalar value: T) { self.init([value], shape: []) }

    /// Every element is `value`.
    public static func full(_ shape: Shape, _ value: some ScalarOperand, dtype: DType = .float32) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype)
        result.fill(value.asDouble)
        return result
    }

    public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor { full(shape, 0, dtype: dtype) }
    public static func ones(_ shape: Shape, dtype: DType = .float32) -> Tensor { full(shape, 1, dtype: dtype) }

    /// Zeros of `other`'s shape and dtype.
    public static func zeros(like other: Tensor) -> Tensor { filled(like: other, 0) }
    /// Ones of `other`'s shape and dtype.
    public static func ones(like other: Tensor) -> Tensor { filled(like: other, 1) }

    private static func filled(like other: Tensor, _ value: Double) -> Tensor {
        let result = Tensor(uninitialized: other.layout, other.dtype)
        result.fill(value)
        return result
    }

    /// start, start + step, … below `end` (above, where the step is negative), in ⌈(end − start)/step⌉ elements.
    public static func range(
        from start: Double = 0, to end: Double, by step: Double = 1, dtype: DType = .float32
    ) -> Tensor {
        guard step != 0, start.isFinite, end.isFinite, step.isFinite else {
            fail("range", "from \(start) to \(end) by \(step) has no end")
        }
        let count = max(0, Int(((end - start) / step).rounded(.up)))
        return Tensor((0..<count).map { start + Double($0) * step }).cast(to: dtype)
    }

    /// `count` values from `start` to `end`, both included, at equal distances.
    public static func linearSpace(from start: Double, to end: Double, count: Int, dtype: DType = .float32) -> Tensor {
        guard count >= 0 else { fail("linearSpace", "count \(count) is negative") }
        let step = count > 1 ? (end - start) / Double(count - 1) : 0
        return Tensor((0..<count).map { $0 == count - 1 && count > 1 ? end : start + Double($0) * step }).cast(
            to: dtype)
    }

    /// The n×n matrix with ones on its diagonal.
    public static func identity(_ n: Int, dtype: DType = .float32) -> Tensor {
        var values = [Double](repeating: 0, count: n * n)
        for i in 0..<n { values[i * n + i] = 1 }
        return Tensor(values, shape: [n, n]).cast(to: dtype)
    }

    /// Writes `value` everywhere. For memory that no other tensor shares.
    package func fill(_ value: Double) {
        if isAbstract { return }
        switch dtype {
        case .float32: ct_fill_f32(count, Float(value), rawPointer.assumingMemoryBound(to: Float.self))
        case .float64: ct_fill_f64(count, value, rawPointer.assumingMemoryBound(to: Double.self))
        case .int64: ct_fill_i64(count, Int64(exactly: value) ?? 0, rawPointer.assumingMemoryBound(to: Int64.self))
        case .bool: rawPointer.initializeMemory(as: UInt8.self, repeating: value == 0 ? 0 : 1, count: count)
        }
    }

    /// A tensor over memory that the caller owns, without a copy: `release` is called when no tensor refers to it any
    /// more. The memory must hold `shape`'s elements in row-major order, aligned for `T`, and must not change while
    /// it is shared; the tensor never writes to it.
    public init<T: TensorElement>(
        sharing pointer: UnsafePointer<T>, shape: Shape, release: @escaping @Sendable () -> Void
    ) {
        self.init(
            storage: Storage(borrowing: UnsafeMutableRawPointer(mutating: pointer), release: release),
            layout: Layout(shape), dtype: T.dtype)
    }
}

/// A Swift number as an operand beside a tensor. It takes the tensor's dtype.
public protocol ScalarOperand: Sendable {
    var asDouble: Double { get }
}

extension Double: ScalarOperand { public var asDouble: Double { self } }
extension Float: ScalarOperand { public var asDouble: Double { Double(self) } }
extension Int: ScalarOperand { public var asDouble: Double { Double(self) } }
