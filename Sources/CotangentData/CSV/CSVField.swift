/// One field in memory, and what is behind it.
struct CSVField {
    /// Without quotes; without the spaces around it where it is not quoted.
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Quoted, with a doubled quote inside.
    private let isEscaped: Bool
    /// Where the next field begins.
    let next: UnsafePointer<UInt8>
    let endsLine: Bool
    /// The number of the line in which the next field begins.
    let lineBehind: Int

    /// The field that begins at `start`; nil where its end is not in memory yet.
    init?(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ isLast: Bool, _ separator: UInt8, line: Int,
        column: Int, of file: String
    ) throws(CSVError) {
        var line = line
        var place = start
        let isQuoted = start < end && start.pointee == UInt8(ascii: "\"")
        var isEscaped = false
        if isQuoted {
            let opened = line
            place += 1
            while true {
                guard place < end else {
                    if !isLast { return nil }
                    throw CSVError(
                        reason: .unterminatedQuote, file: file, line: opened, column: column + 1,
                        message:
                            "a quote is opened here and never closed: add the closing one, or double a quote that belongs to the text"
                    )
                }
                let byte = place.pointee
                if byte == UInt8(ascii: "\"") {
                    if place + 1 == end, !isLast { return nil }
                    guard place + 1 < end, place[1] == UInt8(ascii: "\"") else { break }
                    isEscaped = true
                    place += 1
                } else if byte == 0x0A || byte == 0x0D && !(place + 1 < end && place[1] == 0x0A) {
                    line += 1
                }
                place += 1
            }
            bytes = UnsafeBufferPointer(start: start + 1, count: place - start - 1)
            place += 1
            while place < end, place.pointee == 0x20, separator != 0x20 { place += 1 }
            if place < end, place.pointee != separator, place.pointee != 0x0A, place.pointee != 0x0D {
                let shown = UnsafeBufferPointer(start: place, count: min(end - place, 20))
                throw CSVError(
                    reason: .textAfterQuote, file: file, line: line, column: column + 1,
                    message:
                        "'\(String(decoding: shown, as: UTF8.self))' follows a closing quote: only a separator or the line's end may"
                )
            }
        } else {
            while place < end, place.pointee != separator, place.pointee != 0x0A, place.pointee != 0x0D { place += 1 }
            bytes = trimmed(UnsafeBufferPointer(start: start, count: place - start))
        }
        self.isEscaped = isEscaped
        if place == end {
            if !isLast { return nil }
            (next, endsLine, lineBehind) = (place, true, line)
        } else if place.pointee == separator {
            (next, endsLine, lineBehind) = (place + 1, false, line)
        } else {
            let isReturn = place.pointee == 0x0D
            if isReturn, place + 1 == end, !isLast { return nil }
            next = place + (isReturn && place + 1 < end && place[1] == 0x0A ? 2 : 1)
            (endsLine, lineBehind) = (true, line + 1)
        }
    }

    /// Calls `body` with the text's bytes.
    func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws(CSVError) -> R) throws(CSVError) -> R {
        guard isEscaped else { return try body(bytes) }
        var text: [UInt8] = []
        var isSecond = false
        for byte in bytes {
            isSecond = byte == UInt8(ascii: "\"") && !isSecond
            if !isSecond { text.append(byte) }
        }
        return try text.withUnsafeBufferPointer(body)
    }
}

/// Without the spaces and tabs at its ends.
func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(rebasing: bytes[first...last])
}
