import CCotangentKernels

/// How windows lie over three axes, as the C loops take it.
package typealias PoolWindow = ct_pool_window

extension PoolWindow {
    package init(
        input: SIMD3<Int>, output: SIMD3<Int>, kernel: SIMD3<Int>, stride: SIMD3<Int>, before: SIMD3<Int>,
        after: SIMD3<Int>, dilation: SIMD3<Int>
    ) {
        func lengths(_ v: SIMD3<Int>) -> (Int, Int, Int) { (v[0], v[1], v[2]) }
        self.init(
            input: lengths(input), output: lengths(output), kernel: lengths(kernel), stride: lengths(stride),
            before: lengths(before), after: lengths(after), dilation: lengths(dilation))
    }
}

/// Window, planes, x, y, codes, positions.
package typealias MaxPoolLoop =
    @convention(c) (
        UnsafePointer<PoolWindow>?, Int, UnsafeRawPointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?,
        UnsafeMutablePointer<Int64>?
    ) -> Void
/// Window, planes, codes, dy, dx.
package typealias MaxPoolGradientLoop =
    @convention(c) (
        UnsafePointer<PoolWindow>?, Int, UnsafePointer<UInt8>?, UnsafeRawPointer?, UnsafeMutableRawPointer?
    ) -> Void
/// Window, planes, x, y, positions.
package typealias AdaptiveMaxPoolLoop =
    @convention(c) (
        UnsafePointer<PoolWindow>?, Int, UnsafeRawPointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int64>?
    ) -> Void
/// Window, whether padding counts, divisor, planes, from, to.
package typealias AveragePoolLoop =
    @convention(c) (UnsafePointer<PoolWindow>?, Int32, Double, Int, UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Void
/// Outer, n, rows, inner, starts, places, weights, x, y.
package typealias ResamplingLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafePointer<Double>?, UnsafeRawPointer?,
        UnsafeMutableRawPointer?
    ) -> Void

extension Kernel where Loop == MaxPoolLoop {
    init(
        maxPool float32:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?,
                UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int64>?
            ) -> Void,
        _ float64:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?,
                UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int64>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == MaxPoolGradientLoop {
    init(
        maxPoolGradient float32:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int, UnsafePointer<UInt8>?, UnsafePointer<Float>?,
                UnsafeMutablePointer<Float>?
            ) -> Void,
        _ float64:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int, UnsafePointer<UInt8>?, UnsafePointer<Double>?,
                UnsafeMutablePointer<Double>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == AdaptiveMaxPoolLoop {
    init(
        adaptiveMaxPool float32:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?,
                UnsafeMutablePointer<Int64>?
            ) -> Void,
        _ float64:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?,
                UnsafeMutablePointer<Int64>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == AveragePoolLoop {
    init(
        averagePool float32:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int32, Double, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?
            ) -> Void,
        _ float64:
            @convention(c) (
                UnsafePointer<PoolWindow>?, Int32, Double, Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernel where Loop == ResamplingLoop {
    init(
        resampling float32:
            @convention(c) (
                Int, Int, Int, Int, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafePointer<Double>?,
                UnsafePointer<Float>?, UnsafeMutablePointer<Float>?
            ) -> Void,
        _ float64:
            @convention(c) (
                Int, Int, Int, Int, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafePointer<Double>?,
                UnsafePointer<Double>?, UnsafeMutablePointer<Double>?
            ) -> Void
    ) {
        self.init(
            float32: unsafeBitCast(float32, to: Loop.self), float64: unsafeBitCast(float64, to: Loop.self), int64: nil,
            bool: nil)
    }
}

extension Kernels {
    package static let maxPool = Kernel<MaxPoolLoop>(maxPool: ct_max_pool_f32, ct_max_pool_f64)
    package static let maxPoolGradient = Kernel<MaxPoolGradientLoop>(
        maxPoolGradient: ct_max_pool_gradient_f32, ct_max_pool_gradient_f64)
    package static let adaptiveMaxPool = Kernel<AdaptiveMaxPoolLoop>(
        adaptiveMaxPool: ct_adaptive_max_pool_f32, ct_adaptive_max_pool_f64)
    package static let averagePool = Kernel<AveragePoolLoop>(averagePool: ct_average_pool_f32, ct_average_pool_f64)
    package static let averagePoolGradient = Kernel<AveragePoolLoop>(
        averagePool: ct_average_pool_gradient_f32, ct_average_pool_gradient_f64)
    package static let resampling = Kernel<ResamplingLoop>(resampling: ct_resample_f32, ct_resample_f64)

    /// Where each winner of a max pooling lies in its plane: window, planes, codes, positions.
    package static func maxPoolPositions(
        _ window: PoolWindow, _ planes: Int, _ codes: UnsafePointer<UInt8>, _ positions: UnsafeMutablePointer<Int64>
    ) {
        withUnsafePointer(to: window) { ct_max_pool_positions($0, planes, codes, positions) }
    }
}
