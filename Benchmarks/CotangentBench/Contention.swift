import Foundation

/// What other programs, and the hypervisor, take of the machine meanwhile.
///
/// Two threads that wait for each other lose far more than the share that a third program takes: times measured then
/// are no basis for a ratio.
struct Contention {
    private let machine: Double?
    private let ours: Double?
    private let start = Date()

    /// Starts to watch; `peer` is this program's own child, and not one of the others.
    init(besides peer: PeerProcess?) {
        machine = Self.machineSeconds
        ours = Self.ownSeconds(and: peer)
    }

    /// The share of all cores' time that others took since the start; nil where the system does not tell.
    func share(besides peer: PeerProcess?) -> Double? {
        guard let machine, let ours, let machineNow = Self.machineSeconds, let oursNow = Self.ownSeconds(and: peer)
        else { return nil }
        let others = (machineNow - machine) - (oursNow - ours)
        let available = Date().timeIntervalSince(start) * Double(ProcessInfo.processInfo.processorCount)
        return others < 0.05 ? 0 : min(1, others / available)  // the clocks tick in hundredths of a second
    }

    private static let tick = 1 / Double(sysconf(Int32(_SC_CLK_TCK)))

    /// Seconds of work since the machine started: user, nice, system, irq, softirq and stolen time of /proc/stat.
    private static var machineSeconds: Double? {
        guard let fields = fields("/proc/stat")?.dropFirst().prefix(8).compactMap({ Double($0) }), fields.count == 8
        else { return nil }
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]) * tick
    }

    /// Seconds of work of this process, of its children that have ended, and of `peer`.
    private static func ownSeconds(and peer: PeerProcess?) -> Double? {
        var time = tms()
        _ = times(&time)
        var ticks = Double(time.tms_utime + time.tms_stime + time.tms_cutime + time.tms_cstime)
        if let peer, peer.isRunning {
            guard let fields = fields("/proc/\(peer.processIdentifier)/stat"), fields.count > 15,
                let user = Double(fields[13]), let system = Double(fields[14])
            else { return nil }
            ticks += user + system
        }
        return ticks * tick
    }

    private static func fields(_ path: String) -> [Substring]? {
        FileManager.default.contents(atPath: path).map {
            String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        }
    }
}
