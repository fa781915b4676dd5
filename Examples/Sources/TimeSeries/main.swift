// What recurrent networks are for: streams. Each month the sun's spots are counted; how many will there be next month, and
// in two years? At every month the network says what the coming 24 will be, from what its hidden state has kept of all
// months before: many-to-many, of equal length. A one-to-one network has this month alone, persistence says that nothing
// will change, and an autoregression is a linear map of the last p months.
//
//     swift run -c release --package-path Examples TimeSeries
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments("[--steps 400] [--networks 5] [--seed 1] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let steps = arguments.integer("--steps", quick: 60)
let networks = arguments.integer("--networks", quick: 1)
let seed = arguments.seed
let horizon = 24
let series = try Series(dataPath("sunspots.csv"), horizon: horizon, validationFrom: 1915, testFrom: 1944)
let (validation, test) = (series.origins(series.validation), series.origins(series.test))
print("\(series.training.count) months train, \(series.validation.count) validate, the last \(series.test.count) test\n")

/// A window of 22 years, two cycles, is a sequence. Its first five years only fill the memory: their errors do not count.
let (window, warmUp, batch) = (264, 60, 16)

/// - Parameter stretch: each window's numbers are multiplied by a factor between 1/stretch and stretch. The sun's cycles
///   differ in height and are alike otherwise, and the next may be higher than all before.
@MainActor
func train(_ model: some Layer, stretch: Double, using generator: inout PhiloxGenerator) {
    let optimizer = Adam(model, learningRate: 0.005)
    let schedule = LearningRateSchedule.cosine(steps: steps)
    var best = BestWeights(of: model)
    for step in 1...steps {
        let starts = (0..<batch).map { _ in
            Int.random(in: 0...series.training.count - window - horizon, using: &generator)
        }
        let factors = exp(Tensor.uniform([batch, 1], in: -1...1, using: &generator) * log(stretch))
        let origins = Tensor(Array(0..<window)).expandingAxis(1) + Tensor(starts)             // [time, batch]
        let x = series.months(0, 1, of: origins) * factors                                     // [time, batch, 1]
        let y = series.months(1, horizon, of: origins) * factors                               // [time, batch, horizon]
        optimizer.learningRate = 0.005 * schedule.factor(at: step - 1)
        let (_, gradients) = valueAndGradients(of: model) { meanSquaredError(model(x)[warmUp...], y[warmUp...]) }
        optimizer.update(with: gradients.clipped(toNorm: 1))
        if step % 20 == 0 || step == steps {
            best.keep(ifBetter: series.errors(forecasts(model, validation), validation).all)
        }
    }
    best.restore()
}

/// The stream is read from its beginning on, and the forecasts of `origins` taken from what is said there.
@MainActor
func forecasts(_ model: some Layer, _ origins: Range<Int>) -> Tensor {
    model(series.values[..<origins.upperBound].reshaped([-1, 1, 1]))[origins, 0]
}

/// A model's name and its errors in the years that validate and that test.
typealias Row = (name: String, validation: Errors, test: Errors)

/// Several networks from different seeds, and what they err on the whole.
@MainActor
func row<Network: Layer>(
    _ name: String, stretch: Double, _ make: (inout PhiloxGenerator) -> Network
) -> (row: Row, forecasts: Tensor) {
    let clock = Stopwatch()
    let trained = (0..<networks).map { index in
        var generator = PhiloxGenerator(seed: seed &+ UInt64(index))
        let model = Forecaster(network: make(&generator))
        train(model, stretch: stretch, using: &generator)
        return model
    }
    print("\(name): \(networks) of \(trained[0].parameterCount) parameters, \(fixed(clock.seconds, 1)) s")
    let row = (
        name, Errors.mean(trained.map { series.errors(forecasts($0, validation), validation) }),
        Errors.mean(trained.map { series.errors(forecasts($0, test), test) })
    )
    return (row, forecasts(trained[0], test))
}

var rows: [Row] = []
func persistence(_ origins: Range<Int>) -> Tensor { series.months(0, 1, of: origins) }
rows.append(("persistence", series.errors(persistence(validation), validation), series.errors(persistence(test), test)))

rows.append(
    row("one-to-one", stretch: 2) {
        EachMonth(network: OneToOne(RNN(1, 32, using: &$0), outputSize: horizon, using: &$0))
    }.row)

// The order that the validation years choose.
let linear = try [12, 24, 36, 48, 72, 96, 120, 132, 144, 180].map { try Autoregression(order: $0, series) }.min {
    series.errors($0(series, validation), validation).all < series.errors($1(series, validation), validation).all
}!
rows.append((
    "linear, of \(linear.order) months", series.errors(linear(series, validation), validation),
    series.errors(linear(series, test), test)
))

func lstm(_ generator: inout PhiloxGenerator) -> ManyToMany<LSTM> {
    ManyToMany(LSTM(1, 32, using: &generator), outputSize: horizon, using: &generator)
}
rows.append(row("LSTM, numbers as they are", stretch: 1, lstm).row)
let (stretched, drawn) = row("LSTM, numbers stretched", stretch: 2, lstm)
rows.append(stretched)

let ahead = [1, 3, 6, 12, 24]
print("\nroot mean squared error, in sunspots, by how many months ahead".rightPadded(to: 66) + "validation")
print("".rightPadded(to: 28) + (ahead.map { String($0) } + ["all 24"]).map { $0.leftPadded(to: 7) }.joined() + "  all 24".leftPadded(to: 9))
for row in rows {
    let errors = (ahead.map { row.test[$0] } + [row.test.all, row.validation.all]).map { fixed($0, 1, width: 7) }
    print(row.name.rightPadded(to: 28) + errors.joined())
}

if let folder = arguments.pictures {
    let (year, unit) = (12, series.unit)
    let places = test.map { series.years[$0 + year] }
    func curve(_ name: String, _ values: Tensor, color: Int) -> LineChart.Series {
        .init(name, points: zip(places, values.doubles).map { .init($0, $1 * unit) }, color: color)
    }
    try LineChart(
        [
            curve("counted", series.months(year, 1, of: test).reshaped([-1]), color: 0),
            curve("linear", linear(series, test)[.all, year - 1], color: 1),
            curve("LSTM", drawn[.all, year - 1], color: 2),
        ], title: "Sunspots, and what was said of them a year before", xLabel: "year", yLabel: "spots in a month"
    ).write(to: "\(folder)/forecasts.svg")
}
expect(stretched.test.all < 0.95 * rows[0].test.all, "the LSTM is no better than persistence")
expect(stretched.test.all < rows[1].test.all, "the LSTM is no better than a network without memory")
expect(isQuick || stretched.test.all < rows[2].test.all, "the LSTM is no better than the linear model")
