import CCotangentKernels

// The loops of normalisation: ct_normalization.h says what each computes.

package typealias BlockMomentsLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?
    ) -> Void
package typealias BlockAffineLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, Double, Double, Double, UnsafeMutableRawPointer?
    ) -> Void
package typealias BlockSumsLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, Double, UnsafeMutablePointer<Double>?,
        UnsafeMutablePointer<Double>?
    ) -> Void
package typealias BlockGradientLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, Double, Double, Double, Double,
        UnsafeMutableRawPointer?
    ) -> Void
package typealias ColumnAffineLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafePointer<Double>?,
        UnsafeMutableRawPointer?
    ) -> Void
package typealias ColumnSumsLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?,
        UnsafeMutablePointer<Double>?
    ) -> Void
package typealias ColumnGradientLoop =
    @convention(c) (
        Int, Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, UnsafePointer<Double>?, UnsafePointer<Double>?,
        UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafeMutableRawPointer?
    ) -> Void
package typealias NormalizeRowsLoop =
    @convention(c) (
        Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, Double, UnsafeMutableRawPointer?,
        UnsafeMutablePointer<Double>?
    ) -> Void
package typealias NormalizeRowsGradientLoop =
    @convention(c) (
        Int, Int, Int, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, Double, UnsafePointer<Double>?,
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
    ) -> Void

extension Kernel {
    init(_ float32: Loop, _ float64: Loop) {
        self.init(float32: float32, float64: float64, int64: nil, bool: nil)
    }
}

extension Kernels {
    package static let blockMoments = Kernel<BlockMomentsLoop>(ct_block_moments_f32, ct_block_moments_f64)
    package static let blockAffine = Kernel<BlockAffineLoop>(ct_block_affine_f32, ct_block_affine_f64)
    package static let blockSums = Kernel<BlockSumsLoop>(ct_block_sums_f32, ct_block_sums_f64)
    package static let blockGradient = Kernel<BlockGradientLoop>(ct_block_gradient_f32, ct_block_gradient_f64)
    package static let columnMoments = Kernel<BlockMomentsLoop>(ct_column_moments_f32, ct_column_moments_f64)
    package static let columnAffine = Kernel<ColumnAffineLoop>(ct_column_affine_f32, ct_column_affine_f64)
    package static let columnSums = Kernel<ColumnSumsLoop>(ct_column_sums_f32, ct_column_sums_f64)
    package static let columnGradient = Kernel<ColumnGradientLoop>(ct_column_gradient_f32, ct_column_gradient_f64)
    package static let normalizeRows = Kernel<NormalizeRowsLoop>(ct_normalize_rows_f32, ct_normalize_rows_f64)
    package static let normalizeRowsGradient = Kernel<NormalizeRowsGradientLoop>(
        ct_normalize_rows_gradient_f32, ct_normalize_rows_gradient_f64)
}
