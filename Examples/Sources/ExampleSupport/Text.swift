import Foundation

/// A number of that many decimals, set to the right of a field: "  3.142".
public func fixed(_ value: Double, _ decimals: Int, width: Int = 0) -> String {
    String(format: "%*.*f", width, decimals, value)
}

/// A share of 1: "96.4 %".
public func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }

/// Two digits and a power of ten: "3.2e-07".
public func scientific(_ value: Double) -> String { String(format: "%.1e", value) }

extension String {
    public func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
    public func rightPadded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
