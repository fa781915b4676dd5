import Foundation

/// A child process that times the same workloads in another library; Peers/conversation.py describes the conversation.
final class PeerProcess {
    struct Environment: Codable {
        let peer: String
        let version: String
        let threads: Int
        let capability: String
        let parallel: String

        var summary: String { "\(peer) \(version), threads: \(threads), \(capability), \(parallel)" }
    }

    struct Timing: Decodable {
        let samples: [Double]
        /// The form that was fastest there.
        let variant: String
    }

    /// In bytes.
    struct Memory: Decodable {
        let growth: Int
        let peakGrowth: Int
    }

    private struct Failure: Decodable { let error: String }

    let environment: Environment
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors: FileHandle
    private var received = Data()

    /// Starts `script` with `python`, and waits until its libraries are loaded.
    init(python: String, script: String, threads: Int) throws {
        signal(SIGPIPE, SIG_IGN)  // a dead child is an error of the write, not the end of this process
        errors = try Self.anonymousFile()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, script, "--serve", "--threads", String(threads)]
        process.environment = ProcessInfo.processInfo.environment.merging([
            // malloc keeps what is freed: without this, page faults slow large tensors down.
            "MALLOC_MMAP_THRESHOLD_": "1073741824",
            "MALLOC_TRIM_THRESHOLD_": "1073741824",
        ]) { _, new in new }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        struct Greeting: Decodable { let environment: Environment }
        let greeting = try Self.readLine(process, output, errors, &received)
        guard let greeting = try? JSONDecoder().decode(Greeting.self, from: greeting) else {
            process.terminate()
            throw BenchError("the peer began with: \(String(decoding: greeting.prefix(500), as: UTF8.self))")
        }
        environment = greeting.environment
    }

    deinit {
        try? input.fileHandleForWriting.close()  // the child ends when its input does
        process.waitUntilExit()
    }

    var isRunning: Bool { process.isRunning }
    var processIdentifier: Int32 { process.processIdentifier }

    /// Times `workload` for about `seconds`. The first request sets it up, and finds its fastest form.
    func time(_ workload: Workload, seconds: Double) throws -> Timing {
        struct Request: Encodable {
            let workload: Workload
            let seconds: Double
        }
        let timing: Timing = try answer(to: Request(workload: workload, seconds: seconds))
        guard !timing.samples.isEmpty, timing.samples.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw BenchError("the peer measured nothing")
        }
        return timing
    }

    /// How far its memory has grown since its libraries were loaded.
    func memory() throws -> Memory {
        struct Answer: Decodable { let memory: Memory }
        let answer: Answer = try answer(to: ["memory": true])
        return answer.memory
    }

    private func answer<Answer: Decodable>(to request: some Encodable) throws -> Answer {
        try? input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request) + Data("\n".utf8))
        let line = try Self.readLine(process, output, errors, &received)
        if let failure = try? JSONDecoder().decode(Failure.self, from: line) {
            throw BenchError("the peer: \(failure.error)")
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: line)
        } catch {
            throw BenchError("the peer answered: \(String(decoding: line.prefix(500), as: UTF8.self))")
        }
    }

    // Static, because the first line is read before all properties are set.
    private static func readLine(
        _ process: Process, _ output: Pipe, _ errors: FileHandle, _ received: inout Data
    ) throws -> Data {
        let timeout = 300
        let handle = output.fileHandleForReading
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = received[..<end]
                received = Data(received[(end + 1)...])
                return Data(line)
            }
            var descriptor = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, Int32(timeout * 1000)) > 0 else {
                process.terminate()
                throw BenchError("the peer did not answer for \(timeout) seconds")
            }
            let data = handle.availableData
            if data.isEmpty {
                process.waitUntilExit()
                try errors.seek(toOffset: 0)
                let text = String(decoding: (try errors.readToEnd() ?? Data()).suffix(4000), as: UTF8.self)
                throw BenchError("the peer ended with status \(process.terminationStatus), and wrote:\n\(text)")
            }
            received += data
        }
    }

    /// A file without a name, which is gone when it is closed. What a child writes there cannot fill a pipe.
    private static func anonymousFile() throws -> FileHandle {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw BenchError("\(url.path) cannot be written")
        }
        defer { try? FileManager.default.removeItem(at: url) }
        return try FileHandle(forUpdating: url)
    }
}
