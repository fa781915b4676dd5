import CotangentTensor

/// Settings from which a fit makes a model: nothing can be asked of a model that is not fitted.
///
/// ```swift
/// let model = try Ridge(penalty: 1).fit(x, y)       // [samples, features], [samples] or [samples, outputs]
/// let predicted = model.predict(xTest)
/// print(model.score(xTest, yTest))                  // R²
/// ```
public protocol Estimator: Sendable {
    associatedtype Fitted: Predictor

    /// Fits rows of `x` `[samples, features]` to those of `y`.
    ///
    /// - Throws: where the data cannot be fitted, and says which and why.
    func fit(_ x: Tensor, _ y: Tensor) throws -> Fitted
}

/// A fitted model.
public protocol Predictor: Sendable {
    /// What the model says of each row of `x` `[samples, features]`.
    func predict(_ x: Tensor) -> Tensor
    /// How well it says it of rows whose `y` is known; 1 is best: R² or accuracy, as the model says.
    func score(_ x: Tensor, _ y: Tensor) -> Double
}
