// One to many: one vector goes in, which says the metre and by how many steps of the scale a tune was moved, and a tune
// comes out, note after note. The vector becomes the state in which the network begins, h⁽⁰⁾ = tanh(Wₕ v + bₕ); each
// note that it says is the next one that it reads. It has learnt from 32 tunes in ABC notation: C2 is a C of two eighths,
// c the one an octave above, C, the one below, | ends a bar.
//
//     swift run -c release --package-path Examples Music
//
// --write NAME writes NAME.abc and NAME.mid.
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments("[--metre 6/8] [--shift 0] [--epochs 70] [--seed 1] [--write NAME] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 14)
var generator = PhiloxGenerator(seed: arguments.seed)

let tunes = try Tune.all(path: dataPath("tunes.abc"))
for tune in tunes { expect(tune.brokenBars() == 0, "\(tune.title) does not keep its metre") }
let metres = Set(tunes.map(\.metre)).sorted()
let metre = arguments.text("--metre")!
if !metres.contains(metre) { arguments.refuse("--metre \(metre): one of \(metres.joined(separator: ", ")) is wanted") }
// 32 tunes are few. Each is also learnt some steps of the scale higher and lower, and the network is told how many. What
// is on the white keys stays there: C major becomes the Dorian mode on D one step higher, A minor two steps lower.
let shifts = Array(-3...3)
let shift = arguments.integer("--shift", atLeast: -3)
if !shifts.contains(shift) { arguments.refuse("--shift \(shift): a whole number from -3 to 3 is wanted") }
let vocabulary = Vocabulary(
    of: tunes.flatMap { tune in shifts.flatMap { tune.moved(by: $0).tokens } }, specials: [.padding, .start])
let (start, end) = (vocabulary[.start]!, vocabulary["|]"]!)
let kinds = vocabulary.count - vocabulary.specials.count

/// A tune as the network is given it.
struct Example {
    /// Metre and steps, a vector of two ones.
    let style: Tensor
    /// Behind a start token.
    let tokens: [Int]
}
@MainActor
func style(_ metre: String, _ shift: Int) -> Tensor {
    let places = [metres.firstIndex(of: metre)!, metres.count + shifts.firstIndex(of: shift)!]
    return sum(oneHot(Tensor(places), classes: metres.count + shifts.count), axes: [0])
}
@MainActor
func example(_ tune: Tune, _ shift: Int) -> Example {
    Example(
        style: style(tune.metre, shift), tokens: [start] + tune.moved(by: shift).tokens.map { vocabulary[$0]! })
}
// Every sixth tune is not learnt, and says which epoch's weights are kept.
let validation = tunes.indices.filter { $0 % 6 == 5 }.map { example(tunes[$0], 0) }
let learntTunes = tunes.indices.filter { $0 % 6 != 5 }.map { tunes[$0] }
let training = learntTunes.flatMap { tune in shifts.map { example(tune, $0) } }
print("\(learntTunes.count) tunes to learn from, \(validation.count) for validation; \(kinds) different notes and bars")

// What frequencies alone are worth: a token's own, and those behind the token before it.
let baselines = (0...1).map { order in
    TokenFrequencies(order: order, of: training.map(\.tokens), size: kinds).loss(of: validation.map(\.tokens))
}
print(
    "nats a token of the validation, by frequency \(fixed(baselines[0], 3)), by that behind the token before "
        + fixed(baselines[1], 3))

let size = 48
let language = LanguageModel(
    vocabularySize: vocabulary.count,
    LSTM(size, 96, layers: 2, dropout: 0.4, using: &generator), using: &generator)
let model = OneToMany(contextSize: metres.count + shifts.count, language, using: &generator)
print("\(model.parameterCount) parameters\n")

/// Nats a token: those at t from the tokens before t.
@MainActor
func natsAToken(_ examples: [Example]) -> Tensor {
    let batch = PaddedBatch(examples.map(\.tokens))
    let lengths = batch.lengths.map { $0 - 1 }
    let logits = model(stack(examples.map(\.style)), batch.tokens[..<(-1)], lengths: lengths)
    return sequenceCrossEntropy(logits, batch.tokens[1...], lengths: lengths, reduction: .steps)
}

let optimizer = Adam(model, learningRate: 0.003)
let lengths = training.map { $0.tokens.count - 1 }
var best = BestWeights(of: model)
var bestEpoch = 0
let trainingClock = Stopwatch()
for epoch in 1...epochs {
    let loss = trainEpoch(optimizer, lengths: lengths, batchSize: 32, using: &generator) { indices, generator in
        valueAndGradients(of: model, using: &generator) { natsAToken(indices.map { training[$0] }) }
    }
    let reached = natsAToken(validation).item
    if best.keep(ifBetter: reached) { bestEpoch = epoch }
    if epoch % max(epochs / 5, 1) == 0 {
        print("epoch \(epoch)  loss \(fixed(loss, 3)), validation \(fixed(reached, 3))")
    }
}
print("\(epochs) epochs: \(fixed(trainingClock.seconds, 1)) s")
best.restore()
let reached = best.figure!
print("kept: epoch \(bestEpoch), validation \(fixed(reached, 3)) nats a token\n")

let sampling = Sampling(temperature: 0.8, topP: 0.9)

/// A tune as the model writes it; with `keepsMetre` it may only say what fits into the bar, and ends behind 8 or 16 bars.
@MainActor
func compose(_ metre: String, keepsMetre: Bool, _ title: String = "") -> Tune {
    let full = Tune.barLength(metre)
    let lengths = vocabulary.tokens.map { Note($0)?.length }
    let bar = vocabulary["|"]!
    func rules(_ logits: Tensor, _ written: [Int]) -> Tensor {
        let filled = written[(written.lastIndex(of: bar) ?? -1).advanced(by: 1)...].reduce(0) { $0 + lengths[$1]! }
        let bars = written.count { $0 == bar } + 1
        let isAllowed = (0..<vocabulary.count).map { token in
            if let length = lengths[token] { return filled + length <= full }
            // The last note of the eighth and the sixteenth bar decides which of the two it is.
            if token == bar { return filled == full && bars < 16 }
            return token == end && filled == full && (bars == 8 || bars == 16)
        }
        return Tensor.where(Tensor(isAllowed).expandingAxis(0), logits, Tensor.full([], -Double.infinity))
    }
    let adjusting: ((Tensor, [Int]) -> Tensor)? = keepsMetre ? { rules($0, $1) } : nil
    let written = model.generate(
        from: style(metre, shift), prompt: [start], count: 300, sampling: sampling, stopToken: end,
        adjusting: adjusting, using: &generator)
    let tokens = written.tokens.map { vocabulary[$0] } + (written.isStopped ? ["|]"] : [])
    return Tune(title: title, metre: metre, tokens: tokens)
}

// How often does it keep the metre by itself?
var (whole, wholeBars, allBars, unreadable) = (0, 0, 0, 0)
let samples = isQuick ? 20 : 100
for index in 0..<samples {
    let tune = compose(metres[index % metres.count], keepsMetre: false)
    guard let broken = tune.brokenBars(), let bars = tune.bars()?.count else {
        unreadable += 1
        continue
    }
    if broken == 0 { whole += 1 }
    (wholeBars, allBars) = (wholeBars + bars - broken, allBars + bars)
}
print(
    "of \(samples) tunes written freely \(whole) keep their metre in every bar, \(unreadable) are no ABC or do not end;"
)
let share = Double(wholeBars) / Double(max(allBars, 1))
print("of all \(allBars) bars of the others \(percent(share)) are whole\n")

// With the rules all do; the network still chooses the notes.
let tune = compose(metre, keepsMetre: true, "A tune by a network")
print(tune.abc)
// Is it new? How many of its bars stand in a tune that was learnt, and how many in a row in one.
let own = tune.tokens.dropLast().split(separator: "|").map { $0.joined(separator: " ") }
let learnt = learntTunes.map { $0.tokens.dropLast().split(separator: "|").map { $0.joined(separator: " ") } }
let known = own.count { bar in learnt.contains { $0.contains(bar) } }
let run = (1...own.count).last { length in
    (0...own.count - length).contains { first in
        let part = Array(own[first..<first + length])
        return learnt.contains { bars in
            bars.count >= length && (0...bars.count - length).contains { Array(bars[$0..<$0 + length]) == part }
        }
    }
}
print("\(known) of its \(own.count) bars stand in a tune that was learnt, \(run ?? 0) in a row at most")
if let name = arguments.text("--write") {
    try tune.abc.write(toFile: name + ".abc", atomically: true, encoding: .utf8)
    try midi(tune.bars()!.flatMap { $0 }, metre: metre).write(to: URL(filePath: name + ".mid"))
    print("written to \(name).abc and \(name).mid")
}
expect(tune.brokenBars() == 0, "the tune does not keep its metre")
// A short run is to know more than how frequent tokens are, a whole one more than which follows which.
let baseline = baselines[isQuick ? 0 : 1]
expect(reached < baseline, "\(fixed(reached, 3)) nats a token: less than \(fixed(baseline, 3)) were expected")
