import Cotangent
import Foundation
import TestSupport

/// A file that Pillow wrote or that follows its specification's words, and the samples in it: see Fixtures/images.py.
struct ImageFixture: Decodable, Sendable {
    let name: String
    let depth: Int
    let shape: [Int]
    let samples: [Int]
    private let base64: String

    var bytes: [UInt8] { Array(Data(base64Encoded: base64)!) }
    /// The samples over the largest, in float32 arithmetic.
    var pixels: Tensor { Tensor(samples.map { Float($0) / (depth == 16 ? 65_535 : 255) }, shape: Shape(shape)) }
    var isPNG: Bool { name.hasSuffix(".png") }

    static let all = try! Fixtures.decoded("images.json", as: [ImageFixture].self)
    static func named(_ name: String) -> ImageFixture { all.first { $0.name == name }! }
}

/// A new folder, which goes when the test has ended.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "cotangent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    /// The path of a new file of these bytes.
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }

    var contents: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path("")).sorted() } }
}
