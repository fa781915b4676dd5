import Cotangent
import Foundation
import Testing

@Suite struct VocabularyFileTests {
    private let folder = try! TemporaryFolder()
    private let vocabulary = Vocabulary(
        of: [
            "a", "\n", "\r", "\t", "\"", "\\", "/", "\u{0}", "\u{1F}", "\u{7F}", "\u{2028}", "é", "e\u{301}", "🌳", "",
        ],
        specials: [.padding, .end])

    @Test(arguments: [Set<Vocabulary.Special>(), [.padding, .end], Set(Vocabulary.Special.allCases)])
    func comesBack(_ specials: Set<Vocabulary.Special>) throws {
        let path = folder.path("words.json")
        for tokens in [vocabulary.tokens, [], Tokenizer.words.split(TextFixture.all.hard)] {
            let saved = Vocabulary(of: tokens, specials: specials)
            try saved.write(to: path)
            let read = try Vocabulary(path: path)
            #expect(read == saved && codePoints(read.tokens) == codePoints(saved.tokens))
            #expect(try read.encode(saved.tokens) == Array(0..<saved.count))
            // Foundation reads the same file, and ours reads what it wrote.
            let data = try Data(contentsOf: URL(filePath: path))
            #expect(try JSONDecoder().decode(Vocabulary.self, from: data) == saved)
            try JSONEncoder().encode(saved).write(to: URL(filePath: path))
            #expect(try Vocabulary(path: path) == saved)
        }
        #expect(try folder.contents == ["words.json"])
    }

    /// What Python wrote, with all but ASCII escaped.
    @Test func readsOthersFiles() throws {
        let path = folder.path("python.json")
        try Data(TextFixture.all.vocabularyFile.utf8).write(to: URL(filePath: path))
        let read = try Vocabulary(path: path)
        #expect(
            codePoints(read.tokens) == codePoints(["<pad>", "<end>", "é", "e\u{301}", "🌳", "\n\"\\/\t\u{0}"]))
        #expect(read.specials == [.padding, .end])
    }

    private static func file(
        format: String = "\"cotangent-vocabulary\"", version: String = "1", specials: String = "[]", tokens: String
    ) -> String {
        "{\"format\":\(format),\n\"version\":\(version),\n\"specials\":\(specials),\n\"tokens\":\(tokens)}"
    }

    @Test(
        arguments: [
            ("", 1, "the file is not JSON: the end of the file stands where a value is wanted"),
            (" \n{", 2, "the end of the file stands where a name in quotes is wanted"),
            ("[1, 2", 1, "the end of the file stands where a comma or ] is wanted"),
            ("{\"a\" 1}", 1, "'1' stands where a colon is wanted"),
            ("{\"a\":1,}", 1, "'}' stands where a name in quotes is wanted"),
            ("{\"a\":1,\n\"a\":2}", 2, "the name \"a\" is there twice"),
            ("[1]\n]", 2, "']' follows the end of the value"), ("[01]", 1, "'01' is not a number"),
            ("[-]", 1, "'-' is not a number"), ("[1.]", 1, "'1.' is not a number"),
            ("[1e+]", 1, "'1e+' is not a number"),
            ("[nul]", 1, "'n' stands where a value is wanted"), ("[\u{1}]", 1, "byte 1 stands where a value is wanted"),
            ("[\"a\n\"]", 1, "byte 10 stands in a string"), ("[\"a", 1, "a string is not closed"),
            ("[\"\\x\"]", 1, "'x' stands behind a backslash"),
            ("[\"\\u12g4\"]", 1, "\\u wants four hexadecimal digits"),
            ("[\"\\ud83c\"]", 1, "\\u names half of a surrogate pair"),
            ("[\"\\udf33\\ud83c\"]", 1, "\\u names half of a surrogate pair"),
            ("[\"\\ud83c\\u0041\"]", 1, "\\u names half of a surrogate pair"),
            ("[]", nil, "an object with \"format\", \"tokens\" and so on is wanted, not an array"),
            ("{\"version\": 1}", nil, "\"format\" is missing: a string is wanted"),
            (file(format: "\"words\"", tokens: "[]"), nil, "the format is \"words\", not \"cotangent-vocabulary\""),
            (file(format: "3", tokens: "[]"), nil, "\"format\" is a number, and a string is wanted"),
            (file(version: "2", tokens: "[]"), nil, "the version is 2, and this program reads version 1: update it"),
            (file(version: "1.5", tokens: "[]"), nil, "\"version\" is a number, and an integer is wanted"),
            (file(version: "1e999", tokens: "[]"), nil, "\"version\" is a number, and an integer is wanted"),
            (file(version: "true", tokens: "[]"), nil, "\"version\" is a truth value, and an integer is wanted"),
            (file(tokens: "null"), nil, "\"tokens\" is null, and an array of strings is wanted"),
            (file(tokens: "[\"a\", {}]"), nil, "number 1 of \"tokens\" is an object, not a string"),
            (file(tokens: "[\"a\", \"b\", \"\\u0061\"]"), nil, "token \"a\" is there twice, as number 0 and 2"),
            (
                file(specials: "[\"<mask>\"]", tokens: "[\"<mask>\"]"), nil,
                "\"<mask>\" is not a special token: there are"
            ),
            (
                file(specials: "[\"<unk>\", \"<unk>\"]", tokens: "[\"<unk>\"]"), nil,
                "the special token \"<unk>\" is there twice"
            ),
            (
                file(specials: "[\"<unk>\"]", tokens: "[\"a\", \"<unk>\"]"), nil,
                "the special token \"<unk>\" must be token number 0, but that is \"a\""
            ),
            (
                file(specials: "[\"<pad>\", \"<unk>\"]", tokens: "[\"<pad>\"]"), nil,
                "the special token \"<unk>\" must be token number 1, but the list ends before"
            ),
            (
                file(specials: "[\"<unk>\", \"<pad>\"]", tokens: "[\"<unk>\", \"<pad>\"]"), nil,
                "the special tokens must come in this order: '<pad>', '<unk>'"
            ),
        ] as [(String, Int?, String)])
    func brokenFiles(_ text: String, _ line: Int?, _ message: String) throws {
        let path = folder.path("broken.json")
        try Data(text.utf8).write(to: URL(filePath: path))
        let error = #expect(throws: TextError.self) { try Vocabulary(path: path) }
        #expect(error?.reason == .corrupt && error?.file == path && error?.line == line)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.description == "\(path)\(line.map { ":\($0)" } ?? ""): \(error!.message)")
        // What is JSON, a decoder refuses as well.
        if line == nil {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Vocabulary.self, from: Data(text.utf8)) }
        }
    }

    /// Deeper than the stack is high.
    @Test(arguments: ["[", "{\"a\":", "[[{\"\":"]) func nestedFiles(_ opening: String) throws {
        let path = folder.path("nested.json")
        try Data(String(repeating: opening, count: 1_000_000).utf8).write(to: URL(filePath: path))
        let error = #expect(throws: TextError.self) { try Vocabulary(path: path) }
        #expect(error?.message.hasSuffix("more than 100 arrays and objects are nested") == true)
    }

    /// Every prefix and every changed byte of a good file either reads, to what keeps the rules, or throws.
    @Test func damagedFiles() throws {
        let path = folder.path("damaged.json")
        try Vocabulary(of: ["é", "\n", "a"], specials: [.unknown]).write(to: path)
        let good = Array(try Data(contentsOf: URL(filePath: path)))
        var read = 0
        var tried = 0
        func check(_ bytes: [UInt8]) throws {
            tried += 1
            // Some file systems write to the disk at once where a file is replaced.
            let path = folder.path("damaged\(tried).json")
            try Data(bytes).write(to: URL(filePath: path))
            do {
                let vocabulary = try Vocabulary(path: path)
                #expect(try vocabulary.encode(vocabulary.tokens) == Array(0..<vocabulary.count))
                read += 1
            } catch { #expect(error.reason == .corrupt) }
        }
        for length in good.indices { try check(Array(good[..<length])) }
        for index in good.indices {
            for byte in [0, 0x22, 0x2C, 0x30, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xC3, 0xFF] as [UInt8] {
                var bytes = good
                bytes[index] = byte
                try check(bytes)
            }
        }
        // A token's letter changed, say, leaves a good file; nearly all others are refused.
        #expect(read > 10 && read < good.count * 4)
    }

    @Test func filesThatCannotBeReadOrWritten() throws {
        let missing = #expect(throws: TextError.self) { try Vocabulary(path: folder.path("none.json")) }
        #expect(missing?.reason == .unreadableFile && missing?.message.contains("No such file") == true)
        let path = folder.path("none/words.json")
        let unwritable = #expect(throws: TextError.self) { try vocabulary.write(to: path) }
        #expect(unwritable?.reason == .unwritableFile && unwritable?.file == path)
    }
}
