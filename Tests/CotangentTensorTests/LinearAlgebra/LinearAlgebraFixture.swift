import Cotangent
import TestSupport
import Testing

/// What Tests/Fixtures/linear_algebra.py wrote.
struct LinearAlgebraFixture: Decodable, Sendable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let operation: String
        let inputs: [FixtureTensor]
        let outputs: [FixtureTensor]
        let parameters: [String: JSONValue]
        let cotangents: [FixtureTensor]?
        let gradients: [FixtureTensor]?

        var testDescription: String { "\(operation) \(inputs.map(\.shape)) \(parameters)" }

        /// What the operation gives, as the fixture writes it.
        func results(_ x: [Tensor]) throws -> [Tensor] {
            let a = x[0]
            let isUnit = parameters["unit"]?.bool ?? false
            switch operation {
            case "solve": return [try a.solve(x[1])]
            case "solveDefinite": return [try a.solve(x[1], assuming: .symmetricPositiveDefinite)]
            case "solveLower": return [try a.solve(x[1], assuming: .lowerTriangular(unit: isUnit))]
            case "solveUpper": return [try a.solve(x[1], assuming: .upperTriangular(unit: isUnit))]
            case "inverse": return [try a.inverse()]
            case "pseudoInverse": return [try a.pseudoInverse()]
            case "determinant": return [try a.determinant()]
            case "logDeterminant":
                let (sign, logarithm) = try a.logDeterminant()
                return outputs.count == 2 ? [sign, logarithm] : [logarithm]
            case "choleskyFactor": return [try a.choleskyFactor()]
            case "symmetricEigenvalues": return [try a.symmetricEigenvalues()]
            case "matrixExponential": return [try a.matrixExponential()]
            case "conditionNumber": return [try a.conditionNumber()]
            case "singularValues": return [try a.singularValues()]
            case "matrixNorm":
                let norms: [String: MatrixNorm] = [
                    "frobenius": .frobenius, "one": .one, "infinity": .infinity, "two": .two, "nuclear": .nuclear,
                ]
                return [try a.matrixNorm(norms[parameters["norm"]!.string!]!)]
            case "qr":
                let (q, r) = try a.qr()
                return [q, r]
            case "lu":
                let factors = try a.lu()
                return [factors.permutation, factors.lower, factors.upper]
            case "svd":
                let (u, s, vt) = try a.svd()
                return [u * u, s, vt * vt]
            case "symmetricEigen":
                let (values, v) = try a.symmetricEigen()
                return [values, v * v]
            default: fatalError("unknown operation '\(operation)'")
            }
        }
    }

    struct Exact: Decodable, Sendable {
        let matrix: FixtureTensor
        let right: FixtureTensor
        let solution: FixtureTensor
        let condition: Double
    }

    let values: [Case]
    let exact: [Exact]

    static let shared = try! Fixtures.decoded("linear_algebra_values.json", as: LinearAlgebraFixture.self)

    static let gradients: [Case] = {
        struct File: Decodable { let gradients: [Case] }
        return try! Fixtures.decoded("linear_algebra_gradients.json", as: File.self).gradients
    }()
}
