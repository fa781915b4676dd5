// Systems of equations and factors as textbooks write them: Golub and Van Loan, Matrix Computations, algorithms 3.4.1
// (Gaussian elimination with partial pivoting), 4.2.1 (Cholesky) and 5.2.1 (Householder's QR).

extension Textbook {
    /// x with A x = b, A [n, n]: row by row the largest element of the column is brought up and eliminated below.
    @inlinable public static func solve<T: BinaryFloatingPoint>(_ matrix: [T], _ right: [T], n: Int) -> [T] {
        var (a, x) = (matrix, right)
        for k in 0..<n {
            var pivot = k
            for i in k..<n where abs(a[i * n + k]) > abs(a[pivot * n + k]) { pivot = i }
            if pivot != k {
                for j in 0..<n { a.swapAt(k * n + j, pivot * n + j) }
                x.swapAt(k, pivot)
            }
            for i in k + 1..<max(k + 1, n) {
                let factor = a[i * n + k] / a[k * n + k]
                for j in k..<n { a[i * n + j] -= factor * a[k * n + j] }
                x[i] -= factor * x[k]
            }
        }
        for i in (0..<n).reversed() {
            for j in i + 1..<max(i + 1, n) { x[i] -= a[i * n + j] * x[j] }
            x[i] /= a[i * n + i]
        }
        return x
    }

    /// The lower triangle L with A = L Lᵀ, A [n, n].
    @inlinable public static func cholesky<T: BinaryFloatingPoint>(_ a: [T], n: Int) -> [T] {
        var l = [T](repeating: 0, count: n * n)
        for j in 0..<n {
            for i in j..<n {
                var sum = a[i * n + j]
                for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
                l[i * n + j] = i == j ? sum.squareRoot() : sum / l[j * n + j]
            }
        }
        return l
    }

    /// Q [m, n] and R [n, n] of A [m, n], m ≥ n, by Householder's reflections.
    @inlinable public static func qr<T: BinaryFloatingPoint>(_ matrix: [T], m: Int, n: Int) -> (q: [T], r: [T]) {
        var a = matrix
        var vectors: [[T]] = []
        func reflect(_ v: [T], _ k: Int, _ x: inout [T], from first: Int) {
            for j in first..<n {
                var sum: T = 0
                for i in k..<m { sum += v[i - k] * x[i * n + j] }
                for i in k..<m { x[i * n + j] -= 2 * sum * v[i - k] }
            }
        }
        for k in 0..<n {
            var v = (k..<m).map { a[$0 * n + k] }
            let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            v[0] += v[0] < 0 ? -length : length
            let size = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if size > 0 { for i in v.indices { v[i] /= size } }
            reflect(v, k, &a, from: k)
            vectors.append(v)
        }
        var q = [T](repeating: 0, count: m * n)
        for j in 0..<n { q[j * n + j] = 1 }
        for k in (0..<n).reversed() { reflect(vectors[k], k, &q, from: 0) }
        var r = [T](repeating: 0, count: n * n)
        for i in 0..<n { for j in i..<n { r[i * n + j] = a[i * n + j] } }
        return (q, r)
    }

    /// The x that minimises ‖A x − b‖, A [m, n] of full rank: R x = Qᵀ b.
    @inlinable public static func leastSquares<T: BinaryFloatingPoint>(_ a: [T], _ b: [T], m: Int, n: Int) -> [T] {
        let (q, r) = qr(a, m: m, n: n)
        var x = (0..<n).map { j in (0..<m).reduce(T(0)) { $0 + q[$1 * n + j] * b[$1] } }
        for i in (0..<n).reversed() {
            for j in i + 1..<max(i + 1, n) { x[i] -= r[i * n + j] * x[j] }
            x[i] /= r[i * n + i]
        }
        return x
    }
}

extension Plain {
    /// Solves A x = b in place of both, A [n, n].
    @inlinable public static func solve<T: BinaryFloatingPoint>(
        _ a: UnsafeMutablePointer<T>, _ x: UnsafeMutablePointer<T>, n: Int
    ) {
        for k in 0..<n {
            var pivot = k
            for i in k..<n where abs(a[i * n + k]) > abs(a[pivot * n + k]) { pivot = i }
            let row = a + k * n
            if pivot != k {
                let other = a + pivot * n
                for j in k..<n { (row[j], other[j]) = (other[j], row[j]) }
                (x[k], x[pivot]) = (x[pivot], x[k])
            }
            let inverse = 1 / row[k]
            for i in k + 1..<max(k + 1, n) {
                let target = a + i * n
                let factor = target[k] * inverse
                for j in k + 1..<n { target[j] -= factor * row[j] }
                x[i] -= factor * x[k]
            }
        }
        for i in (0..<n).reversed() {
            let row = a + i * n
            var sum = x[i]
            for j in i + 1..<max(i + 1, n) { sum -= row[j] * x[j] }
            x[i] = sum / row[i]
        }
    }

    /// The lower triangle L with A = L Lᵀ in place of A's, [n, n]. Right-looking: rows of what is left are updated.
    @inlinable public static func cholesky<T: BinaryFloatingPoint>(_ a: UnsafeMutablePointer<T>, n: Int) {
        // Works on U = Lᵀ in the upper triangle, whose rows are runs.
        for k in 0..<n {
            let row = a + k * n
            let inverse = 1 / row[k].squareRoot()
            for j in k..<n { row[j] *= inverse }
            for i in k + 1..<max(k + 1, n) {
                let target = a + i * n
                let factor = row[i]
                for j in i..<n { target[j] -= factor * row[j] }
            }
        }
        for i in 0..<n {
            for j in i + 1..<max(i + 1, n) {
                a[j * n + i] = a[i * n + j]
                a[i * n + j] = 0
            }
        }
    }

    /// R in place of A [m, n], m ≥ n, and Q [m, n], by Householder's reflections, whose vectors are kept below the
    /// diagonal and in `scratch`, 2n elements. Rows are updated as runs.
    @inlinable public static func qr<T: BinaryFloatingPoint>(
        _ a: UnsafeMutablePointer<T>, _ q: UnsafeMutablePointer<T>, _ scratch: UnsafeMutablePointer<T>, m: Int, n: Int
    ) {
        let (tau, sums) = (scratch, scratch + n)
        func reflect(_ k: Int, _ x: UnsafeMutablePointer<T>, from first: Int) {
            // v = (1, a[k + 1…, k])
            for j in first..<n { sums[j] = x[k * n + j] }
            for i in k + 1..<max(k + 1, m) {
                let v = a[i * n + k]
                let row = x + i * n
                for j in first..<n { sums[j] += v * row[j] }
            }
            for j in first..<n {
                sums[j] *= tau[k]
                x[k * n + j] -= sums[j]
            }
            for i in k + 1..<max(k + 1, m) {
                let v = a[i * n + k]
                let row = x + i * n
                for j in first..<n { row[j] -= v * sums[j] }
            }
        }
        for k in 0..<n {
            var below: T = 0
            for i in k + 1..<max(k + 1, m) { below += a[i * n + k] * a[i * n + k] }
            let top = a[k * n + k]
            let length = (top * top + below).squareRoot()
            let value = top < 0 ? length : -length
            tau[k] = value == 0 ? 0 : (value - top) / value
            let scale = value == 0 ? 0 : 1 / (top - value)
            for i in k + 1..<max(k + 1, m) { a[i * n + k] *= scale }
            reflect(k, a, from: k + 1)
            a[k * n + k] = value
        }
        for i in 0..<m * n { q[i] = 0 }
        for j in 0..<n { q[j * n + j] = 1 }
        for k in (0..<n).reversed() { reflect(k, q, from: 0) }
        for i in 1..<max(1, m) { for j in 0..<min(i, n) { a[i * n + j] = 0 } }
    }

    /// Least squares in place of b, [m], whose first n elements become x.
    @inlinable public static func leastSquares<T: BinaryFloatingPoint>(
        _ a: UnsafeMutablePointer<T>, _ b: UnsafeMutablePointer<T>, _ q: UnsafeMutablePointer<T>,
        _ scratch: UnsafeMutablePointer<T>, m: Int, n: Int
    ) {
        qr(a, q, scratch, m: m, n: n)
        for j in 0..<n { scratch[j] = 0 }
        for i in 0..<m { for j in 0..<n { scratch[j] += q[i * n + j] * b[i] } }
        for i in (0..<n).reversed() {
            var sum = scratch[i]
            for j in i + 1..<max(i + 1, n) { sum -= a[i * n + j] * b[j] }
            b[i] = sum / a[i * n + i]
        }
    }
}
