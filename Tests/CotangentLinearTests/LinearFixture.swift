import Cotangent
import Foundation
import TestSupport

/// The data and scikit-learn's fits of Tests/Fixtures/linear_models.py.
enum LinearFixture {
    static let values = try! Fixtures.decoded("linear_models.json", as: JSONValue.self)

    /// [442, 10] and [442]
    static let diabetes = columns("diabetes.csv", inputs: 10)
    /// [20, 3] and [20, 3]
    static let linnerud = columns("linnerud.csv", inputs: 3)
    /// [150, 4] and the species, int64 [150].
    static let iris: (x: Tensor, y: Tensor) = {
        let table = try! CSV(path: Fixtures.example("iris.csv"), textColumns: ["species"])
        let encoder = OneHotEncoder(fitting: try! table.texts("species"))
        return (
            try! table.tensor(excluding: ["species"], dtype: .float64), try! encoder.labels(table.texts("species"))
        )
    }()

    static var standardDiabetes: Tensor { standard(diabetes.x) }
    static var standardIris: Tensor { standard(iris.x) }

    static func standard(_ x: Tensor) -> Tensor { Standardizer(fitting: x)(x) }

    private static func columns(_ name: String, inputs: Int) -> (x: Tensor, y: Tensor) {
        let all = try! CSV(path: Fixtures.example(name)).tensor(dtype: .float64)
        let y = all[0..., inputs...]
        return (all[0..., ..<inputs], y.shape[1] == 1 ? y.squeezed(axes: [1]) : y)
    }
}

extension JSONValue {
    /// Nested arrays of numbers as a tensor in float64.
    var tensor: Tensor {
        func numbers(_ value: JSONValue) -> [Double] { value.array.map { $0.flatMap(numbers) } ?? [value.double!] }
        var shape: [Int] = []
        var level: JSONValue? = self
        while let items = level?.array {
            shape.append(items.count)
            level = items.first
        }
        return Tensor(numbers(self), shape: Shape(shape))
    }

    var doubles: [Double] { tensor.doubles }
}

/// Whether values agree to `digits` significant digits each; what is below 10⁻⁹ on both sides counts as 0.
func agree(_ a: Tensor, _ b: Tensor, digits: Double = 6) -> Bool {
    let tolerance = pow(10, -digits)
    return a.shape == b.shape
        && zip(a.doubles, b.doubles).allSatisfy { abs($0 - $1) <= tolerance * abs($1) || max(abs($0), abs($1)) < 1e-9 }
}
