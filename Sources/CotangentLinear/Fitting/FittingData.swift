import CotangentTensor

/// What a regression is fitted to, checked, in float64: fits compute in float64 whatever the data's dtype is.
struct FittingData {
    let operation: String
    /// [samples, features]
    let x: Tensor
    /// [samples, outputs]
    let y: Tensor
    /// `y` came without an axis of outputs.
    let isVector: Bool
    /// The dtype of the data, which the fitted model gets.
    let dtype: DType

    var sampleCount: Int { x.shape[0] }
    var featureCount: Int { x.shape[1] }
    var outputCount: Int { y.shape[1] }

    /// - Throws: where there are fewer than `least` samples, or a value is NaN or infinite.
    init(_ operation: String, _ x: Tensor, _ y: Tensor, atLeast least: Int = 1) throws(FitError) {
        guard x.rank == 2, x.dtype.isFloatingPoint, y.dtype == x.dtype, y.rank == 1 || y.rank == 2,
            y.shape[0] == x.shape[0], x.shape[1] > 0, y.rank == 1 || y.shape[1] > 0
        else {
            fail(
                operation,
                "fitted to x \(x.summary) and y \(y.summary): [samples, features] and [samples] or [samples, outputs] of one floating-point dtype are expected"
            )
        }
        self.operation = operation
        dtype = x.dtype
        isVector = y.rank == 1
        self.x = x.detached.cast(to: .float64).contiguous
        let y = y.detached.cast(to: .float64).contiguous
        self.y = isVector ? y.expandingAxis(1) : y
        try requireSamples(operation, x, atLeast: least)
        try requireFinite(operation, "x", self.x)
        try requireFinite(operation, "y", self.y)
    }
}

/// - Throws: where `x` has fewer than `least` rows.
func requireSamples(_ operation: String, _ x: Tensor, atLeast least: Int) throws(FitError) {
    if x.shape[0] < least {
        throw FitError(
            .tooFewSamples, operation, "\(x.shape[0]) sample\(x.shape[0] == 1 ? "" : "s"), and \(least) are needed")
    }
}

/// - Throws: where an element of a matrix is NaN or infinite.
func requireFinite(_ operation: String, _ name: String, _ x: Tensor) throws(FitError) {
    guard let place = x.firstNonFinite else { return }
    let (row, column) = place.quotientAndRemainder(dividingBy: x.shape[1])
    throw FitError(
        .notFinite, operation,
        "\(name)[\(row), \(column)] is \(x[row, column].item): leave such samples out, or fill them in (Imputer)")
}

/// The columns of a matrix about their means.
struct Centered {
    /// [samples, columns], float64
    let values: Tensor
    /// [columns]
    let means: [Double]

    /// - Parameter isNeeded: without it the columns stay as they are, and the means are 0.
    init(_ x: Tensor, isNeeded: Bool = true) {
        let (rows, columns) = (x.shape[0], x.shape[1])
        var means = [Double](repeating: 0, count: columns)
        guard isNeeded, rows > 0 else {
            values = x
            self.means = means
            return
        }
        var result = x
        result.withUnsafeMutableBufferPointer(as: Double.self) { values in
            // About the first row: a constant's mean is itself, whatever rounding makes of sums.
            for row in 1..<max(rows, 1) {
                for column in 0..<columns { means[column] += values[row * columns + column] - values[column] }
            }
            for column in 0..<columns { means[column] = values[column] + means[column] / Double(rows) }
            for row in 0..<rows {
                for column in 0..<columns { values[row * columns + column] -= means[column] }
            }
        }
        values = result
        self.means = means
    }
}
