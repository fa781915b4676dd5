/// What a matrix made impossible: it is singular, not positive definite, holds a NaN, has no elements, or an iteration
/// did not converge. Wrong shapes and dtypes are not among these: they trap.
public struct LinearAlgebraError: Error, Sendable, Equatable {
    public enum Problem: Sendable, Equatable {
        /// The matrix has no rows or no columns.
        case empty
        /// An element of the operand is NaN or infinite.
        case notFinite(operand: String, row: Int, column: Int, isNaN: Bool)
        /// Exactly 0 at this place of the diagonal of U (of R, of the triangle), counted from 0, after the rows or columns
        /// before it were eliminated: LAPACK's `info` − 1.
        case singular(pivot: Int)
        /// The leading minor of this many rows and columns is not positive: LAPACK's `info`.
        case notPositiveDefinite(order: Int)
        /// This many values of an iteration did not converge: LAPACK's `info`.
        case noConvergence(count: Int)
        /// The result is beyond the range of the dtype.
        case overflow
    }

    public let operation: String
    public let problem: Problem
    /// The matrix's indices along the leading axes of the batch; empty where there is one matrix.
    public let matrix: [Int]
    /// Rows and columns of the matrix.
    public let rows: Int
    public let columns: Int
}

extension LinearAlgebraError: CustomStringConvertible {
    public var description: String {
        let which = matrix.isEmpty ? "the matrix" : "matrix \(matrix) of the batch"
        let subject = "\(operation): \(which) (\(rows)×\(columns))"
        return switch problem {
        case .empty:
            "\(subject) has no elements"
        case .notFinite(let operand, let row, let column, let isNaN):
            "\(operation): \(isNaN ? "NaN" : "an infinite value") at [\(row), \(column)] of \(operand)"
                + (matrix.isEmpty ? "" : ", matrix \(matrix) of the batch")
        case .singular(let pivot):
            "\(subject) is singular: pivot \(pivot), counted from 0, is exactly 0; leastSquares and pseudoInverse serve it"
        case .notPositiveDefinite(let order):
            "\(subject) is not positive definite: its leading minor of order \(order) is not positive"
        case .noConvergence(let count):
            "\(subject) did not converge: \(count) values are left"
        case .overflow:
            "\(subject) gives values beyond the dtype's range"
        }
    }
}
