import CotangentData
import CotangentTensor

/// ŷ = W x + b, fitted: what ``LinearRegression``, ``Ridge``, ``Lasso`` and ``ElasticNet`` give.
public struct LinearModel: Predictor, StorableModel, Equatable {
    public static let kind = "linear"

    /// W, [outputs, inputs]
    public let weight: Tensor
    /// b, [outputs]; zeros where the model was fitted without.
    public let bias: Tensor
    /// Fitted to `y` without an axis of outputs: predictions have none either.
    public let isVector: Bool
    /// How sure the coefficients are, where statistics define it: see ``LinearRegression``.
    public let statistics: LinearStatistics?

    /// A model of known coefficients: weight [outputs, inputs], bias [outputs].
    public init(weight: Tensor, bias: Tensor, isVector: Bool = false, statistics: LinearStatistics? = nil) {
        if let problem = Self.misfit(weight, bias, isVector) { fail("LinearModel", problem) }
        self.weight = weight.detached
        self.bias = bias.detached
        self.isVector = isVector
        self.statistics = statistics
    }

    private static func misfit(_ weight: Tensor, _ bias: Tensor, _ isVector: Bool) -> String? {
        if weight.rank != 2 || !weight.dtype.isFloatingPoint || bias.dtype != weight.dtype
            || bias.shape != [weight.shape[0]]
        {
            return
                "the weight is \(weight.summary), the bias \(bias.summary): they must be [outputs, inputs] and [outputs] of one floating-point dtype"
        }
        return isVector && weight.shape[0] != 1
            ? "\(weight.shape[0]) outputs cannot be predicted without an axis of outputs" : nil
    }

    /// Coefficients found in float64, as the data's dtype.
    init(_ data: FittingData, weight: Tensor, bias: [Double], statistics: LinearStatistics? = nil) {
        self.init(
            weight: weight.cast(to: data.dtype), bias: Tensor(bias).cast(to: data.dtype), isVector: data.isVector,
            statistics: statistics)
    }

    /// [samples, outputs], or [samples]. Gradients by `x` pass through.
    public func predict(_ x: Tensor) -> Tensor {
        guard x.rank == 2, x.shape[1] == weight.shape[1], x.dtype == weight.dtype else {
            return reject(
                "LinearModel", "predicts of \(x.summary), and \(weight.dtype) [samples, \(weight.shape[1])] is expected",
                meant: Shape([x.shape.first ?? 0] + (isVector ? [] : [weight.shape[0]])), weight.dtype)
        }
        let y = matmul(x, weight.transposed) + bias
        return isVector ? y.squeezed(axes: [1]) : y
    }

    /// The coefficient of determination, R² = 1 − Σ (ŷ − y)² / Σ (y − ȳ)², its mean over the outputs, in float64. As in
    /// scikit-learn an output whose `y` are all the same has 1 where they are met exactly, and 0 otherwise.
    public func score(_ x: Tensor, _ y: Tensor) -> Double {
        let predicted = predict(x)
        guard predicted.shape == y.shape, y.dtype == predicted.dtype else {
            fail("LinearModel", "scores predictions \(predicted.summary) by \(y.summary)")
        }
        return mean(Tensor(determination(predicted, y))).item
    }

    // MARK: Files

    public func store(in record: inout ModelRecord) {
        record["weight"] = weight
        record["bias"] = bias
        record[flag: "vector"] = isVector
        statistics?.store(in: &record)
    }

    public init(from record: ModelRecord) throws {
        weight = try record.floatingPoint("weight", rank: 2)
        bias = try record.floatingPoint("bias", rank: 1)
        isVector = try record.flag("vector")
        if let problem = Self.misfit(weight, bias, isVector) { throw record.problem(problem) }
        statistics = try LinearStatistics(from: record, outputs: weight.shape[0], inputs: weight.shape[1])
    }
}

/// R² of each output: [samples] or [samples, outputs] of predictions and truth.
func determination(_ predicted: Tensor, _ y: Tensor) -> [Double] {
    let outputs = y.rank == 1 ? 1 : y.shape[1]
    let truth = y.detached.cast(to: .float64).reshaped(y.shape[0], outputs)
    let centered = Centered(truth).values
    let residual = truth - predicted.detached.cast(to: .float64).reshaped(y.shape[0], outputs)
    return zip(sum(residual * residual, axes: [0]).doubles, sum(centered * centered, axes: [0]).doubles).map {
        $1 > 0 ? 1 - $0 / $1 : $0 == 0 ? 1 : $0.isNaN ? .nan : 0
    }
}
