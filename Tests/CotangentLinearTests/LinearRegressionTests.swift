import Cotangent
import TestSupport
import Testing

@Suite struct LinearRegressionTests {
    @Test(arguments: ["diabetes", "linnerud"]) func coefficientsAndStatistics(_ name: String) throws {
        let (x, y) = name == "diabetes" ? LinearFixture.diabetes : LinearFixture.linnerud
        let expected = LinearFixture.values["leastSquares"]![name]!
        let model = try LinearRegression().fit(x, y)
        #expect(agree(model.weight, expected["weight"]!.tensor, digits: 10))
        #expect(agree(model.bias, expected["bias"]!.tensor, digits: 10))
        #expect(model.predict(x).shape == y.shape)
        #expect(abs(model.score(x, y) - expected["score"]!.double!) < 1e-12)

        let statistics = try #require(model.statistics)
        // The fixture has the bias in front.
        func parts(_ key: String) -> (bias: Tensor, weight: Tensor) {
            let all = expected[key]!.tensor
            return (all[0..., 0], all[0..., 1...])
        }
        for (found, key) in [
            ((statistics.biasErrors, statistics.weightErrors), "errors"), ((statistics.biasT, statistics.weightT), "t"),
            ((statistics.biasP, statistics.weightP), "p"),
        ] {
            #expect(agree(found.0, parts(key).bias, digits: 9), "\(key) \(found.0)")
            #expect(agree(found.1, parts(key).weight, digits: 9), "\(key) \(found.1)")
        }
        #expect(agree(statistics.determination, expected["r2"]!.tensor, digits: 10))
        #expect(agree(statistics.adjustedDetermination, expected["adjusted"]!.tensor, digits: 10))
        #expect(agree(statistics.residualVariance, expected["variance"]!.tensor, digits: 10))
        #expect(statistics.degreesOfFreedom == x.shape[0] - x.shape[1] - 1)
    }

    /// P(|T| ≥ t) by mpmath 1.3's regularised incomplete beta function, of 40 digits.
    private static let tails: [(t: Double, freedom: Int, probability: Double)] = [
        (0.5, 1, 0.70483276469913345), (12.7, 1, 0.05002432768934416), (0.001, 2, 0.99929289339559008), (2.0, 3,
        0.13932596855884318), (4.303, 2, 0.049992524985214502), (40.0, 5, 1.8411962171772954e-7), (1.96, 120,
        0.052313676445827554), (0.1, 431, 0.9203908225071556), (8.0, 431, 1.1603318820311294e-14), (30.0, 431,
        1.3753684149499589e-107), (2.5, 10000, 0.012435219550583697), (100000.0, 7, 2.6410413469577527e-33), (1.5,
        99, 0.13679681771597331), (1.5, 100, 0.13676505812468886), (1.5, 101, 0.13673392615978682), (1.5, 102,
        0.13670340339914377),
    ]

    @Test func probabilitiesOfStudent() {
        for (t, freedom, expected) in Self.tails {
            for t in [t, -t] {
                let found = studentTail(t, degreesOfFreedom: freedom)
                #expect(abs(found / expected - 1) < 1e-12, "t = \(t), \(freedom): \(found), not \(expected)")
            }
        }
        #expect(studentTail(0, degreesOfFreedom: 5) == 1 && studentTail(.infinity, degreesOfFreedom: 5) == 0)
        #expect(studentTail(.nan, degreesOfFreedom: 5).isNaN)
    }

    @Test func dependentFeaturesAreNamed() throws {
        let (x, y) = LinearFixture.linnerud
        // Feature 3 is a combination of 0 and 2.
        let more = concatenate([x, (2 * x[0..., 0] - 0.5 * x[0..., 2]).expandingAxis(1)], axis: 1)
        do {
            _ = try LinearRegression().fit(more, y)
            Issue.record("a short rank was taken")
        } catch let error as FitError {
            #expect(error.reason == .rankShort)
            #expect(
                error.message.contains(
                    "the rank is 4, short of the 5 coefficients: in float64 these depend on each other linearly: feature 0, feature 2, feature 3:"
                ), "\(error)")
        }
        // A constant is a multiple of the bias's column.
        let constant = concatenate([x, Tensor.full([20, 1], 0.1, dtype: .float64)], axis: 1)
        do {
            _ = try LinearRegression().fit(constant, y)
            Issue.record("a short rank was taken")
        } catch let error as FitError { #expect(error.message.contains("feature 3, the bias"), "\(error)") }
        #expect(try LinearRegression(hasBias: false).fit(constant, y).weight.shape == [3, 4])
    }

    @Test func shortestCoefficients() throws {
        let (x, y) = LinearFixture.linnerud
        let doubled = concatenate([x, x[0..., ..<1]], axis: 1)
        let single = try LinearRegression().fit(x, y)
        let model = try LinearRegression(shortRank: .shortest).fit(doubled, y)
        // Two equal columns share what one has.
        #expect(largestDifference(model.weight[0..., 0], single.weight[0..., 0] / 2) < 1e-10)
        #expect(largestDifference(model.weight[0..., 3], model.weight[0..., 0]) < 1e-10)
        #expect(largestDifference(model.bias, single.bias) < 1e-8)
        #expect(model.statistics == nil)
        // At full rank nothing changes.
        #expect(try LinearRegression(shortRank: .shortest).fit(x, y) == single)
    }

    @Test func fewerSamplesThanCoefficients() throws {
        let (x, y) = LinearFixture.diabetes
        do {
            _ = try LinearRegression().fit(x[..<10], y[..<10])
            Issue.record("too few samples were taken")
        } catch let error as FitError {
            #expect(error.reason == .rankShort && error.message.contains("10 samples do not determine 11"), "\(error)")
        }
        let model = try LinearRegression(shortRank: .shortest).fit(x[..<6], y[..<6])
        #expect(relativeDistance(model.predict(x[..<6]), y[..<6]) < 1e-9)
        // As many as coefficients: an exact fit, without statistics.
        let exact = try LinearRegression().fit(x[..<11], y[..<11])
        #expect(exact.statistics == nil && relativeDistance(exact.predict(x[..<11]), y[..<11]) < 1e-9)
    }

    /// Units change coefficients by their factor alone, to the last digits.
    @Test func unitsDoNotMatter() throws {
        let (x, y) = LinearFixture.diabetes
        let factors = Tensor((0..<10).map { $0 % 2 == 0 ? 1e12 : 1e-12 })
        let (plain, scaled) = (try LinearRegression().fit(x, y), try LinearRegression().fit(x * factors, y))
        #expect(agree(scaled.weight * factors, plain.weight, digits: 13))
        #expect(agree(scaled.statistics!.weightT, plain.statistics!.weightT, digits: 11))
    }

    @Test func float32() throws {
        let (x, y) = LinearFixture.diabetes
        let model = try LinearRegression().fit(x.cast(to: .float32), y.cast(to: .float32))
        #expect(model.weight.dtype == .float32 && model.statistics?.weightErrors.dtype == .float64)
        #expect(relativeDistance(model.weight, try LinearRegression().fit(x, y).weight) < 1e-5)
    }

    @Test func notFinite() throws {
        var (x, y) = LinearFixture.linnerud
        y[4, 1] = Tensor(scalar: -Double.infinity)
        do {
            _ = try LinearRegression().fit(x, y)
            Issue.record("an infinite value was taken")
        } catch let error as FitError { #expect(error.message.contains("y[4, 1] is -inf"), "\(error)") }
        (x, y) = (Tensor.zeros([0, 3]), Tensor.zeros([0, 2]))
        #expect(throws: FitError.self) { try LinearRegression().fit(x, y) }
    }
}
