import Foundation

/// A row of workloads.json: a name, a kind, and whatever fields that kind reads.
struct Workload: Codable {
    let name: String
    let kind: String
    private let fields: [String: Field]

    /// An integer from `least` on, small enough that it is not a slip.
    func integer(_ field: String, from least: Int = 1) throws -> Int {
        guard case .integer(let value)? = fields[field], (least...Self.largest).contains(value) else {
            throw wrong(field, "an integer within \(least)...\(Self.largest)")
        }
        return value
    }

    /// A positive integer, or where the field is missing `value`.
    func integer(_ field: String, or value: Int) throws -> Int { fields[field] == nil ? value : try integer(field) }

    /// At least two positive integers.
    func integers(_ field: String) throws -> [Int] {
        guard case .integers(let values)? = fields[field], values.count >= 2,
            values.allSatisfy((1...Self.largest).contains)
        else { throw wrong(field, "a list of two or more positive integers") }
        return values
    }

    /// One of the choices that `Choice` lists.
    func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ field: String, as type: Choice.Type
    ) throws -> Choice {
        guard case .text(let value)? = fields[field], let choice = Choice(rawValue: value) else {
            throw wrong(field, "one of " + Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
        }
        return choice
    }

    /// Fails where a tensor with these lengths would not fit any memory.
    func requireReasonable(_ lengths: Int...) throws {
        var count = 1
        for length in lengths {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow, product <= Self.largest else {
                throw BenchError("row '\(name)': a tensor of \(lengths) has more than \(Self.largest) elements")
            }
            count = product
        }
    }

    /// Fails where a square of `length` with `padding` around it has no room for a kernel.
    func requireRoom(for kernelSize: Int, in length: Int, padding: Int = 0) throws {
        guard kernelSize <= length + 2 * padding else {
            throw BenchError(
                "row '\(name)': a kernel of \(kernelSize) is larger than an image of \(length) with padding \(padding)")
        }
    }

    private static let largest = 1 << 31

    private func wrong(_ field: String, _ expected: String) -> BenchError {
        let found = fields[field]?.description ?? "missing"
        return BenchError("row '\(name)': field '\(field)' should be \(expected), and is \(found)")
    }
}

/// Whether only the forward pass runs.
enum PassMode: String, CaseIterable { case forward, train }

// MARK: - JSON

extension Workload {
    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private enum Field: Codable, CustomStringConvertible {
        case integer(Int)
        case number(Double)
        case text(String)
        case integers([Int])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else {
                self = .integers(try container.decode([Int].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .integers(let value): try container.encode(value)
            }
        }

        var description: String {
            switch self {
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .text(let value): "\"\(value)\""
            case .integers(let value): "\(value)"
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let row = decoder.codingPath.last?.intValue.map { "row \($0 + 1)" } ?? "the row"
        guard let container = try? decoder.container(keyedBy: Key.self) else {
            throw BenchError("\(row) is not an object")
        }
        guard let name = try? container.decode(String.self, forKey: Key(stringValue: "name")) else {
            throw BenchError("\(row) has no name")
        }
        guard let kind = try? container.decode(String.self, forKey: Key(stringValue: "kind")) else {
            throw BenchError("row '\(name)' has no kind")
        }
        var fields: [String: Field] = [:]
        for key in container.allKeys {
            guard let field = try? container.decode(Field.self, forKey: key) else {
                throw BenchError("row '\(name)': field '\(key.stringValue)' is no number, text or list of integers")
            }
            fields[key.stringValue] = field
        }
        self.init(name: name, kind: kind, fields: fields)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, field) in fields { try container.encode(field, forKey: Key(stringValue: name)) }
    }
}
