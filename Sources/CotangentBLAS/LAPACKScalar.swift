import CCotangentKernels

/// Which half of a column-major matrix LAPACK reads or writes. The memory of a row-major matrix is its transpose
/// column-major, so a row-major lower triangle is `upper` here.
package enum Triangle: Sendable {
    case upper, lower
}

/// LAPACK for `Float` and `Double`, on column-major matrices: LAPACKE would transpose row-major ones to and fro, where
/// the caller can often compute on the transpose that lies in memory anyway. These are LAPACKE's `_work` forms: scratch
/// is the caller's, and NaNs are not looked for. Each returns LAPACK's `info`.
///
/// With `lwork` −1 nothing is computed and `work[0]` is the scratch that is wanted: see ``workspace(_:)``.
package protocol LAPACKScalar: BLASScalar {
    /// A (m×n) = P L U in place; row i was exchanged with row `pivots[i]`, counted from 1.
    static func getrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ pivots: UnsafeMutablePointer<Int32>
    ) -> Int

    /// A⁻¹ in place of what `getrf` left.
    static func getri(
        _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ pivots: UnsafePointer<Int32>,
        _ work: UnsafeMutablePointer<Self>, _ lwork: Int
    ) -> Int

    /// A = UᵀU or L Lᵀ, in the triangle of A that is read.
    static func potrf(_ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int) -> Int

    /// X op(A) = B in place of B (m×n), with the triangle A (n×n): BLAS's `trsm` from the right.
    static func solveRight(
        _ triangle: Triangle, _ transpose: Transpose, unit: Bool, _ m: Int, _ n: Int, _ a: UnsafePointer<Self>,
        _ lda: Int, _ b: UnsafeMutablePointer<Self>, _ ldb: Int)

    /// op(A) X = B in place of B (m×n), with the triangle A (m×m): BLAS's `trsm` from the left.
    static func solveLeft(
        _ triangle: Triangle, _ transpose: Transpose, unit: Bool, _ m: Int, _ n: Int, _ a: UnsafePointer<Self>,
        _ lda: Int, _ b: UnsafeMutablePointer<Self>, _ ldb: Int)

    /// A (m×n) = Q R: R above the diagonal, Q as reflectors below it and in `tau`, min(m, n) values.
    static func geqrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ tau: UnsafeMutablePointer<Self>,
        _ work: UnsafeMutablePointer<Self>, _ lwork: Int
    ) -> Int

    /// The same with the columns in an order that makes R's diagonal fall; column j was column `order[j]`, from 1.
    /// `order` is 0 on entry.
    static func geqp3(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ order: UnsafeMutablePointer<Int32>,
        _ tau: UnsafeMutablePointer<Self>, _ work: UnsafeMutablePointer<Self>, _ lwork: Int
    ) -> Int

    /// The first n columns of the Q of k reflectors.
    static func orgqr(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ tau: UnsafePointer<Self>,
        _ work: UnsafeMutablePointer<Self>, _ lwork: Int
    ) -> Int

    /// C = op(Q) C for C (m×n) and the Q of k reflectors.
    static func ormqr(
        _ transpose: Transpose, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, _ lda: Int,
        _ tau: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>, _ ldc: Int, _ work: UnsafeMutablePointer<Self>,
        _ lwork: Int
    ) -> Int

    /// An estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) for the upper triangle A. `work` 3n, `integers` n.
    static func trcon(
        _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int, _ reciprocal: UnsafeMutablePointer<Self>,
        _ work: UnsafeMutablePointer<Self>, _ integers: UnsafeMutablePointer<Int32>
    ) -> Int

    /// A (m×n) = U S Vᵀ by divide and conquer. `vectors`: "N" none, "S" the first min(m, n), "A" all.
    /// `integers` 8 min(m, n).
    static func gesdd(
        _ vectors: Character, _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
        _ s: UnsafeMutablePointer<Self>, _ u: UnsafeMutablePointer<Self>?, _ ldu: Int,
        _ vt: UnsafeMutablePointer<Self>?, _ ldvt: Int, _ work: UnsafeMutablePointer<Self>, _ lwork: Int,
        _ integers: UnsafeMutablePointer<Int32>
    ) -> Int

    /// The shortest x that minimises ‖A x − b‖, by the SVD, in place of B (max(m, n) × k). Where `lwork` is −1,
    /// `integers[0]` is how many integers are wanted.
    static func gelsd(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ b: UnsafeMutablePointer<Self>,
        _ ldb: Int, _ s: UnsafeMutablePointer<Self>, _ tolerance: Self, _ rank: UnsafeMutablePointer<Int32>,
        _ work: UnsafeMutablePointer<Self>, _ lwork: Int, _ integers: UnsafeMutablePointer<Int32>
    ) -> Int

    /// Eigenvalues, ascending, and with `vectors` the eigenvectors in A's columns, by divide and conquer. Where `lwork`
    /// is −1, `integers[0]` is how many integers are wanted.
    static func syevd(
        vectors: Bool, _ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
        _ values: UnsafeMutablePointer<Self>, _ work: UnsafeMutablePointer<Self>, _ lwork: Int,
        _ integers: UnsafeMutablePointer<Int32>, _ lintegers: Int
    ) -> Int

    /// Eigenvalues and right eigenvectors; those of a conjugate pair share two columns, real and imaginary part.
    static func geev(
        _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ real: UnsafeMutablePointer<Self>,
        _ imaginary: UnsafeMutablePointer<Self>, _ vectors: UnsafeMutablePointer<Self>, _ ldv: Int,
        _ work: UnsafeMutablePointer<Self>, _ lwork: Int
    ) -> Int

    /// `getrf` for `count` small square matrices that lie one behind the other, with one `info` each: see small_lu.c.
    static func smallFactors(
        _ count: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ pivots: UnsafeMutablePointer<Int32>,
        _ info: UnsafeMutablePointer<Int32>)

    /// op(A) x = b in place of b (n×k, row-major) for each of `count` row-major matrices A, whose memory was
    /// factored and lie one behind the other.
    static func smallSolve(
        _ transpose: Transpose, _ count: Int, _ n: Int, _ k: Int, _ factors: UnsafePointer<Self>,
        _ pivots: UnsafePointer<Int32>, _ b: UnsafeMutablePointer<Self>)
}

extension LAPACKScalar {
    /// How much scratch LAPACK wants, of a call with `lwork` −1.
    @inline(__always)
    package static func workspace(_ query: (UnsafeMutablePointer<Self>) -> Int) -> Int {
        var size: Self = 0
        _ = query(&size)
        // Float32 counts beyond 2²⁴ may have been rounded down.
        return max(1, Int(size.nextUp.rounded(.up)))
    }
}

/// The longest side of the matrices that ``LAPACKScalar/smallFactors(_:_:_:_:_:)`` takes.
package let smallestForLAPACK = Int(CT_SMALL_LU_MOST) + 1
