import CotangentBLAS
import CotangentTensor

extension Safetensors {
    /// Writes a file, tensor by tensor: nothing of it is in memory twice.
    ///
    /// float32, float64, int64 and bool are written as they are; `storing: .float16` or `.bfloat16` rounds float32 to
    /// the nearest number of that type, ties to even, and makes what is too large infinite. The names keep their order;
    /// in the file the tensors of larger elements come first, so that each stands at a multiple of its elements' size.
    ///
    /// The file is written beside under another name, synced and then renamed: nothing half-written takes its place,
    /// and what was mapped from the old file stays as it was.
    ///
    /// - Throws: ``FormatError`` where a tensor is called `__metadata__`, the header is above 100 MB, or the file
    ///   cannot be written; and as ``tensor(named:as:)``.
    public func write(to path: String, storing type: StoredDType = .float32) throws(FormatError) {
        try Contents(self, storing: type, file: path).write(to: path)
    }

    /// The bytes of such a file. `name` stands for it in errors.
    public func encoded(storing type: StoredDType = .float32, name: String = "safetensors") throws(FormatError)
        -> [UInt8]
    {
        try Contents(self, storing: type, file: name).bytes
    }
}

private struct Contents: FilePieces {
    private let header: [UInt8]
    private let pieces: [(tensor: Tensor, type: StoredDType)]

    init(_ file: Safetensors, storing type: StoredDType, file path: String) throws(FormatError) {
        guard [.float32, .float16, .bfloat16].contains(type) else {
            fail("Safetensors", "float32 can be stored as float32, float16 or bfloat16, not as \(type)")
        }
        let tensors = try file.tensors()
        let types = tensors.map { $0.tensor.dtype == .float32 ? type : StoredDType($0.tensor.dtype) }
        for (name, tensor) in tensors {
            if tensor.isAbstract { fail("Safetensors", "tensor \(quoted(name)) has a shape and no values") }
            if name == "__metadata__" {
                throw FormatError(.name, file: path, "no tensor can be called __metadata__: the format uses that name")
            }
        }
        // A stable order: larger elements first.
        let order = tensors.indices.sorted { (types[$1].size, $0) < (types[$0].size, $1) }
        var places = [Range<Int>](repeating: 0..<0, count: tensors.count)
        var end = 0
        for index in order {
            let start = end
            end += tensors[index].tensor.count * types[index].size
            places[index] = start..<end
        }
        var members: [String] = []
        if !file.metadata.isEmpty {
            let strings = file.metadata.sorted { $0.key < $1.key }
                .map { "\(JSON.quoted($0.key)):\(JSON.quoted($0.value))" }
            members.append("\"__metadata__\":{\(strings.joined(separator: ","))}")
        }
        for index in tensors.indices {
            let (name, tensor) = tensors[index]
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(JSON.quoted(name)):{\"dtype\":\"\(types[index].safetensorsCode)\",\"shape\":[\(shape)],\"data_offsets\":[\(places[index].lowerBound),\(places[index].upperBound)]}"
            )
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        // So that the tensors begin at a multiple of 8.
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        guard text.count <= SafetensorsHeader.largestLength else {
            throw FormatError(
                .tooLarge, file: path,
                "names and metadata take \(text.count) bytes, and the format allows \(SafetensorsHeader.largestLength)")
        }
        header = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
        pieces = order.map { (tensors[$0].tensor, types[$0]) }
    }

    func forEachPiece<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        try header.withBytes(body)
        for (tensor, type) in pieces { try tensor.forEachPiece(storedAs: type, body) }
    }
}
