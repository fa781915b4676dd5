import ArgumentParser
import Cotangent
import Foundation

struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks a running service as fast as it answers, and tells requests a second and latencies.",
        discussion: """
            Each connection is a thread that sends its own rows again and again, the next request behind the answer, and \
            compares each answer with its first: what is mixed up between requests counts as failed.
            """)

    @Option(help: "The service's port on this machine.")
    var port: UInt16 = 8080

    @Option(help: "How many ask at a time.")
    var connections = 16

    @Option(help: "How many rows a request has.")
    var rows = 1

    @Option(help: "How long it goes on.")
    var seconds = 10.0

    func validate() throws {
        guard (1...512).contains(connections), (1...1000).contains(rows), seconds > 0 else {
            throw ValidationError("--connections must be within 1…512, --rows within 1…1000, --seconds above 0.")
        }
    }

    func run() throws {
        let health = try Connection(port: port).send(Connection.request("GET", "/health"))
        let inputs = try JSONDecoder().decode(Health.self, from: Data(health.body)).inputs
        let results = Results()
        let threads = (0..<connections).map { index in
            Thread {
                do { results.add(try latencies(of: body(inputs, seed: UInt64(index)))) } catch { results.fail(error) }
            }
        }
        threads.forEach { $0.start() }
        let (sorted, errors) = results.wait(for: connections)
        if let error = errors.first {
            print("\(errors.count) of \(connections) connections failed; the first: \(error)")
            throw ExitCode.failure
        }
        func percentile(_ share: Double) -> String {
            String(format: "%.2f", 1000 * sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))])
        }
        print("\(sorted.count) requests of \(rows) row\(rows == 1 ? "" : "s") over \(connections) connections, all answered")
        print("\(Int(Double(sorted.count) / seconds)) requests/s; latency in ms: median \(percentile(0.5)), " +
            "90 % \(percentile(0.9)), 99 % \(percentile(0.99)), most \(percentile(1))")
    }

    /// Values as the digits have them.
    private func body(_ inputs: Int, seed: UInt64) -> String {
        var generator = PhiloxGenerator(seed: seed)
        let numbers = (0..<rows).map { _ in
            "[" + (0..<inputs).map { _ in String(Int.random(in: 0...16, using: &generator)) }.joined(separator: ",") + "]"
        }
        return #"{"rows":[\#(numbers.joined(separator: ","))]}"#
    }

    /// Seconds from each request's first byte to its answer's last.
    private func latencies(of body: String) throws -> [Double] {
        let connection = try Connection(port: port)
        let request = Connection.request("POST", "/predict", body)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var first: [UInt8]?
        var latencies: [Double] = []
        var now = clock.now
        while now < end {
            let answer = try connection.send(request)
            guard answer.status == 200, first == nil || answer.body == first else {
                throw ConnectionError(message: "\(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
            }
            first = answer.body
            let then = clock.now
            latencies.append((then - now) / .seconds(1))
            now = then
        }
        return latencies
    }
}

/// What the threads found.
private final class Results: @unchecked Sendable {
    private let condition = NSCondition()
    private var latencies: [Double] = []
    private var errors: [any Error] = []
    private var finished = 0

    func add(_ more: [Double]) { finish { latencies += more } }
    func fail(_ error: any Error) { finish { errors.append(error) } }

    private func finish(_ change: () -> Void) {
        condition.withLock {
            change()
            finished += 1
            condition.signal()
        }
    }

    func wait(for count: Int) -> (sorted: [Double], errors: [any Error]) {
        condition.withLock {
            while finished < count { condition.wait() }
            return (latencies.sorted(), errors)
        }
    }
}
