import Cotangent

/// What the coming months differ by from this one, which they are most like: ŷ⁽ᵗ⁾ = x⁽ᵗ⁾ + M(x⁽¹⁾, …, x⁽ᵗ⁾).
///
/// Streams [time, batch, 1] → forecasts [time, batch, horizon]
struct Forecaster<Network: Layer>: Layer {
    let network: Network

    func callAsFunction(_ x: Tensor) -> Tensor { x + network(x) }
}

/// A one-to-one network at each month by itself: it knows no other.
struct EachMonth: Layer {
    let network: OneToOne<RNN>

    func callAsFunction(_ x: Tensor) -> Tensor {
        network(x.reshaped([x.shape[0] * x.shape[1], 1])).reshaped([x.shape[0], x.shape[1], -1])
    }
}

/// ŷ⁽ᵗ⁾ = Wᵀ (x⁽ᵗ⁻ᵖ⁺¹⁾, …, x⁽ᵗ⁾, 1): an autoregression of order p, a row of coefficients for each of the coming months.
struct Autoregression {
    let order: Int
    let weight: Tensor

    /// Least squares over the training months.
    init(order: Int, _ series: Series) throws {
        let origins = order - 1..<series.training.upperBound - series.horizon
        self.order = order
        weight = try Self.inputs(series, order, origins)
            .leastSquares(series.months(1, series.horizon, of: origins)).solution
    }

    func callAsFunction(_ series: Series, _ origins: Range<Int>) -> Tensor {
        matmul(Self.inputs(series, order, origins), weight)
    }

    private static func inputs(_ series: Series, _ order: Int, _ origins: Range<Int>) -> Tensor {
        concatenate([series.months(1 - order, order, of: origins), Tensor.ones([origins.count, 1])], axis: 1)
    }
}
