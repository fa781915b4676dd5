import Cotangent
import Foundation
import TestSupport
import Testing

/// A file that another program wrote, and the arrays in it: see Fixtures/formats.py.
struct FormatFixture: Decodable, Sendable {
    struct Contents: Decodable, Sendable {
        let name: String
        let stored: StoredDType
        let dtype: String
        let shape: [Int]
        private let values: String

        var tensor: Tensor { tensorInFile(dtype, shape, Data(base64Encoded: values)!) }
    }

    struct Refused: Decodable, Sendable {
        let name: String
        private let base64: String
        var bytes: [UInt8] { Array(Data(base64Encoded: base64)!) }
    }

    /// float32 numbers and the nearest ones of two shorter types, as bytes.
    struct Rounding: Decodable, Sendable {
        private let float32: String
        private let float16: String
        private let bfloat16: String

        var numbers: [Float] {
            let bytes = Data(base64Encoded: float32)!
            return numbersInFile(bytes.count / 4, bytes)
        }

        func bytes(_ type: StoredDType) -> [UInt8] {
            Array(Data(base64Encoded: type == .float16 ? float16 : bfloat16)!)
        }
    }

    private struct All: Decodable {
        let files: [FormatFixture]
        let refused: [Refused]
        let rounding: Rounding
    }

    let name: String
    let arrays: [Contents]
    let metadata: [String: String]
    private let base64: String

    var bytes: [UInt8] { Array(Data(base64Encoded: base64)!) }

    private static let decoded = try! Fixtures.decoded("formats.json", as: All.self)
    static let refused = decoded.refused
    static let rounding = decoded.rounding
    static func named(_ name: String) -> FormatFixture { decoded.files.first { $0.name == name }! }
    static func names(where isWanted: (String) -> Bool) -> [String] { decoded.files.map(\.name).filter(isWanted) }
}

/// What a script wrote as bytes, from `place` on.
func tensorInFile(_ dtype: String, _ shape: [Int], _ data: Data, at place: Int = 0) -> Tensor {
    let count = shape.reduce(1, *)
    switch dtype {
    case "float32": return Tensor(numbersInFile(count, data, at: place) as [Float], shape: Shape(shape))
    case "float64": return Tensor(numbersInFile(count, data, at: place) as [Double], shape: Shape(shape))
    case "int64": return Tensor(numbersInFile(count, data, at: place) as [Int64], shape: Shape(shape))
    default: return Tensor((numbersInFile(count, data, at: place) as [UInt8]).map { $0 != 0 }, shape: Shape(shape))
    }
}

private func numbersInFile<T: BitwiseCopyable>(_ count: Int, _ data: Data, at place: Int = 0) -> [T] {
    data.withUnsafeBytes { bytes in
        (0..<count).map { bytes.loadUnaligned(fromByteOffset: place + $0 * MemoryLayout<T>.size, as: T.self) }
    }
}

/// Whether dtype, shape and all bits are equal, the sign of zero too; one NaN is as good as another.
func areSame(_ a: Tensor, _ b: Tensor) -> Bool {
    guard a.dtype == b.dtype, a.shape == b.shape else { return false }
    switch a.dtype {
    case .float32:
        return zip(a.array(of: Float.self), b.array(of: Float.self)).allSatisfy {
            $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN
        }
    case .float64:
        return zip(a.array(of: Double.self), b.array(of: Double.self)).allSatisfy {
            $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN
        }
    case .int64: return a.array(of: Int64.self) == b.array(of: Int64.self)
    case .bool:
        // Bool's == looks at one bit alone; a tensor's bool is a byte of 0 or 1.
        return a.withUnsafeBufferPointer(as: Bool.self) { a in
            b.withUnsafeBufferPointer(as: Bool.self) { b in
                Array(UnsafeRawBufferPointer(a)) == Array(UnsafeRawBufferPointer(b))
            }
        }
    }
}

/// Every prefix of a good file, and the file with each byte changed in several ways, goes to `read`, which returns or
/// throws a ``FormatError``: nothing traps. Returns how many were read.
func readDamaged(_ good: [UInt8], changes: [UInt8] = [0x01, 0x02, 0x10, 0x80, 0xFF], _ read: ([UInt8]) throws -> Void)
    -> (prefixes: Int, changed: Int)
{
    var counts = (prefixes: 0, changed: 0)
    func succeeds(_ bytes: [UInt8]) -> Bool {
        do {
            try read(bytes)
            return true
        } catch {
            #expect((error as? FormatError)?.message.isEmpty == false, "\(error)")
            return false
        }
    }
    for length in good.indices where succeeds(Array(good[..<length])) { counts.prefixes += 1 }
    for index in good.indices {
        for change in changes {
            var bytes = good
            bytes[index] ^= change
            if succeeds(bytes) { counts.changed += 1 }
        }
    }
    return counts
}
