import CotangentTensor

/// Measurements brought to mean 0 and deviation 1, by figures of the training part alone.
///
///     y = (x − mean) / deviation
///
/// ```swift
/// let standardizer = Standardizer(fitting: train)           // [samples, features]
/// let (x, xTest) = (standardizer(train), standardizer(test))
/// let degrees = standardizer.inverse(prediction)
/// ```
///
/// The deviation is the root of the mean square (division by n), as scikit-learn's `StandardScaler` has it. Features that
/// are constant in the training part have deviation 1, and become 0 there.
public struct Standardizer: Sendable {
    /// Of the shape of what it was fitted to, with 1 along the axes over which figures were taken.
    public var mean: Tensor
    /// Of the same shape; nowhere 0.
    public var deviation: Tensor

    /// A standardizer of known figures.
    public init(mean: Tensor, deviation: Tensor) {
        self.mean = mean
        self.deviation = deviation
    }

    /// - Parameters:
    ///   - x: floating point, of at least one sample.
    ///   - axes: over which the figures are taken: [0] for each feature apart, [0, 2, 3] for each channel of images.
    public init(fitting x: Tensor, axes: [Int] = [0]) {
        requireFitting("Standardizer", x, axes)
        let wide = x.detached.cast(to: .float64)
        let least = CotangentTensor.min(wide, axes: axes, keepingAxes: true)
        let isConstant = equal(least, CotangentTensor.max(wide, axes: axes, keepingAxes: true))
        // A constant's mean is itself, whatever rounding makes of the sum.
        let means = Tensor.where(isConstant, least, CotangentTensor.mean(wide, axes: axes, keepingAxes: true))
        let deviations = sqrt(CotangentTensor.variance(wide, axes: axes, keepingAxes: true))
        mean = means.cast(to: x.dtype)
        deviation = Tensor.where(isConstant, Tensor.ones(like: deviations), deviations).cast(to: x.dtype)
    }

    /// Of the same features, any number of samples; gradients pass through.
    public func callAsFunction(_ x: Tensor) -> Tensor { (x - mean) / deviation }

    /// What becomes `y`: y · deviation + mean.
    public func inverse(_ y: Tensor) -> Tensor { y * deviation + mean }
}

/// Measurements brought to a range, 0…1 say, by the least and the largest value of the training part:
///
///     y = (x − least) / (largest − least) · (high − low) + low
///
/// Other samples may lie outside of the range. Features that are constant in the training part become `low` there.
public struct MinMaxScaler: Sendable {
    /// Of the shape of what it was fitted to, with 1 along the axes over which figures were taken.
    public var least: Tensor
    /// Of the same shape: largest − least, and 1 where that is 0.
    public var span: Tensor
    public var range: ClosedRange<Double>

    /// A scaler of known figures.
    public init(least: Tensor, span: Tensor, range: ClosedRange<Double> = 0...1) {
        self.least = least
        self.span = span
        self.range = range
    }

    /// - Parameters:
    ///   - x: floating point, of at least one sample.
    ///   - axes: over which the figures are taken: see ``Standardizer/init(fitting:axes:)``.
    public init(fitting x: Tensor, range: ClosedRange<Double> = 0...1, axes: [Int] = [0]) {
        requireFitting("MinMaxScaler", x, axes)
        let x = x.detached
        least = min(x, axes: axes, keepingAxes: true)
        let difference = max(x, axes: axes, keepingAxes: true) - least
        span = Tensor.where(equal(difference, 0), Tensor.ones(like: difference), difference)
        self.range = range
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        (x - least) / span * (range.upperBound - range.lowerBound) + range.lowerBound
    }

    /// What becomes `y`.
    public func inverse(_ y: Tensor) -> Tensor {
        (y - range.lowerBound) / (range.upperBound - range.lowerBound) * span + least
    }
}

private func requireFitting(_ name: String, _ x: Tensor, _ axes: [Int]) {
    guard x.rank > 0, x.dtype.isFloatingPoint, x.count > 0, axes.allSatisfy({ (-x.rank..<x.rank).contains($0) }) else {
        fail(name, "fitted to \(x.summary) over axes \(axes): floating point [samples, …] with samples is expected")
    }
}
