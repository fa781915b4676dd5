// Triangles and diagonals of matrices, as operations.

extension Tensor {
    /// The lower triangle of the last two axes, with zeros elsewhere.
    func lowerTriangle(excludingDiagonal: Bool = false) -> Tensor {
        let columns = shape[rank - 1]
        return masked { row in 0..<Swift.min(row + (excludingDiagonal ? 0 : 1), columns) }
    }

    /// The upper triangle of the last two axes, with zeros elsewhere.
    func upperTriangle(excludingDiagonal: Bool = false) -> Tensor {
        let columns = shape[rank - 1]
        return masked { row in Swift.min(row + (excludingDiagonal ? 1 : 0), columns)..<columns }
    }

    /// What stands in the columns that `kept` gives for each row.
    private func masked(_ kept: (Int) -> Range<Int>) -> Tensor {
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        var mask = [Bool](repeating: false, count: rows * columns)
        for row in 0..<rows {
            for column in kept(row) { mask[row * columns + column] = true }
        }
        return Tensor.where(
            Tensor(mask, shape: [rows, columns]), self, Tensor.zeros([], dtype: dtype))
    }

    /// The diagonals of the last two axes, which are square, [..., n]: a view.
    var diagonals: Tensor { diagonal(self, rank - 2, rank - 1) }

    /// [..., n] on the diagonals of n×n matrices.
    var asDiagonal: Tensor { onDiagonal(rank - 1, rank, of: Shape(shape.dimensions + [shape[rank - 1]])) }

    /// The diagonal of the last two axes, with zeros elsewhere.
    var diagonalPart: Tensor { diagonals.asDiagonal }

    /// (X + Xᵀ) / 2
    var symmetrized: Tensor { (self + transposed) * 0.5 }
}
