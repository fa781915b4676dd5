// Many to many, of equal length: which words of a text are names? The five books of Moses are read in lower case, and for
// each word the network says whether it was printed with a capital. It reads in both directions, h⁽ᵗ⁾ = [h→⁽ᵗ⁾; h←⁽ᵗ⁾],
// so that y⁽ᵗ⁾ = softmax(W̃ h⁽ᵗ⁾ + b̃) knows what stands before a word ("the sons of …") and behind it ("… begat"). A word
// goes in as a trained vector, and beside it what a second, smaller network makes of its letters: names that it was not
// trained with have no vector of their own, but they have letters, and neighbours.
//
//     swift run -c release --package-path Examples NamedEntities
import Cotangent
import ExampleSupport

let arguments = Arguments("[--epochs 6] [--seed 1] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 1)
var generator = PhiloxGenerator(seed: arguments.seed)

// Every fifth chapter is kept for the test, as a whole: a genealogy in it has names that stand nowhere else.
let verses = try labelledVerses()
let chapters = verses.map(\.chapter).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
let testChapters = Set(stride(from: 4, to: chapters.count, by: 5).map { chapters[$0] })
let training = verses.filter { !testChapters.contains($0.chapter) }
let test = verses.filter { testChapters.contains($0.chapter) }

// A word of the vocabulary is there three times at least; all others share the vector of "unknown".
let trainingWords = training.flatMap { $0.words.map(\.key) }
let words = Vocabulary(of: trainingWords, minimumCount: 3, specials: [.padding, .unknown])
let letters = Vocabulary(of: trainingWords.flatMap(Tokenizer.characters.split), specials: [.padding, .unknown])
let unknown = words[.unknown]!

/// A bidirectional LSTM over words, each of which is a vector of its own beside one of its letters.
struct NameTagger: Module {
    let word: Embedding
    let letter: Embedding
    let spelling: ManyToOne<LSTM>
    let dropout = Dropout(rate: 0.3)
    let tagger: ManyToMany<LSTM>

    init(words: Int, letters: Int, using generator: inout PhiloxGenerator) {
        word = Embedding(words, 48, using: &generator)
        letter = Embedding(letters, 16, using: &generator)
        spelling = ManyToOne(LSTM(16, 32, bidirectional: true, using: &generator), outputSize: 48, using: &generator)
        tagger = ManyToMany(LSTM(96, 64, bidirectional: true, using: &generator), outputSize: 2, using: &generator)
    }

    /// Logits [time, batch, 2].
    func callAsFunction(_ batch: Batch) -> Tensor {
        // Each different word of the batch is spelt once.
        let spelt = spelling(letter(batch.spellings.tokens), lengths: batch.spellings.lengths)
        let x = concatenate([word(batch.words.tokens), gather(spelt, batch.which)], axis: -1)
        return tagger(dropout(x), lengths: batch.words.lengths).outputs
    }
}

/// Verses as tensors. Where a word's label is −100 it does not count.
struct Batch {
    let words: PaddedBatch
    let spellings: PaddedBatch
    /// Of each word the row of its spelling, and its label: int64 [time, batch].
    let which, labels: Tensor

    /// - Parameter rate: how many words the network is not to know by their vectors, so that it learns to do without.
    init(_ verses: [Verse], unknownRate rate: Double = 0, using generator: inout PhiloxGenerator) {
        let keys = verses.map { $0.words.map(\.key) }
        words = PaddedBatch(
            keys.map { keys in
                keys.map { key in
                    if rate > 0, Double.random(in: 0..<1, using: &generator) < rate { return unknown }
                    return NamedEntities.words[key] ?? unknown
                }
            })
        let different = Vocabulary(of: keys.flatMap { $0 }, order: .firstOccurrence)
        spellings = PaddedBatch(
            different.tokens.map { $0.unicodeScalars.map { letters[String($0)] ?? letters[.unknown]! } })
        which = PaddedBatch(keys.map { $0.map { different[$0]! } }).tokens
        labels = PaddedBatch(verses.map { $0.words.map { $0.isName.map { $0 ? 1 : 0 } ?? -100 } }, padding: -100).tokens
    }
}

let names = training.flatMap { $0.words.filter { $0.isName == true } }
print("\(training.count) verses to learn from with \(names.count) names, \(test.count) in other chapters to test with")
let model = NameTagger(words: words.count, letters: letters.count, using: &generator)
let known = words.count - words.specials.count
print("\(known) words that occur three times or more, \(model.parameterCount) parameters\n")

let optimizer = Adam(model, learningRate: 0.003)
let lengths = training.map(\.words.count)
let trainingClock = Stopwatch()
for epoch in 1...epochs {
    let clock = Stopwatch()
    let loss = trainEpoch(optimizer, lengths: lengths, batchSize: 32, using: &generator) { indices, generator in
        let batch = Batch(indices.map { training[$0] }, unknownRate: 0.15, using: &generator)
        return valueAndGradients(of: model, using: &generator) {
            sequenceCrossEntropy(model(batch), batch.labels, lengths: batch.words.lengths, reduction: .steps)
        }
    }
    print("epoch \(epoch)  loss \(fixed(loss, 4))  \(fixed(clock.seconds, 1)) s")
}
print("\(epochs) epochs: \(fixed(trainingClock.seconds, 1)) s")

/// What the network takes for names, verse by verse.
@MainActor
func tagged(_ verses: [Verse]) -> [[Bool]] {
    let batch = Batch(verses, using: &generator)
    let found = argmax(model(batch), axis: -1)
    return verses.indices.map { index in
        found[.all, index].ints.prefix(verses[index].words.count).map { $0 == 1 }
    }
}

// The baselines know the training's words, and nothing of their neighbours.
var counts: [String: (name: Int, all: Int)] = [:]
for word in training.flatMap(\.words) {
    guard let isName = word.isName else { continue }
    counts[word.key, default: (0, 0)].all += 1
    if isName { counts[word.key]!.name += 1 }
}
let seen = Set(trainingWords)
@MainActor
func dictionary(_ word: Word, unseen: Bool) -> Bool {
    counts[word.key].map { 2 * $0.name > $0.all } ?? (unseen && word.isWord)
}

let found = test.chunks(of: 128).flatMap { tagged(Array($0)) }
let judges: [(name: String, isName: (Int, Int) -> Bool)] = [
    ("majority: no word is a name", { _, _ in false }),
    ("dictionary: names of the training", { dictionary(test[$0].words[$1], unseen: false) }),
    ("the same, and every new word", { dictionary(test[$0].words[$1], unseen: true) }),
    ("bidirectional LSTM", { found[$0][$1] }),
]
print("\n" + "".rightPadded(to: 36) + "all words".rightPadded(to: 32) + "words not seen in training")
print("".rightPadded(to: 36) + String(repeating: "precision  recall     F1        ", count: 2))
var scores: [String: (all: Score, unseen: Score)] = [:]
for (name, isName) in judges {
    var (all, unseen) = (Score(), Score())
    for (index, verse) in test.enumerated() {
        for (place, word) in verse.words.enumerated() {
            guard let truth = word.isName else { continue }
            all.count(isName(index, place), truth)
            if !seen.contains(word.key) { unseen.count(isName(index, place), truth) }
        }
    }
    scores[name] = (all, unseen)
    print(name.rightPadded(to: 36) + all.description + "        " + unseen.description)
}
let (all, unseen) = scores["bidirectional LSTM"]!
print(
    "\n\(all.names) names in the test, \(unseen.names) of them not seen in training; new words that are none: \(unseen.others)"
)

// The chapter of the test with the most new names: what is found is set in capitals, new names have a star.
func isNewName(_ word: Word) -> Bool { word.isName == true && !seen.contains(word.key) }
let chapter = testChapters.sorted().max { a, b in
    func count(_ chapter: String) -> Int {
        test.filter { $0.chapter == chapter }.reduce(0) { $0 + $1.words.count(where: isNewName) }
    }
    return count(a) < count(b)
}!
print("\nfrom \(chapter); names found in capitals, those not seen in training with a star:")
for (verse, isName) in zip(test, found).filter({ $0.0.chapter == chapter }).prefix(8) {
    let tokens = zip(verse.words, isName).map { word, isName in
        (isName ? word.text.uppercased() : word.text.lowercased()) + (isNewName(word) ? "*" : "")
    }
    print("  " + Tokenizer.words.join(tokens))
}

// And what it has not got right of the new words.
func mistakes(_ isName: Bool) -> String {
    let all = zip(test, found).flatMap { verse, found in
        zip(verse.words, found).filter { word, isFound in
            word.isName == isName && isFound != isName && !seen.contains(word.key)
        }.map(\.0.key)
    }
    return Set(all).sorted().joined(separator: ", ")
}
print("\nnew names missed: \(mistakes(true))\nnew words taken for names: \(mistakes(false))")
expect(all.f1 > scores["dictionary: names of the training"]!.all.f1, "the network is no better than a dictionary")
expect(unseen.f1 > scores["the same, and every new word"]!.unseen.f1, "the network does not find new names")
