import Dispatch

/// Seconds that calls took.
struct Samples {
    private var seconds: [Double] = []

    var count: Int { seconds.count }
    var min: Double { seconds.min() ?? .nan }
    var median: Double {
        let sorted = seconds.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    mutating func append(_ sample: Double) { seconds.append(sample) }
    mutating func append(contentsOf samples: [Double]) { seconds += samples }
}

/// Times a call. A sample is the mean over a batch of calls that is at least 50 µs long: reading the clock, some 25 ns,
/// does not count then.
struct Stopwatch {
    private let call: () -> Void
    private let batch: Int

    /// Finds the size of the batch, which also warms up.
    init(_ call: @escaping () -> Void) {
        self.call = call
        call()
        var batch = 1
        while true {
            let elapsed = seconds { for _ in 0..<batch { call() } }
            if elapsed >= Self.sampleSeconds { break }
            batch = max(2 * batch, Int(Double(batch) * Self.sampleSeconds / max(elapsed, 1e-7)))
        }
        self.batch = batch
    }

    /// Calls over and over for about `duration` seconds, at least once, after a short warm-up.
    func run(for duration: Double, into samples: inout Samples) {
        let warm = now() + min(duration, Self.warmUpSeconds)
        while now() < warm { call() }
        let end = now() + duration
        repeat {
            samples.append(seconds { for _ in 0..<batch { call() } } / Double(batch))
        } while now() < end
    }

    private static let sampleSeconds = 50e-6
    private static let warmUpSeconds = 5e-3
}

/// How long `body` takes.
@inline(__always) func seconds(_ body: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
}

private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
