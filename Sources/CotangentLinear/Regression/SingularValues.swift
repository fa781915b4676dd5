import CotangentTensor

/// X = U diag(s) Vᵀ of centred features: ridge's weights for any penalty are a product away.
struct SingularValues {
    /// [samples, k]
    private let u: Tensor
    /// [k], falling
    let values: [Double]
    /// [k, features]
    private let vt: Tensor
    private let samples: Int

    init(_ x: Tensor) throws {
        let (u, s, vt) = try x.svd()
        (self.u, self.vt) = (u, vt)
        values = s.array()
        samples = x.shape[0]
    }

    /// Up to this a singular value is rounding: as NumPy's `matrix_rank` has it.
    private var limit: Double { Double.ulpOfOne * Double(max(samples, vt.shape[1])) * (values.first ?? 0) }
    var rank: Int { values.count { $0 > limit } }

    /// (XᵀX + λI)⁻¹Xᵀy = V diag(s / (s² + λ)) Uᵀy, [outputs, features]; with λ = 0 the shortest of the best.
    func weight(_ y: Tensor, penalty: Double) -> Tensor {
        let factors = values.map { $0 > limit || penalty > 0 ? $0 / ($0 * $0 + penalty) : 0 }
        return matmul(matmul(y.transposed, u) * Tensor(factors), vt)
    }

    /// The shares s² / (s² + λ) of the directions that a penalty leaves.
    func shares(penalty: Double) -> [Double] {
        values.map { $0 > limit || penalty > 0 ? $0 * $0 / ($0 * $0 + penalty) : 0 }
    }

    /// y without what ridge fits, [samples, outputs], and each sample's weight in its own prediction, [samples]: the
    /// diagonal of U diag(shares) Uᵀ.
    func residuals(_ y: Tensor, penalty: Double) -> (values: Tensor, leverages: Tensor) {
        let shares = Tensor(shares(penalty: penalty))
        let fitted = matmul(u * shares, matmul(u.transposed, y))
        return (y - fitted, sum(u * u * shares, axes: [1]))
    }
}
