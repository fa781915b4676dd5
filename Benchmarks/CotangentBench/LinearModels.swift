import Cotangent
import Foundation

/// Times fits of linear models, for Peers/linear_models.py, which takes turns with scikit-learn: a line a fit, its name, the
/// best of its seconds and the objective that it reached.
enum LinearModels {
    static func run(seconds: Double) throws {
        let (diabetes, digits) = (try table("diabetes.csv"), try table("digits.csv"))
        let x = Standardizer(fitting: diabetes[0..., ..<10])(diabetes[0..., ..<10]).contiguousCopy
        let y = (diabetes[0..., 10] - mean(diabetes[0..., 10])).contiguousCopy
        let images = (digits[0..., ..<64] / 16).contiguousCopy
        let labels = digits[0..., 64].cast(to: .int64)
        let penalties = (0..<100).map { exp(log(10.0) * (-2 + 5 * Double($0) / 99)) }

        try measure("lasso-path-100", seconds, { try Lasso().path(x, y) }) { path in
            path.indices.reduce(0) { total, place in
                let residual = y - path[place].predict(x)
                return total + sum(residual * residual).item / (2 * 442)
                    + path.penalties[place] * sum(abs(path.weights[place])).item
            }
        }
        try measure("least-squares", seconds, { try LinearRegression().fit(x, y) }) {
            sum(square(y - $0.predict(x))).item
        }
        try measure("ridge-loo-100", seconds, { try RidgeSelection(penalties: penalties).select(x, y) }) {
            $0.errors.min() ?? .nan
        }
        let binary = Tensor(labels.ints.map { $0 % 2 })
        for (name, truth) in [("logistic-2", binary), ("logistic-10", labels)] {
            let base = LogisticRegression(penalty: .l2(1e-3), tolerance: 1e-6)
            try measure(name, seconds, { try base.fit(images, truth) }) { model in
                let own = gatherAlong(log(model.probabilities(images)), truth.expandingAxis(1), axis: 1)
                return -mean(own).item + 0.5e-3 * sum(square(model.weight)).item
            }
        }
    }

    private static func measure<Result>(
        _ name: String, _ duration: Double, _ fit: () throws -> Result, _ objective: (Result) throws -> Double
    ) throws {
        let value = try objective(try fit())
        var best = Double.infinity
        let end = ContinuousClock.now + .seconds(duration)
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            _ = try fit()
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        show(String(format: "%@ %.9f %.12g", name, best, value))
    }

    private static func table(_ name: String) throws -> Tensor {
        try CSV(path: locate("../Examples/Data/\(name)")).tensor(dtype: .float64)
    }
}

extension Tensor {
    /// Row-major with memory of its own: a fit of a view would be timed with its copy.
    fileprivate var contiguousCopy: Tensor { Tensor(doubles, shape: shape) }
}
