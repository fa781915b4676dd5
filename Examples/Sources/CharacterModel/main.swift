// A network that learns to write like the Pentateuch, one character after the other. Each character goes in one-hot, as a
// vector with a single 1; two layers of LSTM remember what was read; a linear layer over their hidden state says how
// likely each character is to come next, ŷ⁽ᵗ⁾ = softmax(W̃ h⁽ᵗ⁾ + b̃). Its cost is L = Σₜ −log ŷ⁽ᵗ⁾[next character].
//
//     swift run -c release CharacterModel [--steps 2000] [--seed 1] [--sample 400] [--report 100]
import Cotangent
import ExampleSupport

let arguments = Arguments()
let steps = arguments.integer("--steps", 2000)
let report = arguments.integer("--report", 100)
var generator = PhiloxGenerator(seed: UInt64(arguments.integer("--seed", 1)))

let characters = Tokenizer.characters.split(try text(contentsOf: dataPath("kjv-pentateuch.txt")))
let vocabulary = Vocabulary(of: characters)
let tokens = try vocabulary.encode(characters)
// The last 5 % of the text, from the middle of Deuteronomy 27 on, are not trained with.
let held = tokens.count / 20
let training = try TokenStreams(Array(tokens.dropLast(held)), batch: 64, sequence: 100, droppingLast: true)
let heldOut = try TokenStreams(Array(tokens.suffix(held)), batch: 64, sequence: 100)

let model = LanguageModel(
    vocabularySize: vocabulary.count, LSTM(vocabulary.count, 256, layers: 2, using: &generator), tokens: .oneHot,
    using: &generator)
let optimizer = Adam(model, learningRate: 0.003)
print("\(characters.count) characters, \(vocabulary.count) different ones; the last \(held) are held out")
print("\(model.parameterCount) parameters")

/// Nats to bits.
func bits(_ loss: Double) -> Double { loss / 0.693147180559945309 }

// The text is read as 64 streams side by side, in windows of 100 characters. The state behind one window is where the next
// begins, but gradients end between them: truncated backpropagation through time.
var step = 0
var (losses, clock) = (0.0, Stopwatch())
training: while true {
    var state: RecurrentState?
    for (x, y) in training {
        if step == steps { break training }
        let before = state?.detached
        let (loss, gradients) = valueAndGradients(of: model) {
            let (logits, after) = model(x, state: before)
            state = after.detached
            return sequenceCrossEntropy(logits, y, reduction: .steps)
        }
        optimizer.update(with: gradients.clipped(toNorm: 1))
        step += 1
        losses += loss.item
        if step % report == 0 {
            let rate = Double(report * x.count) / clock.seconds
            print("step \(step)  \(fixed(bits(losses) / Double(report), 3)) bits/character  \(Int(rate)) characters/s")
            (losses, clock) = (0, Stopwatch())
        }
    }
}

// What the model has not seen.
var (state, total): (RecurrentState?, Double) = (nil, 0)
for (x, y) in heldOut {
    let (logits, after) = model(x, state: state)
    state = after
    total += sequenceCrossEntropy(logits, y, reduction: .sum).item
}
print("held out: \(fixed(bits(total) / Double(heldOut.targetCount), 4)) bits/character")

// And what it writes, when each character that it says is the next one that it reads.
let prompt = "\nGe1:1 In the beginning "
let written = model.generate(
    from: try vocabulary.encode(prompt, by: .characters), count: arguments.integer("--sample", 400),
    sampling: Sampling(temperature: 0.8), using: &generator)
print(prompt + Tokenizer.characters.join(try vocabulary.decode(written.tokens)))
