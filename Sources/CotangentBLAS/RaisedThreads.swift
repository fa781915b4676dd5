import CCotangentKernels

/// Runs `body` with OpenBLAS's own threads, as many as the pool has: for one large factorisation, whose steps are not
/// Cotangent's to cut. `body` may call BLAS and LAPACK, nothing that uses the pool.
///
/// OpenBLAS 0.3.21 has one thread count for the whole process. The pool is held meanwhile, and whoever else wants to
/// cut work waits; where the pool is at work already, `body` runs on one thread. See ct_raise_blas_threads.
package func withRaisedThreads<R>(_ body: () -> R) -> R {
    let raised = ct_raise_blas_threads() != 0
    defer { if raised { ct_lower_blas_threads() } }
    return body()
}
