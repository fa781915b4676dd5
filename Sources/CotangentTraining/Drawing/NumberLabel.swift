/// Numbers as pictures write them.
enum NumberLabel {
    /// Round numbers that are `step` apart, with as many decimals as that asks for; very large and very small ones with
    /// powers of ten.
    static func labels(_ values: [Double], step: Double) -> [String] {
        let size = values.map(\.magnitude).max() ?? 0
        if size == 0 { return values.map { _ in "0" } }
        if size >= 1e6 || size < 1e-4 {
            let exponent = Self.exponent(of: size)
            return values.map { value in
                if value.magnitude < step / 2 { return "0" }
                let scaled = fixed(divided(value, by: exponent), decimals(divided(step, by: exponent)))
                return (scaled == "1" ? "" : scaled == "−1" ? "−" : "\(scaled)×") + "10" + superscript(exponent)
            }
        }
        let places = decimals(step)
        return values.map { fixed($0, places) }
    }

    /// A figure in about four digits: "0.9722", "1.5×10⁻⁷", "NaN".
    static func figure(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "∞" : "−∞" }
        let size = value.magnitude
        if size == 0 { return "0" }
        if size >= 1e5 || size < 1e-3 {
            let exponent = Self.exponent(of: size)
            return trimmed(fixed(divided(value, by: exponent), 2)) + "×10" + superscript(exponent)
        }
        return trimmed(fixed(value, size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4))
    }

    /// The value rounded to so many decimals, with a typographic minus.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        var power = 1
        for _ in 0..<decimals { power *= 10 }
        let rounded = (value * Double(power)).rounded()
        guard rounded.magnitude < 9e18 else { return "\(value)" }
        let units = Int(rounded)
        let (whole, rest) = Int(units.magnitude).quotientAndRemainder(dividingBy: power)
        var digits = "\(whole)"
        if decimals > 0 {
            let rest = "\(rest)"
            digits += "." + String(repeating: "0", count: decimals - rest.count) + rest
        }
        return units < 0 ? "−" + digits : digits
    }

    private static func trimmed(_ digits: String) -> String {
        guard digits.contains(".") else { return digits }
        var digits = Substring(digits)
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        return String(digits)
    }

    /// 3 for 0.005, 0 from 1 on.
    private static func decimals(_ step: Double) -> Int {
        var (decimals, scaled) = (0, step)
        while decimals < 12, (scaled - scaled.rounded()).magnitude > 1e-6 * scaled || scaled < 0.5 {
            scaled *= 10
            decimals += 1
        }
        return decimals
    }

    /// n of m·10ⁿ with 1 ≤ m < 10.
    private static func exponent(of size: Double) -> Int {
        // By the digits, since a logarithm may round across a power.
        let digits = "\(size)"
        if let mark = digits.firstIndex(of: "e") { return Int(digits[digits.index(after: mark)...]) ?? 0 }
        let whole = digits.prefix { $0 != "." }
        if whole != "0" { return whole.count - 1 }
        let zeros = digits.dropFirst(2).prefix { $0 == "0" }
        return -zeros.count - 1
    }

    /// In two steps where 10ⁿ is no number.
    private static func divided(_ value: Double, by exponent: Int) -> Double {
        if exponent < -300 { return value * 1e300 / (Double("1e\(exponent + 300)") ?? 1) }
        return value / (Double("1e\(exponent)") ?? 1)
    }

    /// Digits that every renderer sets as they are, where shifted text is set in several ways.
    static func superscript(_ number: Int) -> String {
        let digits: [Character: Character] = [
            "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
            "9": "⁹",
        ]
        return String("\(number)".map { digits[$0]! })
    }
}
