import CotangentTensor
import Foundation

/// Reference values in Tests/Fixtures, each beside the script that made them.
public enum Fixtures {
    /// The path of a file there. `#filePath` finds it wherever the package is built.
    public static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures").appending(path: name).path(percentEncoded: false)
    }

    /// The path of a file of Examples/Data, whose README has sources and licences.
    public static func example(_ name: String) -> String { path("../../Examples/Data/\(name)") }

    public static func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

    /// A JSON file there as a Swift type.
    public static func decoded<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(T.self, from: data(name))
    }
}

/// A tensor as fixtures write it. `dtype` "float" stands for float32 and float64 alike: the values are exact in both.
public struct FixtureTensor: Decodable, Sendable {
    public let dtype: String
    public let shape: [Int]
    public let values: [Double]

    public var isFloatingPoint: Bool { dtype == "float" }

    /// The tensor, with floating point as `type`.
    public func tensor(_ type: DType) -> Tensor {
        let x = Tensor(values, shape: Shape(shape))
        switch dtype {
        case "float": return x.cast(to: type)
        case "int64": return x.cast(to: .int64)
        case "bool": return x.cast(to: .bool)
        default: fatalError("unknown dtype '\(dtype)' in a fixture")
        }
    }
}

/// A JSON value whose type its reader knows.
public enum JSONValue: Decodable, Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var double: Double? { if case .number(let value) = self { value } else { nil } }
    public var int: Int? { double.map { Int($0) } }
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    public var ints: [Int]? { array?.compactMap(\.int) }
}
