import Cotangent
import TestSupport

/// What Python and PyTorch make of a passage: see Fixtures/text.py.
struct TextFixture: Decodable, Sendable {
    struct VocabularyCase: Decodable, Sendable {
        let kind: Tokenizer
        let minimumCount: Int
        let maximumSize: Int?
        let specials: [Vocabulary.Special]
        let tokens: [String]
        let indices: [Int]
    }

    struct Window: Decodable, Sendable {
        let inputs: [[Int]]
        let targets: [[Int]]
    }

    let passage: String
    let passageWords: [String]
    let hard: String
    let hardWords: [String]
    let vocabularies: [VocabularyCase]
    let vocabularyFile: String
    let sequences: [[Int]]
    let padded: [[Int]]
    let mask: [[Bool]]
    let streamTokens: [Int]
    let windows: [Window]

    static let all = try! Fixtures.decoded("text.json", as: TextFixture.self)
}

/// Code points, which `==` of strings does not compare.
func codePoints(_ strings: [String]) -> [[UInt32]] { strings.map { $0.unicodeScalars.map(\.value) } }
