/// How a naive model's parameters follow their gradients.
public enum NaiveOptimizer: Sendable {
    /// p −= learningRate·g
    case sgd(learningRate: Float)
    /// Adam (D. Kingma and J. Ba, 2015) with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, PyTorch's defaults.
    case adam(learningRate: Float)
}

private let beta1: Float = 0.9
private let beta2: Float = 0.999
private let epsilon: Float = 1e-8

extension Textbook {
    /// p −= learningRate·g
    public static func sgd(_ parameter: inout [Float], gradient: [Float], learningRate: Float) {
        for i in 0..<parameter.count { parameter[i] -= learningRate * gradient[i] }
    }

    /// One step of Adam; `step` counts from 1, and the moments start as zeros.
    public static func adam(
        _ parameter: inout [Float], gradient: [Float], firstMoment: inout [Float], secondMoment: inout [Float],
        step: Int, learningRate: Float
    ) {
        let correction1 = 1 - cPow(beta1, Float(step))
        let correction2 = 1 - cPow(beta2, Float(step))
        for i in 0..<parameter.count {
            firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * gradient[i]
            secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * gradient[i] * gradient[i]
            let mean = firstMoment[i] / correction1
            let variance = secondMoment[i] / correction2
            parameter[i] -= learningRate * mean / (variance.squareRoot() + epsilon)
        }
    }
}

extension Plain {
    /// p −= learningRate·g
    public static func sgd(
        _ parameter: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, count: Int, learningRate: Float
    ) {
        for i in 0..<count { parameter[i] -= learningRate * gradient[i] }
    }

    /// One step of Adam; `step` counts from 1, and the moments start as zeros.
    public static func adam(
        _ parameter: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
        count: Int, step: Int, learningRate: Float
    ) {
        let stepSize = learningRate / (1 - cPow(beta1, Float(step)))
        let rootScale = 1 / (1 - cPow(beta2, Float(step))).squareRoot()
        for i in 0..<count {
            let g = gradient[i]
            let m = beta1 * firstMoment[i] + (1 - beta1) * g
            let v = beta2 * secondMoment[i] + (1 - beta2) * g * g
            firstMoment[i] = m
            secondMoment[i] = v
            parameter[i] -= stepSize * m / (v.squareRoot() * rootScale + epsilon)
        }
    }
}
