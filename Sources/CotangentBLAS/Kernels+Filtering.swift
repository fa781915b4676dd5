import CCotangentKernels

// The loops of linear filters: see ct_filtering.h.

package typealias CorrelateLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int
    ) -> Void
package typealias MatchLoop =
    @convention(c) (
        Int, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?
    ) -> Void
package typealias ExtendLoop =
    @convention(c) (
        Int, UnsafePointer<Int>?, Int, UnsafePointer<Int>?, Int, Int, Int, UnsafePointer<Int>?, Int, UnsafeRawPointer?,
        UnsafeMutableRawPointer?
    ) -> Void

extension Kernels {
    package static let correlate = Kernel<CorrelateLoop>(correlating: ct_correlate_f32, ct_correlate_f64)
    package static let match = Kernel<MatchLoop>(matching: ct_match_f32, ct_match_f64)
    package static let extend = Kernel<ExtendLoop>(extending: ct_extend_f32, ct_extend_f64)
    package static let fold = Kernel<ExtendLoop>(extending: ct_fold_f32, ct_fold_f64)
}

extension Kernel where Loop == CorrelateLoop {
    fileprivate init(
        correlating float32:
            @convention(c) (
                Int, Int, Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, Int
            ) -> Void,
        _ float64:
            @convention(c) (
                Int, Int, Int, Int, UnsafePointer<Double>?, UnsafePointer<Double>?, Int, UnsafeMutablePointer<Double>?,
                Int
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == MatchLoop {
    fileprivate init(
        matching float32:
            @convention(c) (
                Int, Int, UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?
            ) -> Void,
        _ float64:
            @convention(c) (
                Int, Int, UnsafePointer<Double>?, Int, UnsafePointer<Double>?, Int, UnsafeMutablePointer<Double>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == ExtendLoop {
    fileprivate init(
        extending float32:
            @convention(c) (
                Int, UnsafePointer<Int>?, Int, UnsafePointer<Int>?, Int, Int, Int, UnsafePointer<Int>?, Int,
                UnsafePointer<Float>?, UnsafeMutablePointer<Float>?
            ) -> Void,
        _ float64:
            @convention(c) (
                Int, UnsafePointer<Int>?, Int, UnsafePointer<Int>?, Int, Int, Int, UnsafePointer<Int>?, Int,
                UnsafePointer<Double>?, UnsafeMutablePointer<Double>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}
