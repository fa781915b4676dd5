import Cotangent

/// Texts and their classes, from a CSV file with the columns `text` and `label`, every fifth of them set aside for a test.
struct LabelledTexts {
    struct Part {
        var texts: [String] = []
        /// By the vocabulary's numbers.
        var tokens: [[Int]] = []
        /// What the baseline counts: words, or pairs of neighbouring letters, a dot for either end.
        var pieces: [[String]] = []
        var labels: [Int] = []
        var count: Int { texts.count }
    }

    private(set) var training = Part()
    private(set) var test = Part()
    let classes: [String]
    /// Words where the texts have spaces, letters where they are single words.
    let tokenizer: Tokenizer
    let vocabulary: Vocabulary
    /// The training's pieces that occur twice or more, the most frequent ones.
    let pieces: Vocabulary

    /// - Parameter longest: how many tokens of a text are read.
    init(path: String, longest: Int = 200) throws {
        let table = try CSV(path: path, header: .present, textColumns: ["text", "label"])
        let texts = try table.texts("text")
        let (labels, classes) = try table.categories("label")
        let tokenizer = texts.contains { $0.contains(" ") } ? Tokenizer.lowercaseWords : .characters
        let rows = zip(texts, labels.ints).compactMap { text, label -> (text: String, tokens: [String], label: Int)? in
            let tokens = Array(tokenizer.split(text).prefix(longest))
            return tokens.isEmpty ? nil : (text: text, tokens: tokens, label: label)
        }
        let count = Set(rows.map(\.label)).count
        guard rows.count >= 10, count >= 2 else {
            throw UnsuitableTexts(
                "\(path): two classes and ten rows with text at least are needed; it has \(count) and \(rows.count)")
        }
        self.classes = classes
        self.tokenizer = tokenizer
        func cut(_ tokens: [String]) -> [String] {
            if tokenizer != .characters { return tokens }
            let letters = ["."] + tokens + ["."]
            return zip(letters, letters.dropFirst()).map(+)
        }
        let isTest = { (row: Int) in row % 5 == 4 }
        let learnt = rows.indices.filter { !isTest($0) }.map { rows[$0].tokens }
        vocabulary = Vocabulary(of: learnt.flatMap { $0 }, minimumCount: 2, specials: [.padding, .unknown])
        pieces = Vocabulary(of: learnt.flatMap(cut), minimumCount: 2, maximumSize: 4000)
        for (place, row) in rows.enumerated() {
            let part = isTest(place) ? \LabelledTexts.test : \.training
            self[keyPath: part].texts.append(row.text)
            self[keyPath: part].tokens.append(try vocabulary.encode(row.tokens))
            self[keyPath: part].pieces.append(cut(row.tokens))
            self[keyPath: part].labels.append(row.label)
        }
        // What the baseline's penalty is chosen with is taken from these as well.
        let fitted = training.labels.indices.filter { $0 % 5 != 4 }.map { training.labels[$0] }
        guard Set(fitted).count >= 2, pieces.count > 0 else {
            throw UnsuitableTexts("\(path): more rows of each class are needed, with words or letters in common")
        }
    }

    /// How often each piece stands in each text: [texts, pieces].
    func bags(_ part: Part) -> Tensor {
        var counts = [Float](repeating: 0, count: part.count * pieces.count)
        for (row, text) in part.pieces.enumerated() {
            for column in text.compactMap({ pieces[$0] }) { counts[row * pieces.count + column] += 1 }
        }
        return Tensor(counts, shape: [part.count, pieces.count])
    }
}

/// Texts that cannot be learnt from, and why.
struct UnsuitableTexts: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
