/// A text file's contents: UTF-8, without the byte order mark that some programs put in front. Ends of lines stay as they
/// are.
///
/// - Throws: ``TextError`` where the file cannot be read or is not UTF-8, with the line and the byte.
public func text(contentsOf path: String) throws(TextError) -> String {
    var bytes: [UInt8]
    do { bytes = try contents(of: path) } catch {
        throw TextError(.unreadableFile, file: path, error.message)
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let valid = validPrefix(bytes)
    throw TextError(
        .encoding, file: path, line: 1 + bytes[..<valid].count { $0 == 0x0A },
        "the byte 0x\(String(bytes[valid], radix: 16, uppercase: true)) does not continue UTF-8: convert the file, with iconv -t UTF-8 say"
    )
}

/// How many bytes are UTF-8, in a text that is not so altogether.
private func validPrefix(_ bytes: [UInt8]) -> Int {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { count += scalar.count }
    return count
}
