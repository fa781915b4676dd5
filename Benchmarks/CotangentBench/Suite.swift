import Foundation

/// What went wrong, for the person at the command line.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The rows of a workloads file.
struct Suite {
    let workloads: [Workload]

    init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BenchError("\(path) cannot be read; --workloads names the file to use")
        }
        struct File: Decodable { let workloads: [Workload] }
        do {
            workloads = try JSONDecoder().decode(File.self, from: data).workloads
        } catch let error as BenchError {
            throw BenchError("\(path): \(error)")
        } catch DecodingError.dataCorrupted(let context) {
            let reason = context.underlyingError.map { ": \($0)" } ?? ""
            throw BenchError("\(path) is not JSON: \(context.debugDescription)\(reason)")
        } catch {
            throw BenchError("\(path) is not an object with a list \"workloads\"")
        }
        if workloads.isEmpty { throw BenchError("\(path) has no rows") }
        var names: Set<String> = []
        for workload in workloads where !names.insert(workload.name).inserted {
            throw BenchError("\(path) has two rows named '\(workload.name)'")
        }
    }

    /// The rows in whose names `pattern` is found; all where there is none.
    func matching(_ pattern: String?) throws -> [Workload] {
        guard let pattern else { return workloads }
        guard let regex = try? Regex(pattern) else { throw BenchError("'\(pattern)' is not a regular expression") }
        let matches = workloads.filter { $0.name.contains(regex) }
        if matches.isEmpty { throw BenchError("no row's name matches '\(pattern)'; --list shows them") }
        return matches
    }
}

/// Files of this folder, as seen from the root of the package, and otherwise from where this was compiled.
func locate(_ file: String) -> String {
    let here = "Benchmarks/" + file
    if FileManager.default.fileExists(atPath: here) { return here }
    return URL(fileURLWithPath: #filePath)  // …/Benchmarks/CotangentBench/Suite.swift
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(file).path
}
