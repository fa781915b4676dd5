import CotangentTensor

/// How an NPY file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html) begins: the bytes
/// \x93NUMPY, two for the version, the header's length (2 bytes in version 1, 4 in versions 2 and 3), and a Python
/// dictionary of exactly `descr`, `fortran_order` and `shape`.
struct NPYHeader {
    let array: StoredArray

    /// NumPy's own limit.
    private static let largestLength = 10_000
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Of what stands in `range` of a file, which may be more than the array.
    init(_ file: MappedFile, _ range: Range<Int>) throws(FormatError) {
        func error(_ reason: FormatError.Reason, at offset: Int, _ message: String) -> FormatError {
            FormatError(reason, file: file.name, offset: range.lowerBound + offset, message)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
        guard bytes.starts(with: Self.magic) else {
            throw bytes.count < 6 && Self.magic.starts(with: bytes)
                ? error(.cutOff, at: bytes.count, "the file ends within its first 6 bytes")
                : error(.unknownFormat, at: 0, "the file does not begin with \\x93NUMPY: it is not of the NPY format")
        }
        let isFirst = bytes.count > 6 && bytes[6] == 1
        let start = isFirst ? 10 : 12
        guard bytes.count >= start else { throw error(.cutOff, at: bytes.count, "the file ends before the header") }
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
            throw error(
                .unsupported, at: 6, "the version is \(bytes[6]).\(bytes[7]), and 1.0, 2.0 and 3.0 are read")
        }
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.largestLength else {
            throw error(
                .tooLarge, at: 8, "the header claims \(length) bytes, and at most \(Self.largestLength) are read")
        }
        guard length <= bytes.count - start else {
            throw error(
                .cutOff, at: 8,
                "the header claims \(length) bytes, and \(bytes.count - start) follow: the file is cut off")
        }
        var reader = NPYDictionary(Array(bytes[start..<start + length]))
        let dictionary: NPYDictionary.Contents
        do { dictionary = try reader.read() } catch { throw .at(error, file, range.lowerBound + start) }
        let element: (type: StoredDType, isBigEndian: Bool)
        do { element = try Self.element(dictionary.descr) } catch { throw .at(error, file, range.lowerBound + start) }
        let shape = dictionary.shape
        guard shape.count <= StoredArray.largestRank else {
            throw error(
                .tooLarge, at: start,
                "the shape has \(shape.count) axes, and at most \(StoredArray.largestRank) are read")
        }
        guard let byteCount = StoredArray.byteCount(shape, element.type) else {
            throw error(.tooLarge, at: start, "the shape \(Shape(shape)) has more bytes than can be counted")
        }
        let left = bytes.count - start - length
        if left < byteCount {
            throw error(
                .cutOff, at: bytes.count,
                "\(element.type) \(Shape(shape)) takes \(byteCount) bytes, and \(left) follow the header: the file is cut off"
            )
        }
        if left > byteCount {
            throw error(
                .corrupt, at: start + length + byteCount,
                "\(left - byteCount) bytes follow the array; only one array in a file is read")
        }
        array = StoredArray(
            file: file, start: range.lowerBound + start + length, type: element.type, shape: Shape(shape),
            isBigEndian: element.isBigEndian, isFortran: dictionary.isFortran)
    }

    /// What `descr` names: the byte order, a letter for the kind, and the bytes an element.
    private static func element(_ descr: String) throws(NPYDictionary.Problem) -> (type: StoredDType, isBigEndian: Bool)
    {
        var code = descr[...]
        var order: Character = "="
        if let first = code.first, "<>=|".contains(first) { order = code.removeFirst() }
        guard let type = codes.first(where: { $0.code == code })?.type, order != "|" || type.size == 1 else {
            let kind =
                switch code.first {
                case "O": "Python objects"
                case "S", "a", "U": "strings"
                case "c": "complex numbers"
                case "M", "m": "dates and times"
                case "V": "records or raw bytes"
                default: "elements"
                }
            throw NPYDictionary.Problem(
                reason: .unsupported, place: 0,
                message:
                    "\(kind) of the dtype \(quoted(descr)) are not read: save the array as one of \(listed(codes.map(\.code))) with astype"
            )
        }
        return (type, order == ">" || order == "=" && isBigEndianMachine)
    }

    private static let codes: [(code: String, type: StoredDType)] = [
        ("f8", .float64), ("f4", .float32), ("f2", .float16), ("i8", .int64), ("i4", .int32), ("i2", .int16),
        ("i1", .int8), ("u8", .uint64), ("u4", .uint32), ("u2", .uint16), ("u1", .uint8), ("b1", .bool),
    ]

    /// What is written before a tensor's elements: version 1, padded to a multiple of 64 bytes as NumPy does.
    static func bytes(of tensor: Tensor) -> [UInt8] {
        let type = StoredDType(tensor.dtype)
        let code = codes.first { $0.type == type }!.code
        let lengths = tensor.shape.map { "\($0)," }.joined(separator: " ")
        // A tuple of one has a comma behind it, others have none.
        let shape = tensor.rank == 1 ? lengths : String(lengths.dropLast())
        let text = "{'descr': '\(type.size == 1 ? "|" : "<")\(code)', 'fortran_order': False, 'shape': (\(shape)), }"
        let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: length - 1 - text.utf8.count)
        return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8) + padding + [0x0A]
    }
}

extension FormatError {
    fileprivate static func at(_ problem: NPYDictionary.Problem, _ file: MappedFile, _ start: Int) -> FormatError {
        FormatError(problem.reason, file: file.name, offset: start + problem.place, problem.message)
    }
}
