import CotangentBLAS
import CotangentTensor

extension NPZ {
    /// Writes a file. Stored as they are, arrays begin at multiples of 64 bytes, so that ``init(path:isMapped:limit:)``
    /// gives views of them; compressed ones need a build with the package trait Zlib.
    ///
    /// The file is written beside under another name, synced and then renamed: nothing half-written takes its place.
    ///
    /// - Throws: ``FormatError`` where the file cannot be written, `isCompressed` is asked for without zlib, or a name
    ///   would lead a program that unpacks the archive out of its folder: an empty one, one that begins with a slash,
    ///   has `..` between slashes, a backslash or a zero byte. And as ``tensors()``.
    public func write(to path: String, isCompressed: Bool = false) throws(FormatError) {
        try ZipContents(self, isCompressed: isCompressed, file: path).write(to: path)
    }

    /// The bytes of such a file. `name` stands for it in errors.
    public func encoded(isCompressed: Bool = false, name: String = "npz") throws(FormatError) -> [UInt8] {
        try ZipContents(self, isCompressed: isCompressed, file: name).bytes
    }
}

/// A zip archive as it will be written: each entry's header and bytes, then the directory.
private struct ZipContents: FilePieces {
    private enum Body {
        case stored(NPYPieces)
        case deflated([UInt8])
    }

    private var entries: [(header: [UInt8], body: Body)] = []
    private var directory: [UInt8] = []

    init(_ file: NPZ, isCompressed: Bool, file path: String) throws(FormatError) {
        var place = 0
        for name in file.names {
            guard Self.isHarmless(name) else {
                throw FormatError(
                    .name, file: path,
                    "an array cannot be called \(quoted(name)): a program that unpacks the archive could write outside its folder"
                )
            }
            guard name.utf8.count <= 60_000 else {
                throw FormatError(.name, file: path, "the name \(quoted(name)) is longer than a zip archive allows")
            }
            let pieces = try file.array(named: name).pieces(for: path)
            var sum: UInt32 = 0
            pieces.forEachPiece { sum = StoredElements.checksum(sum, $0) }
            var body = Body.stored(pieces)
            var packed = pieces.count
            if isCompressed {
                #if Zlib
                    let bytes = try deflated(file: path) { write in pieces.forEachPiece { write($0) } }
                    body = .deflated(bytes)
                    packed = bytes.count
                #else
                    throw .withoutZlib("the arrays are to be compressed", file: path)
                #endif
            }
            let entry = ZipEntry(
                name: Array("\(name).npy".utf8), isDeflated: isCompressed, checksum: sum, packed: packed,
                size: pieces.count, start: place)
            let header = entry.header
            entries.append((header, body))
            directory += entry.inDirectory
            place += header.count + packed
        }
        directory += ZipEntry.end(count: file.names.count, directory: place..<(place + directory.count))
    }

    func forEachPiece<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        for (header, contents) in entries {
            try header.withBytes(body)
            switch contents {
            case .stored(let pieces): try pieces.forEachPiece(body)
            case .deflated(let bytes): try bytes.withBytes(body)
            }
        }
        try directory.withBytes(body)
    }

    /// By bytes, as file systems do: a slash and an accent behind it are one Character, which is no slash.
    private static func isHarmless(_ name: String) -> Bool {
        let (bytes, slash) = (name.utf8, UInt8(ascii: "/"))
        return !bytes.isEmpty && bytes.first != slash && !bytes.contains(UInt8(ascii: "\\")) && !bytes.contains(0)
            && !bytes.split(separator: slash).contains { $0.elementsEqual("..".utf8) }
    }
}

/// One entry's records.
private struct ZipEntry {
    let name: [UInt8]
    let isDeflated: Bool
    let checksum: UInt32
    let packed: Int
    let size: Int
    let start: Int

    /// Sizes from 2³² − 1 on stand in an extra field, ZIP64's.
    private var isLong: Bool { packed >= 0xFFFF_FFFF || size >= 0xFFFF_FFFF }
    private var isFar: Bool { start >= 0xFFFF_FFFF }

    /// From the version needed to the sizes, which both records have alike.
    private func common(isLong: Bool, needsLong: Bool) -> [UInt8] {
        // Bit 11: the name is UTF-8. The date is zip's first, 1 January 1980: the same arrays make the same file.
        little(needsLong ? 45 : 20, 2) + little(name.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11, 2)
            + little(isDeflated ? 8 : 0, 2) + little(0, 2) + little(0x21, 2) + little(Int(checksum), 4)
            + little(isLong ? 0xFFFF_FFFF : packed, 4) + little(isLong ? 0xFFFF_FFFF : size, 4) + little(name.count, 2)
    }

    var header: [UInt8] {
        var extra: [UInt8] = []
        if isLong { extra = little(1, 2) + little(16, 2) + little(size, 8) + little(packed, 8) }
        if !isDeflated {
            // A field that readers pass over, as Android's zipalign writes it.
            let place = start + 30 + name.count + extra.count + 4
            let padding = (64 - place % 64) % 64
            extra += little(0xD935, 2) + little(padding, 2) + [UInt8](repeating: 0, count: padding)
        }
        return little(0x0403_4B50, 4) + common(isLong: isLong, needsLong: isLong) + little(extra.count, 2) + name
            + extra
    }

    var inDirectory: [UInt8] {
        var fields: [UInt8] = []
        if isLong { fields = little(size, 8) + little(packed, 8) }
        if isFar { fields += little(start, 8) }
        let extra = fields.isEmpty ? [] : little(1, 2) + little(fields.count, 2) + fields
        return little(0x0201_4B50, 4) + little(45, 2) + common(isLong: isLong, needsLong: isLong || isFar)
            + little(extra.count, 2) + little(0, 8) + little(0, 2) + little(isFar ? 0xFFFF_FFFF : start, 4) + name
            + extra
    }

    static func end(count: Int, directory: Range<Int>) -> [UInt8] {
        var long: [UInt8] = []
        let isLong = count >= 0xFFFF || directory.upperBound >= 0xFFFF_FFFF
        if isLong {
            long = little(0x0606_4B50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)
            long += little(count, 8) + little(count, 8) + little(directory.count, 8) + little(directory.lowerBound, 8)
            long += little(0x0706_4B50, 4) + little(0, 4) + little(directory.upperBound, 8) + little(1, 4)
        }
        let number = isLong ? 0xFFFF : count
        return long + little(0x0605_4B50, 4) + little(0, 4) + little(number, 2) + little(number, 2)
            + little(isLong ? 0xFFFF_FFFF : directory.count, 4) + little(isLong ? 0xFFFF_FFFF : directory.lowerBound, 4)
            + little(0, 2)
    }
}

/// The lowest bytes of a number, the lowest first.
private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
