// Why recurrent networks are hard to train: what the last output owes to the state t steps earlier, ‖∂L/∂h⁽ᵗ⁾‖. The way
// back multiplies by Uᵀ and by the activation's slope once a step, so it vanishes like a power. An orthogonal U keeps
// lengths; an LSTM's cell goes on by c⁽ᵗ⁾ = f ∗ c⁽ᵗ⁻¹⁾ + …, with nothing but the forget gate f in the way.
//
//     swift run -c release --package-path Examples VanishingGradients
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments("[--steps 150] [--seed 1] [--pictures FOLDER] [--quick]")
let steps = arguments.integer("--steps", quick: 60)
let (inputSize, hiddenSize, batch) = (8, 64, 16)
var generator = PhiloxGenerator(seed: arguments.seed)

// In float64: 1e-38, where float32 ends, is not far.
let x = Tensor.normal([steps, batch, inputSize], dtype: .float64, using: &generator)
let v = Tensor.normal([batch, hiddenSize], dtype: .float64, using: &generator)

/// ‖∂L/∂h⁽ᵗ⁾‖ for L = v · h⁽ᴺ⁾, as a share of its value at the last step.
func shares(_ layer: some RecurrentLayer) -> [Double] {
    let norms = gradientNormsByStep(of: layer, x) { sum($0[-1] * v) }.hidden
    return norms.map { $0 / norms[steps - 1] }
}

let forgetBias1 = RecurrentInitializer(forgetBias: 1)
let forgetBias5 = RecurrentInitializer(forgetBias: 5)
let clock = Stopwatch()
let curves: [(name: String, values: [Double])] = [
    ("RNN", shares(RNN(inputSize, hiddenSize, dtype: .float64, using: &generator))),
    (
        "RNN, orthogonal start",
        shares(RNN(inputSize, hiddenSize, initializer: .orthogonal, dtype: .float64, using: &generator))
    ),
    ("LSTM", shares(LSTM(inputSize, hiddenSize, dtype: .float64, using: &generator))),
    (
        "LSTM, forget bias 1",
        shares(LSTM(inputSize, hiddenSize, initializer: forgetBias1, dtype: .float64, using: &generator))
    ),
    (
        "LSTM, forget bias 5",
        shares(LSTM(inputSize, hiddenSize, initializer: forgetBias5, dtype: .float64, using: &generator))
    ),
    ("GRU", shares(GRU(inputSize, hiddenSize, dtype: .float64, using: &generator))),
]
let seconds = clock.seconds

let distances = [0, 1, 5, 10, 20, 50, 100, 150, 200].filter { $0 < steps }
print("steps before the last:    " + distances.map { String($0).leftPadded(to: 9) }.joined())
for curve in curves {
    let values = distances.map { scientific(curve.values[steps - 1 - $0]).leftPadded(to: 9) }
    print(curve.name.rightPadded(to: 26) + values.joined())
}
print("six networks: \(fixed(seconds, 2)) s")
if let folder = arguments.pictures {
    let highest = curves.flatMap(\.values).reduce(1, Swift.max)
    let chart = LineChart(
        curves.map { .init($0.name, $0.values) }, title: "What the last output owes to step t, at initialisation",
        xLabel: "time step t of \(steps)", yLabel: "‖∂L/∂h⁽ᵗ⁾‖, 1 at the last step", yScale: .logarithmic,
        yRange: 1e-16...highest)
    try chart.write(to: "\(folder)/gradients.svg")
}

// A plain network's gradient loses three tenths a step at least; an open gate keeps a hundredth of it.
let first = Dictionary(uniqueKeysWithValues: curves.map { ($0.name, $0.values[0]) })
expect(first["RNN"]! < pow(0.7, Double(steps)), "the RNN's gradient has not vanished: \(first["RNN"]!)")
expect(first["LSTM, forget bias 5"]! > 0.01, "the open gate loses it: \(first["LSTM, forget bias 5"]!)")
