import Cotangent
import Foundation
import Testing

/// Hundreds of files by safetensors' own library, PyTorch and NumPy, which Tests/Interop/formats.py writes to the
/// folder that COTANGENT_INTEROP names: `make test-interop`. Files of the same arrays are written beside them, which
/// Tests/Interop/check_formats.py then reads.
@Suite struct FormatsInteropTests {
    private static let folder = ProcessInfo.processInfo.environment["COTANGENT_INTEROP"]

    private struct File: Decodable {
        struct Entry: Decodable {
            let name: String
            let stored: StoredDType
            let dtype: String
            let shape: [Int]
            let place: Int

            func tensor(_ data: Data) -> Tensor { tensorInFile(dtype, shape, data, at: place) }
        }

        let file: String
        let arrays: [Entry]
        let isCompressed: Bool?
    }

    @Test(.enabled(if: folder != nil)) func everyFile() throws {
        let folder = URL(filePath: try #require(Self.folder))
        let files = try JSONDecoder().decode(
            [File].self, from: Data(contentsOf: folder.appending(path: "formats.json")))
        let data = try Data(contentsOf: folder.appending(path: "formats.bin"))
        var (held, wrong) = (0, 0)
        for file in files {
            let path = folder.appending(path: file.file).path(percentEncoded: false)
            let expected = file.arrays.map { (name: $0.name, tensor: $0.tensor(data)) }
            for (entry, (found, stored)) in zip(file.arrays, try read(path, file)) {
                held += 1
                if stored == entry.stored, areSame(found, entry.tensor(data)) { continue }
                wrong += 1
                if wrong <= 20 { Issue.record("\(file.file), \(entry.name): \(stored) \(found), not \(entry)") }
            }
            let weights = Safetensors(tensors: expected, metadata: ["written by": "Cotangent ö"])
            try weights.write(to: path + ".ours.safetensors")
            for type in [StoredDType.float16, .bfloat16] {
                try weights.write(to: "\(path).\(type).safetensors", storing: type)
            }
            try NPZ(arrays: expected.map { ($0.name.isEmpty ? "x" : $0.name, $0.tensor) }).write(
                to: path + ".ours.npz", isCompressed: file.isCompressed == true && Self.hasZlib)
            for (number, (_, tensor)) in expected.enumerated() {
                try NPY(tensor).write(to: "\(path).ours\(number).npy")
            }
        }
        print("\(files.count) files, \(held) arrays, \(wrong) wrong")
        #expect(files.count == 750 && held > 1000 && wrong == 0)
    }

    private static var hasZlib: Bool {
        #if Zlib
            true
        #else
            false
        #endif
    }

    private func read(_ path: String, _ file: File) throws -> [(Tensor, StoredDType)] {
        let names = file.arrays.map(\.name)
        if path.hasSuffix(".npy") {
            let read = try NPY(path: path)
            return [(try read.tensor(), read.dtypeInFile)]
        }
        if path.hasSuffix(".npz") {
            let read = try NPZ(path: path)
            #expect(read.names == names)
            if file.isCompressed == true, !Self.hasZlib { return [] }
            return try names.map { (try read.tensor(named: $0), try read.array(named: $0).dtypeInFile) }
        }
        let read = try Safetensors(path: path)
        #expect(Set(read.names) == Set(names))
        return try names.map { (try read.tensor(named: $0), try #require(read.dtypeInFile(of: $0))) }
    }
}
