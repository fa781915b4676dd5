import CCotangentKernels
import CotangentTensor

/// Q and R of a design, [X 1] or X, whose columns are brought to like lengths: what a least-squares fit is computed with.
///
/// Columns are scaled by powers of 2, which costs no digit, so units do not spoil the condition: the powers of a variable up
/// to the tenth (NIST's Filip) have condition 2·10¹⁵ as they are and 5·10⁹ scaled.
struct LeastSquaresFactors {
    /// [samples, coefficients], orthonormal columns.
    private let q: Tensor
    /// [coefficients, coefficients], upper triangular.
    private let r: Tensor
    /// The scaled design column by column, [coefficients, samples].
    private let columns: Tensor
    /// What the design's columns were multiplied with.
    private let scales: Tensor
    /// The columns, by place, that others are linear combinations of or are themselves: empty at full rank.
    let dependent: [Int]
    /// How many columns are linearly independent to working precision.
    let rank: Int

    var count: Int { scales.count }

    /// - Parameter x: float64 [samples, features]
    init(_ x: Tensor, hasBias: Bool) throws {
        let samples = x.shape[0]
        let design = hasBias ? concatenate([x, Tensor.ones([samples, 1], dtype: .float64)], axis: 1) : x
        let largest = max(abs(design), axes: [0]).array(of: Double.self)
        let powers = largest.map { $0 > 0 ? Self.powerOfTwo(below: 1 / $0) : 1 }
        scales = Tensor(powers)
        columns = (design * scales).transposed.contiguous
        // Fewer samples than coefficients: rows of zeros change no fit, and keep R square.
        let missing = powers.count - samples
        let tall = columns.transposed
        (q, r) = try (missing > 0 ? tall.padded([(0, missing), (0, 0)]) : tall).qr()
        // Lengths are equal to a factor of √n: once more, for the rank alone.
        let lengths = sqrt(sum(r * r, axes: [0]))
        let unit = r / Tensor.where(greater(lengths, 0), lengths, Tensor.ones(like: lengths))
        let (_, s, vt) = try unit.svd()
        let values = s.doubles
        let limit = Double.ulpOfOne * Double(Swift.max(samples, powers.count)) * values[0]
        rank = values[0] > 0 ? values.count { $0 > limit } : 0
        if rank == powers.count {
            dependent = []
        } else {
            // Combinations of columns that vanish.
            let null = abs(vt[rank..., 0...])
            dependent = max(null, axes: [0]).doubles.enumerated().filter { $1 > 1e-7 }.map(\.offset)
        }
    }

    /// 2ᵏ ≤ value, below 2ᵏ⁺¹, within float64's range.
    private static func powerOfTwo(below value: Double) -> Double {
        let exponent = Swift.min(Swift.max(value.exponent, -1000), 1000)
        return Double(sign: .plus, exponent: exponent, significand: 1)
    }

    /// (AᵀA)⁻¹ⱼⱼ of the design as it was: the squared lengths of R⁻¹'s rows.
    func inverseDiagonal() throws -> [Double] {
        let inverse = try r.solve(Tensor.identity(count, dtype: .float64), assuming: .upperTriangular)
        return (sum(inverse * inverse, axes: [1]) * scales * scales).array()
    }

    /// The coefficients of each output, [outputs, coefficients], and residuals y − A w, [outputs, samples]; at full rank.
    ///
    /// R w = Qᵀy gives w to about ε times the condition. It is refined by Björck's method (*Iterative refinement of linear
    /// least squares solutions*, 1967): of r + A w = y, Aᵀr = 0 the errors f = y − r − A w and g = −Aᵀr are computed in
    /// twice the precision, and corrections solve the same system by the same factors. It ends with w rounded to float64,
    /// as long as the condition is well below 1/ε, whatever the residual.
    func solve(_ y: Tensor) throws -> (coefficients: Tensor, residuals: Tensor) {
        let target = y.transposed.contiguous
        // From zeros the first correction is the plain solution.
        var weight = Tensor.zeros([target.shape[0], count], dtype: .float64)
        var residual = Tensor.zeros(like: target)
        var last = Double.infinity
        for _ in 0..<12 {
            let (f, g) = errors(weight, residual, target)
            let h = try r.transposed.solve(g.transposed, assuming: .lowerTriangular)
            let d = matmul(q.transposed, f.transposed) - h
            let step = try r.solve(d, assuming: .upperTriangular).transposed
            let change = relative(step, weight)
            // Where rounding is reached, or nothing converges, further corrections are noise.
            if change > 0.5 * last { break }
            weight = weight + step
            residual = residual + f - matmul(d.transposed, q.transposed)
            if change < Double.ulpOfOne { break }
            last = change
        }
        // Of the coefficients as they are rounded, in twice the precision.
        return (weight * scales, errors(weight, Tensor.zeros(like: target), target).f)
    }

    /// The largest of the step's elements, in relation to the largest of its output's weight.
    private func relative(_ step: Tensor, _ weight: Tensor) -> Double {
        let (a, b) = (max(abs(step), axes: [1]).doubles, max(abs(weight), axes: [1]).doubles)
        return zip(a, b).map { $0 == 0 ? 0 : $1 == 0 ? .greatestFiniteMagnitude : $0 / $1 }.max() ?? 0
    }

    /// f [outputs, samples] and g [outputs, coefficients].
    private func errors(_ weight: Tensor, _ residual: Tensor, _ target: Tensor) -> (f: Tensor, g: Tensor) {
        let (n, p) = (target.shape[1], count)
        var (f, g) = (Tensor.zeros(like: target), Tensor.zeros([target.shape[0], p], dtype: .float64))
        columns.withUnsafeBufferPointer(as: Double.self) { columns in
            weight.withUnsafeBufferPointer(as: Double.self) { weight in
                residual.withUnsafeBufferPointer(as: Double.self) { residual in
                    target.withUnsafeBufferPointer(as: Double.self) { target in
                        f.withUnsafeMutableBufferPointer(as: Double.self) { f in
                            g.withUnsafeMutableBufferPointer(as: Double.self) { g in
                                for k in 0..<weight.count / p {
                                    ct_residual_f64(
                                        n, p, columns.baseAddress!, weight.baseAddress! + k * p,
                                        target.baseAddress! + k * n, residual.baseAddress! + k * n,
                                        f.baseAddress! + k * n)
                                    ct_negative_slopes_f64(
                                        n, p, columns.baseAddress!, residual.baseAddress! + k * n,
                                        g.baseAddress! + k * p)
                                }
                            }
                        }
                    }
                }
            }
        }
        return (f, g)
    }
}
