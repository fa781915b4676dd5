import Cotangent
import Foundation

/// Many steps of training: does memory stay where it is, and does the system stay out of the loop?
enum SteadyState {
    private static let runs = [
        ("mlp-64-32-10-b1-sgd", 100_000), ("mlp-784-256-10-b64-adam", 2_000), ("unet-64-b4-adam", 200),
    ]

    static func run(_ suite: Suite, startPeer: (() throws -> PeerProcess)?) throws {
        let atStart = ProcessMemory.current
        for (name, steps) in runs {
            guard let workload = suite.workloads.first(where: { $0.name == name }) else {
                throw BenchError("the workloads have no row '\(name)'")
            }
            let kind = try makeKind(workload)
            for _ in 0..<steps / 50 { kind.run() }
            let (faults, memory) = (Runtime.pageFaults, ProcessMemory.current)
            let elapsed = seconds { for _ in 0..<steps { kind.run() } }
            let newFaults = Runtime.pageFaults - faults
            show("\(name), \(steps) steps after \(steps / 50) to warm up")
            show("  a step               \(duration(elapsed / Double(steps)))")
            show("  page faults a step   \(Double(newFaults) / Double(steps)) (\(newFaults) in all)")
            show("  memory growth        \(difference(ProcessMemory.current, memory))")
            show("  peak over start-up   \(difference(ProcessMemory.peak, atStart))")
            guard let startPeer else { continue }
            let peer = try startPeer()
            _ = try peer.time(workload, seconds: 1)
            let theirs = try peer.memory()
            show("  \(peer.environment.peer)'s peak over its import   \(bytes(theirs.peakGrowth))")
        }
    }

    private static func difference(_ a: Int?, _ b: Int?) -> String {
        guard let a, let b else { return "not known on this system" }
        return bytes(a - b)
    }

    private static func bytes(_ count: Int) -> String { String(format: "%.2f MB", Double(count) / 1e6) }
}
