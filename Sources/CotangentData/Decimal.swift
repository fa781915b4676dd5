/// The number that bytes spell, rounded correctly to float64; nil where they spell none. No spaces around it.
func parseDecimal(_ bytes: ArraySlice<UInt8>) -> Double? { parseDecimal(Array(bytes), 0..<bytes.count) }

/// The same for a part of an array; spaces at its ends are skipped.
///
/// Up to 19 digits w and a power of ten: where w ≤ 2⁵³ and |power| ≤ 22 both are exact in float64, and so one product or
/// quotient is rounded correctly (Clinger, "How to read floating point numbers accurately", 1990). All else goes to the
/// standard library.
@inline(__always)
func parseDecimal(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
    bytes.withUnsafeBufferPointer { bytes in
        var index = range.lowerBound
        var end = range.upperBound
        while index < end, bytes[index] == 0x20 { index += 1 }
        while end > index, bytes[end - 1] == 0x20 { end -= 1 }
        let start = index
        var isNegative = false
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var isInFraction = false
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            if digit <= 9 {
                if mantissa == 0 && digit == 0 {
                    // Zeros in front do not count toward the 19 digits.
                } else {
                    digits &+= 1
                    if digits > 19 { return uncommonDecimal(bytes, start..<end) }
                }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                if isInFraction { exponent &-= 1 }
            } else if bytes[index] == UInt8(ascii: "."), !isInFraction {
                isInFraction = true
            } else {
                return uncommonDecimal(bytes, start..<end)
            }
            index += 1
        }
        // No digits at all: "", "-", "."
        let marks = (start < end && bytes[start] < UInt8(ascii: ".") ? 1 : 0) + (isInFraction ? 1 : 0)
        guard end - start > marks else { return nil }
        guard mantissa <= 1 << 53, exponent >= -22 else { return uncommonDecimal(bytes, start..<end) }
        let value = Double(mantissa) / powersOfTen[-exponent]
        return isNegative ? -value : value
    }
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21,
    1e22,
]

/// Exponents, many digits, infinities and NaN.
@inline(never)
private func uncommonDecimal(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Double? {
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    // Hexadecimal and "nan(payload)" are the standard library's, and no CSV's.
    let isDecimal = bytes[range].allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    guard isDecimal || ["nan", "inf", "infinity"].contains(text.lowercased().drop { $0 == "+" || $0 == "-" }) else {
        return nil
    }
    return Double(text)
}
