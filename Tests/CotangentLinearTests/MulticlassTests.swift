import Cotangent
import TestSupport
import Testing

@Suite struct MulticlassTests {
    private static let cases = LinearFixture.values["multiclass"]!
    private let base = LogisticRegression(penalty: .l2(Self.cases["penalty"]!.double!), tolerance: 1e-10)
    private let tenth = Tensor(Array(stride(from: 0, to: 150, by: 10)))

    @Test func oneVsAll() throws {
        let (x, y) = (LinearFixture.standardIris, LinearFixture.iris.y)
        let model = try OneVsAll(base).fit(x, y)
        let expected = Self.cases["oneVsAll"]!
        #expect(model.models.count == 3)
        #expect(largestDifference(model.decisions(gather(x, tenth)), expected["decision"]!.tensor) < 1e-6)
        #expect(model.predict(x).ints == expected["predicted"]!.ints)
        #expect(model.score(x, y) > 0.9)
    }

    @Test func oneVsOne() throws {
        let (x, y) = (LinearFixture.standardIris, LinearFixture.iris.y)
        let model = try OneVsOne(base).fit(x, y)
        let expected = Self.cases["oneVsOne"]!
        #expect(model.models.count == 3)
        #expect(largestDifference(model.decisions(gather(x, tenth)), expected["decision"]!.tensor) < 1e-6)
        #expect(model.predict(x).ints == expected["predicted"]!.ints)
    }

    /// Any classifier of two classes serves, and gets labels 0 and 1 whatever the classes are called.
    @Test func aroundAClassifierOfOnesOwn() throws {
        let (x, y) = (LinearFixture.standardIris, Tensor(LinearFixture.iris.y.ints.map { [70, -3, 12][$0] }))
        let all = try OneVsAll(NearestMean()).fit(x, y)
        let one = try OneVsOne(NearestMean()).fit(x, y)
        #expect(all.classes == [-3, 12, 70] && one.classes == [-3, 12, 70])
        #expect(one.models.count == 3 && all.models.count == 3)
        // Against each other the means decide as all means together do.
        let means = stack([-3, 12, 70].map { label in
            mean(gather(x, Tensor(y.ints.enumerated().filter { $1 == label }.map(\.offset))), axes: [0])
        })
        let distances = sum(square(x.expandingAxis(1) - means), axes: [2])
        let nearest = gather(Tensor([-3, 12, 70]), argmin(distances, axis: 1))
        #expect(one.predict(x) == nearest)
        #expect(all.score(x, y) > 0.6)
    }

    @Test func twoClassesAreOnePair() throws {
        let (x, y) = (LinearFixture.standardIris[50...], LinearFixture.iris.y[50...])
        let (plain, one) = (try base.fit(x, y), try OneVsOne(base).fit(x, y))
        #expect(one.models.count == 1 && one.predict(x) == plain.predict(x))
        #expect(try OneVsAll(base).fit(x, y).predict(x) == plain.predict(x))
    }

    @Test func oneClassIsRefused() {
        let x = Tensor.ones([4, 2])
        for fit in [
            { _ = try OneVsAll(NearestMean()).fit(x, Tensor([3, 3, 3, 3])) },
            { _ = try OneVsOne(NearestMean()).fit(x, Tensor([3, 3, 3, 3])) },
        ] {
            #expect(throws: FitError.self) { try fit() }
        }
    }
}

/// The class whose mean is nearer.
private struct NearestMean: BinaryClassifier {
    struct Fitted: BinaryModel {
        let means: [Tensor]

        func decision(_ x: Tensor) -> Tensor {
            let distances = means.map { sum(square(x - $0), axes: [1]) }
            return distances[0] - distances[1]
        }
        func predict(_ x: Tensor) -> Tensor { greater(decision(x), 0).cast(to: .int64) }
        func score(_ x: Tensor, _ y: Tensor) -> Double { mean(equal(predict(x), y).cast(to: .float64)).item }
    }

    func fit(_ x: Tensor, _ y: Tensor) throws -> Fitted {
        precondition(Set(y.ints) == [0, 1])
        return Fitted(
            means: (0...1).map { label in
                mean(gather(x, Tensor(y.ints.enumerated().filter { $1 == label }.map(\.offset))), axes: [0])
            })
    }
}
