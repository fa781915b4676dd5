// One type for the C loops of every element type, so that a table can hold them side by side: a C function's pointers
// are passed alike whatever they point to. Which of a kernel's functions runs is decided by a tensor's dtype.

package typealias UnaryLoop = @convention(c) (Int, UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Void
package typealias BinaryLoop =
    @convention(c) (
        Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?
    ) -> Void
package typealias GradientLoop =
    @convention(c) (
        Int, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeMutableRawPointer?
    ) -> Void
package typealias WhereLoop =
    @convention(c) (
        Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?
    ) -> Void
package typealias ReductionLoop = @convention(c) (Int, Int, Int, UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Void
package typealias RowLoop = @convention(c) (Int, Int, UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Void
package typealias RowGradientLoop =
    @convention(c) (
        Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeMutableRawPointer?
    ) -> Void

/// A loop for each element type; nil where the operation has no meaning for it.
package struct Kernel<Loop>: @unchecked Sendable {
    package let float32: Loop?
    package let float64: Loop?
    package let int64: Loop?
    package let bool: Loop?
    /// Elements that are worth a chunk of their own on the pool.
    package var grain = elementwiseGrain

    /// The same loops, of which each element costs several of a plain one.
    package var costly: Self {
        var result = self
        result.grain = elementwiseGrain / 4
        return result
    }
}

extension Kernel where Loop == UnaryLoop {
    init(
        _ float32: @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void,
        _ float64: @convention(c) (Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == BinaryLoop {
    init(
        _ float32:
            @convention(c) (Int, UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?)
            -> Void,
        _ float64:
            @convention(c) (
                Int, UnsafePointer<Double>?, Int, UnsafePointer<Double>?, Int, UnsafeMutablePointer<Double>?
            ) -> Void,
        _ int64: (
            @convention(c) (Int, UnsafePointer<Int64>?, Int, UnsafePointer<Int64>?, Int, UnsafeMutablePointer<Int64>?)
                -> Void
        )? = nil
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: int64.map { unsafeBitCast($0, to: Loop.self) },
            bool: nil)
    }

    init(
        comparing float32:
            @convention(c) (Int, UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<UInt8>?)
            -> Void,
        _ float64:
            @convention(c) (Int, UnsafePointer<Double>?, Int, UnsafePointer<Double>?, Int, UnsafeMutablePointer<UInt8>?)
            -> Void,
        _ int64:
            @convention(c) (Int, UnsafePointer<Int64>?, Int, UnsafePointer<Int64>?, Int, UnsafeMutablePointer<UInt8>?)
            -> Void,
        _ bool:
            @convention(c) (Int, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?)
            -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: unsafeBitCast(int64, to: Loop.self),
            bool: unsafeBitCast(bool, to: Loop.self))
    }

    init(
        logical bool:
            @convention(c) (Int, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?)
            -> Void
    ) {
        self.init(
            float32: nil,
            float64: nil,
            int64: nil,
            bool: unsafeBitCast(bool, to: Loop.self))
    }
}

extension Kernel where Loop == GradientLoop {
    init(
        _ float32:
            @convention(c) (Int, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void,
        _ float64:
            @convention(c) (Int, UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == WhereLoop {
    init(
        _ float32:
            @convention(c) (
                Int, UnsafePointer<UInt8>?, Int, UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int,
                UnsafeMutablePointer<Float>?
            ) -> Void,
        _ float64:
            @convention(c) (
                Int, UnsafePointer<UInt8>?, Int, UnsafePointer<Double>?, Int, UnsafePointer<Double>?, Int,
                UnsafeMutablePointer<Double>?
            ) -> Void,
        _ int64:
            @convention(c) (
                Int, UnsafePointer<UInt8>?, Int, UnsafePointer<Int64>?, Int, UnsafePointer<Int64>?, Int,
                UnsafeMutablePointer<Int64>?
            ) -> Void,
        _ bool:
            @convention(c) (
                Int, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int,
                UnsafeMutablePointer<UInt8>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: unsafeBitCast(int64, to: Loop.self),
            bool: unsafeBitCast(bool, to: Loop.self))
    }
}

extension Kernel where Loop == ReductionLoop {
    init(
        _ float32: @convention(c) (Int, Int, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void,
        _ float64: @convention(c) (Int, Int, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void,
        _ int64: (@convention(c) (Int, Int, Int, UnsafePointer<Int64>?, UnsafeMutablePointer<Int64>?) -> Void)? = nil,
        _ bool: (@convention(c) (Int, Int, Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<Int64>?) -> Void)? = nil
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: int64.map { unsafeBitCast($0, to: Loop.self) },
            bool: bool.map { unsafeBitCast($0, to: Loop.self) })
    }

    init(
        position float32: @convention(c) (Int, Int, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Int64>?) -> Void,
        _ float64: @convention(c) (Int, Int, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Int64>?) -> Void,
        _ int64: @convention(c) (Int, Int, Int, UnsafePointer<Int64>?, UnsafeMutablePointer<Int64>?) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: unsafeBitCast(int64, to: Loop.self),
            bool: nil)
    }

    init(
        logical bool: @convention(c) (Int, Int, Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?) -> Void
    ) {
        self.init(
            float32: nil,
            float64: nil,
            int64: nil,
            bool: unsafeBitCast(bool, to: Loop.self))
    }
}

extension Kernel where Loop == RowLoop {
    init(
        _ float32: @convention(c) (Int, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void,
        _ float64: @convention(c) (Int, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == RowGradientLoop {
    init(
        _ float32:
            @convention(c) (Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) ->
            Void,
        _ float64:
            @convention(c) (Int, Int, UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) ->
            Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self),
            float64: unsafeBitCast(float64, to: Loop.self),
            int64: nil,
            bool: nil)
    }
}

/// A loop with a scalar argument, which C passes by its own type.
package struct ScalarKernel: Sendable {
    package let float32:
        @convention(c) @Sendable (Int, UnsafePointer<Float>?, Float, UnsafeMutablePointer<Float>?) -> Void
    package let float64:
        @convention(c) @Sendable (Int, UnsafePointer<Double>?, Double, UnsafeMutablePointer<Double>?) -> Void

    init(
        _ float32:
            @escaping @convention(c) @Sendable (Int, UnsafePointer<Float>?, Float, UnsafeMutablePointer<Float>?) -> Void,
        _ float64:
            @escaping @convention(c) @Sendable (Int, UnsafePointer<Double>?, Double, UnsafeMutablePointer<Double>?) ->
            Void
    ) {
        self.float32 = float32
        self.float64 = float64
    }
}
