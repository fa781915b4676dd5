/// The directory of a zip archive (PKWARE's APPNOTE.TXT 6.3.10), ZIP64 included: where each entry's bytes stand.
struct ZipDirectory {
    struct Entry {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        /// What it takes in the file.
        let range: Range<Int>
        /// Its bytes when unpacked, as the archive claims.
        let size: Int
    }

    private(set) var entries: [Entry] = []
    private let file: MappedFile

    init(_ file: MappedFile) throws(FormatError) {
        self.file = file
        let end = try Self.end(file)
        var place = end.directory.lowerBound
        var starts: [Int] = []
        for _ in 0..<end.count {
            let (entry, start, next) = try entry(at: place, within: end.directory)
            entries.append(entry)
            starts.append(start)
            place = next
        }
        // Entries that share bytes would unpack to more than deflate allows.
        let order = entries.indices.sorted { starts[$0] < starts[$1] }
        for (index, following) in zip(order, order.dropFirst().map { starts[$0] } + [end.directory.lowerBound])
        where entries[index].range.upperBound > following {
            throw error(
                .corrupt, at: starts[index],
                "the entry \(quoted(entries[index].name)) overlaps what stands behind it")
        }
        var names: Set<String> = []
        for entry in entries where !names.insert(entry.name).inserted {
            throw error(.name, at: end.directory.lowerBound, "the name \(quoted(entry.name)) is there twice")
        }
    }

    // MARK: The end

    private struct End {
        let directory: Range<Int>
        let count: Int
    }

    /// The record at the archive's end, behind which a comment may stand.
    private static func end(_ file: MappedFile) throws(FormatError) -> End {
        let count = file.bytes.count
        func error(_ reason: FormatError.Reason, at offset: Int, _ message: String) -> FormatError {
            FormatError(reason, file: file.name, offset: offset, message)
        }
        guard file.number(UInt16.self, at: 0) == 0x4B50 else {
            throw count < 2
                ? error(.cutOff, at: count, "the file ends within its first 2 bytes")
                : error(.unknownFormat, at: 0, "the file does not begin with PK: it is not a zip archive, as NPZ is")
        }
        var place = count - 22
        while place >= max(0, count - 22 - 0xFFFF) {
            if file.number(UInt32.self, at: place) == 0x0605_4B50,
                Int(file.number(UInt16.self, at: place + 20)!) == count - 22 - place
            {
                break
            }
            place -= 1
        }
        guard place >= max(0, count - 22 - 0xFFFF) else {
            throw error(.cutOff, at: count, "the archive's directory is missing at the end: the file is cut off")
        }
        let disks = (file.number(UInt16.self, at: place + 4)!, file.number(UInt16.self, at: place + 6)!)
        var entries = UInt64(file.number(UInt16.self, at: place + 10)!)
        var size = UInt64(file.number(UInt32.self, at: place + 12)!)
        var start = UInt64(file.number(UInt32.self, at: place + 16)!)
        var limit = place
        if entries == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF,
            file.number(UInt32.self, at: place - 20) == 0x0706_4B50
        {
            let at = file.number(UInt64.self, at: place - 20 + 8)!
            guard at <= place - 20 - 56, file.number(UInt32.self, at: Int(at)) == 0x0606_4B50 else {
                throw error(.corrupt, at: place - 20, "the record of ZIP64 is not where the archive's end says")
            }
            limit = Int(at)
            entries = file.number(UInt64.self, at: limit + 32)!
            size = file.number(UInt64.self, at: limit + 40)!
            start = file.number(UInt64.self, at: limit + 48)!
        }
        guard disks == (0, 0) || disks == (0xFFFF, 0xFFFF) else {
            throw error(.unsupported, at: place, "the archive is one of several parts: put them together")
        }
        guard start <= limit, size <= limit - Int(start) else {
            throw error(
                .corrupt, at: place,
                "the directory is said to take \(size) bytes from byte \(start) on, and ends at byte \(limit) at the latest"
            )
        }
        // Each entry takes 46 bytes and its name.
        guard entries <= size / 46 else {
            throw error(.corrupt, at: place, "\(entries) entries are more than a directory of \(size) bytes holds")
        }
        return End(directory: Int(start)..<Int(start + size), count: Int(entries))
    }

    // MARK: Entries

    private func entry(at place: Int, within directory: Range<Int>) throws(FormatError) -> (
        Entry, start: Int, next: Int
    ) {
        guard place + 46 <= directory.upperBound, file.number(UInt32.self, at: place) == 0x0201_4B50 else {
            throw error(.corrupt, at: place, "an entry of the directory is expected")
        }
        func short(_ offset: Int) -> Int { Int(file.number(UInt16.self, at: place + offset)!) }
        func long(_ offset: Int) -> Int { Int(file.number(UInt32.self, at: place + offset)!) }
        let (flags, method) = (short(8), short(10))
        let lengths = (name: short(28), extra: short(30), comment: short(32))
        let next = place + 46 + lengths.name + lengths.extra + lengths.comment
        guard next <= directory.upperBound else {
            throw error(.corrupt, at: place, "an entry goes beyond the directory's end")
        }
        guard let name = String(validating: file.bytes[(place + 46)..<(place + 46 + lengths.name)], as: UTF8.self)
        else {
            throw error(.unsupported, at: place + 46, "an entry's name is not UTF-8")
        }
        guard flags & 1 == 0 else {
            throw error(.unsupported, at: place, "the entry \(quoted(name)) is encrypted: unpack it with its password")
        }
        guard method == 0 || method == 8 else {
            throw error(
                .unsupported, at: place,
                "the entry \(quoted(name)) is packed by method \(method); 0, stored, and 8, deflate, are read")
        }
        let extra = (place + 46 + lengths.name)..<(next - lengths.comment)
        let (size, packed, start) = try sizes(extra, (long(24), long(20), long(42)), name)
        let data = try data(at: start, name, packed, before: directory.lowerBound)
        if method == 0, size != packed {
            throw error(
                .corrupt, at: place, "the stored entry \(quoted(name)) has \(packed) bytes, and \(size) are claimed")
        }
        let entry = Entry(
            name: name, isDeflated: method == 8, checksum: UInt32(long(16)), range: data, size: size)
        return (entry, start, next)
    }

    /// Sizes and place that do not fit into 32 bits stand in the extra field 1, in this order.
    private func sizes(_ extra: Range<Int>, _ short: (Int, Int, Int), _ name: String) throws(FormatError)
        -> (size: Int, packed: Int, start: Int)
    {
        var place = extra.lowerBound
        var fields = 0..<0
        while fields.isEmpty, place + 4 <= extra.upperBound {
            let end = place + 4 + Int(file.number(UInt16.self, at: place + 2)!)
            guard end <= extra.upperBound else { break }
            if file.number(UInt16.self, at: place) == 1 { fields = (place + 4)..<end }
            place = end
        }
        var numbers = [short.0, short.1, short.2]
        for index in 0..<3 where numbers[index] == 0xFFFF_FFFF && !fields.isEmpty {
            guard fields.count >= 8, let number = Int(exactly: file.number(UInt64.self, at: fields.lowerBound)!) else {
                throw error(.corrupt, at: fields.lowerBound, "ZIP64's sizes of the entry \(quoted(name)) are damaged")
            }
            numbers[index] = number
            fields = (fields.lowerBound + 8)..<fields.upperBound
        }
        return (numbers[0], numbers[1], numbers[2])
    }

    /// Where the entry's own header says that its bytes begin.
    private func data(at start: Int, _ name: String, _ packed: Int, before limit: Int) throws(FormatError) -> Range<Int>
    {
        guard start <= limit - 30, file.number(UInt32.self, at: start) == 0x0403_4B50 else {
            throw error(.corrupt, at: min(start, limit), "the entry \(quoted(name)) is not where the directory says")
        }
        let length = Int(file.number(UInt16.self, at: start + 26)!)
        let begin = start + 30 + length + Int(file.number(UInt16.self, at: start + 28)!)
        guard begin <= limit, packed <= limit - begin else {
            throw error(.corrupt, at: start, "the entry \(quoted(name)) goes beyond the directory's begin")
        }
        guard file.bytes[(start + 30)..<(start + 30 + length)].elementsEqual(name.utf8) else {
            throw error(.corrupt, at: start, "the entry \(quoted(name)) has another name where its bytes stand")
        }
        return begin..<(begin + packed)
    }

    private func error(_ reason: FormatError.Reason, at offset: Int, _ message: String) -> FormatError {
        FormatError(reason, file: file.name, offset: offset, message)
    }
}
