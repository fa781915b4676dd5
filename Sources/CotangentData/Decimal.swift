// Decimal numbers, rounded correctly to float64.

/// The number that bytes spell; nil where they spell none. `nan`, `inf` and `infinity` are numbers, in any case. No spaces
/// around it.
func parseDecimal(_ bytes: ArraySlice<UInt8>) -> Double? { bytes.withUnsafeBufferPointer { parseDecimal($0) } }

/// The same in memory.
func parseDecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard var place = bytes.baseAddress, !bytes.isEmpty else { return nil }
    let end = place + bytes.count
    if let value = scanDecimal(&place, end) { return place == end ? value : nil }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    let name = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    let value: Double
    switch name {
    case "nan": value = .nan
    case "inf", "infinity": value = .infinity
    default: return nil
    }
    return text.first == "-" ? -value : value
}

/// The number that begins at `place`, as far as it goes: a sign, digits with a point, an exponent. Moves `place` behind
/// it; nil where none begins there.
@inline(__always)
func scanDecimal(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
    let start = place
    var next = start
    guard next < end else { return nil }
    let isNegative = next.pointee == UInt8(ascii: "-")
    if isNegative || next.pointee == UInt8(ascii: "+") { next += 1 }
    var digits: UInt64 = 0
    let first = next
    while next < end {
        let digit = next.pointee &- UInt8(ascii: "0")
        if digit > 9 { break }
        digits = digits &* 10 &+ UInt64(digit)
        next += 1
    }
    var count = next - first
    var exponent = 0
    if next < end, next.pointee == UInt8(ascii: ".") {
        next += 1
        let point = next
        while next < end {
            let digit = next.pointee &- UInt8(ascii: "0")
            if digit > 9 { break }
            digits = digits &* 10 &+ UInt64(digit)
            next += 1
        }
        exponent = point - next
        count -= exponent
    }
    guard count > 0 else { return nil }
    if next < end, next.pointee | 0x20 == UInt8(ascii: "e") { exponent += scanExponent(&next, end) }
    place = next
    // 19 digits always fit; of more, some may be zeros in front.
    let magnitude =
        count <= 19
        ? decimal(digits, exponent) ?? standardDecimal(first, next) : longDecimal(first, next, exponent)
    return isNegative ? -magnitude : magnitude
}

/// The exponent behind an `e`; where none follows, the number ends before it.
private func scanExponent(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int {
    var next = place + 1
    guard next < end else { return 0 }
    let isNegative = next.pointee == UInt8(ascii: "-")
    if isNegative || next.pointee == UInt8(ascii: "+") { next += 1 }
    let first = next
    var exponent = 0
    while next < end {
        let digit = next.pointee &- UInt8(ascii: "0")
        if digit > 9 { break }
        // More than any file has digits to make up for it.
        exponent = min(exponent * 10 + Int(digit), 1 << 50)
        next += 1
    }
    if next == first { return 0 }
    place = next
    return isNegative ? -exponent : exponent
}

/// w · 10ᵉ, rounded to the nearest, ties to even; nil where |e| is too large for integers of 128 bits.
///
/// Where w ≤ 2⁵³ and |e| ≤ 22, both are exact in float64, so one product or quotient is rounded correctly (Clinger, "How
/// to read floating point numbers accurately", 1990). Up to |e| = 27, 5^|e| has 64 bits at most: product and quotient by
/// it are taken in 128 bits, to 63 bits at least and one that says whether anything is left, and rounded from these.
@inline(__always)
private func decimal(_ w: UInt64, _ e: Int) -> Double? {
    if w <= 1 << 53 {
        // One instruction converts a signed integer.
        let exact = Double(Int64(truncatingIfNeeded: w))
        if e == 0 { return exact }
        if e >= -22, e <= 22 { return e < 0 ? exact / powersOfTen[-e] : exact * powersOfTen[e] }
    }
    return wideDecimal(w, e)
}

@inline(never)
private func wideDecimal(_ w: UInt64, _ e: Int) -> Double? {
    if w == 0 { return 0 }
    guard e >= -27, e <= 27 else { return nil }
    let power = powersOfFive[abs(e)]
    if e >= 0 {
        let (high, low) = w.multipliedFullWidth(by: power)
        if high == 0 { return Double(low) * powerOfTwo(e) }
        let shift = high.leadingZeroBitCount
        let bits = high << shift | low >> (64 - shift)
        return Double(bits | (low << shift == 0 ? 0 : 1)) * powerOfTwo(64 - shift + e)
    }
    let (shift, powerShift) = (w.leadingZeroBitCount, power.leadingZeroBitCount)
    let top = w << shift
    // Half of `top` is less than the divisor, so the quotient fits; it has 63 bits or 64.
    let (quotient, rest) = (power << powerShift).dividingFullWidth((top >> 1, top << 63))
    return Double(quotient | (rest == 0 ? 0 : 1)) * powerOfTwo(powerShift - shift - 63 + e)
}

/// More than 19 digits: the first 19 that count, and the same plus one in the last place. Where both give one number,
/// so does all between.
@inline(never)
private func longDecimal(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ exponent: Int) -> Double {
    var w: UInt64 = 0
    var count = 0
    var left = 0
    var isExact = true
    var next = start
    while next < end, next.pointee | 0x20 != UInt8(ascii: "e") {
        let digit = next.pointee &- UInt8(ascii: "0")
        next += 1
        if digit > 9 || count == 0 && digit == 0 { continue }
        if count < 19 {
            w = w &* 10 &+ UInt64(digit)
            count += 1
        } else {
            left += 1
            if digit > 0 { isExact = false }
        }
    }
    let value = decimal(w, exponent + left)
    if let value, isExact || decimal(w + 1, exponent + left) == value { return value }
    return standardDecimal(start, end)
}

/// What the standard library makes of it.
@inline(never)
private func standardDecimal(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    guard let value = Double(text) else { fatalError("'\(text)' is a decimal number") }
    return value
}

private func powerOfTwo(_ exponent: Int) -> Double { Double(bitPattern: UInt64(exponent + 1023) << 52) }

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

private let powersOfFive: [UInt64] = (0...27).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 5 } }
