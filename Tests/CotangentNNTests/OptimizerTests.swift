import Cotangent
import TestSupport
import Testing

@Suite struct OptimizerTests {
    private struct Pair: Module {
        let first: Parameter
        let second: Parameter
    }

    /// Four steps of PyTorch's torch.optim from given values and gradients, in both precisions.
    @Test(arguments: NetworkFixtures.all.optimizers.cases) func againstPyTorch(_ test: OptimizerCases.Case) throws {
        let fixtures = NetworkFixtures.all.optimizers
        let dtype: DType = test.dtype == "float32" ? .float32 : .float64
        let model = Pair(
            first: Parameter(fixtures.starts[0].tensor(dtype)), second: Parameter(fixtures.starts[1].tensor(dtype)))
        let optimizer = try #require(test.optimizer(of: model))
        for (step, gradients) in fixtures.gradients.enumerated() {
            let tensors = gradients.map { $0.tensor(dtype) }
            // ∂ Σ p g / ∂p = g
            let (_, taken) = valueAndGradients(of: model) {
                sum(model.first.value * tensors[0]) + sum(model.second.value * tensors[1])
            }
            optimizer.update(with: taken)
            for (parameter, expected) in zip(model.parameters, test.values[step]) {
                let distance = relativeDistance(parameter.value.doubles, expected)
                #expect(distance < (dtype == .float32 ? 2e-7 : 4e-16), "step \(step)")
            }
        }
    }

    /// A step with every default, so that they are PyTorch's: Adam's first step is learningRate · sign(g).
    @Test func defaults() {
        let parameter = Parameter(Tensor([1.0, 1.0]))
        struct One: Module { let p: Parameter }
        let model = One(p: parameter)
        Adam(model).update(with: valueAndGradients(of: model) { sum(parameter.value * Tensor([2.0, -3.0])) }.gradients)
        #expect(relativeDistance(parameter.value, Tensor([0.999, 1.001])) < 1e-8)
        #expect(AdamW(model).groups[0].weightDecay == 0.01 && AdamW(model).learningRate == 0.001)
        #expect(
            RMSProp(model).learningRate == 0.01 && Adagrad(model).learningRate == 0.01
                && Adadelta(model).learningRate == 1)
    }

    @Test func groupsHaveRatesOfTheirOwn() {
        let (a, b) = (Parameter(Tensor([1.0])), Parameter(Tensor([1.0])))
        struct Two: Module { let a: Parameter, b: Parameter }
        let model = Two(a: a, b: b)
        let optimizer = SGD(groups: [
            ParameterGroup([a], learningRate: 0.1), ParameterGroup([b], learningRate: 0.01, weightDecay: 1),
        ])
        let (_, gradients) = valueAndGradients(of: model) { sum(a.value * 2 + b.value * 2) }
        optimizer.update(with: gradients)
        #expect(a.value.item == 0.8 && Swift.abs(b.value.item - 0.97) < 1e-15)
        optimizer.learningRate = 0.5
        #expect(optimizer.groups.map(\.learningRate) == [0.5, 0.5])
    }

    /// A copy taken before a step keeps its values: steps in place must not show through.
    @Test func copiesStayAsTheyWere() {
        let parameter = Parameter(Tensor([1.0, 2.0]))
        struct One: Module { let p: Parameter }
        let model = One(p: parameter)
        let before = parameter.value
        SGD(model, learningRate: 1).update(
            with: valueAndGradients(of: model) { sum(square(parameter.value)) }.gradients)
        #expect(before.doubles == [1, 2] && parameter.value.doubles == [-1, -2])
    }

    @Test func parameterInTwoGroupsTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let p = Parameter(Tensor([1.0]))
            _ = SGD(groups: [ParameterGroup([p], learningRate: 1), ParameterGroup([p], learningRate: 1)])
        }
        #expect(text(result).contains("is in two groups"))
    }

    /// A parameter that only a closure holds cannot be found, and would stay as it is: the first step says so.
    @Test func parameterHiddenInAClosureTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            struct Hiding: Layer {
                let transform: @Sendable (Tensor) -> Tensor
                func callAsFunction(_ x: Tensor) -> Tensor { transform(x) }
            }
            var generator = PhiloxGenerator(seed: 1)
            let inner = Linear(2, 3, using: &generator)
            let model = Hiding(transform: { inner($0) })
            let optimizer = SGD(model, learningRate: 0.1)
            optimizer.update(with: valueAndGradients(of: model) { sum(model(Tensor.ones([1, 2]))) }.gradients)
        }
        #expect(text(result).contains("a parameter of shape [3, 2] has a gradient, but was not found"))
        #expect(text(result).contains("'transform'"))
    }
}

extension OptimizerCases.Case {
    /// PyTorch's optimizer of that name and options, for `model`.
    func optimizer(of model: some Module) -> (any Optimizer)? {
        func number(_ name: String, _ standard: Double) -> Double { options[name]?.double ?? standard }
        func flag(_ name: String) -> Bool { options[name]?.bool ?? false }
        let (rate, decay) = (number("learningRate", 0), number("weightDecay", 0))
        switch name {
        case "SGD":
            return SGD(
                model, learningRate: rate, momentum: number("momentum", 0), dampening: number("dampening", 0),
                weightDecay: decay,
                nesterov: flag("nesterov"))
        case "Adam":
            return Adam(
                model, learningRate: rate, weightDecay: decay, beta1: number("beta1", 0.9),
                beta2: number("beta2", 0.999),
                epsilon: number("epsilon", 1e-8), amsgrad: flag("amsgrad"))
        case "AdamW":
            return AdamW(
                model, learningRate: rate, weightDecay: number("weightDecay", 0.01), beta1: number("beta1", 0.9),
                beta2: number("beta2", 0.999), epsilon: number("epsilon", 1e-8), amsgrad: flag("amsgrad"))
        case "RMSProp":
            return RMSProp(
                model, learningRate: rate, weightDecay: decay, alpha: number("alpha", 0.99),
                epsilon: number("epsilon", 1e-8),
                momentum: number("momentum", 0), centered: flag("centered"))
        case "Adagrad":
            return Adagrad(
                model, learningRate: rate, weightDecay: decay, rateDecay: number("rateDecay", 0),
                initialAccumulator: number("initialAccumulator", 0), epsilon: number("epsilon", 1e-10))
        case "Adadelta":
            return Adadelta(
                model, learningRate: rate, weightDecay: decay, rho: number("rho", 0.9), epsilon: number("epsilon", 1e-6)
            )
        default: return nil
        }
    }
}
