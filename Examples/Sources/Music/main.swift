// One to many: one vector goes in, which says metre and mode, and a tune comes out, note after note. The vector becomes
// the state in which the network begins, h⁽⁰⁾ = tanh(Wₕ v + bₕ); each note that it says is the next one that it reads. It
// has learnt from 32 tunes in ABC notation: C2 is a C of two eighths, c the one an octave above, C, the one below, | ends
// a bar.
//
//     swift run -c release Music [--metre 6/8] [--epochs 70] [--seed 1] [--quick] [--write tune]
//
// --write tune writes tune.abc and tune.mid.
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments()
let isQuick = arguments.has("--quick")
let epochs = arguments.integer("--epochs", isQuick ? 8 : 70)
var generator = PhiloxGenerator(seed: UInt64(arguments.integer("--seed", 1)))

let tunes = try Tune.all(path: dataPath("tunes.abc"))
for tune in tunes where tune.brokenBars() != 0 { expect(false, "\(tune.title) does not keep its metre") }
let metres = Set(tunes.map(\.metre)).sorted()
let metre = arguments.text("--metre") ?? "6/8"
expect(metres.contains(metre), "the metre \(metre) is none of \(metres.joined(separator: ", "))")
// 32 tunes are few. Each is also learnt some steps of the scale higher and lower, and the network is told how many.
let shifts = Array(-3...3)
let vocabulary = Vocabulary(
    of: tunes.flatMap { tune in shifts.flatMap { tune.moved(by: $0).tokens } }, specials: [.padding, .start])
let (start, end) = (vocabulary[.start]!, vocabulary["|]"]!)
// Every sixth tune is not learnt, and tells when to stop.
let held = tunes.indices.filter { $0 % 6 == 5 }.map { tunes[$0] }
let training = tunes.indices.filter { $0 % 6 != 5 }.map { tunes[$0] }
print("\(training.count) tunes to learn from, \(held.count) held out; \(vocabulary.count - 2) different notes and bars")

/// Metre and steps as a vector of two ones.
@MainActor
func style(_ metre: String, _ shift: Int) -> Tensor {
    let places = [metres.firstIndex(of: metre)!, metres.count + shifts.firstIndex(of: shift)!]
    return sum(oneHot(Tensor(places), classes: metres.count + shifts.count), axes: [0])
}

let size = 48
let language = LanguageModel(
    vocabularySize: vocabulary.count,
    LSTM(size, 96, layers: 2, dropout: 0.4, using: &generator), using: &generator)
let model = OneToMany(contextSize: metres.count + shifts.count, language, using: &generator)
print("\(model.parameterCount) parameters\n")

/// Nats a token: those at t from the tokens before t.
@MainActor
func loss(_ tunes: [(tune: Tune, shift: Int)]) -> Tensor {
    let styles = stack(tunes.map { style($0.tune.metre, $0.shift) })
    let batch = PaddedBatch(tunes.map { [start] + $0.tune.moved(by: $0.shift).tokens.map { vocabulary[$0]! } })
    let lengths = batch.lengths.map { $0 - 1 }
    let logits = model(styles, batch.tokens[..<(-1)], lengths: lengths)
    return sequenceCrossEntropy(logits, batch.tokens[1...], lengths: lengths, reduction: .steps)
}

let optimizer = Adam(model, learningRate: 0.003)
let heldOut = held.map { (tune: $0, shift: 0) }
let before = loss(heldOut).item
var best = (loss: before, epoch: 0, weights: model.snapshot())
let trainingClock = Stopwatch()
for epoch in 1...epochs {
    let moved = training.flatMap { tune in shifts.map { (tune: tune, shift: $0) } }
    var total = 0.0
    for indices in bucketed(moved.map(\.tune.tokens.count), batchSize: 32, using: &generator).batches {
        let (value, gradients) = valueAndGradients(of: model, using: &generator) { loss(indices.map { moved[$0] }) }
        optimizer.update(with: gradients.clipped(toNorm: 1))
        total += value.item * Double(indices.count)
    }
    let reached = loss(heldOut).item
    if reached < best.loss { best = (reached, epoch, model.snapshot()) }
    if epoch % max(epochs / 5, 1) == 0 {
        print("epoch \(epoch)  loss \(fixed(total / Double(moved.count), 3)), held out \(fixed(reached, 3))")
    }
}
print("\(epochs) epochs: \(fixed(trainingClock.seconds, 1)) s")
try model.restore(best.weights)
print("kept: epoch \(best.epoch), held out \(fixed(best.loss, 3)) nats a note; before training \(fixed(before, 3))\n")

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
        from: style(metre, 0), prompt: [start], count: 300, sampling: sampling, stopToken: end,
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
print("of all \(allBars) bars of the others \(fixed(100 * share, 1)) % are whole\n")

// With the rules all do; the network still chooses the notes.
let tune = compose(metre, keepsMetre: true, "A tune by a network")
print(tune.abc)
// Is it new? How many of its bars stand in a tune that was learnt, and how many in a row in one.
let own = tune.tokens.dropLast().split(separator: "|").map { $0.joined(separator: " ") }
let learnt = training.map { $0.tokens.dropLast().split(separator: "|").map { $0.joined(separator: " ") } }
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
expect(
    best.loss < 0.75 * before, "the network has not learnt: \(best.loss) nats a note held out, \(before) at the start")
