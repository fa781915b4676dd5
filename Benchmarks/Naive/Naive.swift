// The loops that Cotangent's fast paths are held against, in results (tests) and in time (the benchmark).
//
// They are ordinary Swift on one thread, compiled with optimisation. All matrices are row-major.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Each operation as a textbook writes it: the formula's own loops over arrays.
public enum Textbook {}

/// Each operation in the best plain Swift loops: pointers, no allocation, neighbouring elements in the inner loop, so
/// that the compiler can use vector instructions. No intrinsics, no cache blocking, no threads, no BLAS.
public enum Plain {}

// The C library's functions, under names that do not clash with the operations'.
@inline(__always) func cExp(_ x: Float) -> Float { expf(x) }
@inline(__always) func cTanh(_ x: Float) -> Float { tanhf(x) }
@inline(__always) func cLog(_ x: Float) -> Float { logf(x) }
@inline(__always) func cPow(_ x: Float, _ y: Float) -> Float { powf(x, y) }
