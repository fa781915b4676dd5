import Cotangent
import Testing

@Suite struct OptimizerStateRefusalTests {
    private struct Pair: Module {
        let weight: Parameter
        let bias: Parameter
    }

    private func pair(_ dtype: DType = .float32, width: Int = 3) -> Pair {
        Pair(weight: Parameter(Tensor.ones([2, width], dtype: dtype)), bias: Parameter(Tensor.ones([2], dtype: dtype)))
    }

    private func trained(_ optimizer: any Optimizer, _ model: Pair) -> OptimizerState {
        optimizer.update(
            with: valueAndGradients(of: model) { sum(square(model.weight.value)) + sum(model.bias.value) }.gradients)
        return optimizer.state
    }

    @Test func anotherKind() {
        let model = pair()
        let state = trained(SGD(model, learningRate: 1), model)
        let error = #expect(throws: OptimizerStateError.self) { try AdamW(model).restore(state) }
        #expect(
            "\(error!)"
                == "the state does not fit the optimizer, which was left as it was. the optimizer is AdamW, the state SGD's"
        )
    }

    /// Everything that does not fit is listed, and nothing is changed.
    @Test func everyMisfitIsListed() throws {
        let model = pair()
        let optimizer = Adam(model, amsgrad: true)
        let before = trained(optimizer, model)
        let other = pair(.float64, width: 4)
        var state = trained(Adam(other, learningRate: 0.5, beta1: 0.8), other)
        state.parameters[0].tensors["sum"] = Tensor.zeros([2, 4])
        state.parameters[1] = .init(name: "head", steps: -1, tensors: before.parameters[1].tensors)
        state.options["momentum"] = 0.9
        let error = try #require(#expect(throws: OptimizerStateError.self) { try optimizer.restore(state) })
        #expect(
            error.mismatched == [
                "amsgrad is 1.0, in the state 0.0", "beta1 is 0.9, in the state 0.8",
                "weight is float32 [2, 3], in the state exp_avg is float64 [2, 4]",
                "weight is float32 [2, 3], in the state exp_avg_sq is float64 [2, 4]",
                "parameter 1 is 'bias', in the state 'head'", "bias has taken -1 steps in the state",
            ])
        #expect(error.missing == ["weight max_exp_avg_sq"])
        #expect(error.unexpected == ["momentum", "weight sum"])
        #expect("\(error)".contains("missing: weight max_exp_avg_sq. unexpected: momentum, weight sum"))
        #expect(optimizer.state == before)
    }

    @Test func otherGroups() {
        let model = pair()
        let whole = SGD(model, learningRate: 1)
        let halves = SGD(groups: model.parameters.map { ParameterGroup([$0], learningRate: 1) })
        let error = #expect(throws: OptimizerStateError.self) { try whole.restore(halves.state) }
        #expect(error?.mismatched == ["the groups have [2] parameters, in the state [1, 1]"])
        var short = whole.state
        short.parameters.removeLast()
        let second = #expect(throws: OptimizerStateError.self) { try whole.restore(short) }
        #expect(second?.mismatched == ["there are 2 parameters, in the state 1"])
    }

    /// Parts from a file that was tampered with.
    @Test func partsThatDoNotFitTogether() throws {
        let model = pair()
        let state = trained(Adam(model), model)
        var numbers = state.numbers
        numbers["groups.0.weightDecay"] = nil
        numbers["groups.0.learningRate"] = .nan
        numbers["groups.0.parameterCount"] = 1e300
        numbers["parameters.0.steps"] = -1
        numbers["parameters.1.steps"] = 0.5
        numbers["parameters.2.steps"] = 1
        let tensors =
            state.tensors + [
                ("7.exp_avg", Tensor.zeros([1])), ("exp_avg", Tensor.zeros([1])), ("-1.sum", Tensor.zeros([1])),
                ("0.exp_avg", Tensor.zeros([1])),
            ]
        let error = try #require(
            #expect(throws: OptimizerStateError.self) {
                try OptimizerState(kind: "Adam", names: state.names, numbers: numbers, tensors: tensors)
            })
        #expect(error.missing == ["groups.0.weightDecay"])
        #expect(
            error.mismatched == [
                "groups.0.learningRate is nan, not a number", "groups.0.parameterCount is 1e+300, not a count",
                "parameters.0.steps is -1.0, not a count", "parameters.1.steps is 0.5, not a count",
            ])
        #expect(error.unexpected == ["7.exp_avg", "exp_avg", "-1.sum", "0.exp_avg", "parameters.2.steps"])
    }
}
