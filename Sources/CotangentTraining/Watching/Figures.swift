#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

// Numbers and times as people read them.

/// `value` in `digits` significant digits, zeros at the end included, so that columns do not jump: "0.4310",
/// "1.200e-05".
func figure(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var buffer = [CChar](repeating: 0, count: 32)
    let count = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, "%#.*g", $0) }
    var text = String(decoding: buffer[..<Int(count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    if text.hasSuffix(".") { text.removeLast() }
    return text
}

/// 1234567 as "1,234,567".
func grouped(_ number: Int) -> String {
    let digits = Array("\(number)")
    return digits.indices.reduce(into: "") { text, index in
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digits[index])
    }
}

/// How many a second: "12.3", "1,234".
func rate(_ value: Double) -> String {
    value.isFinite && value >= 999.5 && value < 1e15 ? grouped(Int(value.rounded())) : figure(value, digits: 3)
}

/// A time that was measured: "0.123 s", "12.3 s", "2:05", "1:02:05".
func duration(_ seconds: Double) -> String {
    seconds < 59.95 ? "\(figure(seconds, digits: 3)) s" : roughDuration(seconds)
}

/// A time in whole seconds: "12 s", "2:05", "1:02:05".
func roughDuration(_ seconds: Double) -> String {
    guard seconds >= 0, seconds < 1e9 else { return "?" }
    let whole = Int(seconds.rounded())
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60):\(two(whole % 60))" }
    return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
}

/// `number` with spaces in front, as wide as `largest`.
func aligned(_ number: Int, _ largest: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: Swift.max(0, "\(largest)".count - text.count)) + text
}

/// "1 epoch", "2 epochs".
func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }
