// Gradient descent, p⁽ᵏ⁺¹⁾ = p⁽ᵏ⁾ − η ∇C(p⁽ᵏ⁾), on the lecture's function of two valleys; what the learning rate η does; and
// how far the gradient of a batch is from that of all samples.
//
//     swift run -c release --package-path Examples GradientDescent
import Cotangent
import ExampleSupport

let arguments = Arguments("[--pictures FOLDER] [--seed 1] [--quick]")
let isQuick = arguments.isQuick
func draw(_ picture: some Picture, _ name: String) throws {
    if let folder = arguments.pictures { try picture.write(to: "\(folder)/\(name).svg") }
}

/// C(p₁, p₂) = (1 − p₁)² + (1 − p₂)² − 2 exp(−3 p₁² − 3 p₂²)
func cost(_ p: Tensor) -> Tensor { sum(square(1 - p)) - 2 * exp(-3 * sum(square(p))) }

/// 2 (p − 1) + 12 p exp(−3 p₁² − 3 p₂²)
func gradientByHand(_ p: Tensor) -> Tensor { 2 * (p - 1) + 12 * p * exp(-3 * sum(square(p))) }

let clock = Stopwatch()

// The gradient by hand is the engine's.
var generator = PhiloxGenerator(seed: arguments.seed)
let points = (0..<1000).map { _ in Tensor.normal([2], dtype: .float64, using: &generator) }
let difference = points.map { max(abs(gradient(at: $0, of: cost) - gradientByHand($0))).item }.max()!
print("∇C by hand and by the engine differ by \(scientific(difference)) at most, at 1,000 points\n")
expect(difference < 1e-13, "The gradients differ.")

// Two minimisers, and the start decides which one is found.
func place(_ p: Tensor, _ decimals: Int = 4) -> String {
    "(" + p.doubles.map { fixed($0, decimals) }.joined(separator: ", ") + ")"
}
let starts = [[-1, 0.6], [-0.5, -1], [0.4, 0.1], [1.6, -0.6], [0.2, 1.6], [0.5, 0.5]].map { Tensor($0) }
let descent = GradientDescent(learningRate: 0.1, recordsPath: true)
let walks = starts.map { descent.minimize(from: $0, cost) }
print("start         gradient descent, η = 0.1               L-BFGS")
for (start, found) in zip(starts, walks) {
    let other = LBFGS().minimize(from: start, cost)
    print(
        "\(place(start, 1).rightPadded(to: 13)) \(place(found.point)), \(fixed(found.value, 4, width: 7)), "
            + "\(fixed(Double(found.iterations), 0, width: 3)) steps  "
            + "\(place(other.point)), \(other.iterations) steps, \(other.evaluations) evaluations")
    expect(found.isConverged && other.isConverged, "A start was left without its minimiser.")
}

// One start, and the learning rate alone: slow, fast, slow again, in circles, in the other valley, away.
let rates = [0.001, 0.01, 0.1, 0.16, 0.25, 0.5, 0.9, 1.1]
print("\nfrom \(place(starts[0], 1))")
print("    η   steps  ends at              C        because")
var paths: [ContourPlot.Path] = []
for rate in rates {
    let found = GradientDescent(learningRate: rate, iterations: 5000, gradientTolerance: 1e-6, recordsPath: true)
        .minimize(from: starts[0], cost)
    let ends = found.stop == .notFinite ? "beyond all numbers" : place(found.point)
    let value = found.stop == .notFinite ? "" : fixed(found.value, 4)
    print(
        "\(fixed(rate, 3, width: 5)) \(fixed(Double(found.iterations), 0, width: 7))  "
            + "\(ends.rightPadded(to: 19)) \(value.leftPadded(to: 8))  \(found.stop)")
    // Of those that come to no rest the beginning.
    let shown = found.isConverged ? found.path[...] : found.path.prefix(rate > 1 ? 6 : 40)
    if [0.01, 0.1, 0.25, 0.5, 1.1].contains(rate) { paths.append(.init("η = \(rate)", shown.map(\.point))) }
}

// If B is too small, the gradient may be too off: how far, on the patients of diabetes.csv. The model is linear, and p
// stands where descent begins.
let table = try CSV(path: dataPath("diabetes.csv"))
let raw = try table.tensor(excluding: ["progression"], dtype: .float64)
let x = Standardizer(fitting: raw)(raw)
let progression = try table.tensor(column: "progression", dtype: .float64)
let y = Standardizer(fitting: progression)(progression)
let count = x.shape[0]

/// ∇C at p = 0 by the samples of a batch.
func batchGradient(_ batch: Tensor) -> Tensor {
    let (x, y) = (gather(x, batch), gather(y, batch))
    return gradient(at: Tensor.zeros([10], dtype: .float64)) { w in mean(square(matmul(x, w) - y)) }
}
func norm(_ x: Tensor) -> Double { sum(square(x)).item.squareRoot() }

let all = batchGradient(Tensor((0..<count).map { $0 }))
let draws = isQuick ? 50 : 2000
let sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 442]
// E‖g₁ − g‖² of a single sample, from all of them.
let single = (0..<count).map { sum(square(batchGradient(Tensor([$0])) - all)).item }.reduce(0, +) / Double(count)
print("\nroot mean square of ‖g_B − ∇C‖ / ‖∇C‖ over \(draws) batches of diabetes.csv")
print("  |B|   with replacement   σ/√B   without   σ/√B · √((N−B)/(N−1))")
var curves: [[LineChart.Point]] = [[], [], [], []]
for size in sizes {
    var (independent, split) = (0.0, 0.0)
    for _ in 0..<draws {
        let repeating = Tensor((0..<size).map { _ in Int.random(in: 0..<count, using: &generator) })
        let once = Tensor.permutation(count, using: &generator)[..<size]
        independent += sum(square(batchGradient(repeating) - all)).item
        split += sum(square(batchGradient(once) - all)).item
    }
    let root = (single / Double(size)).squareRoot()
    let correction = (Double(count - size) / Double(count - 1)).squareRoot()
    let figures = [
        (independent / Double(draws)).squareRoot(), root, (split / Double(draws)).squareRoot(), root * correction,
    ].map { $0 / norm(all) }
    print(
        "\(fixed(Double(size), 0, width: 5)) \(fixed(figures[0], 3, width: 18)) \(fixed(figures[1], 3, width: 6)) "
            + "\(fixed(figures[2], 3, width: 9)) \(fixed(figures[3], 3, width: 23))")
    for (curve, figure) in figures.enumerated() { curves[curve].append(.init(Double(size), figure)) }
    let tolerance = isQuick ? 0.4 : 0.1
    expect(
        Swift.abs(figures[0] / figures[1] - 1) < tolerance
            && Swift.abs(figures[2] - figures[3]) <= tolerance * figures[1],
        "The error does not fall as 1/√B does.")
}
print("\ncomputed in \(fixed(clock.seconds, 2)) s")

let minima = [walks[0].point, walks[3].point]
func plot(_ title: String, _ paths: [ContourPlot.Path]) -> ContourPlot {
    var plot = ContourPlot(x: -1.5...2, y: -1.5...2, title: title, xLabel: "p₁", yLabel: "p₂") {
        cost(Tensor([$0, $1])).item
    }
    plot.paths = paths
    plot.marks = minima.map { .init($0.doubles[0], $0.doubles[1], "C = \(fixed(cost($0).item, 3))") }
    return plot
}
try draw(
    plot(
        "Where descent starts decides where it ends",
        zip(starts, walks).map { .init("from \(place($0, 1))", $1.path.map(\.point)) }), "valleys")
try draw(plot("From one start with five learning rates", paths.reversed()), "rates")
try draw(
    LineChart(
        [
            .init("with replacement", points: curves[0], color: 0, hasDots: true),
            .init("σ/√B", points: curves[1], color: 0),
            .init("without", points: curves[2], color: 1, hasDots: true),
            .init("σ/√B · √((N−B)/(N−1))", points: curves[3], color: 1),
        ], title: "Error of a batch's gradient", xLabel: "samples in a batch", yLabel: "‖g_B − ∇C‖ / ‖∇C‖",
        xScale: .logarithmic, yScale: .logarithmic, yRange: 0.05...5), "batches")
