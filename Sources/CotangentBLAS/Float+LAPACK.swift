import CBLAS
import CCotangentKernels
import CLAPACKE

extension Float: LAPACKScalar {
    package static func getrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ pivots: UnsafeMutablePointer<Int32>
    ) -> Int {
        Int(LAPACKE_sgetrf_work(LAPACK_COL_MAJOR, Int32(m), Int32(n), a, Int32(lda), pivots))
    }

    package static func getri(
        _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ pivots: UnsafePointer<Int32>,
        _ work: UnsafeMutablePointer<Float>, _ lwork: Int
    ) -> Int {
        Int(LAPACKE_sgetri_work(LAPACK_COL_MAJOR, Int32(n), a, Int32(lda), pivots, work, Int32(lwork)))
    }

    package static func potrf(_ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int) -> Int {
        Int(LAPACKE_spotrf_work(LAPACK_COL_MAJOR, triangle.letter, Int32(n), a, Int32(lda)))
    }

    package static func solveRight(
        _ triangle: Triangle, _ transpose: Transpose, unit: Bool, _ m: Int, _ n: Int, _ a: UnsafePointer<Float>,
        _ lda: Int, _ b: UnsafeMutablePointer<Float>, _ ldb: Int
    ) {
        if m == 1 {
            // One row x with x op(A) = b is op(A)ᵀ xᵀ = bᵀ.
            cblas_strsv(
                CblasColMajor, triangle.cblas, transpose.toggled.cblas, unit ? CblasUnit : CblasNonUnit, Int32(n), a,
                Int32(lda), b, Int32(ldb))
        } else {
            cblas_strsm(
                CblasColMajor, CblasRight, triangle.cblas, transpose.cblas, unit ? CblasUnit : CblasNonUnit, Int32(m),
                Int32(n), 1, a, Int32(lda), b, Int32(ldb))
        }
    }

    package static func solveLeft(
        _ triangle: Triangle, _ transpose: Transpose, unit: Bool, _ m: Int, _ n: Int, _ a: UnsafePointer<Float>,
        _ lda: Int, _ b: UnsafeMutablePointer<Float>, _ ldb: Int
    ) {
        cblas_strsm(
            CblasColMajor, CblasLeft, triangle.cblas, transpose.cblas, unit ? CblasUnit : CblasNonUnit, Int32(m),
            Int32(n), 1, a, Int32(lda), b, Int32(ldb))
    }

    package static func geqrf(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ tau: UnsafeMutablePointer<Float>,
        _ work: UnsafeMutablePointer<Float>, _ lwork: Int
    ) -> Int {
        Int(LAPACKE_sgeqrf_work(LAPACK_COL_MAJOR, Int32(m), Int32(n), a, Int32(lda), tau, work, Int32(lwork)))
    }

    package static func geqp3(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ order: UnsafeMutablePointer<Int32>,
        _ tau: UnsafeMutablePointer<Float>, _ work: UnsafeMutablePointer<Float>, _ lwork: Int
    ) -> Int {
        Int(LAPACKE_sgeqp3_work(LAPACK_COL_MAJOR, Int32(m), Int32(n), a, Int32(lda), order, tau, work, Int32(lwork)))
    }

    package static func orgqr(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ tau: UnsafePointer<Float>,
        _ work: UnsafeMutablePointer<Float>, _ lwork: Int
    ) -> Int {
        Int(LAPACKE_sorgqr_work(LAPACK_COL_MAJOR, Int32(m), Int32(n), Int32(k), a, Int32(lda), tau, work, Int32(lwork)))
    }

    package static func ormqr(
        _ transpose: Transpose, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ lda: Int,
        _ tau: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ ldc: Int,
        _ work: UnsafeMutablePointer<Float>, _ lwork: Int
    ) -> Int {
        Int(
            LAPACKE_sormqr_work(
                LAPACK_COL_MAJOR, letter("L"), letter(transpose == .yes ? "T" : "N"), Int32(m), Int32(n), Int32(k), a,
                Int32(lda), tau, c, Int32(ldc), work, Int32(lwork)))
    }

    package static func trcon(
        _ n: Int, _ a: UnsafePointer<Float>, _ lda: Int, _ reciprocal: UnsafeMutablePointer<Float>,
        _ work: UnsafeMutablePointer<Float>, _ integers: UnsafeMutablePointer<Int32>
    ) -> Int {
        Int(
            LAPACKE_strcon_work(
                LAPACK_COL_MAJOR, letter("1"), Triangle.upper.letter, letter("N"), Int32(n), a, Int32(lda), reciprocal,
                work, integers))
    }

    package static func gesdd(
        _ vectors: Character, _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int,
        _ s: UnsafeMutablePointer<Float>, _ u: UnsafeMutablePointer<Float>?, _ ldu: Int,
        _ vt: UnsafeMutablePointer<Float>?, _ ldvt: Int, _ work: UnsafeMutablePointer<Float>, _ lwork: Int,
        _ integers: UnsafeMutablePointer<Int32>
    ) -> Int {
        Int(
            LAPACKE_sgesdd_work(
                LAPACK_COL_MAJOR, letter(vectors), Int32(m), Int32(n), a, Int32(lda), s, u, Int32(ldu), vt,
                Int32(ldvt), work, Int32(lwork), integers))
    }

    package static func gelsd(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int,
        _ b: UnsafeMutablePointer<Float>, _ ldb: Int, _ s: UnsafeMutablePointer<Float>, _ tolerance: Float,
        _ rank: UnsafeMutablePointer<Int32>, _ work: UnsafeMutablePointer<Float>, _ lwork: Int,
        _ integers: UnsafeMutablePointer<Int32>
    ) -> Int {
        Int(
            LAPACKE_sgelsd_work(
                LAPACK_COL_MAJOR, Int32(m), Int32(n), Int32(k), a, Int32(lda), b, Int32(ldb), s, tolerance, rank, work,
                Int32(lwork), integers))
    }

    package static func syevd(
        vectors: Bool, _ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int,
        _ values: UnsafeMutablePointer<Float>, _ work: UnsafeMutablePointer<Float>, _ lwork: Int,
        _ integers: UnsafeMutablePointer<Int32>, _ lintegers: Int
    ) -> Int {
        Int(
            LAPACKE_ssyevd_work(
                LAPACK_COL_MAJOR, letter(vectors ? "V" : "N"), triangle.letter, Int32(n), a, Int32(lda), values, work,
                Int32(lwork), integers, Int32(lintegers)))
    }

    package static func geev(
        _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ real: UnsafeMutablePointer<Float>,
        _ imaginary: UnsafeMutablePointer<Float>, _ vectors: UnsafeMutablePointer<Float>, _ ldv: Int,
        _ work: UnsafeMutablePointer<Float>, _ lwork: Int
    ) -> Int {
        Int(
            LAPACKE_sgeev_work(
                LAPACK_COL_MAJOR, letter("N"), letter("V"), Int32(n), a, Int32(lda), real, imaginary, nil, 1, vectors,
                Int32(ldv), work, Int32(lwork)))
    }

    package static func smallFactors(
        _ count: Int, _ n: Int, _ a: UnsafeMutablePointer<Float>, _ pivots: UnsafeMutablePointer<Int32>,
        _ info: UnsafeMutablePointer<Int32>
    ) {
        ct_small_lu_f32(count, n, a, pivots, info)
    }

    package static func smallSolve(
        _ transpose: Transpose, _ count: Int, _ n: Int, _ k: Int, _ factors: UnsafePointer<Float>,
        _ pivots: UnsafePointer<Int32>, _ b: UnsafeMutablePointer<Float>
    ) {
        ct_small_lu_solve_f32(transpose == .yes ? 1 : 0, count, n, k, factors, pivots, b)
    }
}
