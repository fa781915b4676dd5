import CotangentTensor

/// Fills in missing values (NaN) of measurements, column by column, with figures of the training part.
///
/// ```swift
/// let imputer = Imputer(fitting: train, .median)        // [samples, features]
/// let (x, xTest) = (imputer(train), imputer(test))
/// ```
///
/// Columns of the training part without any value get NaN again: ``values`` tells.
public struct Imputer: Sendable {
    public enum Strategy: Sendable {
        case mean, median

        /// nil of no values. The median of an even number is the mean of the two in the middle.
        func value(_ values: [Double]) -> Double? {
            if values.isEmpty { return nil }
            switch self {
            case .mean: return values.reduce(0, +) / Double(values.count)
            case .median:
                let sorted = values.sorted()
                let half = sorted.count / 2
                return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
            }
        }
    }

    /// What each column is filled with: [features], of the dtype that it was fitted to.
    public var values: Tensor

    /// - Parameter x: floating point [samples, features].
    public init(fitting x: Tensor, _ strategy: Strategy = .mean) {
        guard x.rank == 2, x.dtype.isFloatingPoint else {
            fail("Imputer", "\(x.summary): floating point [samples, features] is expected")
        }
        let columns = x.transposed.doubles
        let count = x.shape[0]
        let values = (0..<x.shape[1]).map { column in
            strategy.value(columns[column * count..<(column + 1) * count].filter { !$0.isNaN }) ?? .nan
        }
        self.values = Tensor(values).cast(to: x.dtype)
    }

    /// `x`, [samples, features], with the columns' values in place of NaN.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.rank == 2, x.shape[1] == values.count, x.dtype == values.dtype else {
            return reject("Imputer", "\(x.summary), and it was fitted to \(values.summary)", meant: x)
        }
        return Tensor.where(notEqual(x, x), values, x)
    }
}
