import ArgumentParser
import Cotangent

struct Latency: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Times the model itself, without HTTP: what a request spends in it, and what batches would save.")

    @OptionGroup var file: ModelFile

    @Option(help: "How long each size is called.")
    var seconds = 2.0

    func run() throws {
        let predictor = try file.predictor()
        var generator = PhiloxGenerator(seed: 1)
        let clock = ContinuousClock()
        print(line("rows", "model alone", "checked, from and to arrays", "a row"))
        for count in [1, 4, 16, 64, 256] {
            let x = Tensor.uniform([count, predictor.inputs], in: 0...16, using: &generator)
            let rows = (0..<count).map { x[$0].doubles }
            /// Microseconds a call, the median.
            func median(_ call: () throws -> Void) rethrows -> Double {
                var times: [Double] = []
                let end = clock.now + .seconds(seconds)
                repeat { times.append(try clock.measure(call) / .microseconds(1)) } while clock.now < end
                return times.sorted()[times.count / 2]
            }
            let alone = median { _ = softmax(predictor.trained.model(x)) }
            let whole = try median { _ = try predictor.probabilities(rows) }
            let cells = [alone, whole, whole / Double(count)].map { String(Double(Int($0 * 10)) / 10) + " µs" }
            print(line(String(count), cells[0], cells[1], cells[2]))
        }
    }

    private func line(_ cells: String...) -> String {
        zip(cells, [6, 14, 30, 0]).map { cell, width in
            cell + String(repeating: " ", count: max(0, width - cell.count))
        }.joined()
    }
}
