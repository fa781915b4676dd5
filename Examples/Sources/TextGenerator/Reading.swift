import Cotangent
import Foundation

/// A text whose end is not trained with.
struct Text {
    let training, heldOut: String

    /// - Parameter share: of the characters.
    init(_ text: String, heldOut share: Double) {
        let scalars = text.unicodeScalars
        let end = scalars.index(scalars.endIndex, offsetBy: -Int(share * Double(scalars.count)))
        (training, heldOut) = (String(scalars[..<end]), String(scalars[end...]))
    }
}

/// A way to read a text piece by piece, and the pieces' numbers. The pieces one behind the other are the text, with all
/// its spaces and ends of lines: a model of any reading says the whole of it, and models of different readings compare.
struct Reading {
    let name: String
    let vocabulary: Vocabulary
    /// What is trained with, and what is not.
    let training, heldOut: [Int]
    let encode: (String) throws -> [Int]
    /// How a piece goes into the network, and how many make a window.
    let encoding: TokenEncoding
    let window: Int

    private init(
        _ name: String, _ text: Text, _ encoding: TokenEncoding, window: Int, _ split: @escaping (String) -> [String]
    ) throws {
        let training = split(text.training)
        // The alphabet is known, whatever is in which part.
        let vocabulary = Vocabulary(of: training + Tokenizer.characters.split(text.training + text.heldOut))
        (self.name, self.vocabulary, self.encoding, self.window) = (name, vocabulary, encoding, window)
        self.training = try vocabulary.encode(training)
        heldOut = try vocabulary.encode(split(text.heldOut))
        encode = { try vocabulary.encode(split($0)) }
    }

    static func letters(_ text: Text) throws -> Reading {
        try Reading("letters", text, .oneHot, window: 50, Tokenizer.characters.split)
    }

    /// Words. One that the training part has less than three times is spelt: its letters are pieces of their own. So there
    /// is no word that cannot be said, and what it costs to spell it is counted.
    static func words(_ text: Text) throws -> Reading {
        let known = Vocabulary(of: words(text.training), minimumCount: 3)
        return try Reading("words", text, .embedding, window: 25) { text in
            words(text).flatMap { known[$0] == nil ? Tokenizer.characters.split($0) : [$0] }
        }
    }

    /// What the held-out text costs where nothing but the pieces' frequencies is known, in bits a character.
    func bitsByFrequency() throws -> Double {
        let counts = training.reduce(into: [Int: Double]()) { $0[$1, default: 1] += 1 }
        let total = counts.values.reduce(0, +)
        let bits = heldOut.reduce(0.0) { $0 - log2((counts[$1] ?? 1) / total) }
        return bits / Double(try characters(heldOut))
    }

    func text(_ tokens: [Int]) throws -> String { try vocabulary.decode(tokens).joined() }

    /// How many characters these are.
    func characters(_ tokens: some Sequence<Int>) throws -> Int {
        try vocabulary.decode(Array(tokens)).reduce(0) { $0 + $1.unicodeScalars.count }
    }

    /// A run of letters with the space before it, " beginning"; or any one character.
    private static func words(_ text: String) -> [String] {
        var pieces: [String] = []
        for scalar in text.unicodeScalars {
            let isWord = pieces.last.map { $0 == " " || isLetter($0.unicodeScalars.last!) } ?? false
            if isLetter(scalar) && isWord {
                pieces[pieces.count - 1].unicodeScalars.append(scalar)
            } else {
                pieces.append(String(scalar))
            }
        }
        return pieces
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || scalar == "'" }
}
