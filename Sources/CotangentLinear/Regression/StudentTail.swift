/// P(|T| ≥ |t|) for Student's T: I_x(ν/2, ½) with x = ν / (ν + t²), the regularised incomplete beta function.
///
/// By Lentz's evaluation of its continued fraction (NIST's Digital Library of Mathematical Functions, 8.17.22), so small
/// probabilities keep their relative precision. With whole ν the factor in front needs square roots alone.
package func studentTail(_ t: Double, degreesOfFreedom: Int) -> Double {
    if t.isNaN { return .nan }
    let n = Double(degreesOfFreedom)
    // y = 1 − x, without cancellation.
    let (x, y) = (n / (n + t * t), t * t / (n + t * t))
    if x == 0 || t.isInfinite { return 0 }
    if y == 0 { return 1 }
    // x^(ν/2) y^½ / B(ν/2, ½)
    let front = halfPower(x, degreesOfFreedom) * y.squareRoot() * inverseBeta(degreesOfFreedom)
    let (a, b) = (n / 2, 0.5)
    // The fraction converges fast below the mean a / (a + b).
    return x < (a + 1) / (a + b + 2)
        ? front * betaFraction(a, b, x) / a : 1 - front * betaFraction(b, a, y) / b
}

/// x^(n/2)
private func halfPower(_ x: Double, _ n: Int) -> Double {
    var result = n % 2 == 1 ? x.squareRoot() : 1
    var (factor, rest) = (x, n / 2)
    while rest > 0 {
        if rest % 2 == 1 { result *= factor }
        factor *= factor
        rest /= 2
    }
    return result
}

/// 1 / B(n/2, ½) = Γ((n+1)/2) / (Γ(n/2) √π), by Γ(z + 1) = z Γ(z): 1/π for n = 1, ½ for n = 2. For large n by the series of
/// Γ(z + ½) / Γ(z) (DLMF 5.11.13), which is exact to float64 there.
private func inverseBeta(_ n: Int) -> Double {
    let z = Double(n) / 2
    if n > 100 {
        let series =
            1 - 1 / (8 * z) + 1 / (128 * z * z) + 5 / (1024 * z * z * z) - 21 / (32768 * z * z * z * z)
            - 399 / (262_144 * z * z * z * z * z)
        return (z / .pi).squareRoot() * series
    }
    var (result, k) = n % 2 == 1 ? (1 / Double.pi, 1) : (0.5, 2)
    while k < n {
        result *= Double(k + 1) / Double(k)
        k += 2
    }
    return result
}

private func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1...10_000 {
        let m = Double(m)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / away(1 + even * d)
        c = away(1 + even / c)
        result *= d * c
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / away(1 + odd * d)
        c = away(1 + odd / c)
        let step = d * c
        result *= step
        if abs(step - 1) < 1e-16 { break }
    }
    return result
}
