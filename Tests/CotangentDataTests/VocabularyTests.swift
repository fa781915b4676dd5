import Cotangent
import TestSupport
import Testing

@Suite struct VocabularyTests {
    /// The lecture's ten words, in its order.
    private static let cave = Vocabulary(
        of: ["Me", "Water", "Food", "Cave", "Go", "Dinosaur", "Sleep", "Stone", "Hunting", "Stick"],
        order: .firstOccurrence)

    /// The lecture's table: rows are words, columns are time.
    @Test(arguments: [DType.float32, .float64]) func meGoHunting(_ dtype: DType) throws {
        let words = try Self.cave.tensor(Tokenizer.words.split("Me Go Hunting"))
        #expect(words == Tensor([0, 4, 8]))
        let table = oneHot(words, classes: Self.cave.count, dtype: dtype).transposed
        let slide: [[Double]] = [
            [1, 0, 0],  // 1. Me
            [0, 0, 0],  // 2. Water
            [0, 0, 0],  // 3. Food
            [0, 0, 0],  // 4. Cave
            [0, 1, 0],  // 5. Go
            [0, 0, 0],  // 6. Dinosaur
            [0, 0, 0],  // 7. Sleep
            [0, 0, 0],  // 8. Stone
            [0, 0, 1],  // 9. Hunting
            [0, 0, 0],  // 10. Stick
        ]
        #expect(table == Tensor(rows: slide).cast(to: dtype) && table.dtype == dtype)
        #expect(try Self.cave.decode(words) == ["Me", "Go", "Hunting"])
    }

    /// Python's `Counter`, sorted by count and string.
    @Test(arguments: TextFixture.all.vocabularies) func asPythonCounts(_ test: TextFixture.VocabularyCase) throws {
        let tokens = test.kind.split(TextFixture.all.passage)
        let vocabulary = Vocabulary(
            of: tokens, minimumCount: test.minimumCount, maximumSize: test.maximumSize, specials: Set(test.specials))
        #expect(vocabulary.tokens == test.tokens && vocabulary.count == test.tokens.count)
        #expect(vocabulary.specials == Set(test.specials))
        #expect(try vocabulary.encode(tokens) == test.indices)
        #expect(try vocabulary.encode(TextFixture.all.passage, by: test.kind) == test.indices)
        for (index, token) in test.tokens.enumerated() {
            #expect(vocabulary[token] == index && vocabulary[index] == token && vocabulary.contains(token))
        }
    }

    @Test func orders() {
        let tokens = ["b", "c", "a", "c", "b", "d"]
        #expect(Vocabulary(of: tokens).tokens == ["b", "c", "a", "d"])
        #expect(Vocabulary(of: tokens, order: .firstOccurrence).tokens == ["b", "c", "a", "d"])
        #expect(Vocabulary(of: tokens.reversed(), order: .firstOccurrence).tokens == ["d", "b", "c", "a"])
        #expect(Vocabulary(of: tokens.reversed()) == Vocabulary(of: tokens))
        // The most frequent stay, in the order asked for; of "d" and "a", equally frequent, the first.
        let reversed = ["d", "b", "c", "a", "c", "b"]
        #expect(Vocabulary(of: reversed, maximumSize: 3).tokens == ["b", "c", "a"])
        #expect(Vocabulary(of: reversed, maximumSize: 3, order: .firstOccurrence).tokens == ["d", "b", "c"])
        #expect(Vocabulary(of: reversed, minimumCount: 2, order: .firstOccurrence).tokens == ["b", "c"])
        // By code points: capitals before small letters, U+FFFD before U+1F333, which UTF-16 would put last.
        #expect(
            Vocabulary(of: ["\u{1F333}", "\u{FFFD}", "a", "Z", ""]).tokens == ["", "Z", "a", "\u{FFFD}", "\u{1F333}"])
        #expect(Vocabulary(of: [String]()).count == 0)
    }

    @Test func specialsComeFirst() {
        let all = Vocabulary(of: ["a", "<unk>", "a", "<end>"], specials: Set(Vocabulary.Special.allCases))
        #expect(all.tokens == ["<pad>", "<unk>", "<start>", "<end>", "a"])
        #expect(Vocabulary.Special.allCases.map { all[$0] } == [0, 1, 2, 3])
        let some = Vocabulary(of: ["a"], maximumSize: 2, specials: [.end, .unknown])
        #expect(some.tokens == ["<unk>", "<end>"] && some[.end] == 1 && some[.padding] == nil && some["<pad>"] == nil)
        // Spellings of special tokens that were not asked for are ordinary tokens.
        let none = Vocabulary(of: ["<pad>", "a"])
        #expect(none.specials.isEmpty && none["<pad>"] == 0 && none[.padding] == nil)
        #expect(some != none && some != Vocabulary(of: ["<unk>", "<end>"]))
    }

    /// Tokens are compared by their code points, where Swift's strings are not.
    @Test func codePointsDistinguishTokens() throws {
        let tokens = ["é", "e\u{301}", "\u{212B}", "\u{C5}", "A\u{30A}"]
        let vocabulary = Vocabulary(of: tokens, order: .firstOccurrence)
        #expect(vocabulary.count == 5)
        #expect(try vocabulary.encode(tokens) == [0, 1, 2, 3, 4])
        #expect(codePoints(try vocabulary.decode([4, 3, 2, 1, 0])) == codePoints(tokens.reversed()))
        #expect(Vocabulary(of: ["é"]) != Vocabulary(of: ["e\u{301}"]) && Vocabulary(of: ["é"])["e\u{301}"] == nil)
    }

    @Test func delimitersAndDropping() throws {
        let vocabulary = Vocabulary(of: ["a", "b"], specials: Set(Vocabulary.Special.allCases))
        let indices = try vocabulary.encode(["b", "x"], addingStart: true, addingEnd: true)
        #expect(indices == [2, 5, 1, 3])
        #expect(try vocabulary.decode(indices + [0]) == ["<start>", "b", "<unk>", "<end>", "<pad>"])
        #expect(try vocabulary.decode(indices + [0], droppingSpecials: true) == ["b"])
        #expect(try vocabulary.encode("a b", by: .words, addingEnd: true) == [4, 5, 3])
        #expect(try vocabulary.encode([String](), addingStart: true) == [2])
        let batch = PaddedBatch([indices, [4]])
        #expect(try vocabulary.decode(batch.tokens[.all, 1], droppingSpecials: true) == ["a"])
    }

    // MARK: Errors

    @Test func unknownTokens() {
        let error = #expect(throws: TextError.self) { try Self.cave.encode(["Me", "Go", "Fishing\n"]) }
        #expect(error?.reason == .unknownToken)
        #expect(
            error?.message.hasPrefix(
                "token \"Fishing\\n\" at position 2 is not among the vocabulary's 10 tokens") == true)
        let long = #expect(throws: TextError.self) { try Self.cave.tensor([String(repeating: "x", count: 1000)]) }
        #expect(long?.message.utf8.count ?? 1000 < 250)
    }

    @Test(arguments: [10, -1, Int.max, Int.min]) func indicesOutside(_ index: Int) {
        let error = #expect(throws: TextError.self) { try Self.cave.decode([0, 9, index], droppingSpecials: true) }
        #expect(error?.reason == .indexOutside)
        #expect(error?.message.hasPrefix("index \(index) at position 2 is not within 0..<10") == true)
    }

    static let mistakes = [
        Trap("Vocabulary: minimumCount is 0: the least is 1") { _ = Vocabulary(of: ["a"], minimumCount: 0) },
        Trap("Vocabulary: maximumSize is 1, less than its 2 special tokens") {
            _ = Vocabulary(of: ["a"], maximumSize: 1, specials: [.padding, .unknown])
        },
        Trap("Vocabulary: index 10 of a vocabulary of 10 tokens") { _ = cave[10] },
        Trap("Vocabulary.encode: addingEnd, and the vocabulary has no .end: name it in specials") {
            _ = try? cave.encode(["Me"], addingEnd: true)
        },
        Trap("Vocabulary.decode: float32 [2]: indices are int64 and have one axis") {
            _ = try? cave.decode(Tensor.zeros([2]))
        },
        Trap("Vocabulary.decode: int64 [1, 2]: indices are int64 and have one axis") {
            _ = try? cave.decode(Tensor(rows: [[1, 2]]))
        },
    ]

    @Test(arguments: 0..<mistakes.count) func traps(_ number: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [number] in
            Self.mistakes[number].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.mistakes[number].message), "\(message)")
    }
}
