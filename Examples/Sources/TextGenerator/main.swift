// Networks that write: trained to say at every step what comes next, ŷ⁽ᵗ⁾ = softmax(W̃ h⁽ᵗ⁾ + b̃), and used to go on, each
// piece that they say being the next that they read. The lecture's three kinds, each with two layers, a deep RNN; and its
// claim that words are easier than letters. Of letters the input is one-hot. Of words too, but what W makes of a vector
// with a single 1 is a column of W: an embedding looks it up.
//
//     swift run -c release --package-path Examples TextGenerator
//
// Words and letters are compared by what the held-out text costs, −Σ log₂ ŷ⁽ᵗ⁾[what came], by the number of its characters.
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments("[--epochs 3] [--hidden 192] [--seed 1] [--only MODEL] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs")
let hidden = arguments.integer("--hidden", quick: 48)
let rate = isQuick ? 0.01 : 0.003
let seed = arguments.seed

// The last 5 %, from Deuteronomy 26 on, are not trained with.
let pentateuch = Text(try text(contentsOf: dataPath("kjv-pentateuch.txt")), heldOut: 0.05)
let readings = [try Reading.letters(pentateuch), try Reading.words(pentateuch)]
let only = arguments.text("--only")
let models = readings.flatMap { reading in ["RNN", "GRU", "LSTM"].map { "\(reading.name) \($0)" } }
if let only, !models.contains(only) { arguments.refuse("--only \(only): the models are \(models.joined(separator: ", "))") }
print("\(pentateuch.training.unicodeScalars.count) characters, and \(pentateuch.heldOut.unicodeScalars.count) held out")
for reading in readings {
    print(
        "\(reading.name): \(reading.vocabulary.count) different ones; \(reading.training.count) to train with, "
            + "\(reading.heldOut.count) held out")
}

/// Nats to bits.
func bits(_ loss: Double) -> Double { loss / log(2.0) }

/// The text is read as 32 streams side by side. The state behind one window is where the next begins, but gradients end
/// between them: truncated backpropagation through time.
@MainActor
func train(_ model: LanguageModel<some RecurrentLayer>, _ reading: Reading) throws {
    let windows = try TokenStreams(reading.training, batch: 32, sequence: reading.window, droppingLast: true)
    let optimizer = Adam(model, learningRate: rate)
    let steps = isQuick ? 300 : epochs * windows.count
    let schedule = LearningRateSchedule.cosine(steps: steps)
    var step = 0
    training: while true {
        var state: RecurrentState?
        for (x, y) in windows {
            if step == steps { break training }
            optimizer.learningRate = rate * schedule.factor(at: step)
            let before = state?.detached
            let (_, gradients) = valueAndGradients(of: model) {
                let (logits, after) = model(x, state: before)
                state = after.detached
                return sequenceCrossEntropy(logits, y, reduction: .steps)
            }
            optimizer.update(with: gradients.clipped(toNorm: 1))
            step += 1
        }
    }
}

/// Bits that the held-out text costs, by the number of its characters.
@MainActor
func bitsPerCharacter(_ model: LanguageModel<some RecurrentLayer>, _ reading: Reading) throws -> Double {
    let streams = try TokenStreams(reading.heldOut, batch: 8, sequence: 200)
    var (state, total): (RecurrentState?, Double) = (nil, 0)
    for (x, y) in streams {
        let (logits, after) = model(x, state: state)
        state = after
        total += sequenceCrossEntropy(logits, y, reduction: .sum).item
    }
    // The first piece is given, and a few at the end fill no stream.
    let said = reading.heldOut[1...streams.targetCount]
    return bits(total) / Double(try reading.characters(said))
}

/// What was reached, by name.
var reached: [(name: String, bits: Double, byFrequency: Double)] = []
var samples: [String] = []

@MainActor
func learn<Recurrence: RecurrentLayer>(
    _ kind: String, _ reading: Reading, _ make: (Int, inout PhiloxGenerator) -> Recurrence
) throws {
    let name = "\(reading.name) \(kind)"
    if let only, only != name { return }
    var generator = PhiloxGenerator(seed: seed)
    let clock = Stopwatch()
    let size = reading.vocabulary.count
    let model = LanguageModel(
        vocabularySize: size, make(reading.encoding == .oneHot ? size : 128, &generator), tokens: reading.encoding,
        using: &generator)
    try train(model, reading)
    let result = try bitsPerCharacter(model, reading)
    reached.append((name, result, try reading.bitsByFrequency()))
    print(
        name.rightPadded(to: 16) + "\(model.parameterCount)".leftPadded(to: 12) + fixed(result, 3, width: 16)
            + fixed(clock.seconds, 0, width: 10) + " s")

    let prompt = "\nGe1:1 In the beginning"
    let begun = try reading.encode(prompt)
    let written = model.generate(
        from: begun, count: isQuick ? 20 : 6 * reading.window, sampling: Sampling(temperature: 0.8), using: &generator)
    samples.append("\(name):\(prompt)\(try reading.text(written.tokens))")
}

print("\n" + "model".rightPadded(to: 16) + "parameters".leftPadded(to: 12) + "bits/character".leftPadded(to: 16))
for reading in readings {
    print("\(reading.name) by frequency".rightPadded(to: 28) + fixed(try reading.bitsByFrequency(), 3, width: 16))
    try learn("RNN", reading) { RNN($0, hidden, layers: 2, using: &$1) }
    try learn("GRU", reading) { GRU($0, hidden, layers: 2, using: &$1) }
    try learn("LSTM", reading) { LSTM($0, hidden, layers: 2, using: &$1) }
}
print("\nwhat they write:\n\n" + samples.joined(separator: "\n\n"))
for (name, bits, byFrequency) in reached {
    expect(
        bits < (isQuick ? 0.95 : 0.75) * byFrequency,
        "\(name) has not learnt to write: \(fixed(bits, 3)) bits a character, by frequency alone \(fixed(byFrequency, 3))")
}
