import CotangentTensor
import TestSupport
import Testing

/// Examples and formulas of the lecture "Neural Networks & Deep Learning" (H. Xiao, IFI 9000, 2021), by slide.
@Suite struct LectureTests {
    private func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.uniform(shape, in: -1...1, dtype: .float64, using: &generator)
    }

    /// Slide "Standard architecture of neural networks": the example of a soft-max, to two digits.
    @Test func softmaxExample() {
        let y = softmax(Tensor([0.5, 1.8, -2.3, 0.9, 0.3]))
        #expect((round(y * 100) / 100).doubles == [0.14, 0.52, 0.01, 0.21, 0.12])
        #expect(Swift.abs(sum(y).item - 1) < 1e-15)
    }

    /// Slide "Nonlinear activation applied to a vector": σ acts on each component, e^x / (1 + e^x).
    @Test func sigmoidOfAVector() {
        let x = Tensor([0.0, 1, 2])
        let fraction: Tensor = exp(x) / (exp(x) + 1)
        #expect(sigmoid(x).isClose(to: fraction, relative: 1e-15))
        // ½, 0.7310585786300049 and 0.8807970779778825: e/(1 + e) and e²/(1 + e²) to 16 digits
        #expect(sigmoid(x).isClose(to: Tensor([0.5, 0.7310585786300049, 0.8807970779778825]), relative: 1e-15))
        #expect(relu(Tensor([-1.0, 0, 2])) == Tensor([0.0, 0, 2]))
    }

    /// Slide "Matrices as a way of linear transformation": points of the plane, as columns, go to (x, y − x, 2y).
    @Test func matrixTransformsPoints() {
        let w = Tensor(rows: [[1.0, 0], [-1, 1], [0, 2]])
        let points = Tensor(rows: [[1.0, 0, 2, -1], [0.0, 1, 3, 0.5]])
        #expect(matmul(w, points) == Tensor(rows: [[1.0, 0, 2, -1], [-1, 1, 1, 1.5], [0, 2, 6, 1]]))
    }

    /// Slide "Fitting multi-response linear models": Σᵢ ‖yᵢ − b − W xᵢ‖², and its gradient −2 Σ rᵢ xᵢᵀ, in loops.
    @Test func residualSumOfSquares() {
        let (n, p, m) = (5, 3, 2)
        let (x, y, w, b) = (random([n, p], 1), random([n, m], 2), random([m, p], 3), random([m], 4))
        var expected = 0.0
        var dw = [[Double]](repeating: Array(repeating: 0, count: p), count: m)
        var db = [Double](repeating: 0, count: m)
        for i in 0..<n {
            for k in 0..<m {
                var residual = y[i, k].item - b[k].item
                for j in 0..<p { residual -= w[k, j].item * x[i, j].item }
                expected += residual * residual
                for j in 0..<p { dw[k][j] -= 2 * residual * x[i, j].item }
                db[k] -= 2 * residual
            }
        }
        let (rss, gradients) = valueAndGradient(at: [w, b]) { sum(square(y - linear(x, $0[0], $0[1]))) }
        #expect(Swift.abs(rss.item - expected) < 1e-13)
        #expect(relativeDistance(gradients[0], Tensor(rows: dw)) < 1e-14)
        #expect(relativeDistance(gradients[1], Tensor(db)) < 1e-14)
    }

    /// Slide "Gradient descent for minimization": the gradient of (1 − p₁)² + (1 − p₂)² − 2 exp(−3p₁² − 3p₂²).
    @Test func exampleObjective() {
        for (p1, p2) in [(0.0, 0.0), (1, 1), (-0.3, 0.8), (0.2, 0.1)] {
            let dp = gradient(at: Tensor([p1, p2])) { p in sum(square(1 - p)) - 2 * exp(-3 * sum(square(p))) }
            let e = exp(Tensor(scalar: -3 * p1 * p1 - 3 * p2 * p2)).item
            let expected: [Double] = [2 * (p1 - 1) + 12 * p1 * e, 2 * (p2 - 1) + 12 * p2 * e]
            #expect(dp.isClose(to: Tensor(expected), relative: 1e-14))
        }
    }

    /// Slide "Back propagation, chain rule simple example": f(w) = (sin(w² + 1))² at w = 2 has the derivative
    /// 2 sin 5 · cos 5 · 4 (the slide's g₁ is to be read as a square).
    @Test func chainRule() {
        let dw = gradient(at: Tensor(scalar: 2.0)) { w in square(sin(square(w) + 1)) }
        let expected = 2 * sin(Tensor(scalar: 5.0)).item * cos(Tensor(scalar: 5.0)).item * 4
        #expect(Swift.abs(dw.item - expected) < 1e-15 * 8)
        // −2.1760844435574791 = 4 sin 10
        #expect(Swift.abs(dw.item - -2.176084443557479) < 1e-14)
        let single = gradient(at: Tensor(scalar: Float(2))) { w in square(sin(square(w) + 1)) }
        #expect(Swift.abs(single.item - expected) < 1e-5)
    }

    /// Slides "Back propagation": the sensitivities of two layers, z = σ(β y), y = σ(α x), C = Σₖ (zₖ − z′ₖ)²:
    ///
    ///     δₖ = 2 (σ(βₖᵀy) − z′ₖ) σ′(βₖᵀy),      ∂C/∂βₖₘ = δₖ yₘ
    ///     δ̂ₘ = σ′(αₘᵀx) Σₖ δₖ βₖₘ,              ∂C/∂αₘₚ = δ̂ₘ xₚ
    @Test func sensitivitiesOfTwoLayers() {
        let (inputs, hidden, outputs) = (4, 3, 2)
        let (alpha, beta) = (random([hidden, inputs], 5), random([outputs, hidden], 6))
        let (x, target) = (random([inputs], 7), random([outputs], 8))

        let y = sigmoid(matmul(alpha, x)).doubles
        let z = sigmoid(matmul(beta, Tensor(y))).doubles
        // σ′ = σ (1 − σ)
        let delta = (0..<outputs).map { k in 2 * (z[k] - target[k].item) * z[k] * (1 - z[k]) }
        let deltaHat = (0..<hidden).map { m in
            y[m] * (1 - y[m]) * (0..<outputs).reduce(0) { $0 + delta[$1] * beta[$1, m].item }
        }
        let dBeta = (0..<outputs).map { k in (0..<hidden).map { m in delta[k] * y[m] } }
        let dAlpha = (0..<hidden).map { m in (0..<inputs).map { p in deltaHat[m] * x[p].item } }

        let gradients = valueAndGradient(at: [alpha, beta]) { v in
            sum(square(sigmoid(matmul(v[1], sigmoid(matmul(v[0], x)))) - target))
        }.gradients
        #expect(relativeDistance(gradients[0], Tensor(rows: dAlpha)) < 1e-14)
        #expect(relativeDistance(gradients[1], Tensor(rows: dBeta)) < 1e-14)
    }

    /// Slide "How to train a neural network": H(y, y′) = −Σ yₖ log y′ₖ behind a soft-max has the gradient y′ − y.
    @Test func crossEntropyBehindSoftmax() {
        let logits = Tensor([0.5, 1.8, -2.3, 0.9, 0.3])
        let y = oneHot(Tensor([3]), classes: 5, dtype: .float64).flattened
        let dx = gradient(at: logits) { x in -sum(y * log(softmax(x))) }
        let expected = softmax(logits) - y
        #expect(dx.isClose(to: expected, relative: 1e-13))
        let direct = gradient(at: logits) { x in -sum(y * logSoftmax(x)) }
        #expect(direct.isClose(to: expected, relative: 1e-14))
    }
}
