import CCotangentKernels
import CotangentBLAS

extension Tensor {
    /// Calls `body` with the elements in row-major order. Without a copy where the tensor is contiguous.
    public func withUnsafeBufferPointer<T: TensorElement, R>(
        as type: T.Type = T.self, _ body: (UnsafeBufferPointer<T>) throws -> R
    ) rethrows -> R {
        // In a run on shapes alone the copy of a view that has values has none.
        let source = contiguous
        source.requireValues("withUnsafeBufferPointer", T.dtype)
        return try withExtendedLifetime(source.storage) {
            try body(
                UnsafeBufferPointer(
                    start: UnsafePointer(source.rawPointer.assumingMemoryBound(to: T.self)), count: count))
        }
    }

    /// Calls `body` with the elements to change, in row-major order. Copies first where other tensors share them.
    public mutating func withUnsafeMutableBufferPointer<T: TensorElement, R>(
        as type: T.Type = T.self, _ body: (UnsafeMutableBufferPointer<T>) throws -> R
    ) rethrows -> R {
        makeUnique()
        requireValues("withUnsafeMutableBufferPointer", T.dtype)
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeMutableBufferPointer(start: rawPointer.assumingMemoryBound(to: T.self), count: count))
    }

    private func requireValues(_ operation: String, _ type: DType) {
        guard dtype == type else { fail(operation, "the tensor is \(summary), not \(type)") }
        if isAbstract {
            fail(operation, "there are no values in a run on shapes alone: a model's shapes cannot depend on values")
        }
    }

    /// The elements of a tensor of `T`'s dtype, in row-major order.
    public func array<T: TensorElement>(of type: T.Type = T.self) -> [T] { withUnsafeBufferPointer { Array($0) } }

    /// The elements as `Float`, of whatever dtype they are, in row-major order.
    public var floats: [Float] { cast(to: .float32).array() }
    /// The elements as `Double`, of whatever dtype they are, in row-major order.
    public var doubles: [Double] { cast(to: .float64).array() }
    /// The elements as `Int`, of whatever dtype they are, in row-major order. Floating point rounds toward zero.
    public var ints: [Int] { cast(to: .int64).array() }
    /// The elements of a bool tensor, or for a number whether it differs from 0, in row-major order.
    public var bools: [Bool] { cast(to: .bool).array() }

    /// The value of a tensor with one element, as `Double`.
    public var item: Double {
        guard count == 1 else { fail("item", "the tensor is \(summary), and only one with one element has an item") }
        if isAbstract { requireValues("item", dtype) }
        switch dtype {
        case .float32: return Double(rawPointer.load(as: Float.self))
        case .float64: return rawPointer.load(as: Double.self)
        case .int64: return Double(rawPointer.load(as: Int64.self))
        case .bool: return rawPointer.load(as: UInt8.self) == 0 ? 0 : 1
        }
    }

    /// The value of a tensor with one element, as `Float`.
    public var float: Float { Float(item) }
}

extension Tensor: Equatable {
    /// Whether dtype, shape and every element are equal. A NaN equals nothing, as in Swift.
    public static func == (a: Tensor, b: Tensor) -> Bool {
        guard a.dtype == b.dtype, a.shape == b.shape else { return false }
        return equal(a.detached, b.detached).bools.allSatisfy { $0 }
    }

    /// Whether every element lies within absolute + relative · |other| of `other`'s. NaN is close to nothing.
    public func isClose(to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8) -> Bool {
        guard dtype == other.dtype, shape == other.shape else { return false }
        return zip(doubles, other.doubles).allSatisfy { $0 == $1 || abs($0 - $1) <= absolute + relative * abs($1) }
    }
}
