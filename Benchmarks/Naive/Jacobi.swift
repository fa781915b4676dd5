// Jacobi's rotations: Golub and Van Loan, Matrix Computations, 8.5 (eigenproblems) and 8.6.3 (Hestenes' one-sided form for
// singular values).

extension Textbook {
    /// The eigenvalues and, in columns, eigenvectors of a symmetric matrix A [n, n], by sweeps over all pairs of rows.
    @inlinable public static func symmetricEigen<T: BinaryFloatingPoint>(
        _ matrix: [T], n: Int
    ) -> (values: [T], vectors: [T], sweeps: Int) {
        var a = matrix
        var v = [T](repeating: 0, count: n * n)
        for i in 0..<n { v[i * n + i] = 1 }
        var sweeps = 0
        while sweeps < 50 {
            var (off, size): (T, T) = (0, 0)
            for i in 0..<n {
                for j in 0..<n {
                    size += a[i * n + j] * a[i * n + j]
                    if i != j { off += a[i * n + j] * a[i * n + j] }
                }
            }
            if off <= size * T.ulpOfOne * T.ulpOfOne { break }
            sweeps += 1
            for p in 0..<n {
                for q in p + 1..<max(p + 1, n) where a[p * n + q] != 0 {
                    let (c, s) = jacobiRotation(a[p * n + p], a[p * n + q], a[q * n + q])
                    rotate(&a, p, q, step: n, count: n, c, s)
                    rotate(&a, p * n, q * n, step: 1, count: n, c, s)
                    rotate(&v, p, q, step: n, count: n, c, s)
                }
            }
        }
        return ((0..<n).map { a[$0 * n + $0] }, v, sweeps)
    }

    /// The singular values of A [m, n], m ≥ n, in no order, with U [m, n] and V [n, n]: columns are rotated until all are
    /// orthogonal, and their lengths are the values.
    @inlinable public static func svd<T: BinaryFloatingPoint>(
        _ matrix: [T], m: Int, n: Int
    ) -> (u: [T], s: [T], v: [T]) {
        var (u, v) = (matrix, [T](repeating: 0, count: n * n))
        for i in 0..<n { v[i * n + i] = 1 }
        for _ in 0..<50 {
            var isDone = true
            for p in 0..<n {
                for q in p + 1..<max(p + 1, n) {
                    var (alpha, beta, gamma): (T, T, T) = (0, 0, 0)
                    for k in 0..<m {
                        let (x, y) = (u[k * n + p], u[k * n + q])
                        alpha += x * x
                        beta += y * y
                        gamma += x * y
                    }
                    if abs(gamma) <= 8 * T.ulpOfOne * (alpha * beta).squareRoot() { continue }
                    isDone = false
                    let (c, s) = jacobiRotation(alpha, gamma, beta)
                    rotate(&u, p, q, step: n, count: m, c, s)
                    rotate(&v, p, q, step: n, count: n, c, s)
                }
            }
            if isDone { break }
        }
        var values = [T](repeating: 0, count: n)
        for j in 0..<n {
            for i in 0..<m { values[j] += u[i * n + j] * u[i * n + j] }
            values[j] = values[j].squareRoot()
            for i in 0..<m where values[j] > 0 { u[i * n + j] /= values[j] }
        }
        return (u, values, v)
    }

    /// (x, y) becomes (c x − s y, s x + c y) for the two vectors that begin at `p` and `q`, elements `step` apart.
    @inlinable @inline(__always)
    static func rotate<T: BinaryFloatingPoint>(
        _ a: inout [T], _ p: Int, _ q: Int, step: Int, count: Int, _ c: T, _ s: T
    ) {
        for k in 0..<count {
            let (x, y) = (a[p + k * step], a[q + k * step])
            a[p + k * step] = c * x - s * y
            a[q + k * step] = s * x + c * y
        }
    }
}

/// (c, s) that makes the off-diagonal element of [[a, b], [b, d]] 0.
@inlinable @inline(__always)
func jacobiRotation<T: BinaryFloatingPoint>(_ a: T, _ b: T, _ d: T) -> (T, T) {
    let theta = (d - a) / (2 * b)
    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    return (c, t * c)
}

extension Plain {
    /// The eigenvalues on A's diagonal and eigenvectors in V's rows, both [n, n], of the symmetric A. A stays symmetric, so a
    /// rotation of rows is copied to the columns, and all but that runs over neighbours.
    @inlinable public static func symmetricEigen<T: BinaryFloatingPoint>(
        _ a: UnsafeMutablePointer<T>, _ v: UnsafeMutablePointer<T>, n: Int
    ) {
        for i in 0..<n * n { v[i] = 0 }
        for i in 0..<n { v[i * n + i] = 1 }
        for _ in 0..<50 {
            var (off, size): (T, T) = (0, 0)
            for i in 0..<n {
                for j in 0..<n {
                    size += a[i * n + j] * a[i * n + j]
                    if i != j { off += a[i * n + j] * a[i * n + j] }
                }
            }
            if off <= size * T.ulpOfOne * T.ulpOfOne { break }
            for p in 0..<n {
                for q in p + 1..<max(p + 1, n) where a[p * n + q] != 0 {
                    let (app, apq, aqq) = (a[p * n + p], a[p * n + q], a[q * n + q])
                    let (c, s) = jacobiRotation(app, apq, aqq)
                    rotate(a + p * n, a + q * n, c, s, n)
                    a[p * n + p] = app - s / c * apq
                    a[q * n + q] = aqq + s / c * apq
                    a[p * n + q] = 0
                    a[q * n + p] = 0
                    for k in 0..<n {
                        a[k * n + p] = a[p * n + k]
                        a[k * n + q] = a[q * n + k]
                    }
                    rotate(v + p * n, v + q * n, c, s, n)
                }
            }
        }
    }

    /// Singular values of the transpose of what `u` [n, m], n ≤ m, holds: its rows become orthonormal, V's [n, n] the other
    /// vectors.
    @inlinable public static func svd<T: BinaryFloatingPoint>(
        _ u: UnsafeMutablePointer<T>, _ s: UnsafeMutablePointer<T>, _ v: UnsafeMutablePointer<T>, m: Int, n: Int
    ) {
        for i in 0..<n * n { v[i] = 0 }
        for i in 0..<n { v[i * n + i] = 1 }
        for _ in 0..<50 {
            var isDone = true
            for p in 0..<n {
                for q in p + 1..<max(p + 1, n) {
                    let (x, y) = (u + p * m, u + q * m)
                    var (alpha, beta, gamma): (T, T, T) = (0, 0, 0)
                    for k in 0..<m {
                        alpha += x[k] * x[k]
                        beta += y[k] * y[k]
                        gamma += x[k] * y[k]
                    }
                    if abs(gamma) <= 8 * T.ulpOfOne * (alpha * beta).squareRoot() { continue }
                    isDone = false
                    let (cosine, sine) = jacobiRotation(alpha, gamma, beta)
                    rotate(x, y, cosine, sine, m)
                    rotate(v + p * n, v + q * n, cosine, sine, n)
                }
            }
            if isDone { break }
        }
        for j in 0..<n {
            let row = u + j * m
            var sum: T = 0
            for i in 0..<m { sum += row[i] * row[i] }
            s[j] = sum.squareRoot()
            if s[j] > 0 { for i in 0..<m { row[i] /= s[j] } }
        }
    }

    @inlinable @inline(__always)
    static func rotate<T: BinaryFloatingPoint>(
        _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ c: T, _ s: T, _ n: Int
    ) {
        for k in 0..<n {
            let (a, b) = (x[k], y[k])
            x[k] = c * a - s * b
            y[k] = s * a + c * b
        }
    }
}
