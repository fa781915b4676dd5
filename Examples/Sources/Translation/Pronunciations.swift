import Cotangent
import ExampleSupport

/// Words and how they are said: letters in, phonemes out. Every tenth is set aside for a test.
struct Pronunciations {
    struct Pair {
        let word: String
        let letters: [Int]
        /// Without the end token.
        let phonemes: [Int]
    }

    let letters: Vocabulary
    let phonemes: Vocabulary
    let training: [Pair]
    let test: [Pair]

    init() throws {
        let table = try CSV(
            path: dataPath("phonemes.csv"), header: .present, textColumns: ["word", "phonemes"])
        let words = try table.texts("word")
        let spoken = try table.texts("phonemes").map(Tokenizer.whitespace.split)
        let letters = Vocabulary(of: words.flatMap(Tokenizer.characters.split), specials: [.padding])
        let phonemes = Vocabulary(of: spoken.flatMap { $0 }, specials: [.padding, .start, .end])
        let pairs = try zip(words, spoken).map { word, spoken in
            try Pair(word: word, letters: letters.encode(word, by: .characters), phonemes: phonemes.encode(spoken))
        }
        training = pairs.indices.filter { $0 % 10 != 9 }.map { pairs[$0] }
        test = pairs.indices.filter { $0 % 10 == 9 }.map { pairs[$0] }
        (self.letters, self.phonemes) = (letters, phonemes)
    }

    func spelt(_ phonemes: [Int]) -> String { phonemes.map { self.phonemes[$0] }.joined(separator: " ") }
}

/// How many symbols must be put in, left out or exchanged to make one sequence of the other (Levenshtein, 1966).
func editDistance(_ a: [Int], _ b: [Int]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let changed = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}

/// The share of words that are right altogether, and the edits that all answers need, by the symbols that there are.
func score(_ answers: [[Int]], _ pairs: [Pronunciations.Pair]) -> (exact: Double, errorRate: Double) {
    let exact = zip(answers, pairs).count { $0 == $1.phonemes }
    let edits = zip(answers, pairs).reduce(0) { $0 + editDistance($1.0, $1.1.phonemes) }
    return (
        Double(exact) / Double(pairs.count), Double(edits) / Double(pairs.reduce(0) { $0 + $1.phonemes.count })
    )
}
