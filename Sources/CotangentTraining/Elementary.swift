#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

// Functions of single numbers: the library needs no Foundation.

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// The cosine of `x` half turns: cos(π x).
func cosine(halfTurns x: Double) -> Double { cos(.pi * x) }

/// log₁₀ x.
func decimalLogarithm(_ x: Double) -> Double { log10(x) }
