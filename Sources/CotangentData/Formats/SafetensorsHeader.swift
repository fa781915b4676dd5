import CotangentTensor

/// A safetensors file: the header's length as 8 bytes, little-endian; the header, a JSON object that gives each
/// tensor's dtype, shape, and first and last place in what follows; the tensors, one behind the other.
struct SafetensorsHeader {
    private(set) var arrays: [(name: String, array: StoredArray)] = []
    private(set) var metadata: [String: String] = [:]

    static let largestLength = 100_000_000

    init(_ file: MappedFile) throws(FormatError) {
        let length = try Self.length(file)
        let text = Array(file.bytes[8..<8 + length])
        guard text.first == UInt8(ascii: "{") else {
            throw FormatError(
                .unknownFormat, file: file.name, offset: 8,
                "the header does not begin with {: the file is not of the safetensors format")
        }
        let members: [(name: String, value: JSON)]
        do { members = try JSON.members(parsing: text) ?? [] } catch {
            throw FormatError(
                .corrupt, file: file.name, offset: 8 + error.offset, "the header is not JSON: \(error.message)")
        }
        let start = 8 + length
        var ends: [Int] = []
        for (name, value) in members {
            if name == "__metadata__" {
                metadata = try Self.strings(value, file)
                continue
            }
            do {
                let entry = try Entry(value)
                arrays.append(
                    (
                        name,
                        StoredArray(
                            file: file, start: start + entry.range.lowerBound, type: entry.type, shape: entry.shape)
                    )
                )
                ends.append(start + entry.range.upperBound)
            } catch {
                throw FormatError(
                    error.reason, file: file.name, offset: nil, "tensor \(quoted(name)): \(error.message)")
            }
        }
        try checkPlaces(ends, from: start, file)
    }

    private static func length(_ file: MappedFile) throws(FormatError) -> Int {
        guard let length = file.number(UInt64.self, at: 0) else {
            throw FormatError(
                .cutOff, file: file.name, offset: 0,
                "the file has \(file.bytes.count) bytes, and the header's length alone takes 8")
        }
        guard length <= largestLength else {
            throw FormatError(
                .tooLarge, file: file.name, offset: 0,
                "the header claims \(length) bytes, and at most \(largestLength) are read: the file may be of another format"
            )
        }
        guard length <= file.bytes.count - 8 else {
            throw FormatError(
                .cutOff, file: file.name, offset: 0,
                "the header claims \(length) bytes, and \(file.bytes.count - 8) follow: the file is cut off")
        }
        return Int(length)
    }

    private static func strings(_ value: JSON, _ file: MappedFile) throws(FormatError) -> [String: String] {
        guard case .object(let members) = value else {
            throw FormatError(.corrupt, file: file.name, "__metadata__ is \(value.kind), and an object is wanted")
        }
        var strings: [String: String] = [:]
        for (name, value) in members {
            guard case .string(let string) = value else {
                throw FormatError(
                    .corrupt, file: file.name,
                    "\(quoted(name)) of __metadata__ is \(value.kind), and only strings are allowed")
            }
            strings[name] = string
        }
        return strings
    }

    /// Tensors fill what follows the header: none overlaps another, no byte belongs to none.
    private func checkPlaces(_ ends: [Int], from start: Int, _ file: MappedFile) throws(FormatError) {
        let order = arrays.indices.sorted { (arrays[$0].array.start, ends[$0]) < (arrays[$1].array.start, ends[$1]) }
        var end = start
        var before = "the header"
        for index in order {
            let (name, array) = arrays[index]
            guard array.start == end else {
                let problem =
                    array.start < end
                    ? "overlaps \(before) by \(end - array.start) bytes"
                    : "leaves \(array.start - end) bytes behind \(before) that belong to no tensor"
                throw FormatError(
                    .corrupt, file: file.name, offset: array.start, "tensor \(quoted(name)) \(problem)")
            }
            end = ends[index]
            before = "tensor \(quoted(name))"
        }
        let count = file.bytes.count
        if end > count {
            throw FormatError(
                .cutOff, file: file.name, offset: count,
                "the tensors take \(end - start) bytes, and \(count - start) follow the header: the file is cut off")
        }
        if end < count {
            throw FormatError(
                .corrupt, file: file.name, offset: end, "\(count - end) bytes follow the last tensor")
        }
    }
}

private struct EntryProblem: Error {
    let reason: FormatError.Reason
    let message: String
}

/// What the header says of a tensor. Other members are passed over, as the reference implementation does.
private struct Entry {
    let type: StoredDType
    let shape: Shape
    let range: Range<Int>

    init(_ value: JSON) throws(EntryProblem) {
        guard case .object(let members) = value else {
            throw EntryProblem(
                reason: .corrupt, message: "an object with dtype, shape and data_offsets is wanted, not \(value.kind)")
        }
        guard case .string(let code) = members["dtype"] else {
            throw EntryProblem(
                reason: .corrupt,
                message: "\"dtype\" is \(members["dtype"]?.kind ?? "missing"), and a string is wanted")
        }
        guard let type = StoredDType(safetensorsCode: code) else {
            throw EntryProblem(
                reason: .unsupported,
                message:
                    "the dtype \(quoted(code)) is not read: convert it, in Python say, to one of \(listed(StoredDType.allCases.map(\.safetensorsCode)))"
            )
        }
        let lengths = try integers(members, "shape")
        guard lengths.count <= StoredArray.largestRank else {
            throw EntryProblem(
                reason: .tooLarge,
                message: "the shape has \(lengths.count) axes, and at most \(StoredArray.largestRank) are read")
        }
        guard let byteCount = StoredArray.byteCount(lengths, type) else {
            throw EntryProblem(
                reason: .tooLarge, message: "the shape \(Shape(lengths)) has more bytes than can be counted")
        }
        let places = try integers(members, "data_offsets")
        guard places.count == 2, places[0] <= places[1] else {
            throw EntryProblem(
                reason: .corrupt,
                message: "\"data_offsets\" is \(places), and the first and the last place are wanted, in this order")
        }
        guard places[1] - places[0] == byteCount else {
            throw EntryProblem(
                reason: .corrupt,
                message:
                    "\(code) \(Shape(lengths)) takes \(byteCount) bytes, and data_offsets span \(places[1] - places[0])"
            )
        }
        self.type = type
        shape = Shape(lengths)
        range = places[0]..<places[1]
    }
}

private func integers(_ members: [String: JSON], _ name: String) throws(EntryProblem) -> [Int] {
    guard case .array(let elements) = members[name] else {
        throw EntryProblem(
            reason: .corrupt, message: "\"\(name)\" is \(members[name]?.kind ?? "missing"), and an array is wanted")
    }
    var integers: [Int] = []
    integers.reserveCapacity(elements.count)
    for element in elements {
        // From 2⁵³ on not every integer is a Double, which the numbers have become.
        guard case .number(let number) = element, let integer = Int(exactly: number), 0..<(1 << 53) ~= integer else {
            throw EntryProblem(
                reason: .corrupt, message: "\"\(name)\" must have whole numbers from 0 up to 2⁵³ alone")
        }
        integers.append(integer)
    }
    return integers
}

extension StoredDType {
    /// What the format calls it.
    var safetensorsCode: String {
        switch self {
        case .float64: "F64"
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float8E4M3: "F8_E4M3"
        case .float8E5M2: "F8_E5M2"
        case .int64: "I64"
        case .int32: "I32"
        case .int16: "I16"
        case .int8: "I8"
        case .uint64: "U64"
        case .uint32: "U32"
        case .uint16: "U16"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }

    fileprivate init?(safetensorsCode code: String) {
        guard let type = Self.allCases.first(where: { $0.safetensorsCode == code }) else { return nil }
        self = type
    }
}
