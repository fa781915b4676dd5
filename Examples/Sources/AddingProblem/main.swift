// The adding problem (Hochreiter and Schmidhuber, 1997). Each step of a sequence has a random number of 0...1 and a mark, 1
// at two steps and 0 elsewhere; behind the last step the network says the sum of the two marked numbers. One mark is in the
// first half and one in the second, so what it must not forget lies a hundred steps back. Saying 1 always, the mean, costs
// 1/6 = 0.1667.
//
//     swift run -c release --package-path Examples AddingProblem
import Cotangent
import ExampleSupport

let arguments = Arguments("[--length 200] [--steps 3000] [--rate 0.01] [--seed 1] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let length = arguments.integer("--length", quick: 40, atLeast: 2)
let steps = arguments.integer("--steps", quick: 1000, atLeast: 10)
let rate = arguments.double("--rate")
let seed = arguments.seed
let (batch, hiddenSize) = (64, 64)

/// Sequences [length, count, 2] and their sums [count, 1].
func problems(_ count: Int, using generator: inout PhiloxGenerator) -> (x: Tensor, y: Tensor) {
    let numbers = Tensor.uniform([length, count], using: &generator)
    let marks = (0..<count).map { _ in
        (Int.random(in: 0..<length / 2, using: &generator), Int.random(in: length / 2..<length, using: &generator))
    }
    let marked = [marks.map(\.0), marks.map(\.1)]
        .map { oneHot(Tensor($0), classes: length).transposed }
        .reduce(Tensor.zeros([length, count]), +)
    return (stack([numbers, marked], axis: 2), sum(numbers * marked, axes: [0]).expandingAxis(1))
}

var unseen = PhiloxGenerator(seed: 1_000_000 + seed)
let test = problems(2048, using: &unseen)

/// Trains a network and prints its errors on the unseen sequences behind each tenth of the steps.
@MainActor
func learn<Recurrence: RecurrentLayer>(_ name: String, _ layer: (inout PhiloxGenerator) -> Recurrence)
    -> LineChart.Series
{
    var generator = PhiloxGenerator(seed: seed)
    let model = ManyToOne(layer(&generator), outputSize: 1, using: &generator)
    let optimizer = Adam(model, learningRate: rate)
    let clock = Stopwatch()
    var errors: [Double] = []
    for step in 1...steps {
        let (x, y) = problems(batch, using: &generator)
        let (_, gradients) = valueAndGradients(of: model) { meanSquaredError(model(x), y) }
        optimizer.update(with: gradients.clipped(toNorm: 1))
        if step % (steps / 10) == 0 { errors.append(meanSquaredError(model(test.x), test.y).item) }
    }
    let columns = errors.map { fixed($0, 4, width: 8) }.joined()
    print(name.rightPadded(to: 22) + columns + fixed(clock.seconds, 0, width: 6) + " s")
    return .init(name, points: errors.enumerated().map { .init(Double(steps / 10 * ($0 + 1)), $1) })
}

let baseline = mean(square(test.y - 1)).item
print("length \(length), Adam with learning rate \(rate), seed \(seed). Always 1: \(fixed(baseline, 4))")
print("step".rightPadded(to: 22) + (1...10).map { "\(steps / 10 * $0)".leftPadded(to: 8) }.joined())
let curves = [
    learn("RNN") { RNN(2, hiddenSize, using: &$0) },
    learn("RNN, orthogonal start") { RNN(2, hiddenSize, initializer: .orthogonal, using: &$0) },
    learn("LSTM, forget bias 1") {
        LSTM(2, hiddenSize, initializer: RecurrentInitializer(forgetBias: 1), using: &$0)
    },
    learn("GRU") { GRU(2, hiddenSize, using: &$0) },
]
if let folder = arguments.pictures {
    let always = LineChart.Series(
        "always 1", points: [.init(Double(steps / 10), baseline), .init(Double(steps), baseline)])
    try LineChart(
        curves + [always], title: "The sum of two numbers among \(length)", xLabel: "step",
        yLabel: "mean squared error on unseen sequences", yScale: .logarithmic
    ).write(to: "\(folder)/errors.svg")
}
for gated in curves.suffix(2) {
    let error = gated.points.last!.y
    expect(error < baseline / (isQuick ? 4 : 20), "\(gated.name): \(error), where always 1 has \(baseline)")
}
