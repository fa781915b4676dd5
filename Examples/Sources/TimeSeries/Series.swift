import Cotangent
import ExampleSupport

/// A stream of numbers, a month each, and what is asked of it: the `horizon` months behind each origin.
///
/// In order of time, the first months are trained with, later ones choose among models, and the last ones test.
struct Series {
    let horizon: Int
    /// In units of the training months' deviation: float32 [months].
    let values: Tensor
    let unit: Double
    let years: [Double]
    let training, validation, test: Range<Int>

    init(_ path: String, horizon: Int, validationFrom: Int, testFrom: Int) throws {
        let table = try CSV(path: path)
        let numbers = try table.tensor(column: "sunspots")
        let (year, month) = (try table.tensor(column: "year").doubles, try table.tensor(column: "month").doubles)
        years = zip(year, month).map { $0 + ($1 - 0.5) / 12 }
        let borders = [validationFrom, testFrom].map { border in year.count { Int($0) < border } }
        training = 0..<borders[0]
        validation = borders[0]..<borders[1]
        test = borders[1]..<table.rowCount
        unit = sqrt(variance(numbers[training])).item
        values = numbers / unit
        self.horizon = horizon
    }

    /// Months whose forecasts are of `months` alone; the origin itself may be the month before.
    func origins(_ months: Range<Int>) -> Range<Int> { max(0, months.lowerBound - 1)..<months.upperBound - horizon }

    /// The months from `offset` behind each origin on: [origins..., length].
    func months(_ offset: Int, _ length: Int, of origins: Tensor) -> Tensor {
        gather(values, origins.expandingAxis(-1) + Tensor(Array(offset..<offset + length)))
    }

    func months(_ offset: Int, _ length: Int, of origins: Range<Int>) -> Tensor {
        months(offset, length, of: Tensor(Array(origins)))
    }

    /// The root of the mean squared error, in sunspots, of forecasts [origins, horizon] or of one for all [origins, 1].
    func errors(_ forecasts: Tensor, _ origins: Range<Int>) -> Errors {
        let squares = square(forecasts - months(1, horizon, of: origins))
        return Errors(squares: mean(squares, axes: [0]).doubles.map { $0 * unit * unit })
    }
}

/// Mean squared errors by how far ahead was looked.
struct Errors {
    let squares: [Double]

    /// `months` ahead.
    subscript(months: Int) -> Double { squares[months - 1].squareRoot() }
    /// Over all months ahead.
    var all: Double { (squares.reduce(0, +) / Double(squares.count)).squareRoot() }

    /// What several models err together.
    static func mean(_ errors: [Errors]) -> Errors {
        Errors(squares: errors[0].squares.indices.map { index in
            errors.reduce(0) { $0 + $1.squares[index] } / Double(errors.count)
        })
    }
}
