import CotangentTensor
import Foundation
import TestSupport
import Testing

/// Thousands of convolutions against PyTorch's values, which Tests/Interop/convolution.py writes to the folder that
/// COTANGENT_INTEROP names: `make test-interop`.
@Suite struct ConvolutionInteropTests {
    private static let folder = ProcessInfo.processInfo.environment["COTANGENT_INTEROP"]

    /// Every algorithm that serves a case, in both dtypes: value and gradients.
    @Test(.enabled(if: folder != nil)) func everyAlgorithm() throws {
        let file = URL(filePath: try #require(Self.folder)).appending(path: "convolution.json")
        let cases = try JSONDecoder().decode([ConvolutionCase].self, from: Data(contentsOf: file))
        var (held, wrong) = (0, 0)
        var byAlgorithm: [ConvolutionAlgorithm: Int] = [:]
        for test in cases {
            for dtype in [DType.float64, .float32] {
                let (inputs, cotangent) = (test.inputs(dtype), test.cotangent(dtype))
                let expected = [test.expectedOutput(dtype)] + test.expectedGradients(dtype)
                for algorithm in ConvolutionAlgorithm.allCases where test.forms(algorithm, dtype) != nil {
                    let tolerance = test.tolerance(algorithm, dtype)
                    let (y, pullback) = vjp(at: inputs) { test.apply($0, algorithm) }
                    byAlgorithm[algorithm, default: 0] += 1
                    for (name, (found, wanted)) in zip(
                        ["value", "x", "weight", "bias"], zip([y] + pullback(cotangent), expected))
                    {
                        held += 1
                        let distance = relativeDistance(found, wanted)
                        if distance <= tolerance { continue }
                        wrong += 1
                        if wrong <= 20 {
                            Issue.record("\(test): \(name) by \(algorithm), \(dtype): off by \(distance)")
                        }
                    }
                }
            }
        }
        let algorithms = byAlgorithm.map { "\($0) \($1)" }.sorted().joined(separator: ", ")
        print("\(cases.count) convolutions, \(held) results, \(wrong) wrong; runs by algorithm: \(algorithms)")
        #expect(cases.count > 2000 && wrong == 0)
    }
}
