import Foundation

/// What stands on the command line: options with a value, `--steps 500`, and flags, `--quick`.
public struct Arguments: Sendable {
    private let arguments = CommandLine.arguments.dropFirst()

    public init() {}

    public func has(_ flag: String) -> Bool { arguments.contains(flag) }

    /// What follows `option`; `standard` where the option is absent.
    public func integer(_ option: String, _ standard: Int) -> Int { number(option, standard, Int.init) }

    public func double(_ option: String, _ standard: Double) -> Double { number(option, standard, Double.init) }

    public func text(_ option: String) -> String? { number(option, nil) { $0 } }

    private func number<Value>(_ option: String, _ standard: Value, _ convert: (String) -> Value?) -> Value {
        guard let place = arguments.firstIndex(of: option) else { return standard }
        guard let text = arguments[(place + 1)...].first, let value = convert(text) else {
            FileHandle.standardError.write(Data("\(option) needs a value of the kind of \(standard)\n".utf8))
            exit(2)
        }
        return value
    }
}

/// Seconds since the clock was made.
public struct Stopwatch: Sendable {
    private let start = ContinuousClock.now
    public init() {}
    public var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}

/// A file of Examples/Data.
public func dataPath(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Data/\(name)").standardized.path
}

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
