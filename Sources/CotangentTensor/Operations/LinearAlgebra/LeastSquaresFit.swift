import CotangentBLAS

/// The factoring behind ``Tensor/leastSquares(_:method:tolerance:)``, on column-major memory.
struct LeastSquaresFit {
    private let matrices: MatrixBatch
    private let k: Int
    private let method: LeastSquaresMethod
    /// [..., k, n]
    let solution: Tensor
    private(set) var ranks: [Int]
    private(set) var conditions: [Double]
    let singularValues: Tensor?

    init(_ matrices: MatrixBatch, rightSides: Int, _ dtype: DType, _ method: LeastSquaresMethod) {
        self.matrices = matrices
        self.method = method
        k = rightSides
        solution = Tensor(uninitialized: matrices.shape(k, matrices.columns), dtype)
        ranks = [Int](repeating: 0, count: matrices.count)
        conditions = [Double](repeating: .infinity, count: matrices.count)
        singularValues = method == .svd ? Tensor(uninitialized: matrices.shape(matrices.smaller), dtype) : nil
    }

    /// Factors every matrix in `a`, which is overwritten, as is the right sides' `b`.
    mutating func run<T: LAPACKScalar>(_: T.Type, _ a: Tensor, _ b: Tensor, _ tolerance: Double) -> [Int] {
        let (m, n, k) = (matrices.rows, matrices.columns, k)
        let (matrices, method) = (matrices, method)
        let (a, b, x) = (a.elements(T.self), b.elements(T.self), solution.elements(T.self))
        let s = singularValues?.elements(T.self)
        return ranks.withUnsafeMutableBufferPointer { ranks in
            conditions.withUnsafeMutableBufferPointer { conditions in
                guard let rankBase = ranks.baseAddress, let conditionBase = conditions.baseAddress else { return [] }
                let (ranks, conditions) = (UncheckedPointer(rankBase), UncheckedPointer(conditionBase))
                return matrices.forEach(
                    flops: 4 * Double(m * n * matrices.smaller), raisedFrom: 1e8
                ) { index in
                    let (a, b, x) = (a + index * m * n, b + index * m * k, x + index * n * k)
                    let found: Fit
                    if method == .qr {
                        found = pivotedFit(m, n, k, a, b, x, T(tolerance))
                    } else {
                        found = singularValueFit(m, n, k, a, b, x, s! + index * matrices.smaller, T(tolerance))
                    }
                    ranks.pointer[index] = found.rank
                    conditions.pointer[index] = found.condition
                    return found.info
                }
            }
        }
    }
}

private struct Fit {
    var rank = 0
    var condition = Double.infinity
    var info = 0
}

/// By `gelsd`, whose right sides and solutions share memory of max(m, n) rows.
private func singularValueFit<T: LAPACKScalar>(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<T>, _ b: UnsafeMutablePointer<T>,
    _ x: UnsafeMutablePointer<T>, _ s: UnsafeMutablePointer<T>, _ tolerance: T
) -> Fit {
    let rows = max(m, n)
    return withScratch(T.self, count: rows * k) { shared in
        for column in 0..<k { (shared + column * rows).update(from: b + column * m, count: m) }
        var (rank, integerCount): (Int32, Int32) = (0, 0)
        let size = T.workspace {
            T.gelsd(m, n, k, a, m, shared, rows, s, tolerance, &rank, $0, -1, &integerCount)
        }
        var fit = Fit()
        fit.info = withScratch(T.self, count: size) { work in
            withScratch(Int32.self, count: Int(integerCount)) { integers in
                T.gelsd(m, n, k, a, m, shared, rows, s, tolerance, &rank, work, size, integers)
            }
        }
        fit.rank = Int(rank)
        if fit.rank == n { fit.condition = Double(s[0] / s[n - 1]) }
        for column in 0..<k { (x + column * n).update(from: shared + column * rows, count: n) }
        return fit
    }
}

/// A D P = Q R with columns scaled by D and ordered by P, so that R's diagonal falls. Where the rank r is short, y solves
/// the first r equations, and what of x = D P y lies in the null space, the span of D P [−R₁₁⁻¹ R₁₂; I], is taken away:
/// the shortest solution is left.
///
/// Columns that are far from dependent need no order, and factors without one are three times as fast: so those come first,
/// where their condition can decide.
private func pivotedFit<T: LAPACKScalar>(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<T>, _ b: UnsafeMutablePointer<T>,
    _ x: UnsafeMutablePointer<T>, _ tolerance: T
) -> Fit {
    let least = min(m, n)
    let size = [
        T.workspace { query in
            var order: Int32 = 0
            return T.geqp3(m, n, a, m, &order, a, query, -1)
        }, T.workspace { T.geqrf(m, n, a, m, a, $0, -1) },
        T.workspace { T.ormqr(.yes, m, k, least, a, m, a, b, m, $0, -1) }, 3 * n,
    ].max()!
    return withScratch(T.self, count: size + 2 * n) { work in
        withScratch(Int32.self, count: 2 * n) { order in
            let (tau, scales) = (work + size, work + size + n)
            var longest: T = 0
            for column in 0..<n {
                let norm = T.nrm2(m, a + column * m, 1)
                // A power of 2 rounds nothing.
                scales[column] =
                    norm > 0 && norm.isFinite ? T(sign: .plus, exponent: -norm.exponent, significand: 1) : 1
                T.scal(m, scales[column], a + column * m, 1)
                longest = max(longest, norm * scales[column])
            }
            var fit = Fit()
            // With pivoting, R's last element is at least the smallest singular value, which is at least 1 / (√n ‖R⁻¹‖₁),
            // and its first the length of the longest column. LAPACK's estimate of ‖R⁻¹‖₁ may be 3 times too small.
            let isClear = 3 * T(n).squareRoot() * tolerance * longest
            if m >= n, let reciprocal = clearFactors(m, n, a, tau, work, size, order, above: isClear) {
                fit.rank = n
                fit.condition = 1 / Double(reciprocal)
            } else {
                order.update(repeating: 0, count: n)
                fit.info = T.geqp3(m, n, a, m, order, tau, work, size)
                if fit.info != 0 { return fit }
                let limit = tolerance * Swift.abs(a[0])
                fit.rank = (0..<least).first { !(Swift.abs(a[$0 * m + $0]) > limit) } ?? least
                if fit.rank == n { fit.condition = 1 / Double(reciprocalCondition(m, n, a, work, order + n)) }
            }
            let r = fit.rank
            fit.info = T.ormqr(.yes, m, k, least, a, m, tau, b, m, work, size)
            for index in 0..<n * k { x[index] = 0 }
            if r == 0 || fit.info != 0 { return fit }
            T.solveLeft(.upper, .no, unit: false, r, k, a, m, b, m)
            for column in 0..<k {
                for row in 0..<r {
                    let place = Int(order[row]) - 1
                    x[column * n + place] = b[column * m + row] * scales[place]
                }
            }
            if r < n { fit.info = removeNullSpace(n, k, r, a, m, order, scales, x) }
            return fit
        }
    }
}

/// LAPACK's estimate of 1 / condition of R.
private func reciprocalCondition<T: LAPACKScalar>(
    _ m: Int, _ n: Int, _ a: UnsafePointer<T>, _ work: UnsafeMutablePointer<T>, _ integers: UnsafeMutablePointer<Int32>
) -> T {
    var reciprocal: T = 0
    return T.trcon(n, a, m, &reciprocal, work, integers) == 0 ? reciprocal : 0
}

/// Factors without exchanging columns, and 1 / their condition, where 1 / ‖R⁻¹‖₁ is above `limit`; otherwise A stays as it
/// is.
private func clearFactors<T: LAPACKScalar>(
    _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<T>, _ tau: UnsafeMutablePointer<T>, _ work: UnsafeMutablePointer<T>,
    _ size: Int, _ order: UnsafeMutablePointer<Int32>, above limit: T
) -> T? {
    // ‖R⁻¹‖₁ is at least 1 over the diagonal's smallest element, which for random columns is some n times smaller than the
    // longest: where that would not do, the attempt is spared.
    if limit * T(n).squareRoot() > 1 { return nil }
    return withScratch(T.self, count: m * n) { copy in
        copy.update(from: a, count: m * n)
        if T.geqrf(m, n, a, m, tau, work, size) == 0 {
            let reciprocal = reciprocalCondition(m, n, a, work, order + n)
            var norm: T = 0
            for column in 0..<n {
                var sum: T = 0
                for row in 0...column { sum += Swift.abs(a[column * m + row]) }
                norm = max(norm, sum)
            }
            if reciprocal * norm > limit {
                for column in 0..<n { order[column] = Int32(column + 1) }
                return reciprocal
            }
        }
        a.update(from: copy, count: m * n)
        return nil
    }
}

private func removeNullSpace<T: LAPACKScalar>(
    _ n: Int, _ k: Int, _ r: Int, _ a: UnsafeMutablePointer<T>, _ m: Int, _ order: UnsafePointer<Int32>,
    _ scales: UnsafePointer<T>, _ x: UnsafeMutablePointer<T>
) -> Int {
    let width = n - r
    // R₁₂ becomes R₁₁⁻¹ R₁₂.
    T.solveLeft(.upper, .no, unit: false, r, width, a, m, a + r * m, m)
    return withScratch(T.self, count: n * width + width) { basis in
        let tau = basis + n * width
        for column in 0..<width {
            for row in 0..<n {
                let place = Int(order[row]) - 1
                let value: T = row < r ? -a[(r + column) * m + row] : row - r == column ? 1 : 0
                basis[column * n + place] = value * scales[place]
            }
        }
        let size = max(
            T.workspace { T.geqrf(n, width, basis, n, tau, $0, -1) },
            T.workspace { T.ormqr(.yes, n, k, width, basis, n, tau, x, n, $0, -1) })
        return withScratch(T.self, count: size) { work in
            var info = T.geqrf(n, width, basis, n, tau, work, size)
            if info == 0 { info = T.ormqr(.yes, n, k, width, basis, n, tau, x, n, work, size) }
            for column in 0..<k { (x + column * n).update(repeating: 0, count: width) }
            if info == 0 { info = T.ormqr(.no, n, k, width, basis, n, tau, x, n, work, size) }
            return info
        }
    }
}
