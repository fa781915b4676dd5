import CotangentTensor

/// Numbers for tokens: each of its tokens has an index from 0 on.
///
/// ```swift
/// let tokens = Tokenizer.words.split(text)
/// let vocabulary = Vocabulary(of: tokens, minimumCount: 2, specials: [.padding, .unknown])
/// let indices = try vocabulary.encode(tokens)                // [Int]
/// let x = oneHot(Tensor(indices), classes: vocabulary.count) // float32 [tokens, count]
/// try vocabulary.write(to: "words.json")
/// ```
///
/// Two tokens are the same where their code points are. Swift's own comparison of strings takes "é" for the same as "e"
/// with a combining accent; here these are two tokens, so that decoding gives back what was encoded, bit for bit.
public struct Vocabulary: Sendable {
    /// Tokens that mean something to a model and stand for no text. Those that a vocabulary has are its first tokens, in
    /// this order: padding, where there is padding, is 0. A text that contains their spelling means them.
    public enum Special: String, Sendable, Hashable, Codable, CaseIterable {
        /// Fills shorter sequences of a batch: ``PaddedBatch``.
        case padding = "<pad>"
        /// Stands for all tokens that the vocabulary does not have.
        case unknown = "<unk>"
        /// Begins a sequence, and ends one: what a decoder is given first, and gives last.
        case start = "<start>"
        case end = "<end>"
    }

    /// In which order tokens are numbered, behind the special ones.
    public enum Order: Sendable, Hashable, CaseIterable {
        /// The most frequent first; equally frequent ones by their code points.
        case count
        case firstOccurrence
    }

    /// All tokens, by index.
    public let tokens: [String]
    /// Those that it has.
    public let specials: Set<Special>
    let indices: [CodePoints: Int]

    /// The different ones of `tokens`.
    ///
    /// - Parameters:
    ///   - minimumCount: leaves out tokens that occur less often.
    ///   - maximumSize: the largest ``count``, special tokens included; the most frequent tokens stay, and of equally
    ///     frequent ones those that come first in `order`.
    public init(
        of tokens: [String], minimumCount: Int = 1, maximumSize: Int? = nil, specials: Set<Special> = [],
        order: Order = .count
    ) {
        if minimumCount < 1 { fail("Vocabulary", "minimumCount is \(minimumCount): the least is 1") }
        if let maximumSize, maximumSize < specials.count {
            fail("Vocabulary", "maximumSize is \(maximumSize), less than its \(specials.count) special tokens")
        }
        var counts: [CodePoints: (count: Int, first: Int)] = [:]
        for (place, token) in tokens.enumerated() {
            counts[CodePoints(token), default: (0, place)].count += 1
        }
        let front = Special.allCases.filter(specials.contains).map(\.rawValue)
        for special in front { counts[CodePoints(special)] = nil }

        typealias Entry = (key: CodePoints, value: (count: Int, first: Int))
        var kept: [Entry] = counts.filter { $0.value.count >= minimumCount }
        let precedes: (Entry, Entry) -> Bool =
            switch order {
            case .count: { $0.key < $1.key }
            case .firstOccurrence: { $0.value.first < $1.value.first }
            }
        kept.sort { $0.value.count == $1.value.count ? precedes($0, $1) : $0.value.count > $1.value.count }
        if let maximumSize { kept = Array(kept.prefix(maximumSize - front.count)) }
        if order == .firstOccurrence { kept.sort(by: precedes) }
        self.init(front + kept.map(\.key.string), specials)
    }

    /// Tokens that are different, the special ones in front.
    init(_ tokens: [String], _ specials: Set<Special>) {
        self.tokens = tokens
        self.specials = specials
        indices = Dictionary(uniqueKeysWithValues: zip(tokens.lazy.map { CodePoints($0) }, 0...))
    }

    /// How many tokens it has, special ones included.
    public var count: Int { tokens.count }

    public func contains(_ token: String) -> Bool { self[token] != nil }

    /// A token's index; nil where the vocabulary does not have it, whether or not it has an unknown token.
    public subscript(token: String) -> Int? { indices[CodePoints(token)] }

    /// A special token's index; nil where the vocabulary does not have it.
    public subscript(special: Special) -> Int? {
        guard specials.contains(special) else { return nil }
        return Special.allCases.prefix { $0 != special }.count(where: specials.contains)
    }

    /// The token of an index, which must be within 0..<count: ``decode(_:droppingSpecials:)`` throws instead.
    public subscript(index: Int) -> String {
        guard tokens.indices.contains(index) else {
            fail("Vocabulary", "index \(index) of a vocabulary of \(count) tokens")
        }
        return tokens[index]
    }
}

extension Vocabulary: Equatable {
    public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
        a.specials == b.specials && a.tokens.elementsEqual(b.tokens) { CodePoints($0) == CodePoints($1) }
    }
}

/// A string that is compared and ordered by its code points: as UTF-8 has the same order, by bytes.
struct CodePoints: Hashable, Comparable {
    let string: String

    init(_ string: String) { self.string = string }

    static func == (a: CodePoints, b: CodePoints) -> Bool {
        // Strings of the same code points are equal, and that is found faster.
        a.string == b.string && a.string.utf8.elementsEqual(b.string.utf8)
    }

    static func < (a: CodePoints, b: CodePoints) -> Bool { a.string.utf8.lexicographicallyPrecedes(b.string.utf8) }

    func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
