/// Checks and times one workload after the other.
struct Runner {
    /// For each program and row.
    let seconds: Double
    /// Starts the peer; nil where there is none.
    let startPeer: (() throws -> PeerProcess)?
    private var peer: PeerProcess?

    /// Two programs on one machine take turns this many times a row, so that what disturbs it disturbs both.
    private static let rounds = 5

    init(seconds: Double, startPeer: (() throws -> PeerProcess)?) throws {
        self.seconds = seconds
        self.startPeer = startPeer
        peer = try startPeer?()
    }

    var peerEnvironment: PeerProcess.Environment? { peer?.environment }

    mutating func run(_ workload: Workload) -> Row {
        do {
            return Row(name: workload.name, outcome: .success(try measure(workload)))
        } catch {
            return Row(name: workload.name, outcome: .failure(error as? BenchError ?? BenchError("\(error)")))
        }
    }

    private mutating func measure(_ workload: Workload) throws -> Row.Measurement {
        let kind = try makeKind(workload)
        let check = try kind.check()
        guard check.passed else {
            throw BenchError(
                "row '\(workload.name)': the result is wrong: \(check.worst) times the tolerance, \(check.tolerance)")
        }
        if let startPeer, peer?.isRunning != true { peer = try startPeer() }  // the row before may have been its end
        let contention = Contention(besides: peer)
        let (textbook, plain) = (kind.textbook, kind.plain)
        let naiveSeconds = textbook.measure(for: min(seconds, 0.5))
        let plainSeconds = plain.measure(for: min(seconds, 0.5))

        var ours = Samples()
        var theirs = Samples()
        var variant = ""
        let stopwatch = Stopwatch(kind.run)
        for _ in 0..<Self.rounds {
            if let timing = try peerTiming(workload) {
                theirs.append(contentsOf: timing.samples)
                variant = timing.variant
            }
            stopwatch.run(for: seconds / Double(Self.rounds), into: &ours)
        }
        return Row.Measurement(
            seconds: Row.Times(ours),
            naive: (naiveSeconds, textbook.isScaled),
            plain: (plainSeconds, plain.isScaled),
            gflops: kind.flops.map { $0 / ours.min / 1e9 },
            check: check,
            othersShare: contention.share(besides: peer),
            peer: peer.map { _ in Row.Peer(seconds: Row.Times(theirs), variant: variant) })
    }

    /// A turn of the peer.
    private func peerTiming(_ workload: Workload) throws -> PeerProcess.Timing? {
        do {
            return try peer?.time(workload, seconds: seconds / Double(Self.rounds))
        } catch {
            throw BenchError("row '\(workload.name)': \(error)")
        }
    }
}
