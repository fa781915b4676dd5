import Foundation

/// The command line of an example, as its usage tells it: options with the values that they have when they are absent,
/// and flags. Where there is no such value, a word in capitals says what is wanted.
///
///     Arguments("[--epochs 60] [--seed 1] [--pictures FOLDER] [--quick]")
///
/// `--help` prints it. What the usage does not have, and values that an option cannot take, end the program with exit code 2.
public struct Arguments: Sendable {
    private let usage: String
    private let standards: [String: String]
    private let flags: Set<String>
    private var values: [String: String] = [:]
    private var given: Set<String> = []

    public init(_ usage: String) {
        self.usage = usage
        let parts = usage.split(separator: "[").map { part in
            part.prefix { $0 != "]" }.split(separator: " ", maxSplits: 1).map(String.init)
        }
        standards = Dictionary(uniqueKeysWithValues: parts.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
        flags = Set(parts.filter { $0.count == 1 }.map { $0[0] })

        var rest = CommandLine.arguments.dropFirst()
        while let option = rest.popFirst() {
            if option == "--help" {
                print("usage: \(name) \(usage)")
                exit(0)
            } else if flags.contains(option) {
                given.insert(option)
            } else if let standard = standards[option] {
                guard let value = rest.popFirst(), !value.hasPrefix("--") else {
                    refuse("\(option) needs a value, as in \(option) \(standard)")
                }
                values[option] = value
            } else {
                refuse("there is no option \(option)")
            }
        }
        if let pictures {
            do {
                try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
            } catch {
                refuse("--pictures \(pictures): \(error.localizedDescription)")
            }
        }
    }

    /// Whether a run of seconds is asked for.
    public var isQuick: Bool { given.contains("--quick") }

    /// The folder for pictures, which is made if need be; nil where none are asked for.
    public var pictures: String? { values["--pictures"] }

    public var seed: UInt64 { value("--seed", { UInt64($0) }, "a whole number from 0 on") }

    /// The value of an option that has one also when it is absent, or `quick` where it is absent and the run is short.
    public func integer(_ option: String, quick: Int? = nil, atLeast least: Int = 1) -> Int {
        if let quick, isQuick, values[option] == nil { return quick }
        return value(option, { Int($0).flatMap { $0 >= least ? $0 : nil } }, "a whole number from \(least) on")
    }

    /// A number above 0.
    public func double(_ option: String) -> Double {
        value(option, { Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }, "a number above 0")
    }

    /// nil where the option is absent and the usage has a word in capitals.
    public func text(_ option: String) -> String? {
        let standard = known(option)
        return values[option] ?? (standard.allSatisfy(\.isUppercase) ? nil : standard)
    }

    /// Ends the program with exit code 2.
    public func refuse(_ message: String) -> Never {
        FileHandle.standardError.write(Data("error: \(message)\nusage: \(name) \(usage)\n".utf8))
        exit(2)
    }

    private var name: String { URL(filePath: CommandLine.arguments[0]).lastPathComponent }

    private func known(_ option: String) -> String {
        guard let standard = standards[option] else { fatalError("\(option) is no option of \(usage)") }
        return standard
    }

    private func value<Value>(_ option: String, _ convert: (String) -> Value?, _ wanted: String) -> Value {
        let text = values[option] ?? known(option)
        guard let value = convert(text) else { refuse("\(option) \(text): \(wanted) is wanted") }
        return value
    }
}
