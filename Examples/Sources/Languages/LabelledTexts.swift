import Cotangent

/// Texts and their classes, from a CSV file with the columns `text` and `label`, every fifth of them set aside for a test.
struct LabelledTexts {
    struct Part {
        var tokens: [[Int]] = []
        var texts: [String] = []
        var labels: [Int] = []
        var count: Int { texts.count }
    }

    private(set) var training = Part()
    private(set) var test = Part()
    let classes: [String]
    /// Words where the texts have spaces, letters where they are single words.
    let tokenizer: Tokenizer
    let vocabulary: Vocabulary

    /// - Parameter longest: how many tokens of a text are read.
    init(path: String, longest: Int = 200) throws {
        let table = try CSV(path: path, header: .present, textColumns: ["text", "label"])
        let texts = try table.texts("text")
        let (labels, classes) = try table.categories("label")
        self.classes = classes
        let tokenizer = texts.contains { $0.contains(" ") } ? Tokenizer.lowercaseWords : .characters
        self.tokenizer = tokenizer
        let tokens = texts.map { Array(tokenizer.split($0).prefix(longest)) }
        let isTest = { (row: Int) in row % 5 == 4 }
        let seen = tokens.indices.filter { !isTest($0) }.flatMap { tokens[$0] }
        vocabulary = Vocabulary(of: seen, minimumCount: 2, specials: [.padding, .unknown])
        for (row, label) in labels.ints.enumerated() where !tokens[row].isEmpty {
            let part = isTest(row) ? \LabelledTexts.test : \.training
            self[keyPath: part].tokens.append(try vocabulary.encode(tokens[row]))
            self[keyPath: part].texts.append(texts[row])
            self[keyPath: part].labels.append(label)
        }
    }

    /// What the baseline counts in a text: its words, or its pairs of neighbouring letters, a dot for either end.
    func pieces(_ text: String) -> [String] {
        if tokenizer != .characters { return tokenizer.split(text) }
        let letters = ["."] + tokenizer.split(text) + ["."]
        return zip(letters, letters.dropFirst()).map(+)
    }
}
