import CotangentTensor

/// An array in an IDX file, the format of the MNIST digits (http://yann.lecun.com/exdb/mnist): two zero bytes, one for
/// the type and one for the number of axes, their lengths as 4 bytes each, and the elements, all big-endian.
///
/// ```swift
/// let images = try IDX(path: "train-images-idx3-ubyte.gz")        // uint8 [60000, 28, 28]
/// let x = images.tensor(isScaled: true)                           // float32 [60000, 28, 28], 0…1
/// let y = try IDX(path: "train-labels-idx1-ubyte.gz").tensor()    // int64 [60000]
/// ```
///
/// Opening a file reads its header alone; it is mapped into memory, and elements are converted when they are asked for:
/// a batch of pictures, say, while all the others stay bytes. A file packed by gzip, which its first bytes tell, is
/// unpacked when it is opened, in builds with the package trait Zlib.
public struct IDX: Sendable {
    private let array: StoredArray

    /// Four gigabytes: what a packed file may unpack to where no other limit is given.
    public static let unpackingLimit = 1 << 32

    /// Opens a file. One that unpacks to more than `limit` bytes is an error: a small file can unpack to very much.
    /// `isMapped: false` reads the file whole, for those that other programs may change in place.
    ///
    /// - Throws: ``FormatError`` where the file cannot be read, breaks the format's rules, has more or fewer bytes than
    ///   its shape takes, or is packed and the build has no zlib.
    public init(path: String, isMapped: Bool = true, limit: Int = unpackingLimit) throws(FormatError) {
        try self.init(.opened(path, isMapped: isMapped), limit)
    }

    /// Reads a file's bytes. `name` stands for the file in errors.
    public init(decoding bytes: [UInt8], name: String = "idx", limit: Int = unpackingLimit) throws(FormatError) {
        try self.init(MappedFile(bytes, name: name), limit)
    }

    private init(_ file: MappedFile, _ limit: Int) throws(FormatError) {
        guard file.number(UInt16.self, at: 0) == 0x8B1F else {
            array = try Self.array(file)
            return
        }
        #if Zlib
            let unpacked: MappedFile
            do { unpacked = try inflated(file.bytes, .gzip, limit: limit, name: file.name) } catch {
                let advice =
                    error.reason == .tooLarge ? ": open the file with a larger limit if it is to be trusted" : ""
                throw FormatError(error.reason, file: file.name, offset: error.offset, error.message + advice)
            }
            array = try Self.array(unpacked)
        #else
            throw .withoutZlib("the file is packed by gzip", file: file.name)
        #endif
    }

    private static func array(_ file: MappedFile) throws(FormatError) -> StoredArray {
        func error(_ reason: FormatError.Reason, at offset: Int, _ message: String) -> FormatError {
            FormatError(reason, file: file.name, offset: offset, message)
        }
        let count = file.bytes.count
        guard let magic = file.number(UInt32.self, at: 0, isBigEndian: true) else {
            throw error(.cutOff, at: count, "the file has \(count) bytes, and the header begins with 4")
        }
        guard magic >> 16 == 0 else {
            throw error(
                .unknownFormat, at: 0, "the file does not begin with two zero bytes: it is not of the IDX format")
        }
        let codes: [UInt32: StoredDType] = [
            0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
        ]
        guard let type = codes[magic >> 8 & 255] else {
            throw error(
                .unsupported, at: 2, "\(magic >> 8 & 255) is not a type of elements: 8, 9, 11, 12, 13 and 14 are known")
        }
        let rank = Int(magic & 255)
        guard (1...StoredArray.largestRank).contains(rank) else {
            throw error(.unsupported, at: 3, "\(rank) axes are claimed; 1 to \(StoredArray.largestRank) are read")
        }
        let start = 4 + 4 * rank
        guard count >= start else {
            throw error(.cutOff, at: count, "the lengths of \(rank) axes take \(4 * rank) bytes: the file is cut off")
        }
        let lengths = (0..<rank).map { Int(file.number(UInt32.self, at: 4 + 4 * $0, isBigEndian: true)!) }
        guard let byteCount = StoredArray.byteCount(lengths, type) else {
            throw error(.tooLarge, at: 4, "the shape \(Shape(lengths)) has more bytes than can be counted")
        }
        if count - start < byteCount {
            throw error(
                .cutOff, at: count,
                "\(type) \(Shape(lengths)) takes \(byteCount) bytes, and \(count - start) follow the header: the file is cut off"
            )
        }
        if count - start > byteCount {
            throw error(.corrupt, at: start + byteCount, "\(count - start - byteCount) bytes follow the array")
        }
        return StoredArray(file: file, start: start, type: type, shape: Shape(lengths), isBigEndian: true)
    }

    public var shape: Shape { array.shape }
    /// How many rows the first axis has.
    public var count: Int { array.shape[0] }
    /// The type of the elements in the file.
    public var dtypeInFile: StoredDType { array.type }

    /// The whole array: integers as int64, floating point as float32 or float64, or all as the dtype asked for, in
    /// which bytes are 0…255. `isScaled` divides bytes by 255, so that pictures are 0…1, float32 unless float64 is
    /// asked for.
    public func tensor(as dtype: DType? = nil, isScaled: Bool = false) -> Tensor {
        let dtype = resolved(dtype, isScaled)
        return sure { () throws(FormatError) in try array.tensor(as: dtype, isUnit: isScaled) }
    }

    /// The same of some rows of the first axis, images say; no others are read.
    public func rows(_ range: Range<Int>, as dtype: DType? = nil, isScaled: Bool = false) -> Tensor {
        let dtype = resolved(dtype, isScaled)
        return sure { () throws(FormatError) in try array.rows(range, as: dtype, isUnit: isScaled) }
    }

    /// The same of the rows that `indices` name, in their order.
    public func rows(_ indices: [Int], as dtype: DType? = nil, isScaled: Bool = false) -> Tensor {
        let dtype = resolved(dtype, isScaled)
        return sure { () throws(FormatError) in try array.rows(indices, as: dtype, isUnit: isScaled) }
    }

    private func resolved(_ dtype: DType?, _ isScaled: Bool) -> DType {
        let dtype = dtype ?? (isScaled ? .float32 : array.type.dtype)
        guard !isScaled || array.type == .uint8 && dtype.isFloatingPoint else {
            fail(
                "IDX",
                "bytes alone are scaled, to floating point; the file has \(array.type), and \(dtype) is asked for")
        }
        return dtype
    }

    /// A uint64 alone can be refused, and this format has none.
    private func sure(_ body: () throws(FormatError) -> Tensor) -> Tensor {
        do { return try body() } catch { fail("IDX", error.message) }
    }
}
