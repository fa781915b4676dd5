/// A kernel as the outer product of a column and a row, so that it filters in two passes of k + k products instead of
/// k · k: boxes, Gaussians, and Sobel's and its like.
package struct RankOneFactors: Sendable {
    /// [rows] and [columns], in the kernel's dtype.
    package let column: Tensor
    package let row: Tensor

    /// The factors of kernel `plane` of k [kernels, rows, columns], which is contiguous; nil where there are none.
    ///
    /// With the largest element k[p, q], the row k[p, ·] and the column k[·, q] / k[p, q] are the factors of a kernel
    /// of rank one. It has it where all their products lie within four rounding errors of the largest element, about
    /// what a kernel lost that was computed as a product.
    package init?(of k: Tensor, plane: Int) {
        let (rows, columns) = (k.shape[1], k.shape[2])
        if rows == 1 || columns == 1 { return nil }
        let values = k.detached[plane].doubles
        var largest = 0
        for index in values.indices where Swift.abs(values[index]) > Swift.abs(values[largest]) { largest = index }
        let pivot = values[largest]
        let rounding = k.dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
        let tolerance = 4 * rounding * Swift.abs(pivot)
        guard pivot != 0, pivot.isFinite else { return nil }
        let row = Array(values[(largest / columns * columns)..<(largest / columns + 1) * columns])
        let column = (0..<rows).map { values[$0 * columns + largest % columns] / pivot }
        for i in 0..<rows {
            for j in 0..<columns {
                // Not `>`, which NaN would pass.
                guard Swift.abs(values[i * columns + j] - column[i] * row[j]) <= tolerance else { return nil }
            }
        }
        self.column = Tensor(column).cast(to: k.dtype)
        self.row = Tensor(row).cast(to: k.dtype)
    }
}
