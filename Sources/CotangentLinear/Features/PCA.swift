import CotangentTensor

/// Principal components: the directions along which samples vary most, each at a right angle to those before.
///
/// ```swift
/// let pca = try PCA(components: .count(2), whitens: true).fit(x)      // [samples, features]
/// let z = pca(x)                                                      // [samples, 2]
/// ```
///
/// By the singular values of the centred samples, X = U S Vᵀ: the components are the rows of Vᵀ, and samples vary by
/// s²/(n − 1) along them. Features are taken as they are: standardise them where their units differ.
public struct PCA: Sendable, Equatable {
    /// How many components are kept, of the min(samples, features) there are.
    public enum Components: Sendable, Equatable {
        case all
        case count(Int)
        /// The fewest that explain this share of the variance, between 0 and 1.
        case share(Double)
    }

    public var components: Components
    /// Whether what comes out varies by 1 along each component.
    public var whitens: Bool

    public init(components: Components = .all, whitens: Bool = false) {
        self.components = components
        self.whitens = whitens
    }

    /// - Parameter x: floating point [samples, features]
    /// - Throws: ``FitError`` where there are fewer than two samples, a value is not finite, or components along which
    ///   nothing varies would have to be whitened.
    public func fit(_ x: Tensor) throws -> PCAModel {
        guard x.rank == 2, x.dtype.isFloatingPoint, x.shape[1] > 0 else {
            fail("PCA", "fitted to \(x.summary): floating point [samples, features] is expected")
        }
        try requireSamples("PCA", x, atLeast: 2)
        let wide = x.detached.cast(to: .float64).contiguous
        try requireFinite("PCA", "x", wide)
        let centered = Centered(wide)
        let (_, s, vt) = try centered.values.svd()
        let variances = (s * s / Double(x.shape[0] - 1)).doubles
        let total = variances.reduce(0, +)
        let kept: Int
        switch components {
        case .all: kept = variances.count
        case .count(let count):
            guard (1...variances.count).contains(count) else {
                fail("PCA", "\(count) components of \(x.summary): 1 to \(variances.count) are there")
            }
            kept = count
        case .share(let share):
            guard share > 0, share <= 1 else { fail("PCA", "a share of \(share) of the variance is not within 0...1") }
            var sum = 0.0
            kept = (variances.firstIndex { sum += $0; return sum >= share * total } ?? variances.count - 1) + 1
        }
        if whitens, variances[kept - 1] <= Double.ulpOfOne * Double.ulpOfOne * Double(x.count) * variances[0] {
            throw FitError(
                .rankShort, "PCA",
                "along component \(kept - 1) nothing varies, so it cannot be whitened: keep \(variances.count { $0 > Double.ulpOfOne * Double.ulpOfOne * Double(x.count) * variances[0] }) components at most"
            )
        }
        // A component is as good as its opposite. Its largest element is positive here, as in scikit-learn.
        let largest = gatherAlong(vt, argmax(abs(vt), axis: 1, keepingAxis: true), axis: 1)
        let signs = Tensor.where(less(largest, 0), Tensor.full([], -1, dtype: .float64), Tensor.ones([], dtype: .float64))
        return PCAModel(
            mean: Tensor(centered.means).cast(to: x.dtype), components: (vt * signs)[..<kept].cast(to: x.dtype),
            variances: Tensor(Array(variances[..<kept])), totalVariance: total, whitens: whitens)
    }
}

/// A fitted ``PCA``.
public struct PCAModel: Sendable, StorableModel, Equatable {
    public static let kind = "pca"

    /// [features]
    public let mean: Tensor
    /// [components, features], of length 1, from the one with the largest variance on; the largest element of each is
    /// positive.
    public let components: Tensor
    /// Variances along the components, [components], float64: their sums of squares over n − 1.
    public let variances: Tensor
    /// The variance along all components, those too that were not kept.
    public let totalVariance: Double
    /// Whether what comes out varies by 1 along each component.
    public let whitens: Bool

    init(mean: Tensor, components: Tensor, variances: Tensor, totalVariance: Double, whitens: Bool) {
        self.mean = mean
        self.components = components
        self.variances = variances
        self.totalVariance = totalVariance
        self.whitens = whitens
    }

    /// The share of the variance that each component explains, [components].
    public var shares: Tensor { variances / totalVariance }

    private var deviations: Tensor { sqrt(variances).cast(to: components.dtype) }

    /// The samples' coordinates along the components: [samples, features] → [samples, components].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.rank == 2, x.shape[1] == mean.count, x.dtype == mean.dtype else {
            return reject(
                "PCAModel", "\(x.summary), and \(mean.dtype) [samples, \(mean.count)] is expected",
                meant: Shape([x.shape.first ?? 0, components.shape[0]]), mean.dtype)
        }
        let z = matmul(x - mean, components.transposed)
        return whitens ? z / deviations : z
    }

    /// The samples of such coordinates, but for what lies along components that were not kept: [samples, components] →
    /// [samples, features].
    public func inverse(_ z: Tensor) -> Tensor {
        guard z.rank == 2, z.shape[1] == components.shape[0], z.dtype == mean.dtype else {
            return reject(
                "PCAModel", "\(z.summary), and \(mean.dtype) [samples, \(components.shape[0])] is expected",
                meant: Shape([z.shape.first ?? 0, mean.count]), mean.dtype)
        }
        return matmul(whitens ? z * deviations : z, components) + mean
    }

    // MARK: Files

    public func store(in record: inout ModelRecord) {
        record["mean"] = mean
        record["components"] = components
        record["variances"] = variances
        record["totalVariance"] = Tensor([totalVariance])
        record[flag: "whitens"] = whitens
    }

    public init(from record: ModelRecord) throws {
        mean = try record.floatingPoint("mean", rank: 1)
        components = try record.floatingPoint("components", rank: 2)
        let count = components.shape[0]
        variances = try record.float64("variances", shape: [count])
        totalVariance = try record.float64("totalVariance", shape: [1]).item
        whitens = try record.flag("whitens")
        guard components.shape[1] == mean.count, components.dtype == mean.dtype else {
            throw record.problem("the mean is \(mean.summary), the components \(components.summary): they do not fit")
        }
        guard variances.doubles.allSatisfy({ whitens ? $0 > 0 : $0 >= 0 }), totalVariance >= 0 else {
            throw record.problem("a variance is negative, or 0 where it is divided by")
        }
    }
}
