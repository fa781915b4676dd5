import Cotangent
import TestSupport
import Testing

@Suite struct PolynomialFeaturesTests {
    static let cases = LinearFixture.values["polynomial"]!.array!

    @Test(arguments: cases.indices) func products(_ index: Int) {
        let expected = Self.cases[index]
        let features = PolynomialFeatures(
            degree: expected["degree"]!.int!, interactionsOnly: expected["interactionsOnly"]!.bool!,
            hasConstant: expected["bias"]!.bool!)
        #expect(features.names(["a", "b", "c"]) == expected["names"]!.array!.map { $0.string! })
        let x = expected["input"]!.tensor
        #expect(features(x) == expected["output"]!.tensor)
        #expect(features(x.cast(to: .float32)).isClose(to: expected["output"]!.tensor.cast(to: .float32)))
    }

    @Test func gradients() throws {
        var generator = PhiloxGenerator(seed: 1)
        let x = Tensor.normal([3, 2], dtype: .float64, using: &generator)
        try gradientCheck(at: x) { PolynomialFeatures(degree: 4, hasConstant: true)($0) }
    }
}
