import Cotangent
import TestSupport
import Testing

/// minimization.json, and the functions of minimization.py.
struct MinimizationFixture: Decodable, Sendable {
    struct Minimum: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let condition: Double?
        let start: [Double]
        let point: [Double]
        let value: Double
        let iterations: Int
        let evaluations: Int

        var testDescription: String { "\(name) \(condition.map { "κ = \($0) " } ?? "")from \(start)" }
        var function: @Sendable (Tensor) -> Tensor {
            switch name {
            case "rosenbrock": rosenbrock
            case "quadratic": quadratic(condition: condition!)
            case "valleys": valleys
            case "logistic": logistic
            default: fatalError("no function \(name)")
            }
        }
    }
    struct Walk: Decodable, Sendable {
        let start: [Double]
        let rate: Double
        let momentum: Double
        let points: [[Double]]
    }
    let measures: [Double]
    let signs: [Double]
    let minima: [Minimum]
    let walks: [Walk]

    static let all: MinimizationFixture = try! Fixtures.decoded("minimization.json")
}

func rosenbrock(_ p: Tensor) -> Tensor {
    let (a, b) = (p[..<(p.count - 1)], p[1...])
    return sum(100 * square(b - square(a)) + square(1 - a))
}

/// Eigenvalues from 1 to `condition`, along axes that a reflection turns.
func quadraticMatrix(condition: Double) -> Tensor {
    let v = Tensor.range(from: 1, to: 9, dtype: .float64)
    let turn = Tensor.identity(8, dtype: .float64) - 2 / sum(v * v) * matmul(v.reshaped(8, 1), v.reshaped(1, 8))
    let eigenvalues = exp(Tensor.linearSpace(from: 0, to: log(condition), count: 8, dtype: .float64))
    return matmul(turn * eigenvalues, turn)
}

private func log(_ x: Double) -> Double { log(Tensor(scalar: x)).item }

func quadratic(condition: Double) -> @Sendable (Tensor) -> Tensor {
    let matrix = quadraticMatrix(condition: condition)
    let b = Tensor.linearSpace(from: -1, to: 1, count: 8, dtype: .float64)
    return { p in sum(p * (0.5 * matmul(matrix.cast(to: p.dtype), p) - b.cast(to: p.dtype))) }
}

/// The lecture's example.
func valleys(_ p: Tensor) -> Tensor { sum(square(1 - p)) - 2 * exp(-3 * sum(square(p))) }

func logistic(_ p: Tensor) -> Tensor {
    let fixture = MinimizationFixture.all
    let x = Tensor(fixture.measures, shape: [fixture.signs.count, 4]).cast(to: p.dtype)
    let margins = Tensor(fixture.signs).cast(to: p.dtype) * (matmul(x, p[..<4]) + p[4])
    return mean(softplus(-margins)) + 0.005 * sum(square(p[..<4]))
}
