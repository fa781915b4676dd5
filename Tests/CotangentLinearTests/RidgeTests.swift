import Cotangent
import TestSupport
import Testing

@Suite struct RidgeTests {
    private static let cases = LinearFixture.values["ridge"]!
    private static let penalties = cases["penalties"]!.doubles

    private func data(_ name: String) -> (x: Tensor, y: Tensor) {
        name == "diabetes" ? (LinearFixture.standardDiabetes, LinearFixture.diabetes.y) : LinearFixture.linnerud
    }

    @Test(arguments: ["diabetes", "linnerud"]) func coefficients(_ name: String) throws {
        let (x, y) = data(name)
        let path = try Ridge().path(x, y, penalties: Self.penalties)
        #expect(path.penalties == Self.penalties.reversed())
        for (place, expected) in Self.cases[name]!.array!.enumerated() {
            let single = try Ridge(penalty: Self.penalties[place]).fit(x, y)
            for model in [single, path[path.count - 1 - place]] {
                #expect(agree(model.weight, expected["weight"]!.tensor, digits: 10))
                #expect(agree(model.bias, expected["bias"]!.tensor, digits: 10))
            }
        }
    }

    @Test(arguments: ["diabetes", "linnerud"]) func leaveOneOut(_ name: String) throws {
        let (x, y) = data(name)
        let selection = try RidgeSelection(penalties: Self.penalties).select(x, y)
        #expect(agree(Tensor(selection.errors), Self.cases["leaveOneOut"]![name]!.tensor, digits: 10))
        #expect(selection.penalty == Self.cases["best"]![name]!.double!)
        #expect(selection.model == (try Ridge(penalty: selection.penalty).fit(x, y)))
    }

    /// The closed form is what leaving out and fitting anew gives.
    @Test(arguments: [true, false]) func leaveOneOutByFittingAnew(_ hasBias: Bool) throws {
        let (x, y) = LinearFixture.linnerud
        let errors = try (0..<20).map { sample in
            let others = Tensor((0..<20).filter { $0 != sample })
            let model = try Ridge(penalty: 3, hasBias: hasBias).fit(gather(x, others), gather(y, others))
            return mean(square(model.predict(x[sample..<sample + 1]) - y[sample..<sample + 1])).item
        }
        let found = try RidgeSelection(penalties: [3], hasBias: hasBias).select(x, y).errors[0]
        #expect(abs(found / (errors.reduce(0, +) / 20) - 1) < 1e-10)
    }

    @Test func withoutPenaltyItIsLeastSquares() throws {
        let (x, y) = LinearFixture.diabetes
        let (ridge, plain) = (try Ridge(penalty: 0).fit(x, y), try LinearRegression().fit(x, y))
        #expect(agree(ridge.weight, plain.weight, digits: 8))
        #expect(abs(try Ridge(penalty: 0).effectiveParameters(x) - 11) < 1e-9)
        #expect(try Ridge(penalty: 100).effectiveParameters(LinearFixture.standardDiabetes) < 10)
        do {
            _ = try Ridge(penalty: 0).fit(concatenate([x, x], axis: 1), y)
            Issue.record("a short rank was taken")
        } catch let error as FitError { #expect(error.reason == .rankShort && error.message.contains("rank is 10")) }
        // With one it has an answer: half for each.
        let both = try Ridge(penalty: 1).fit(concatenate([x, x], axis: 1), y).weight
        #expect(largestDifference(both[0..., ..<10], both[0..., 10...]) < 1e-9)
    }

    /// More features than samples: (XXᵀ + λI) is the smaller system, and gives the same predictions.
    @Test func moreFeaturesThanSamples() throws {
        let x = LinearFixture.standardDiabetes[..<6]
        let y = LinearFixture.diabetes.y[..<6]
        let model = try Ridge(penalty: 2, hasBias: false).fit(x, y)
        let kernel = matmul(x, x.transposed)
        let dual = try (kernel + 2 * Tensor.identity(6, dtype: .float64)).solve(y, assuming: .symmetricPositiveDefinite)
        #expect(relativeDistance(model.predict(x), matmul(kernel, dual)) < 1e-12)
    }
}
