import Cotangent
import Foundation
import Testing

@Suite struct TokenizerTests {
    private let fixture = TextFixture.all

    /// The words that a regular expression finds in Python.
    @Test func words() {
        #expect(Tokenizer.words.split(fixture.passage) == fixture.passageWords)
        #expect(codePoints(Tokenizer.words.split(fixture.hard)) == codePoints(fixture.hardWords))
        let lowercase = Tokenizer.lowercaseWords.split(fixture.passage)
        #expect(lowercase == fixture.passageWords.map { $0.lowercased() } && lowercase.contains("moses"))
    }

    @Test(
        arguments: [
            ("", []), (" \n\t", []), ("Me Go Hunting", ["Me", "Go", "Hunting"]),
            ("Don't go, Me!", ["Don't", "go", ",", "Me", "!"]), ("'tis", ["'", "tis"]), ("dogs'", ["dogs", "'"]),
            ("o''clock", ["o", "'", "'", "clock"]),
            ("3.14 1,000.5 1. 1,a", ["3.14", "1,000.5", "1", ".", "1", ",", "a"]),
            ("v2.0-beta", ["v2.0", "-", "beta"]), ("a\r\nb", ["a", "b"]), ("4:16", ["4", ":", "16"]),
            // An emoji of several scalars, and a flag, are one character each.
            ("👩‍🌾🇩🇪 ok", ["👩‍🌾", "🇩🇪", "ok"]),
        ] as [(String, [String])])
    func wordsByHand(_ text: String, _ tokens: [String]) {
        #expect(Tokenizer.words.split(text) == tokens)
    }

    /// Prose comes back as it was, but for its ends of lines.
    @Test func joiningWords() {
        let words = Tokenizer.words
        let lines = fixture.passage.split(separator: "\n").joined(separator: " ")
        #expect(words.join(words.split(lines)) == lines)
        for text in [
            "In seven days' time he said: \"go (now), 'Me', at 4:16!\" It's a well-beloved dog/cat – 50% of $9.",
            "“So” it’s [done]; yes…",
        ] {
            #expect(words.join(words.split(text)) == text.replacingOccurrences(of: " – ", with: "–"))
        }
        #expect(words.join([]) == "" && words.join(["Me"]) == "Me" && words.join(["Me", "Go"]) == "Me Go")
    }

    /// Joining may lose spaces, never the tokens: random text of marks, digits and letters.
    @Test func joinedWordsSplitAgain() {
        var generator = PhiloxGenerator(seed: 3)
        let alphabet = Array("as1 2.,'’\"-:;!?()[]{}%$#@/_…«» “”é—")
        for _ in 0..<1000 {
            let text = String((0..<30).map { _ in alphabet.randomElement(using: &generator)! })
            let tokens = Tokenizer.words.split(text)
            #expect(Tokenizer.words.split(Tokenizer.words.join(tokens)) == tokens, "\(text)")
        }
    }

    /// The same code points, of text that `Character`s would cut or compare otherwise.
    @Test(arguments: ["", "Me go\r\nhunting", "e\u{301}é\u{212B}Å", "\u{301}a", "👩‍🌾🇩🇪", "\u{0}\u{FEFF}\u{2028}"])
    func charactersComeBack(_ text: String) throws {
        let tokens = Tokenizer.characters.split(text)
        #expect(tokens.count == text.unicodeScalars.count)
        #expect(codePoints([Tokenizer.characters.join(tokens)]) == codePoints([text]))
        let vocabulary = Vocabulary(of: tokens)
        let decoded = try vocabulary.decode(vocabulary.encode(text, by: .characters))
        #expect(codePoints([Tokenizer.characters.join(decoded)]) == codePoints([text]))
        #expect(codePoints(Tokenizer.characters.split(Tokenizer.characters.join(decoded))) == codePoints(tokens))
    }

    @Test func whitespace() {
        let text = " Me  go,\u{3000}hunting\r\n\tnow\u{A0}"
        #expect(Tokenizer.whitespace.split(text) == ["Me", "go,", "hunting", "now"])
        #expect(Tokenizer.whitespace.join(["Me", "go,", "now"]) == "Me go, now")
        #expect(Tokenizer.whitespace.join([]) == "")
    }

    // MARK: Files

    @Test func readsFiles() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("text.txt")
        try Data([0xEF, 0xBB, 0xBF] + "Me\r\ngö\n".utf8).write(to: URL(filePath: path))
        #expect(codePoints([try text(contentsOf: path)]) == codePoints(["Me\r\ngö\n"]))
        try Data().write(to: URL(filePath: path))
        #expect(try text(contentsOf: path).isEmpty)
    }

    @Test func filesThatAreNoText() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("text.txt")
        // Latin-1; a surrogate; a sequence that ends too early.
        for (bytes, byte) in [([0xF6, 0x0A], "0xF6"), ([0xED, 0xA0, 0x80], "0xED"), ([0xE2, 0x82], "0xE2")]
            as [([UInt8], String)]
        {
            try Data("Me\ngo\nö".utf8 + bytes).write(to: URL(filePath: path))
            let error = #expect(throws: TextError.self) { try text(contentsOf: path) }
            #expect(error?.reason == .encoding && error?.line == 3 && error?.file == path)
            #expect(error?.message.contains("the byte \(byte) does not continue UTF-8") == true)
        }
        let missing = #expect(throws: TextError.self) { try text(contentsOf: folder.path("none.txt")) }
        #expect(missing?.reason == .unreadableFile)
        #expect("\(missing!)".hasSuffix("none.txt: \(missing!.message)") && missing!.message.contains("No such file"))
    }
}
