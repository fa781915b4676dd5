import CBLAS

/// An option as LAPACK takes it.
@inline(__always)
func letter(_ option: Character) -> CChar { CChar(option.asciiValue!) }

extension Triangle {
    var cblas: CBLAS_UPLO { self == .upper ? CblasUpper : CblasLower }
    var letter: CChar { CotangentBLAS.letter(self == .upper ? "U" : "L") }
}
