import Cotangent
import TestSupport
import Testing

@Suite struct GradientsTests {
    private let fixture = NetworkFixtures.all.penalty

    /// The loss plus half the mean squared norm of its gradient at the inputs: gradients of gradients through a
    /// Sequential (whose Linear and ReLU are one operation) and the cross-entropy, against PyTorch.
    @Test func gradientPenalty() throws {
        for (dtype, tolerance) in [(DType.float32, 3e-6), (.float64, 1e-14)] {
            let model = fixtureMLP(fixture.parameters, dtype)
            let (x, labels) = (fixture.input.tensor(dtype), fixture.labels.tensor(dtype))
            let (loss, gradients) = valueAndGradients(of: model) {
                let (entropy, dx) = valueAndGradient(at: x) { crossEntropy(model($0), labels, reduction: .sum) }
                return entropy + mean(sum(square(dx), axes: [1])) * 0.5
            }
            #expect(Swift.abs(loss.item / fixture.loss - 1) < tolerance)
            for (name, parameter) in model.namedParameters {
                #expect(
                    relativeDistance(gradients[parameter]!, fixture.gradients[name]!.tensor(dtype)) < tolerance,
                    "\(name)")
            }
        }
    }

    /// PyTorch's clip_grad_norm_.
    @Test func clippingByNorm() throws {
        let model = fixtureMLP(fixture.parameters, .float64)
        let (_, gradients) = valueAndGradients(of: model) {
            // ∂ Σ p g / ∂p = g
            model.namedParameters.reduce(Tensor(scalar: 0.0)) {
                $0 + sum($1.parameter.value * fixture.gradients[$1.name]!.tensor(.float64))
            }
        }
        #expect(Swift.abs(gradients.norm / fixture.norm - 1) < 1e-14)
        let clipped = gradients.clipped(toNorm: 1.5)
        for (name, parameter) in model.namedParameters {
            #expect(relativeDistance(clipped[parameter]!, fixture.clipped[name]!.tensor(.float64)) < 1e-14)
        }
        #expect(gradients.clipped(toNorm: 1e6)[model.parameters[0]] == gradients[model.parameters[0]])
    }

    private struct Two: Module {
        let a = Parameter(Tensor([1.0, 2]))
        let b = Parameter(Tensor([3.0]))
    }

    @Test func arithmetic() {
        let model = Two()
        let (_, first) = valueAndGradients(of: model) { sum(square(model.a.value)) }
        let (_, second) = valueAndGradients(of: model) { sum(model.a.value) + sum(square(model.b.value)) }
        #expect(first[model.b] == nil)
        var total = first + second
        #expect(total[model.a]?.doubles == [3, 5] && total[model.b]?.doubles == [6])
        total += first
        #expect(total[model.a]?.doubles == [5, 9])
        #expect((total * 2)[model.a]?.doubles == [10, 18] && (total / 2)[model.b]?.doubles == [3])
        #expect(total.clipped(toValue: 6)[model.a]?.doubles == [5, 6])
        #expect(total.count == 2)
    }

    @Test func whatDoesNotCountHasGradientZero() {
        let model = Two()
        let (value, gradients) = valueAndGradients(of: model) {
            _ = model.b.value
            return sum(model.a.value)
        }
        #expect(value.item == 3 && gradients[model.b]?.doubles == [0])
        // Nor is anything left on the results: they are plain values.
        #expect(gradient(at: Tensor([1.0])) { _ in value }.doubles == [0])
    }

    @Test func modelsInsideOfModels() {
        // Parameters of an outer scope's model are recorded there, inside of an inner gradient.
        let model = Two()
        let (_, gradients) = valueAndGradients(of: model) {
            let inner = gradient(at: Tensor([2.0])) { x in sum(square(x) * model.b.value) }  // 2 x b
            return sum(square(inner))  // (2·2·b)², d/db = 32 b
        }
        #expect(gradients[model.b]?.item == 96)
    }

    // MARK: Anomalies

    @Test func anomaliesNameTheLayer() throws {
        let model = Sequential {
            Linear(weight: Tensor.full([2, 2], 1e30))
            ReLU()
            Linear(weight: Tensor.full([1, 2], 1e30))
        }
        let error = #expect(throws: AnomalyError.self) {
            try detectingAnomalies(in: model) { valueAndGradients(of: model) { sum(model(Tensor.ones([1, 2]))) } }
        }
        #expect(
            error?.layer == "2" && error?.operation == "linear" && error?.pass == .forward
                && error?.cameFromInput == false)
        let fine = try detectingAnomalies(in: model) {
            valueAndGradients(of: model) { sum(model(Tensor.full([1, 2], 1e-30))) }.value
        }
        #expect(fine.item.isFinite)
        // What the data brought along.
        let given = #expect(throws: AnomalyError.self) {
            try detectingAnomalies(in: model) {
                valueAndGradients(of: model) { sum(model(Tensor.full([1, 2], Double.nan))) }
            }
        }
        #expect(given?.layer == "0" && given?.cameFromInput == true)
    }

    @Test func anomaliesOfTheBackwardPass() {
        struct Root: Layer {
            let p = Parameter(Tensor([0.0, 4]))
            func callAsFunction(_ x: Tensor) -> Tensor { sum(sqrt(p.value)) * x }
        }
        let model = Root()
        let error = #expect(throws: AnomalyError.self) {
            try detectingAnomalies(in: model) { valueAndGradients(of: model) { sum(model(Tensor([1.0]))) } }
        }
        #expect(error?.pass == .backward && error?.operation == "sqrt" && error?.cameFromInput == false)
    }

    @Test func theValueMustBeOneElement() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(weight: Tensor.ones([2, 2]))
            _ = valueAndGradients(of: model) { model(Tensor.ones([1, 2])) }
        }
        #expect(
            text(result).contains(
                "the function's value is float32 [1, 2]; only one floating-point element has a gradient"))
    }
}
