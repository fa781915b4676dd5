// A generative adversarial network: once enough samples have passed through it, it generates similar ones. A generator
// makes digits of noise, x̃ = G(z), and never sees a real one; a critic D learns to tell real ones from made ones, and what
// the generator gets to learn from is the critic's gradient. Both are told which digit is meant, so that one can be asked
// for.
//
//     swift run -c release --package-path Examples GAN
//
// The critic's mean on real digits less that on made ones is, at its largest, Wasserstein's distance between both, as
// long as its slope is 1 at most. So the slope between both is held at 1:
//
//     L = mean D(x̃) − mean D(x) + λ mean (‖∇D(x̂)‖ − 1)²,   x̂ = ε x + (1 − ε) x̃,   ε uniform in 0…1
//
// ∇D(x̂) is itself a gradient, and L's gradient goes through it. I. Goodfellow and others, "Generative adversarial nets",
// 2014; M. Arjovsky and others, "Wasserstein GAN", 2017; I. Gulrajani and others, "Improved training of Wasserstein GANs",
// 2017, whose figures λ = 10, five steps of the critic to one of the generator, and Adam's β are those here.
import Cotangent
import DigitsSupport
import ExampleSupport

let arguments = Arguments("[--epochs 700] [--seed 1] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 110)
var random = PhiloxGenerator(seed: arguments.seed)

let digits = try DigitsData()
let (x, y) = (digits.images[..<1437], digits.labels[..<1437])

// Who says what a made digit looks like: a network that has learnt to read real ones, and sees no others.
let judge = digitReader(x, y, epochs: isQuick ? 8 : 40, using: &random)
print("the judge reads \(percent(judge.accuracy(digits.test.x, digits.test.y))) of the last 360 real digits\n")

/// A network that is told which digit is meant: the label stands behind its input, as ten numbers of which one is 1.
struct Conditional: Module {
    let network: Sequential

    func callAsFunction(_ x: Tensor, _ labels: Tensor) -> Tensor {
        network(concatenate([x, oneHot(labels, classes: 10)], axis: 1))
    }
}

let noiseSize = 32
let generator = Conditional(
    network: Sequential {
        Linear(noiseSize + 10, 256, using: &random)
        ReLU()
        Linear(256, 256, using: &random)
        ReLU()
        Linear(256, 64, using: &random)
        Sigmoid()
    })
let critic = Conditional(
    network: Sequential {
        Linear(64 + 10, 256, using: &random)
        LeakyReLU(slope: 0.2)
        Linear(256, 256, using: &random)
        LeakyReLU(slope: 0.2)
        Linear(256, 1, using: &random)
    })
let generatorOptimizer = Adam(generator, learningRate: 0.0005, beta1: 0.5, beta2: 0.9)
let criticOptimizer = Adam(critic, learningRate: 0.0005, beta1: 0.5, beta2: 0.9)

/// Digits that the generator makes of noise.
@MainActor
func made(_ labels: Tensor) -> Tensor {
    generator(Tensor.normal([labels.shape[0], noiseSize], using: &random), labels)
}

/// One step of the critic, and the distance that it sees between real and made digits.
@MainActor
func improveCritic(_ real: Tensor, _ labels: Tensor) -> Double {
    let fake = made(labels)
    let share = Tensor.uniform([labels.shape[0], 1], using: &random)
    let between = share * real + (1 - share) * fake
    var distance = 0.0
    let (_, gradients) = valueAndGradients(of: critic) {
        let slope = gradient(at: between) { sum(critic($0, labels)) }
        // √ has no derivative at 0.
        let steepness = sqrt(sum(square(slope), axes: [1]) + 1e-12)
        let difference = mean(critic(real, labels)) - mean(critic(fake, labels))
        distance = difference.item
        return 10 * mean(square(steepness - 1)) - difference
    }
    criticOptimizer.update(with: gradients)
    return distance
}

/// One step of the generator, to where the critic takes its digits for real.
@MainActor
func improveGenerator() {
    let labels = gather(y, Tensor.permutation(y.shape[0], using: &random)[..<64])
    critic.freeze()
    defer { critic.unfreeze() }
    let (_, gradients) = valueAndGradients(of: generator) { -mean(critic(made(labels), labels)) }
    generatorOptimizer.update(with: gradients)
}

// The digits that the same noise becomes, and as many of each class as there are real ones, to be judged.
let asked = Tensor(Array(0..<10))
let sameNoise = Tensor.normal([10, noiseSize], using: &random)
let examples = gather(x, Tensor(asked.ints.map { y.ints.firstIndex(of: $0)! }))
let shownEpochs = [0, 3, 10, 30, 100, 300].filter { $0 < epochs } + [epochs]
var shown: [Tensor] = []
var distances: [Double] = []

/// Judges and draws what the generator makes by now.
@MainActor
func look(_ epoch: Int) throws {
    let distance = distances.last.map { ", distance \(fixed($0, 2))" } ?? ""
    print("epoch \(epoch)".rightPadded(to: 10) + "  \(percent(judge.accuracy(made(y), y))) recognised" + distance)
    shown.append(generator(sameNoise, asked))
    guard let folder = arguments.pictures else { return }
    let names = shownEpochs[..<shown.count].map { "epoch \($0)" } + ["real"]
    // Dark ink on white, and a name below each row's first digit.
    try ImageGrid(
        1 - concatenate(shown + [examples]).reshaped(-1, 8, 8),
        names: names.flatMap { [$0] + Array(repeating: "", count: 9) }, columns: 10, title: "The same noise by epoch"
    ).write(to: "\(folder)/samples.svg")
    try LineChart(
        [.init("", distances)], title: "The distance that the critic sees", xLabel: "epoch",
        yLabel: "mean D(x) − mean D(x̃)", xScale: .logarithmic, yScale: .logarithmic
    ).write(to: "\(folder)/distance.svg")
}

try look(0)
let clock = Stopwatch()
var step = 0
for epoch in 1...epochs {
    var seen: [Double] = []
    for (real, labels) in batches(of: 64, x, y, shuffledBy: &random, droppingLast: true) {
        seen.append(improveCritic(real, labels))
        step += 1
        if step.isMultiple(of: 5) { improveGenerator() }
    }
    distances.append(seen.reduce(0, +) / Double(seen.count))
    if shownEpochs.contains(epoch) { try look(epoch) }
}
print("\(epochs) epochs, \(step) steps of the critic: \(fixed(clock.seconds, 1)) s\n")

// A generator that makes one good 7 again and again is recognised too. So: do digits of a class differ from one another as
// real ones do, and can a network learn to read real digits from made ones alone?
let forgeries = made(y)
let score = judge.accuracy(forgeries, y)
let reader = digitReader(forgeries, y, epochs: isQuick ? 8 : 40, using: &random)
let learnt = reader.accuracy(digits.test.x, digits.test.y)
print("\(forgeries.shape[0]) made digits: \(percent(score)) are recognised as the digit that was asked for")
print("their differences within a class: \(percent(spread(forgeries, y) / spread(x, y))) of the real digits'")
print("a network that has learnt from them alone reads \(percent(learnt)) of the last 360 real digits")

// Chance is one in ten.
let furthest = distances.max()!
expect(distances.last! < furthest / 2, "the critic's distance is \(distances.last!), and was \(furthest)")
expect(score > (isQuick ? 0.5 : 0.9), "\(percent(score)) of the made digits are recognised")
expect(learnt > (isQuick ? 0.5 : 0.85), "what was learnt from made digits reads \(percent(learnt)) of the real ones")
