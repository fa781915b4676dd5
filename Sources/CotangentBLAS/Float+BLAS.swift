import CBLAS
import CCotangentKernels
import CLAPACKE

extension Float: BLASScalar {
    @inline(__always)
    public static func gemm(
        _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int,
        _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int,
        _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        cblas_sgemm(
            CblasRowMajor, transposeA.cblas, transposeB.cblas, Int32(m), Int32(n), Int32(k),
            alpha, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
    }

    public static func gemv(
        _ transpose: Transpose, _ m: Int, _ n: Int,
        _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, _ x: UnsafePointer<Float>, _ incx: Int,
        _ beta: Float, _ y: UnsafeMutablePointer<Float>, _ incy: Int
    ) {
        cblas_sgemv(
            CblasRowMajor, transpose.cblas, Int32(m), Int32(n), alpha, a, Int32(lda), x, Int32(incx), beta, y,
            Int32(incy))
    }

    public static func ger(
        _ m: Int, _ n: Int, _ alpha: Float, _ x: UnsafePointer<Float>, _ incx: Int,
        _ y: UnsafePointer<Float>, _ incy: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int
    ) {
        cblas_sger(CblasRowMajor, Int32(m), Int32(n), alpha, x, Int32(incx), y, Int32(incy), a, Int32(lda))
    }

    public static func axpy(
        _ n: Int, _ alpha: Float, _ x: UnsafePointer<Float>, _ incx: Int, _ y: UnsafeMutablePointer<Float>, _ incy: Int
    ) {
        cblas_saxpy(Int32(n), alpha, x, Int32(incx), y, Int32(incy))
    }

    public static func dot(
        _ n: Int, _ x: UnsafePointer<Float>, _ incx: Int, _ y: UnsafePointer<Float>, _ incy: Int
    ) -> Float {
        cblas_sdot(Int32(n), x, Int32(incx), y, Int32(incy))
    }

    public static func scal(_ n: Int, _ alpha: Float, _ x: UnsafeMutablePointer<Float>, _ incx: Int) {
        cblas_sscal(Int32(n), alpha, x, Int32(incx))
    }

    public static func nrm2(_ n: Int, _ x: UnsafePointer<Float>, _ incx: Int) -> Float {
        cblas_snrm2(Int32(n), x, Int32(incx))
    }

    public static func geqrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ tau: UnsafeMutablePointer<Float>
    ) -> Int {
        Int(LAPACKE_sgeqrf(LAPACK_ROW_MAJOR, Int32(m), Int32(n), a, Int32(lda), tau))
    }

    public static func orgqr(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ tau: UnsafePointer<Float>
    ) -> Int {
        Int(LAPACKE_sorgqr(LAPACK_ROW_MAJOR, Int32(m), Int32(n), Int32(k), a, Int32(lda), tau))
    }

    public static func addBias(
        _ rows: Int, _ columns: Int, _ bias: UnsafePointer<Float>?, relu: Bool, _ c: UnsafeMutablePointer<Float>,
        _ ldc: Int
    ) {
        ct_bias_activation_f32(rows, columns, bias, relu ? 1 : 0, c, ldc)
    }

    public static func product(
        _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int,
        _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int,
        beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int, bias: UnsafePointer<Float>?, relu: Bool
    ) {
        cutProduct(transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc, bias, relu)
    }
}
