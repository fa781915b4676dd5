import Cotangent
import TestSupport
import Testing

@Suite struct OptimizerStateTests {
    private struct Pair: Module {
        let first: Parameter
        let second: Parameter
    }

    private static let fixtures = NetworkFixtures.all.optimizers
    /// Tests/Fixtures/optimizer_state.json: case by case, parameter by parameter.
    private static let states = try! Fixtures.decoded("optimizer_state.json", as: [[[String: [Double]]]].self)

    private func pair(_ dtype: DType) -> Pair {
        let starts = Self.fixtures.starts
        return Pair(first: Parameter(starts[0].tensor(dtype)), second: Parameter(starts[1].tensor(dtype)))
    }

    private func dtype(_ test: OptimizerCases.Case) -> DType { test.dtype == "float32" ? .float32 : .float64 }

    /// One step with the fixture's gradients of that number.
    private func step(_ optimizer: any Optimizer, _ model: Pair, _ number: Int) {
        let gradients = Self.fixtures.gradients[number % 4].map { $0.tensor(model.first.dtype) }
        let (_, taken) = valueAndGradients(of: model) {
            sum(model.first.value * gradients[0]) + sum(model.second.value * gradients[1])
        }
        optimizer.update(with: taken)
    }

    /// What PyTorch's state_dict holds after four steps, under the same names.
    @Test(arguments: zip(fixtures.cases, states)) func againstPyTorch(
        _ test: OptimizerCases.Case, _ expected: [[String: [Double]]]
    ) throws {
        let model = pair(dtype(test))
        let optimizer = try #require(test.optimizer(of: model))
        for number in 0..<4 { step(optimizer, model, number) }
        let state = optimizer.state
        #expect(state.kind == test.name && state.names == ["first", "second"])
        for (entry, expected) in zip(state.parameters, expected) {
            #expect(entry.steps == 4 && (expected["step"] ?? [4]) == [4])
            #expect(Set(entry.tensors.keys) == Set(expected.keys).subtracting(["step"]))
            for (name, tensor) in entry.tensors {
                let distance = relativeDistance(tensor.doubles, expected[name]!)
                #expect(distance < (tensor.dtype == .float32 ? 2e-7 : 4e-16), "\(name)")
            }
        }
    }

    /// Three steps, the state, and three more: in the same optimizer, and in a fresh one of a model restored.
    @Test(arguments: fixtures.cases) func goesOnBitForBit(_ test: OptimizerCases.Case) throws {
        let model = pair(dtype(test))
        let optimizer = try #require(test.optimizer(of: model))
        for number in 0..<3 { step(optimizer, model, number) }
        optimizer.learningRate *= 0.5
        let (weights, state) = (model.snapshot(), optimizer.state)
        let (numbers, tensors) = (state.numbers, state.tensors.map { ($0.name, $0.tensor.array(of: test.dtype)) })
        for number in 3..<6 { step(optimizer, model, number) }
        let never = model.snapshot()
        // Training on does not change what was taken.
        #expect(state.numbers == numbers)
        for ((_, tensor), (name, bits)) in zip(state.tensors, tensors) {
            #expect(tensor.array(of: test.dtype) == bits, "\(name)")
        }

        for copy in [model, pair(dtype(test))] {
            let fresh = copy.first === model.first ? optimizer : try #require(test.optimizer(of: copy))
            try copy.restore(weights)
            // By its parts, as a file holds it.
            try fresh.restore(
                OptimizerState(kind: state.kind, names: state.names, numbers: state.numbers, tensors: state.tensors))
            #expect(fresh.state == state && fresh.learningRate == state.groups[0].learningRate)
            for number in 3..<6 { step(fresh, copy, number) }
            #expect(copy.snapshot() == never)
            #expect(fresh.state == optimizer.state)
        }
        #expect(state.numbers == numbers)
        for ((_, tensor), (name, bits)) in zip(state.tensors, tensors) {
            #expect(tensor.array(of: test.dtype) == bits, "\(name)")
        }
    }

    /// A parameter that had no gradient yet has taken no steps and keeps nothing.
    @Test func beforeTheFirstStep() throws {
        let model = pair(.float32)
        model.second.isTrainable = false
        let optimizer = Adam(model)
        let empty = optimizer.state
        #expect(empty.tensors.isEmpty && empty.parameters.map(\.steps) == [0, 0])
        step(optimizer, model, 0)
        let state = optimizer.state
        #expect(state.tensors.map(\.name) == ["0.exp_avg", "0.exp_avg_sq"])
        #expect(state.parameters.map(\.steps) == [1, 0])
        try optimizer.restore(empty)
        #expect(optimizer.state == empty)
        try optimizer.restore(state)
        #expect(optimizer.state == state)
        optimizer.reset()
        #expect(optimizer.state == empty)
    }

    /// A view of memory that somebody else holds is no place to write to.
    @Test func restoredViewsStayAsTheyWere() throws {
        let model = pair(.float64)
        let optimizer = SGD(model, learningRate: 0.1, momentum: 0.9)
        step(optimizer, model, 0)
        var state = optimizer.state
        let view = scatteredView(of: state.parameters[0].tensors["momentum_buffer"]!)
        let before = view.doubles
        state.parameters[0].tensors["momentum_buffer"] = view
        let (weights, expected) = (model.snapshot(), pair(.float64))
        step(optimizer, model, 1)
        try expected.restore(weights)
        let other = SGD(expected, learningRate: 0.1, momentum: 0.9)
        try other.restore(state)
        step(other, expected, 1)
        #expect(view.doubles == before)
        #expect(expected.snapshot() == model.snapshot())
    }
}

extension Tensor {
    /// The elements' bits, so that NaN and −0 count.
    fileprivate func array(of dtype: String) -> [UInt64] {
        dtype == "float32" ? array(of: Float.self).map { UInt64($0.bitPattern) } : doubles.map(\.bitPattern)
    }
}
