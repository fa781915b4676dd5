// A step of each kind of unit, once its products a = W_ih x + b_ih and u = W_hh h + b_hh are there.

extension Textbook {
    /// h' = tanh(a + u)
    static func rnnStep(_ a: [Float], _ u: [Float]) -> [Float] {
        var nextH = a
        for i in 0..<a.count { nextH[i] = cTanh(a[i] + u[i]) }
        return nextH
    }

    /// The cotangent of a, and of u, from dh of h'.
    static func rnnStepGradient(_ dh: [Float], nextH: [Float]) -> [Float] {
        var da = dh
        for i in 0..<dh.count { da[i] = dh[i] * (1 - nextH[i] * nextH[i]) }
        return da
    }

    /// i = σ(aᵢ + uᵢ), f = σ(a_f + u_f), g = tanh(a_g + u_g), o = σ(aₒ + uₒ), c' = f ∗ c + i ∗ g, h' = o ∗ tanh c'.
    static func lstmStep(
        _ a: [Float], _ u: [Float], c: [Float], batch: Int, hiddenSize: Int
    ) -> (gates: [Float], nextC: [Float], nextH: [Float]) {
        var (gates, nextC, nextH) = (a, c, c)
        for b in 0..<batch {
            for j in 0..<hiddenSize {
                let i = b * 4 * hiddenSize + j
                let (f, g, o, k) = (i + hiddenSize, i + 2 * hiddenSize, i + 3 * hiddenSize, b * hiddenSize + j)
                gates[i] = sigmoid(a[i] + u[i])
                gates[f] = sigmoid(a[f] + u[f])
                gates[g] = cTanh(a[g] + u[g])
                gates[o] = sigmoid(a[o] + u[o])
                nextC[k] = gates[f] * c[k] + gates[i] * gates[g]
                nextH[k] = gates[o] * cTanh(nextC[k])
            }
        }
        return (gates, nextC, nextH)
    }

    /// The cotangents of a, which are those of u, and of c, from dh of h' and dc of c'.
    static func lstmStepGradient(
        _ dh: [Float], _ dc: [Float], gates: [Float], c: [Float], nextC: [Float], batch: Int, hiddenSize: Int
    ) -> (a: [Float], c: [Float]) {
        var (da, dcBefore) = (gates, dc)
        for b in 0..<batch {
            for j in 0..<hiddenSize {
                let i = b * 4 * hiddenSize + j
                let (f, g, o, k) = (i + hiddenSize, i + 2 * hiddenSize, i + 3 * hiddenSize, b * hiddenSize + j)
                let t = cTanh(nextC[k])
                let dNextC = dc[k] + dh[k] * gates[o] * (1 - t * t)
                da[i] = dNextC * gates[g] * gates[i] * (1 - gates[i])
                da[f] = dNextC * c[k] * gates[f] * (1 - gates[f])
                da[g] = dNextC * gates[i] * (1 - gates[g] * gates[g])
                da[o] = dh[k] * t * gates[o] * (1 - gates[o])
                dcBefore[k] = dNextC * gates[f]
            }
        }
        return (da, dcBefore)
    }

    /// r = σ(aᵣ + uᵣ), z = σ(a_z + u_z), n = tanh(aₙ + r ∗ uₙ), h' = (1 − z) ∗ n + z ∗ h.
    static func gruStep(
        _ a: [Float], _ u: [Float], h: [Float], batch: Int, hiddenSize: Int
    ) -> (gates: [Float], nextH: [Float]) {
        var (gates, nextH) = (a, h)
        for b in 0..<batch {
            for j in 0..<hiddenSize {
                let r = b * 3 * hiddenSize + j
                let (z, n, k) = (r + hiddenSize, r + 2 * hiddenSize, b * hiddenSize + j)
                gates[r] = sigmoid(a[r] + u[r])
                gates[z] = sigmoid(a[z] + u[z])
                gates[n] = cTanh(a[n] + gates[r] * u[n])
                nextH[k] = (1 - gates[z]) * gates[n] + gates[z] * h[k]
            }
        }
        return (gates, nextH)
    }

    /// The cotangents of a, of u and, by z ∗ h, of h, from dh of h'.
    static func gruStepGradient(
        _ dh: [Float], gates: [Float], u: [Float], h: [Float], batch: Int, hiddenSize: Int
    ) -> (a: [Float], u: [Float], h: [Float]) {
        var (da, du, dhBefore) = (gates, gates, h)
        for b in 0..<batch {
            for j in 0..<hiddenSize {
                let r = b * 3 * hiddenSize + j
                let (z, n, k) = (r + hiddenSize, r + 2 * hiddenSize, b * hiddenSize + j)
                da[n] = dh[k] * (1 - gates[z]) * (1 - gates[n] * gates[n])
                da[z] = dh[k] * (h[k] - gates[n]) * gates[z] * (1 - gates[z])
                da[r] = da[n] * u[n] * gates[r] * (1 - gates[r])
                du[n] = da[n] * gates[r]
                (du[z], du[r]) = (da[z], da[r])
                dhBefore[k] = dh[k] * gates[z]
            }
        }
        return (da, du, dhBefore)
    }

    private static func sigmoid(_ x: Float) -> Float { 1 / (1 + cExp(-x)) }
}

// The gates are written over a, and the cotangents over the gates. For each row the calls of exp and tanh come first:
// what remains of the forward step, and all of the backward step, can be vector instructions.
extension Plain {
    /// The cotangent of the products, from dh of h'.
    static func rnnStepGradient(
        _ dh: UnsafePointer<Float>, nextH: UnsafePointer<Float>, into da: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count { da[i] = dh[i] * (1 - nextH[i] * nextH[i]) }
    }

    /// - Parameters:
    ///   - gates: a + u, which becomes i, f, g, o
    ///   - tanhC: tanh c', kept for the way back
    static func lstmStep(
        _ gates: UnsafeMutablePointer<Float>, c: UnsafePointer<Float>, nextC: UnsafeMutablePointer<Float>,
        tanhC: UnsafeMutablePointer<Float>, nextH: UnsafeMutablePointer<Float>, batch: Int, hiddenSize: Int
    ) {
        for b in 0..<batch {
            let row = b * hiddenSize
            let (i, c, nextC, tanhC, nextH) = (gates + 4 * row, c + row, nextC + row, tanhC + row, nextH + row)
            let f = i + hiddenSize
            let g = f + hiddenSize
            let o = g + hiddenSize
            sigmoid(i, into: i, count: 2 * hiddenSize)
            tanh(g, into: g, count: hiddenSize)
            sigmoid(o, into: o, count: hiddenSize)
            for j in 0..<hiddenSize { nextC[j] = f[j] * c[j] + i[j] * g[j] }
            tanh(nextC, into: tanhC, count: hiddenSize)
            for j in 0..<hiddenSize { nextH[j] = o[j] * tanhC[j] }
        }
    }

    /// - Parameters:
    ///   - dc: of c', which becomes that of c
    ///   - gates: which become the cotangent of a and u
    static func lstmStepGradient(
        _ dh: UnsafePointer<Float>, dc: UnsafeMutablePointer<Float>, gates: UnsafeMutablePointer<Float>,
        c: UnsafePointer<Float>, tanhC: UnsafePointer<Float>, batch: Int, hiddenSize: Int
    ) {
        for b in 0..<batch {
            let row = b * hiddenSize
            let (i, dh, dc, c, tanhC) = (gates + 4 * row, dh + row, dc + row, c + row, tanhC + row)
            let f = i + hiddenSize
            let g = f + hiddenSize
            let o = g + hiddenSize
            for j in 0..<hiddenSize {
                dc[j] += dh[j] * o[j] * (1 - tanhC[j] * tanhC[j])
                o[j] = dh[j] * tanhC[j] * o[j] * (1 - o[j])
            }
            for j in 0..<hiddenSize {
                let (iNow, gNow, fNow, dNextC) = (i[j], g[j], f[j], dc[j])
                i[j] = dNextC * gNow * iNow * (1 - iNow)
                f[j] = dNextC * c[j] * fNow * (1 - fNow)
                g[j] = dNextC * iNow * (1 - gNow * gNow)
                dc[j] = dNextC * fNow
            }
        }
    }

    /// - Parameter gates: a, which becomes r, z, n
    static func gruStep(
        _ gates: UnsafeMutablePointer<Float>, u: UnsafePointer<Float>, h: UnsafePointer<Float>,
        nextH: UnsafeMutablePointer<Float>, batch: Int, hiddenSize: Int
    ) {
        for b in 0..<batch {
            let row = b * hiddenSize
            let (r, u, h, nextH) = (gates + 3 * row, u + 3 * row, h + row, nextH + row)
            let z = r + hiddenSize
            let n = z + hiddenSize
            let uOfN = u + 2 * hiddenSize
            for j in 0..<2 * hiddenSize { r[j] += u[j] }
            sigmoid(r, into: r, count: 2 * hiddenSize)
            for j in 0..<hiddenSize { n[j] += r[j] * uOfN[j] }
            tanh(n, into: n, count: hiddenSize)
            for j in 0..<hiddenSize { nextH[j] = n[j] + z[j] * (h[j] - n[j]) }
        }
    }

    /// - Parameters:
    ///   - dh: of h', which becomes that of h by z ∗ h
    ///   - gates: which become the cotangent of a
    ///   - u: which becomes its cotangent
    static func gruStepGradient(
        _ dh: UnsafeMutablePointer<Float>, gates: UnsafeMutablePointer<Float>, u: UnsafeMutablePointer<Float>,
        h: UnsafePointer<Float>, batch: Int, hiddenSize: Int
    ) {
        for b in 0..<batch {
            let row = b * hiddenSize
            let (r, u, h, dh) = (gates + 3 * row, u + 3 * row, h + row, dh + row)
            let z = r + hiddenSize
            let n = z + hiddenSize
            let uOfN = u + 2 * hiddenSize
            for j in 0..<hiddenSize {
                let (rNow, zNow, nNow, dNextH) = (r[j], z[j], n[j], dh[j])
                let da = dNextH * (1 - zNow) * (1 - nNow * nNow)
                n[j] = da
                z[j] = dNextH * (h[j] - nNow) * zNow * (1 - zNow)
                r[j] = da * uOfN[j] * rNow * (1 - rNow)
                uOfN[j] = da * rNow
                dh[j] = dNextH * zNow
            }
            u.update(from: r, count: 2 * hiddenSize)
        }
    }
}
