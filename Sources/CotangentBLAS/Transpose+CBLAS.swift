import CBLAS

extension Transpose {
    @inline(__always)
    var cblas: CBLAS_TRANSPOSE { self == .yes ? CblasTrans : CblasNoTrans }

    /// The other reading of the same memory.
    package var toggled: Transpose { self == .yes ? .no : .yes }
}
