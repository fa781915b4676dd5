import CotangentTensor

/// Products of features: of (a, b) up to degree 2 they are 1, a, b, a², ab, b².
///
/// ```swift
/// let features = PolynomialFeatures(degree: 2)
/// let model = try LinearRegression().fit(features(x), y)
/// ```
///
/// They come by degree, and within one in the order of their factors, as in scikit-learn. Each is the product of one of
/// the degree below and a feature, so gradients pass through. Linear models have a bias of their own, so the 1 is left out
/// unless asked for.
public struct PolynomialFeatures: Sendable, Equatable {
    public let degree: Int
    /// Products of different features alone: no powers.
    public let interactionsOnly: Bool
    /// A column of ones comes first.
    public let hasConstant: Bool

    /// - Parameter degree: the largest number of factors, 1 or more.
    public init(degree: Int, interactionsOnly: Bool = false, hasConstant: Bool = false) {
        guard degree >= 1 else { fail("PolynomialFeatures", "the degree \(degree) must be 1 or more") }
        self.degree = degree
        self.interactionsOnly = interactionsOnly
        self.hasConstant = hasConstant
    }

    /// [samples, features] → [samples, products]
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.rank == 2, x.dtype.isFloatingPoint else {
            return reject("PolynomialFeatures", "\(x.summary): floating point [samples, features] is expected", meant: x)
        }
        var parts = hasConstant ? [Tensor.ones([x.shape[0], 1], dtype: x.dtype)] : []
        for (degree, products) in products(of: x.shape[1]).enumerated() {
            let last = gather(x, Tensor(products.map(\.last)), axis: 1)
            let lower = degree == 0 ? nil : gather(parts.last!, Tensor(products.map(\.lower)), axis: 1)
            parts.append(lower.map { $0 * last } ?? last)
        }
        return concatenate(parts, axis: 1)
    }

    /// What the products are called, of the features' names: "a", "a^2", "a b".
    public func names(_ features: [String]) -> [String] {
        var names = hasConstant ? ["1"] : []
        for products in products(of: features.count) {
            names += products.map { product in
                var powers: [(feature: Int, count: Int)] = []
                for factor in product.factors {
                    if powers.last?.feature == factor { powers[powers.count - 1].count += 1 } else { powers.append((factor, 1)) }
                }
                return powers.map { $0.count == 1 ? features[$0.feature] : "\(features[$0.feature])^\($0.count)" }
                    .joined(separator: " ")
            }
        }
        return names
    }

    private struct Product {
        /// In ascending order.
        var factors: [Int]
        /// The place, among the products of one factor less, of all factors but the last.
        var lower: Int
        var last: Int { factors.last! }
    }

    /// By degree, from 1.
    private func products(of features: Int) -> [[Product]] {
        var result = [(0..<features).map { Product(factors: [$0], lower: 0) }]
        while result.count < degree, let highest = result.last, !highest.isEmpty {
            result.append(
                highest.enumerated().flatMap { place, product in
                    (product.last + (interactionsOnly ? 1 : 0)..<features).map {
                        Product(factors: product.factors + [$0], lower: place)
                    }
                })
        }
        return result
    }
}
