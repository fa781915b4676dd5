import Cotangent
import Foundation
import TestSupport
import Testing

/// Thousands of classifications and regressions against scikit-learn's figures, which Tests/Interop/metrics.py writes
/// to the folder that COTANGENT_INTEROP names: `make test-interop`.
@Suite struct MetricsInteropTests {
    private static let folder = ProcessInfo.processInfo.environment["COTANGENT_INTEROP"]

    @Test(.enabled(if: folder != nil)) func everyFigure() throws {
        let folder = URL(filePath: try #require(Self.folder))
        let cases = try JSONDecoder().decode(
            [MetricCase].self, from: Data(contentsOf: folder.appending(path: "metrics.json")))
        var wrong = 0
        for (index, test) in cases.enumerated() {
            for dtype in [DType.float32, .float64] {
                for difference in test.differences(dtype) {
                    wrong += 1
                    if wrong <= 20 { Issue.record("case \(index), \(dtype): \(difference)") }
                }
            }
        }
        print("\(cases.count) cases, \(cases.reduce(0) { $0 + $1.expected.count }) figures of them, \(wrong) wrong")
        #expect(cases.count == 2000 && wrong == 0)
    }
}
