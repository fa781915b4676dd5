import Cotangent
import TestSupport
import Testing

/// A programmer's error ends the process with a message. Each case runs in a process of its own.
@Suite struct LinearTrapTests {
    static let cases: [Trap] = [
        Trap("LinearRegression: fitted to x float32 [3, 2] and y float32 [4]") {
            _ = try? LinearRegression().fit(Tensor.zeros([3, 2]), Tensor.zeros([4]))
        },
        Trap("Ridge: fitted to x float32 [3, 2] and y float64 [3]") {
            _ = try? Ridge().fit(Tensor.zeros([3, 2]), Tensor.zeros([3], dtype: .float64))
        },
        Trap("Ridge: the penalties [-1.0] must be finite, 0 or more") {
            _ = try? Ridge(penalty: -1).fit(Tensor.zeros([3, 2]), Tensor.zeros([3]))
        },
        Trap("ElasticNet: penalties [0.0] with l1Ratio 1.0: they must be positive") {
            _ = try? Lasso(penalty: 0).fit(Tensor.zeros([3, 2]), Tensor.zeros([3]))
        },
        Trap("ElasticNet: penalties [1.0] with l1Ratio 0.0") {
            _ = try? ElasticNet(l1Ratio: 0).fit(Tensor.zeros([3, 2]), Tensor.zeros([3]))
        },
        Trap("LogisticRegression: fitted to x float32 [3, 2] and y float32 [3]") {
            _ = try? LogisticRegression().fit(Tensor.zeros([3, 2]), Tensor.zeros([3]))
        },
        Trap("LogisticRegression: penalty l2(-1.0)") {
            _ = try? LogisticRegression(penalty: .l2(-1)).fit(Tensor.zeros([2, 2]), Tensor([0, 1]))
        },
        Trap("LinearModel: predicts of float32 [5, 3], and float32 [samples, 2] is expected") {
            _ = LinearModel(weight: Tensor.zeros([1, 2]), bias: Tensor.zeros([1])).predict(Tensor.zeros([5, 3]))
        },
        Trap("LinearModel: the weight is float32 [2], the bias float32 [1]") {
            _ = LinearModel(weight: Tensor.zeros([2]), bias: Tensor.zeros([1]))
        },
        Trap("LinearModel: scores predictions float32 [5, 1] by float32 [5]") {
            _ = LinearModel(weight: Tensor.zeros([1, 2]), bias: Tensor.zeros([1])).score(
                Tensor.zeros([5, 2]), Tensor.zeros([5]))
        },
        Trap("LogisticModel: a decision is between two classes, and there are 3") {
            let x = Tensor([0, 1, 2, 3, 4, 5], shape: [6, 1]).cast(to: .float64)
            let model = try! LogisticRegression(penalty: .l2(1)).fit(x, Tensor([0, 1, 2, 0, 1, 2]))
            _ = model.decision(x)
        },
        Trap("PolynomialFeatures: the degree 0 must be 1 or more") { _ = PolynomialFeatures(degree: 0) },
        Trap("PCA: 3 components of float32 [2, 5]: 1 to 2 are there") {
            _ = try? PCA(components: .count(3)).fit(Tensor.zeros([2, 5]))
        },
    ]

    @Test(arguments: cases.indices) func trapNames(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            LinearTrapTests.cases[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.cases[index].message), "\(message)")
    }
}
