import Cotangent
import Foundation
import TestSupport
import Testing

/// What coverage-guided fuzzing has found: inputs that take other ways through the readers. None traps, whatever it is.
@Suite struct CorpusTests {
    private static let corpus = try! Fixtures.decoded("corpus.json", as: [String: [String]].self)

    @Test(arguments: FuzzedReader.allCases) func everyInputIsTakenOrThrows(_ reader: FuzzedReader) throws {
        let inputs = try #require(Self.corpus[reader.rawValue]).map { [UInt8](Data(base64Encoded: $0)!) }
        #expect(inputs.count > 20)
        let taken = inputs.count { reader.takes($0) }
        // Both ends are among them.
        #expect(taken > 0 && taken < inputs.count)
    }
}
