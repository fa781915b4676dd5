import CotangentBLAS

/// Coordinate descent on ½ wᵀG w − cᵀw + Σ αⱼ |wⱼ| + ½ Σ βⱼ wⱼ², for a symmetric positive semidefinite G.
///
/// The lasso over its Gram matrix is of this form (Friedman, Hastie and Tibshirani, *Regularization Paths for Generalized
/// Linear Models via Coordinate Descent*, 2010, where it is called the covariance update), and a penalised logistic
/// regression's quadratic model is. The product G w is kept up to date, so a coordinate that stays at 0 costs nothing but
/// a comparison.
///
/// Once the signs have settled, the minimum within them is found exactly, by a Cholesky factor of the rows at work, and
/// the step to it ends where a coordinate would cross 0. Along features that are nearly alike descent alone would take
/// thousands of sweeps.
struct QuadraticDescent {
    let size: Int
    /// G, row-major.
    let matrix: [Double]
    /// c
    var target: [Double]
    /// α, and 0 for a coordinate without that penalty.
    var l1: [Double]
    /// β
    var l2: [Double]
    /// w
    private(set) var weight: [Double]
    /// G w
    private var product: [Double]

    init(matrix: [Double], target: [Double], l1: [Double], l2: [Double], start: [Double]? = nil) {
        size = target.count
        self.matrix = matrix
        self.target = target
        self.l1 = l1
        self.l2 = l2
        weight = start ?? [Double](repeating: 0, count: size)
        product = [Double](repeating: 0, count: size)
        if start != nil { updateProduct() }
    }

    /// Sweeps until `isDone`, which is asked after each, or rounding hides what is left to gain. Returns how many, or nil
    /// where `limit` of them do not suffice.
    mutating func run(limit: Int, until isDone: (borrowing QuadraticDescent) -> Bool) -> Int? {
        var unchanged = 0
        var patience = 3
        for sweep in 1...max(limit, 1) {
            unchanged = self.sweep() ? 0 : unchanged + 1
            if isDone(self) { return sweep }
            if unchanged >= patience {
                unchanged = 0
                let isWhole = solveWithinSigns()
                if isDone(self) || isMinimumToRounding { return sweep }
                patience = isWhole ? patience : min(2 * patience, 64)
            }
        }
        return nil
    }

    /// Minimises along each coordinate in turn. True where one has come from 0, gone to 0 or crossed it.
    private mutating func sweep() -> Bool {
        var signsChanged = false
        let size = size
        matrix.withUnsafeBufferPointer { matrix in
            weight.withUnsafeMutableBufferPointer { weight in
                product.withUnsafeMutableBufferPointer { product in
                    for j in 0..<size {
                        let row = UnsafeBufferPointer(rebasing: matrix[j * size..<(j + 1) * size])
                        let curvature = row[j] + l2[j]
                        // A constant feature: nothing is gained by it.
                        if curvature <= 0 { continue }
                        let old = weight[j]
                        let slope = target[j] - product[j] + row[j] * old
                        let new =
                            slope > l1[j]
                            ? (slope - l1[j]) / curvature : slope < -l1[j] ? (slope + l1[j]) / curvature : 0
                        if new == old { continue }
                        if (new > 0) != (old > 0) || (new < 0) != (old < 0) { signsChanged = true }
                        weight[j] = new
                        let step = new - old
                        for k in 0..<size { product[k] += step * row[k] }
                    }
                }
            }
        }
        return signsChanged
    }

    /// The minimum among weights of the signs that they have, or the way to it as far as the first that reaches 0.
    /// True where it was reached. Where the rows at work depend on each other, nothing is changed.
    private mutating func solveWithinSigns() -> Bool {
        let active = (0..<size).filter { (weight[$0] != 0 || l1[$0] == 0) && matrix[$0 * size + $0] + l2[$0] > 0 }
        if active.isEmpty { return false }
        var factor = [Double](repeating: 0, count: active.count * active.count)
        var solution = [Double](repeating: 0, count: active.count)
        for (a, i) in active.enumerated() {
            for (b, j) in active[...a].enumerated() { factor[b * active.count + a] = matrix[i * size + j] }
            factor[a * active.count + a] += l2[i]
            solution[a] = target[i] - (weight[i] > 0 ? l1[i] : weight[i] < 0 ? -l1[i] : 0)
        }
        guard solvePositiveDefinite(&factor, &solution) else { return false }
        var step = 1.0
        var first: Int?
        for (a, j) in active.enumerated() where l1[j] > 0 && (weight[j] > 0) != (solution[a] > 0) {
            let share = weight[j] / (weight[j] - solution[a])
            if share < step { (step, first) = (share, j) }
        }
        for (a, j) in active.enumerated() { weight[j] = step == 1 ? solution[a] : weight[j] + step * (solution[a] - weight[j]) }
        if let first { weight[first] = 0 }
        updateProduct()
        return first == nil
    }

    private mutating func updateProduct() {
        let size = size
        for k in 0..<size { product[k] = 0 }
        matrix.withUnsafeBufferPointer { matrix in
            product.withUnsafeMutableBufferPointer { product in
                for j in 0..<size where weight[j] != 0 {
                    let value = weight[j]
                    for k in 0..<size { product[k] += value * matrix[j * size + k] }
                }
            }
        }
    }

    /// The duality gap of the lasso or elastic net of which this is the Gram form, where all α are one and all β another,
    /// and `squares` is yᵀy.
    ///
    /// The elastic net is a lasso of X̃ = [X; √β I] and ỹ = [y; 0]. With its residual r̃, θ = s r̃ is dual feasible where
    /// |s| ‖X̃ᵀr̃‖∞ ≤ α, and s = r̃ᵀỹ / ‖r̃‖² is best among those (Fercoq, Gramfort and Salmon, *Mind the duality gap*, 2015).
    func dualityGap(squares: Double) -> Double {
        let (alpha, beta) = (l1.first ?? 0, l2.first ?? 0)
        var (fitted, explained, norm, absolute, slope) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for j in 0..<size {
            fitted += weight[j] * product[j]
            explained += weight[j] * target[j]
            norm += weight[j] * weight[j]
            absolute += Swift.abs(weight[j])
            slope = max(slope, Swift.abs(target[j] - product[j] - beta * weight[j]))
        }
        return elasticNetGap(
            residual: max(squares + fitted - 2 * explained, 0), overlap: squares - explained, squaredNorm: norm,
            absoluteNorm: absolute, slope: slope, alpha: alpha, beta: beta)
    }

    /// Whether every slope is as near to what the minimum allows as the rounding of its terms lets one tell.
    var isMinimumToRounding: Bool {
        (0..<size).allSatisfy { j in
            var terms = Swift.abs(target[j]) + l1[j] + Swift.abs(l2[j] * weight[j])
            for k in 0..<size where weight[k] != 0 { terms += Swift.abs(matrix[j * size + k] * weight[k]) }
            let slope = target[j] - product[j] - l2[j] * weight[j]
            return slopeExcess(slope, weight: weight[j], l1: l1[j]) <= 8 * Double.ulpOfOne * terms
        }
    }

    /// The largest distance of a coordinate's slope from where the minimum allows it.
    var violation: Double {
        var largest = 0.0
        for j in 0..<size {
            let slope = target[j] - product[j] - l2[j] * weight[j]
            largest = max(largest, slopeExcess(slope, weight: weight[j], l1: l1[j]))
        }
        return largest
    }
}

/// How far the slope down the smooth part lies from what α |w| holds: α where w > 0, −α where w < 0, between at 0.
func slopeExcess(_ slope: Double, weight: Double, l1: Double) -> Double {
    weight > 0 ? Swift.abs(slope - l1) : weight < 0 ? Swift.abs(slope + l1) : max(Swift.abs(slope) - l1, 0)
}

/// ½ ‖r̃‖² + α ‖w‖₁ − (s r̃ᵀỹ − ½ s² ‖r̃‖²), see ``QuadraticDescent/dualityGap(squares:)``. `residual` is ‖r‖², `overlap` rᵀy,
/// `slope` ‖X̃ᵀr̃‖∞.
func elasticNetGap(
    residual: Double, overlap: Double, squaredNorm: Double, absoluteNorm: Double, slope: Double, alpha: Double,
    beta: Double
) -> Double {
    let whole = residual + beta * squaredNorm
    let bound = slope > 0 ? alpha / slope : .infinity
    let scale = whole > 0 ? max(-bound, min(overlap / whole, bound)) : 0
    return 0.5 * whole + alpha * absoluteNorm - scale * overlap + 0.5 * scale * scale * whole
}

/// Solves A x = b by Cholesky's factor, in place of both: of A (column-major) the lower triangle is read. False where A is
/// not positive definite in float64.
private func solvePositiveDefinite(_ a: inout [Double], _ b: inout [Double]) -> Bool {
    // Up to some 10 rows LAPACK's calls cost more than the arithmetic; a path of 100 penalties on 10 features took 1.13 of
    // its time with it alone.
    b.count <= 10 ? solveSmall(&a, &b) : solveLarge(&a, &b)
}

/// Whether what is left of a diagonal element is more than rounding leaves.
@inline(__always)
private func isPivot(_ pivot: Double, of diagonal: Double) -> Bool { pivot > 1e-13 * diagonal }

private func solveLarge(_ a: inout [Double], _ b: inout [Double]) -> Bool {
    let n = b.count
    let diagonal = (0..<n).map { a[$0 * n + $0] }
    guard Double.potrf(.lower, n, &a, n) == 0 else { return false }
    for j in 0..<n where !isPivot(a[j * n + j] * a[j * n + j], of: diagonal[j]) { return false }
    Double.solveLeft(.lower, .no, unit: false, n, 1, a, n, &b, n)
    Double.solveLeft(.lower, .yes, unit: false, n, 1, a, n, &b, n)
    return true
}

private func solveSmall(_ a: inout [Double], _ b: inout [Double]) -> Bool {
    let n = b.count
    return a.withUnsafeMutableBufferPointer { a in
        for j in 0..<n {
            var pivot = a[j * n + j]
            let diagonal = pivot
            for k in 0..<j { pivot -= a[k * n + j] * a[k * n + j] }
            guard isPivot(pivot, of: diagonal) else { return false }
            pivot = pivot.squareRoot()
            a[j * n + j] = pivot
            for i in j + 1..<max(n, j + 1) {
                var sum = a[j * n + i]
                for k in 0..<j { sum -= a[k * n + i] * a[k * n + j] }
                a[j * n + i] = sum / pivot
            }
        }
        for i in 0..<n {
            for k in 0..<i { b[i] -= a[k * n + i] * b[k] }
            b[i] /= a[i * n + i]
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
            for k in i + 1..<max(n, i + 1) { b[i] -= a[i * n + k] * b[k] }
            b[i] /= a[i * n + i]
        }
        return true
    }
}
