import Cotangent
import Foundation
import TestSupport
import Testing

/// Files that Tests/Interop/state_dicts.py wrote to the folder that COTANGENT_INTEROP names, and ours, which
/// check_state_dicts.py reads: `make test-interop`.
@Suite struct StateDictInteropTests {
    private static let folder = ProcessInfo.processInfo.environment["COTANGENT_INTEROP"]

    private struct File: Decodable {
        let name: String
        let dtype: String
        let wrapped: Bool
    }

    @Test(.enabled(if: folder != nil)) func everyFile() throws {
        let folder = URL(filePath: try #require(Self.folder))
        let files = try JSONDecoder().decode(
            [File].self, from: Data(contentsOf: folder.appending(path: "state_dicts_interop.json")))
        #expect(files.count == 15)
        for file in files {
            let test = try #require(StateDictCase.all.first { $0.name == file.name })
            let path = folder.appending(path: "state_dict_\(file.name)_\(file.dtype).safetensors")
            let snapshot = try Snapshot(safetensors: path.path(percentEncoded: false))
            for dtype in [DType.float32, .float64] {
                let model = test.model(dtype)
                try model.load(snapshot, removingPrefix: file.wrapped ? "module." : "", allowing: .conversion)
                let output = running(in: .inference) { model(test.input.tensor(dtype)) }
                let distance = relativeDistance(output, test.output.tensor(dtype))
                // All values are multiples of 1/64 that bfloat16 holds exactly.
                #expect(distance < (dtype == .float32 ? 1e-5 : 1e-10), "\(path.lastPathComponent): \(distance)")
                let ours = folder.appending(path: "ours_\(file.name)_\(dtype).safetensors")
                try model.snapshot(underAllNames: true).write(to: ours.path(percentEncoded: false))
            }
        }
    }
}
