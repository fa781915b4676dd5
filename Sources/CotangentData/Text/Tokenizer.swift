/// A way to cut a text into tokens, the pieces that a ``Vocabulary`` numbers.
///
/// ```swift
/// Tokenizer.words.split("Don't go, Me!")           // ["Don't", "go", ",", "Me", "!"]
/// Tokenizer.words.join(["Don't", "go", ","])        // "Don't go,"
/// ```
public enum Tokenizer: String, Sendable, Hashable, Codable, CaseIterable {
    /// Words, numbers and punctuation marks; spaces and ends of lines are dropped.
    ///
    /// A word is a run of letters and digits of any script (`Character.isLetter`, `isNumber`), with the apostrophes
    /// between them: "don't", "brother’s". A number keeps the points and commas between its digits: "3.14", "1,000".
    /// Every other character is a token of its own, an emoji of several code points too. Languages that put no spaces
    /// between their words need ``characters``.
    case words
    /// The same in lower case.
    case lowercaseWords
    /// One token for each Unicode scalar, spaces and ends of lines included.
    ///
    /// Scalars and not Swift's `Character`s, because these depend on what stands beside them: "e" and a combining accent
    /// that a model writes one after the other would be read back as one. Scalars survive the way to indices and back
    /// exactly, and there are fewer different ones.
    case characters
    /// What stands between white space: for texts that are cut into tokens already.
    case whitespace

    /// The tokens of a text, in their order; none of them is empty.
    public func split(_ text: String) -> [String] {
        switch self {
        case .words: splitWords(text)
        case .lowercaseWords: splitWords(text).map { $0.lowercased() }
        case .characters: text.unicodeScalars.map { String($0) }
        case .whitespace: text.split(whereSeparator: \.isWhitespace).map { String($0) }
        }
    }

    /// A text of which these are the tokens.
    ///
    /// For characters it is the text that was split, code point by code point. Words lost their spaces and ends of lines;
    /// they are set with one space between them and none where punctuation has none: in front of a comma, behind an
    /// opening bracket, on either side of a hyphen. Straight quotes open and close by turns.
    public func join(_ tokens: [String]) -> String {
        switch self {
        case .words, .lowercaseWords: joinWords(tokens)
        case .characters: tokens.reduce(into: "") { $0 += $1 }
        case .whitespace: tokens.reduce(into: "") { $0 += $0.isEmpty ? $1 : " " + $1 }
        }
    }
}
