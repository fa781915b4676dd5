import Cotangent
import Foundation
import TestSupport
import Testing

/// More than a thousand recurrent networks against PyTorch's values, which Tests/Interop/recurrent.py writes to the
/// folder that COTANGENT_INTEROP names: `make test-interop`.
@Suite struct RecurrentInteropTests {
    private static let folder = ProcessInfo.processInfo.environment["COTANGENT_INTEROP"]

    /// Outputs, final states, and the gradients of input, initial state and all parameters, in both dtypes.
    @Test(.enabled(if: folder != nil)) func everyNetwork() throws {
        let folder = URL(filePath: try #require(Self.folder))
        let cases = try JSONDecoder().decode(
            [RecurrentCase].self, from: Data(contentsOf: folder.appending(path: "recurrent.json")))
        let file = try Data(contentsOf: folder.appending(path: "recurrent.bin"), options: .alwaysMapped)
        var (held, wrong) = (0, 0)
        var worst: [DType: (distance: Double, of: String)] = [:]
        for test in cases {
            let expected = test.expected(file)
            let wanted = expected.values + [expected.input] + expected.start + expected.weights
            let states = test.isLSTM ? ["h", "c"] : ["h"]
            let names =
                ["outputs"] + states + ["gradient of x"] + states[..<expected.start.count].map { "gradient of \($0)" }
                + test.parameters.map { "gradient of \($0.name)" }
            for (dtype, tolerance) in [(DType.float64, 1e-10), (.float32, 1e-5)] {
                let found = try results(test, dtype)
                #expect(found.count == wanted.count)
                for (name, (a, b)) in zip(names, zip(found, wanted)) {
                    held += 1
                    let distance = relativeDistance(a, b)
                    if distance > worst[dtype]?.distance ?? -1 { worst[dtype] = (distance, "\(name) of \(test)") }
                    if distance <= tolerance { continue }
                    wrong += 1
                    if wrong <= 20 { Issue.record("\(test): \(name), \(dtype): off by \(distance)") }
                }
            }
        }
        print("\(cases.count) recurrent networks, \(held) results, \(wrong) wrong")
        for (dtype, found) in worst { print("the worst in \(dtype): \(found.distance), \(found.of)") }
        #expect(cases.count > 1400 && wrong == 0)
    }

    private func results(_ test: RecurrentCase, _ dtype: DType) throws -> [Tensor] {
        let layer = try test.layer(dtype)
        let (x, start, cotangents) = (test.input(dtype), test.start(dtype), test.cotangents(dtype))
        func run(_ inputs: [Tensor]) -> [Tensor] {
            let (outputs, end) = layer(
                inputs[0], state: inputs.count > 1 ? RecurrentState(inputs[1...]) : nil, lengths: test.lengths)
            return [outputs] + end.tensors
        }
        let (_, pullback) = vjp(of: layer, at: [x] + start) { inputs in
            zip(run(inputs), cotangents).map { sum($0 * $1) }.reduce(Tensor(scalar: 0.0).cast(to: dtype), +)
        }
        let (gradients, ofInputs) = pullback(Tensor(scalar: 1.0).cast(to: dtype))
        return run([x] + start) + ofInputs + layer.parameters.map { gradients[$0]! }
    }
}
