import Cotangent
import Foundation

/// What `--json` writes.
struct Report: Encodable {
    let environment: RunEnvironment
    var results: [Row] = []

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw BenchError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

/// What the run ran on.
struct RunEnvironment: Encodable {
    let cpu = Runtime.cpuName
    let threads = Runtime.threadCount
    let blas = Runtime.blasConfiguration
    let core = Runtime.coreUsed
    /// What the multiply-add units of one core reach.
    let peakGflopsPerThread = Runtime.peakFlops(Float.self, seconds: 0.1) / 1e9
    let peer: PeerProcess.Environment?

    var summary: String {
        let peak = peakGflopsPerThread.formatted(.number.precision(.fractionLength(0)))
        let lines = ["\(cpu), threads: \(threads), \(peak) GFLOP/s a thread at most", "\(blas), core \(core)"]
        return (lines + (peer.map { [$0.summary] } ?? [])).joined(separator: "\n")
    }
}

/// A workload's times, or why it could not run.
struct Row: Encodable {
    let name: String
    let outcome: Result<Measurement, BenchError>

    struct Times: Encodable {
        let min: Double
        let median: Double

        init(_ samples: Samples) { (min, median) = (samples.min, samples.median) }
    }

    struct Measurement {
        let seconds: Times
        /// The textbook's form.
        let naive: (seconds: Double, isScaled: Bool)
        /// The best plain loops.
        let plain: (seconds: Double, isScaled: Bool)
        let gflops: Double?
        let check: Check
        /// Of the machine's time, what other programs took meanwhile.
        let othersShare: Double?
        let peer: Peer?

        /// Whether other programs took so much that the times mean little.
        var isDisturbed: Bool { (othersShare ?? 0) > 0.05 }
    }

    struct Peer: Encodable {
        let seconds: Times
        let variant: String
    }

    private enum Key: CodingKey {
        case name, seconds, naiveSeconds, naiveScaled, plainSeconds, plainScaled, gflops
        case checked, tolerance, toleranceUsed, othersShare, peer, error
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: Key.self)
        try row.encode(name, forKey: .name)
        switch outcome {
        case .failure(let error):
            try row.encode(error.description, forKey: .error)
            try row.encode(false, forKey: .checked)
        case .success(let measured):
            try row.encode(measured.seconds, forKey: .seconds)
            try row.encode(measured.naive.seconds, forKey: .naiveSeconds)
            try row.encode(measured.naive.isScaled, forKey: .naiveScaled)
            try row.encode(measured.plain.seconds, forKey: .plainSeconds)
            try row.encode(measured.plain.isScaled, forKey: .plainScaled)
            try row.encode(measured.gflops, forKey: .gflops)  // null where flops are not counted
            try row.encode(measured.check.passed, forKey: .checked)
            try row.encode(measured.check.tolerance, forKey: .tolerance)
            try row.encode(measured.check.worst, forKey: .toleranceUsed)
            try row.encodeIfPresent(measured.othersShare, forKey: .othersShare)
            try row.encodeIfPresent(measured.peer, forKey: .peer)
        }
    }
}
