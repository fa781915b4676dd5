extension Tensor {
    /// e^A = Σ Aᵏ/k! for each matrix of this tensor, [..., n, n], by Padé approximation, scaling and squaring (Higham,
    /// 2005; with the scaling of Al-Mohy and Higham, 2009, which follows the powers of A instead of its norm). Composed
    /// of operations that have gradients.
    ///
    /// - Throws: ``LinearAlgebraError`` where an element is not finite or there is none, or e^A is beyond the dtype's range.
    public func matrixExponential() throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices("matrixExponential", self, square: true)
        let matrices = MatrixBatch("matrixExponential", a)
        try matrices.requireElements()
        try a.detached.contiguous.requireFinite("matrixExponential", "the matrix", rowAxis: -2)
        if a.count == 0 || a.isAbstract { return a }
        let rule = PadeRule(a.dtype)
        let plan = rule.plan(a.detached)
        let squarings = plan.squarings.max() ?? 0
        let halvings = Tensor(
            plan.squarings.map { Double(sign: .plus, exponent: -$0, significand: 1) },
            shape: Shape(matrices.batch.dimensions + [1, 1])
        ).cast(to: a.dtype)
        var y = try approximant(squarings == 0 ? a : a * halvings, degree: plan.degree)
        for step in 0..<squarings {
            let isWanted = Tensor(
                plan.squarings.map { step < $0 }, shape: Shape(matrices.batch.dimensions + [1, 1]))
            y = Tensor.where(isWanted, matmul(y, y), y)
        }
        do {
            try y.detached.contiguous.requireFinite("matrixExponential", "the result", rowAxis: -2)
        } catch {
            throw LinearAlgebraError(
                operation: error.operation, problem: .overflow, matrix: error.matrix, rows: error.rows,
                columns: error.columns)
        }
        return y
    }
}

/// Which degrees the dtype uses, and up to which size of the matrix (Higham, 2005, tables 2.3 and 3.1; the last for float64
/// as Al-Mohy and Higham, 2009, give it).
private struct PadeRule {
    let limits: [(degree: Int, size: Double)]
    let unitRoundoff: Double

    init(_ dtype: DType) {
        limits =
            dtype == .float32
            ? [(3, 4.258730016922831e-1), (5, 1.880152677804762), (7, 3.925724783138660)]
            : [
                (3, 1.495585217958292e-2), (5, 2.539398330063230e-1), (7, 9.504178996162932e-1),
                (9, 2.097847961257068), (13, 4.25),
            ]
        unitRoundoff = (dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne) / 2
    }

    /// One degree for all matrices of a batch, and how often each is squared.
    func plan(_ a: Tensor) -> (degree: Int, squarings: [Int]) {
        func norms(_ x: Tensor) -> [Double] { max(sum(abs(x), axes: [-2]), axes: [-1]).doubles }
        let a = a.cast(to: .float64)
        let square = matmul(a, a)
        let fourth = matmul(square, square)
        // ‖A⁴‖^¼ and ‖A⁶‖^⅙ bound what the approximation's error depends on, and may lie far below ‖A‖.
        let sizes = zip(zip(norms(fourth), norms(matmul(fourth, square))), norms(a)).map {
            // The powers of what overflows are no guide.
            let size = Swift.max($0.0.squareRoot().squareRoot(), power($0.1, 1.0 / 6))
            return Swift.min(size.isNaN ? .infinity : size, $1, Double.greatestFiniteMagnitude)
        }
        let largest = sizes.max() ?? 0
        let (degree, most) = limits.first { largest <= $0.size } ?? limits[limits.count - 1]
        let scalings = sizes.map { $0 <= most ? 0 : binaryLogarithmRoundedUp($0 / most) }
        let extra = roundingScalings(a, scalings, degree)
        return (degree, zip(scalings, extra).map { $0 + $1 })
    }

    /// Further halvings, so that rounding in the numerator's last term does not show: with c = (m!)² / ((2m)! (2m+1)!),
    /// ⌈log₂(c ‖|A|^(2m+1)‖ / (‖A‖ u)) / 2m⌉.
    private func roundingScalings(_ a: Tensor, _ scalings: [Int], _ degree: Int) -> [Int] {
        let n = a.shape[a.rank - 1]
        let scale = Tensor(
            scalings.map { Double(sign: .plus, exponent: -$0, significand: 1) },
            shape: Shape(a.shape.dropLast(2) + [1, 1]))
        let magnitudes = abs(a) * scale
        var row = Tensor.ones(Shape(a.shape.dropLast(2) + [1, n]), dtype: .float64)
        for _ in 0..<(2 * degree + 1) { row = matmul(row, magnitudes) }
        let powers = max(row, axes: [-2, -1]).doubles
        let norms = max(sum(magnitudes, axes: [-2]), axes: [-1]).doubles
        var c = 1.0
        for i in 1...degree { c *= Double(i) / Double(degree + i) }
        for i in 1...(2 * degree + 1) { c /= Double(i) }
        return zip(powers, norms).map { power, norm in
            if norm == 0 || !power.isFinite { return 0 }
            let ratio = c * power / (norm * unitRoundoff)
            // 0/0 where the norm is below the range of quotients: so small a matrix needs no halving.
            return ratio > 1 ? (binaryLogarithmRoundedUp(ratio) + 2 * degree - 1) / (2 * degree) : 0
        }
    }

    /// ⌈log₂ x⌉ for a positive, finite x.
    private func binaryLogarithmRoundedUp(_ x: Double) -> Int { x.exponent + (x.significand > 1 ? 1 : 0) }

    private func power(_ x: Double, _ exponent: Double) -> Double {
        x == 0 ? 0 : pow(Tensor(scalar: x), exponent).item
    }
}

/// q(A)⁻¹ p(A), where p and q(x) = p(−x) are the Padé polynomials of e^x: p = V + U with the even powers in V.
private func approximant(_ a: Tensor, degree: Int) throws(LinearAlgebraError) -> Tensor {
    // b_k = (2m − k)! m! / ((2m)! k! (m − k)!), as multiples of b_m: whole numbers up to degree 13.
    var b = [Double](repeating: 1, count: degree + 1)
    for k in stride(from: degree - 1, through: 0, by: -1) {
        // b_k / b_{k+1} = (2m − k)(k + 1) / (m − k)
        b[k] = (b[k + 1] * Double((2 * degree - k) * (k + 1)) / Double(degree - k)).rounded()
    }
    let n = a.shape[a.rank - 1]
    let identity = Tensor.identity(n, dtype: a.dtype)
    let a2 = matmul(a, a)
    var (odd, even): (Tensor, Tensor)
    if degree == 13 {
        let a4 = matmul(a2, a2)
        let a6 = matmul(a4, a2)
        let highOdd = matmul(a6, a6 * b[13] + a4 * b[11] + a2 * b[9])
        let highEven = matmul(a6, a6 * b[12] + a4 * b[10] + a2 * b[8])
        odd = highOdd + a6 * b[7] + a4 * b[5] + a2 * b[3] + identity * b[1]
        even = highEven + a6 * b[6] + a4 * b[4] + a2 * b[2] + identity * b[0]
    } else {
        odd = a2 * b[3] + identity * b[1]
        even = a2 * b[2] + identity * b[0]
        var power = a2
        for k in stride(from: 4, to: degree, by: 2) {
            power = matmul(power, a2)
            odd = odd + power * b[k + 1]
            even = even + power * b[k]
        }
    }
    odd = matmul(a, odd)
    return try (even - odd).solve(even + odd)
}
