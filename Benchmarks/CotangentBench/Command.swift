import ArgumentParser
import Cotangent
import Foundation

@main
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cotangent-bench",
        abstract: "Times Cotangent against naive loops and, in turns, against PyTorch or NumPy.",
        discussion: """
            Each row's result is checked before it is timed. A row that cannot run is an error: the others are \
            measured, and the exit status is 1. Build with optimisation: swift run -c release cotangent-bench.
            """)

    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case pytorch
        /// NumPy and SciPy, of which the faster counts: for linear-algebra.json.
        case numpy

        // A file numpy.py would be found in place of the library.
        var script: String { self == .pytorch ? "pytorch.py" : "numpy_peer.py" }
    }

    @Option(help: ArgumentHelp("The rows to measure (default: Benchmarks/workloads.json).", valueName: "file"))
    var workloads: String?

    @Option(help: ArgumentHelp("Only rows in whose name this is found.", valueName: "regex"))
    var filter: String?

    @Option(help: "Threads for Cotangent and for the peer (default: Cotangent's own choice).")
    var threads: Int?

    @Option(help: "How long a row is measured, for each of the two programs.")
    var seconds = 1.0

    @Option(help: ArgumentHelp("Write the results there as JSON.", valueName: "file"))
    var json: String?

    @Option(help: "Take turns with another library.")
    var peer: Peer?

    @Option(help: ArgumentHelp("The Python that has it (default: $COTANGENT_PYTHON, or python3).", valueName: "path"))
    var python: String?

    @Flag(help: "List the rows, and measure nothing.")
    var list = false

    @Flag(help: "Train for many steps, and report page faults and memory instead.")
    var steadyState = false

    @Flag(help: "Measure what padding costs sequences of different lengths instead.")
    var padding = false

    @Flag(help: "Measure how fast files are read, and what loading costs in training, instead.")
    var loading = false

    @Flag(help: "Print the times of fits of linear models, for Peers/linear_models.py, instead.")
    var linearModels = false

    func validate() throws {
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads is \(threads), not 1...256") }
        guard seconds > 0, seconds.isFinite else { throw ValidationError("--seconds is \(seconds), not above 0") }
        let others = [steadyState, padding, loading, linearModels].count { $0 }
        if others > 1 || others == 1 && (json != nil || filter != nil) {
            throw ValidationError(
                "--steady-state, --padding, --loading and --linear-models go with neither --json nor --filter, nor with each other")
        }
        if let json {
            let folder = URL(fileURLWithPath: json).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw ValidationError("--json: nothing can be written in \(folder)")
            }
        }
    }

    func run() throws {
        let suite = try Suite(contentsOf: workloads ?? locate("workloads.json"))
        let selected = try suite.matching(filter)
        if list {
            for workload in selected { show("\(workload.name)  (\(workload.kind))") }
            return
        }
        #if DEBUG
            show("This is a debug build: its times mean nothing. Use swift run -c release cotangent-bench.")
        #endif
        if let threads { Runtime.threadCount = threads }
        if linearModels { return try LinearModels.run(seconds: seconds) }
        if loading { return try Loading.run(seconds: seconds) }
        if padding { return PaddedSequences.run(seconds: seconds) }
        if steadyState { return try SteadyState.run(suite, startPeer: startPeer) }

        var runner = try Runner(seconds: seconds, startPeer: startPeer)
        var report = Report(environment: RunEnvironment(peer: runner.peerEnvironment))
        show(report.environment.summary + "\n")
        let table = Table(names: selected.map(\.name), peerName: runner.peerEnvironment?.peer)
        show(table.header)
        for workload in selected {
            let row = runner.run(workload)
            report.results.append(row)
            if case .success = row.outcome { show(table.line(row)) }
        }
        show("\n" + table.summary(of: report.results))
        if let json { try report.write(to: json) }
        try reportFailures(in: report.results)
    }

    /// Errors come last, where they are seen.
    private func reportFailures(in rows: [Row]) throws {
        let failures = rows.compactMap { row in
            if case .failure(let error) = row.outcome { error.description } else { nil }
        }
        guard !failures.isEmpty else { return }
        let list = failures.joined(separator: "\n  ")
        throw BenchError("\(failures.count) of \(rows.count) rows could not run\n  \(list)")
    }

    private var startPeer: (() throws -> PeerProcess)? {
        guard let peer else { return nil }
        let python = python ?? ProcessInfo.processInfo.environment["COTANGENT_PYTHON"] ?? "python3"
        return {
            try PeerProcess(
                python: python, script: locate("Peers/\(peer.script)"), threads: Runtime.threadCount)
        }
    }
}

/// Prints a line at once, also into a pipe.
func show(_ line: String) { try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) }
