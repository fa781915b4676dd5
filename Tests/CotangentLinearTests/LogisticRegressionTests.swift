import Cotangent
import TestSupport
import Testing

@Suite struct LogisticRegressionTests {
    static let binary = LinearFixture.values["logistic"]!["binary"]!.array!
    static let multinomial = LinearFixture.values["logistic"]!["multinomial"]!.array!

    /// Versicolor and virginica.
    private var two: (x: Tensor, y: Tensor) {
        (LinearFixture.standardIris[50...], LinearFixture.iris.y[50...])
    }
    private var three: (x: Tensor, y: Tensor) { (LinearFixture.standardIris, LinearFixture.iris.y) }

    private func penalty(_ expected: JSONValue) -> LogisticRegression.Penalty {
        let (penalty, ratio) = (expected["penalty"]!.double!, expected["l1Ratio"]!.double!)
        return penalty == 0 ? .none : ratio == 0 ? .l2(penalty) : ratio == 1 ? .l1(penalty) : .elasticNet(penalty, l1Ratio: ratio)
    }

    private func check(_ expected: JSONValue, _ data: (x: Tensor, y: Tensor)) throws {
        let solvers: [LogisticRegression.Solver] = expected["l1Ratio"]!.double! > 0 ? [.automatic] : [.newton, .lbfgs]
        for solver in solvers {
            let model = try LogisticRegression(penalty: penalty(expected), solver: solver, tolerance: 1e-10).fit(data.x, data.y)
            #expect(agree(model.weight, expected["weight"]!.tensor), "\(solver) \(model.weight) \(expected["weight"]!.tensor)")
            #expect(agree(model.bias, expected["bias"]!.tensor), "\(solver) \(model.bias) \(expected["bias"]!.tensor)")
            #expect(abs(model.score(data.x, data.y) - expected["score"]!.double!) < 1e-12)
            let rows = Tensor(Array(stride(from: 0, to: data.x.shape[0], by: 25)))
            #expect(
                largestDifference(model.probabilities(gather(data.x, rows)), expected["probabilities"]!.tensor) < 1e-7)
            for (w, e) in zip(model.weight.doubles, expected["weight"]!.doubles) where e == 0 { #expect(w == 0) }
            if let errors = expected["errors"] {
                #expect(agree(model.weightErrors![0], errors.tensor[1...]), "\(model.weightErrors!)")
                #expect(agree(model.biasErrors!, errors.tensor[..<1]))
            } else {
                #expect(model.weightErrors == nil && model.biasErrors == nil)
            }
        }
    }

    @Test(arguments: binary.indices) func twoClasses(_ index: Int) throws { try check(Self.binary[index], two) }

    @Test(arguments: multinomial.indices) func threeClasses(_ index: Int) throws {
        try check(Self.multinomial[index], three)
    }

    /// Labels may be any numbers; predictions are of them.
    @Test func labels() throws {
        let (x, y) = three
        let labels = Tensor(y.ints.map { [40, -7, 9][$0] })
        let model = try LogisticRegression(penalty: .l2(0.01)).fit(x, labels)
        #expect(model.classes == [-7, 9, 40])
        #expect(Set(model.predict(x).ints) == [-7, 9, 40] && model.score(x, labels) > 0.9)
        #expect(largestDifference(sum(model.probabilities(x), axes: [1]), Tensor.ones([150], dtype: .float64)) < 1e-14)
        let pair = try LogisticRegression(penalty: .l2(0.01)).fit(two.x, Tensor(two.y.ints.map { $0 == 1 ? 5 : 3 }))
        #expect(pair.classes == [3, 5] && pair.predict(two.x).ints.filter { $0 == 5 }.count > 40)
    }

    /// Both ways to the L1 optimum: all coefficients in one matrix, and row by row, as above 1,000 coefficients.
    @Test func manyCoefficients() throws {
        let x = LinearFixture.standard(PolynomialFeatures(degree: 6)(LinearFixture.standardIris[0..., 1...]))
        let wide = concatenate([x] + (0..<4).map { Tensor.full([150, 83], Double($0), dtype: .float64) }, axis: 1)
        #expect(x.shape == [150, 83] && 3 * (wide.shape[1] + 1) > 1000)
        let base = LogisticRegression(penalty: .l1(0.01), tolerance: 1e-9)
        let (few, many) = (try base.fit(x, three.y), try base.fit(wide, three.y))
        #expect(largestDifference(many.weight[0..., ..<83], few.weight) < 1e-4)
        #expect(many.weight[0..., 83...].doubles.allSatisfy { $0 == 0 })
        #expect(largestDifference(many.probabilities(wide), few.probabilities(x)) < 1e-6)
    }

    @Test func separableClasses() throws {
        // Setosa against the others.
        let labels = Tensor(LinearFixture.iris.y.ints.map { $0 == 0 ? 1 : 0 })
        for solver in [LogisticRegression.Solver.newton, .lbfgs] {
            for y in [labels, LinearFixture.iris.y] where solver == .newton || y == labels {
                do {
                    _ = try LogisticRegression(solver: solver, iterationLimit: 200).fit(LinearFixture.standardIris, y)
                    Issue.record("separable classes were taken")
                } catch let error as FitError { #expect(error.reason == .separable, "\(solver): \(error)") }
            }
            #expect(
                try LogisticRegression(penalty: .l2(1e-4), solver: solver).fit(LinearFixture.standardIris, labels)
                    .score(LinearFixture.standardIris, labels) == 1)
        }
        // Separated but for two samples on the plane.
        let x = Tensor([-2.0, -1, 0, 0, 1, 2], shape: [6, 1])
        for solver in [LogisticRegression.Solver.newton, .lbfgs] {
            do {
                _ = try LogisticRegression(solver: solver).fit(x, Tensor([0, 0, 0, 1, 1, 1]))
                Issue.record("separable classes were taken")
            } catch let error as FitError { #expect(error.reason == .separable, "\(error)") }
        }
    }

    @Test func errors() throws {
        let (x, y) = two
        do {
            _ = try LogisticRegression().fit(x, Tensor.full([100], 4, dtype: .int64))
            Issue.record("one class was taken")
        } catch let error as FitError { #expect(error.reason == .oneClass && error.message.contains("class 4")) }
        do {
            _ = try LogisticRegression().fit(concatenate([x, x], axis: 1), y)
            Issue.record("a short rank was taken")
        } catch let error as FitError { #expect(error.reason == .rankShort && error.message.contains("is 5, short of 9")) }
        do {
            _ = try LogisticRegression(penalty: .l2(1e-6), solver: .lbfgs, iterationLimit: 3).fit(x, y)
            Issue.record("three steps were enough")
        } catch let error as FitError { #expect(error.reason == .notConverged, "\(error)") }
        var bad = x
        bad[3, 2] = Tensor(scalar: Double.nan)
        #expect(throws: FitError.self) { try LogisticRegression().fit(bad, y) }
    }

    @Test func withoutBiasAndFloat32() throws {
        let (x, y) = two
        let model = try LogisticRegression(penalty: .l2(0.1), hasBias: false).fit(x, y)
        #expect(model.bias.item == 0)
        // The slope is 0.
        let p = model.probabilities(x)[0..., 1]
        // The labels are 1 and 2.
        let slope = matmul(p - (y.cast(to: .float64) - 1), x) / 100 + 0.1 * model.weight[0]
        #expect(max(abs(slope)).item < 1e-8)
        let small = try LogisticRegression(penalty: .l2(0.1), hasBias: false).fit(x.cast(to: .float32), y)
        #expect(small.weight.dtype == .float32 && relativeDistance(small.weight, model.weight) < 1e-6)
    }
}
