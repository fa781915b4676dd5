import Foundation

/// The memory of this process in bytes; nil where the system does not tell.
enum ProcessMemory {
    /// Resident now.
    static var current: Int? { status("VmRSS") }
    /// The most that was ever resident.
    static var peak: Int? { status("VmHWM") }

    private static func status(_ field: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(field + ":") {
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}
