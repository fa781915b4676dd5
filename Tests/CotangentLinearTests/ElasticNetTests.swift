import Cotangent
import TestSupport
import Testing

@Suite struct ElasticNetTests {
    private static let cases = LinearFixture.values["elasticNet"]!
    private let tight = 1e-14

    private func net(_ ratio: String, _ penalty: Double) -> ElasticNet {
        ElasticNet(penalty: penalty, l1Ratio: ratio == "1.0" ? 1 : 0.5, tolerance: tight)
    }

    private func expectSame(_ model: LinearModel, _ expected: JSONValue, _ comment: Comment) {
        #expect(agree(model.weight, expected["weight"]!.tensor), "\(comment): \(model.weight)")
        #expect(agree(model.bias, expected["bias"]!.tensor), "\(comment): \(model.bias)")
        // What scikit-learn leaves out is left out exactly.
        for (w, e) in zip(model.weight.doubles, expected["weight"]!.doubles) where e == 0 { #expect(w == 0, comment) }
    }

    @Test(arguments: ["1.0", "0.5"]) func coefficientsOfDiabetes(_ ratio: String) throws {
        let (x, y) = LinearFixture.diabetes
        for expected in Self.cases[ratio]!["diabetes"]!.array! {
            let penalty = expected["penalty"]!.double!
            expectSame(try net(ratio, penalty).fit(x, y), expected, "\(penalty)")
        }
    }

    @Test(arguments: ["1.0", "0.5"]) func coefficientsOfSeveralResponses(_ ratio: String) throws {
        let (x, y) = LinearFixture.linnerud
        for expected in Self.cases[ratio]!["linnerud"]!.array! {
            let model = try net(ratio, expected["penalty"]!.double!).fit(x, y)
            expectSame(model, expected, "\(expected["penalty"]!)")
            #expect(model.predict(x).shape == [20, 3])
        }
    }

    /// scikit-learn's 100 penalties, and its coefficients at every eleventh.
    @Test(arguments: ["1.0", "0.5"]) func path(_ ratio: String) throws {
        let expected = Self.cases[ratio]!
        let path = try net(ratio, 1).path(LinearFixture.standardDiabetes, LinearFixture.diabetes.y)
        #expect(path.count == 100)
        #expect(agree(Tensor(path.penalties), expected["penalties"]!.tensor, digits: 12))
        for (place, weight) in zip(expected["kept"]!.ints!, expected["path"]!.array!) {
            #expect(agree(path.weights[place][0], weight.tensor), "\(place): \(path.weights[place])")
        }
        #expect(path[0].weight.doubles.allSatisfy { abs($0) < 1e-12 })
        #expect(max(path.gaps).item <= tight)
    }

    /// More features than samples, by the Gram matrix and by working sets.
    @Test func moreFeaturesThanSamples() throws {
        let x = LinearFixture.standardDiabetes[..<40]
        let wide = LinearFixture.standard(PolynomialFeatures(degree: 2)(x))
        #expect(wide.shape == [40, 65])
        let expected = Self.cases["wide"]!
        expectSame(
            try net("1.0", expected["penalty"]!.double!).fit(wide, LinearFixture.diabetes.y[..<40]), expected, "wide")
    }

    /// Above the largest Gram matrix: the working sets find what the Gram matrix of the same features finds, which are
    /// here 65 beside 1,000 that are constant.
    @Test(arguments: [1.0, 0.5]) func workingSetsFindTheSame(_ ratio: Double) throws {
        let x = LinearFixture.standard(PolynomialFeatures(degree: 2)(LinearFixture.standardDiabetes[..<40]))
        let y = LinearFixture.diabetes.y[..<40]
        let padded = concatenate([x, Tensor.full([40, 1000], 0.1, dtype: .float64)], axis: 1)
        let net = ElasticNet(l1Ratio: ratio, tolerance: 1e-13)
        let few = try net.path(x, y, count: 20, ratio: 0.05)
        let many = try net.path(padded, y, count: 20, ratio: 0.05)
        #expect(agree(Tensor(many.penalties), Tensor(few.penalties), digits: 12))
        #expect(largestDifference(many.weights[.ellipsis, ..<65], few.weights) < 1e-5)
        #expect(many.weights[.ellipsis, 65...].doubles.allSatisfy { $0 == 0 })
        #expect(largestDifference(many.biases, few.biases) < 1e-5)
    }

    /// The duality gap bounds how far the objective is from its minimum.
    @Test func gapBoundsTheObjective() throws {
        let (x, y) = (LinearFixture.standardDiabetes, LinearFixture.diabetes.y)
        let centered = y - mean(y)
        func objective(_ model: LinearModel, _ penalty: Double) -> Double {
            let residual = centered - matmul(x, model.weight[0])
            return sum(residual * residual).item / (2 * 442) + penalty * sum(abs(model.weight)).item
        }
        let scale = sum(centered * centered).item / (2 * 442)
        let loose = try Lasso(tolerance: 1e-2).path(x, y)
        let exact = try Lasso(tolerance: 1e-14).path(x, y)
        var isLoose = false
        for place in 0..<100 {
            let penalty = loose.penalties[place]
            let excess = objective(loose[place], penalty) - objective(exact[place], penalty)
            #expect(excess <= (loose.gaps[place, 0].item + 1e-13) * scale, "\(place)")
            isLoose = isLoose || excess > 1e-6 * scale
        }
        #expect(isLoose)
    }

    /// Two equal columns share the weight of one in any way for the lasso, evenly for the elastic net.
    @Test func equalColumns() throws {
        let x = LinearFixture.standardDiabetes[0..., 2..<3]
        let y = LinearFixture.diabetes.y
        let both = concatenate([x, x], axis: 1)
        let single = try Lasso(penalty: 2, tolerance: 1e-13).fit(x, y).weight.item
        let pair = try Lasso(penalty: 2, tolerance: 1e-13).fit(both, y).weight.doubles
        #expect(abs(pair[0] + pair[1] - single) < 1e-9 * abs(single))
        let even = try ElasticNet(penalty: 2, l1Ratio: 0.5, tolerance: 1e-13).fit(both, y).weight.doubles
        #expect(abs(even[0] - even[1]) < 1e-5 * abs(even[0]) && even[0] > 1)
    }

    @Test func withoutBias() throws {
        let (x, y) = LinearFixture.diabetes
        let model = try Lasso(penalty: 1, hasBias: false, tolerance: tight).fit(x, y)
        #expect(model.bias.item == 0)
        // The slope of each feature at work is λ, of the others at most that.
        let slopes = matmul(x.transposed, y - model.predict(x)).doubles.map { $0 / 442 }
        for (w, slope) in zip(model.weight.doubles, slopes) {
            #expect(w == 0 ? abs(slope) <= 1 + 1e-6 : abs(slope - (w > 0 ? 1 : -1)) < 1e-6, "\(w) \(slope)")
        }
    }

    @Test func constantTargetsAndFeatures() throws {
        let x = Tensor.full([5, 2], 0.3, dtype: .float64)
        let model = try Lasso().fit(x, Tensor([1.0, 2, 3, 4, 5]))
        #expect(model.weight.doubles == [0, 0] && abs(model.bias.item - 3) < 1e-15)
        let flat = try Lasso().path(LinearFixture.diabetes.x, Tensor.full([442], 0.1, dtype: .float64), count: 3)
        #expect(flat.weights.doubles.allSatisfy { $0 == 0 } && flat.biases.doubles == [0.1, 0.1, 0.1])
    }

    @Test func float32() throws {
        let (x, y) = LinearFixture.diabetes
        let model = try Lasso(penalty: 1).fit(x.cast(to: .float32), y.cast(to: .float32))
        #expect(model.weight.dtype == .float32 && model.predict(x.cast(to: .float32)).dtype == .float32)
        #expect(relativeDistance(model.weight, try Lasso(penalty: 1).fit(x, y).weight) < 1e-5)
    }

    @Test func errorsSayWhere() throws {
        var (x, y) = LinearFixture.diabetes
        #expect(throws: FitError.self) { try Lasso(penalty: 1e-3, tolerance: 1e-10, sweepLimit: 1).fit(x, y) }
        x[17, 3] = Tensor(scalar: Double.nan)
        do {
            _ = try Lasso().fit(x, y)
            Issue.record("NaN was taken")
        } catch let error as FitError {
            #expect(error.reason == .notFinite && error.message.contains("x[17, 3] is nan"), "\(error)")
        }
        do {
            _ = try Lasso().fit(Tensor.zeros([0, 2]), Tensor.zeros([0]))
            Issue.record("no samples were taken")
        } catch let error as FitError { #expect(error.reason == .tooFewSamples) }
    }
}
