/// Whether BLAS reads a matrix as it lies in memory or transposed.
public enum Transpose: Sendable {
    case no, yes
}

/// A scalar that BLAS computes with: `Float` and `Double`.
///
/// Matrices are row-major; `lda`, `ldb` and `ldc` are the distances in elements from one row to the next.
/// These are the plain single-threaded calls: ``product(_:_:_:_:_:_:_:_:_:beta:_:_:bias:relu:)`` cuts a product over the pool.
public protocol BLASScalar: BinaryFloatingPoint, Sendable {
    /// C = alpha · op(A) · op(B) + beta · C, where op(A) is m×k, op(B) k×n and C m×n. With beta = 0, C is not read.
    static func gemm(
        _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int,
        _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int,
        _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)

    /// y = alpha · op(A) · x + beta · y, where A (before op) is m×n.
    static func gemv(
        _ transpose: Transpose, _ m: Int, _ n: Int,
        _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, _ x: UnsafePointer<Self>, _ incx: Int,
        _ beta: Self, _ y: UnsafeMutablePointer<Self>, _ incy: Int)

    /// A = A + alpha · x · yᵀ, where A is m×n.
    static func ger(
        _ m: Int, _ n: Int, _ alpha: Self, _ x: UnsafePointer<Self>, _ incx: Int,
        _ y: UnsafePointer<Self>, _ incy: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int)

    /// y = alpha · x + y
    static func axpy(
        _ n: Int, _ alpha: Self, _ x: UnsafePointer<Self>, _ incx: Int, _ y: UnsafeMutablePointer<Self>, _ incy: Int)

    /// Σ xᵢ yᵢ
    static func dot(_ n: Int, _ x: UnsafePointer<Self>, _ incx: Int, _ y: UnsafePointer<Self>, _ incy: Int) -> Self

    /// x = alpha · x
    static func scal(_ n: Int, _ alpha: Self, _ x: UnsafeMutablePointer<Self>, _ incx: Int)

    /// √(Σ xᵢ²), without overflow on the way
    static func nrm2(_ n: Int, _ x: UnsafePointer<Self>, _ incx: Int) -> Self

    /// LAPACK's `geqrf`: A (m×n) = Q R. R is left in A's upper triangle, Q as reflectors below it and in `tau`
    /// (min(m, n) values). Returns LAPACK's `info`.
    static func geqrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ tau: UnsafeMutablePointer<Self>
    ) -> Int

    /// LAPACK's `orgqr`: the first n columns of the Q that `geqrf` left as k reflectors. Returns LAPACK's `info`.
    static func orgqr(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ tau: UnsafePointer<Self>
    ) -> Int

    /// c[r][j] += bias[j] where there is a bias, then ReLU where asked.
    static func addBias(
        _ rows: Int, _ columns: Int, _ bias: UnsafePointer<Self>?, relu: Bool, _ c: UnsafeMutablePointer<Self>,
        _ ldc: Int)

    /// C = op(A) · op(B) + beta · C, then C[r][j] += bias[j] where there is a bias, then ReLU where asked; cut over the
    /// pool. The result is the same at any thread count.
    static func product(
        _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int,
        _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int,
        beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int, bias: UnsafePointer<Self>?, relu: Bool)
}
