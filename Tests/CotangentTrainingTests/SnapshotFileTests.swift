import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct SnapshotFileTests {
    private func path(_ name: String = "model") -> String {
        FileManager.default.temporaryDirectory.appending(path: "cotangent-\(UUID().uuidString)-\(name).safetensors")
            .path(percentEncoded: false)
    }

    private func model(_ seed: UInt64) -> Sequential {
        var generator = PhiloxGenerator(seed: seed)
        return Sequential {
            Linear(4, 3, using: &generator)
            ReLU()
            BatchNorm1D(3)
            Linear(3, 2, using: &generator)
        }
    }

    @Test func roundTrip() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (a, b) = (model(1), model(2))
        try a.write(to: path, metadata: ["epoch": "3"])
        #expect(a.snapshot() != b.snapshot())
        try b.load(path)
        #expect(a.snapshot() == b.snapshot() && a.snapshot().names == b.snapshot().names)
        let file = try Safetensors(path: path)
        #expect(file.metadata == ["epoch": "3"] && file.names == a.snapshot().names)
        // What was read is the model's own: the file may change in place.
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 0)
        #expect(a.snapshot() == b.snapshot())
    }

    @Test func halfPrecision() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (a, b) = (model(1), model(2))
        try a.write(to: path, storing: .bfloat16)
        try b.load(path)
        for name in a.snapshot().names {
            #expect(b.snapshot()[name]!.isClose(to: a.snapshot()[name]!, relative: 1 / 256, absolute: 0), "\(name)")
        }
        #expect(try Safetensors(path: path).dtypeInFile(of: "0.weight") == .bfloat16)
    }

    @Test func errors() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: FormatError.self) { try model(1).load(path) }
        var snapshot = model(1).snapshot()
        snapshot["3.bias"] = nil
        try snapshot.write(to: path)
        let target = model(2)
        let before = target.snapshot()
        let error = #expect(throws: SnapshotError.self) { try target.load(path) }
        #expect(error?.missing == ["3.bias"] && target.snapshot() == before)
    }
}
