import Cotangent
import TestSupport
import Testing

/// `vjp(of:at:)`: gradients of parameters and inputs from a cotangent of any shape.
@Suite struct ModelPullbackTests {
    private let model: Sequential
    private let x, cotangent: Tensor

    init() {
        var generator = PhiloxGenerator(seed: 31)
        model = Sequential {
            Linear(3, 4, dtype: .float64, using: &generator)
            Tanh()
            Linear(4, 2, dtype: .float64, using: &generator)
        }
        x = Tensor.uniform([5, 3], in: -1...1, dtype: .float64, using: &generator)
        cotangent = Tensor.uniform([5, 2], in: -1...1, dtype: .float64, using: &generator)
    }

    /// The pullback of y from v gives the gradients of Σ y ∗ v.
    @Test func isTheGradientOfAContraction() {
        let (y, pullback) = vjp(of: model, at: x) { model($0) }
        #expect(y == model(x))
        for scale in [1.0, -2] {  // it may be called again
            let (gradients, dx) = pullback(cotangent * scale)
            let (_, reference) = valueAndGradients(of: model) { sum(model(x) * cotangent) * scale }
            #expect(gradients.count == 4)
            for parameter in model.parameters {
                #expect(relativeDistance(gradients[parameter]!, reference[parameter]!) < 1e-15)
            }
            #expect(relativeDistance(dx, gradient(at: x) { sum(model($0) * cotangent) * scale }) < 1e-15)
        }
    }

    @Test func severalInputs() {
        let other = Tensor.ones([5, 3], dtype: .float64)
        let (_, pullback) = vjp(of: model, at: [x, other]) { model($0[0] + $0[1] * 2) }
        let (_, inputs) = pullback(cotangent)
        #expect(inputs.count == 2)
        #expect(relativeDistance(inputs[1], inputs[0] * 2) < 1e-15)
    }

    @Test func whatIsFrozenOrDoesNotCount() {
        model.parameters[0].isTrainable = false
        let (_, pullback) = vjp(of: model, at: x) { x in
            _ = model(x)  // reads them all
            return x * model.parameters[3].value[0]
        }
        let (gradients, dx) = pullback(Tensor.ones([5, 3], dtype: .float64))
        #expect(gradients.count == 3 && gradients[model.parameters[0]] == nil)
        #expect(gradients[model.parameters[1]] == Tensor.zeros([4], dtype: .float64))
        #expect(relativeDistance(gradients[model.parameters[3]]!.doubles, [sum(x).item, 0]) < 1e-15)
        #expect(dx == Tensor.ones([5, 3], dtype: .float64) * model.parameters[3].value[0])
        // Of a value that depends on nothing
        let (_, none) = vjp(of: model, at: x) { _ in cotangent }
        #expect(none(cotangent).gradients.count == 0 && none(cotangent).input == Tensor.zeros(like: x))
    }

    /// Around it other gradients may be taken, of what the pullback gives too.
    @Test func nests() throws {
        try gradientCheck(at: x) { x in
            let (y, pullback) = vjp(of: model, at: x) { model($0) }
            let (gradients, dx) = pullback(cotangent)
            return sum(square(y)) + sum(square(dx)) + sum(square(gradients[model.parameters[0]]!))
        }
        let weight = model.parameters[0]
        func penalty() -> Tensor {
            let (_, pullback) = vjp(of: model, at: x) { model($0) }
            let (gradients, dx) = pullback(cotangent)
            return sum(square(dx)) + sum(square(gradients[model.parameters[2]]!))
        }
        let (_, gradients) = valueAndGradients(of: model, penalty)
        try gradientCheck(at: weight.value) { w in functionalCall(model, ["0.weight": w], penalty) }
        let found = gradient(at: weight.value) { w in functionalCall(model, ["0.weight": w], penalty) }
        #expect(relativeDistance(gradients[weight]!, found) < 1e-14)
    }

    /// A checkpoint inside runs its body again in the mode that the call chose, with the same parameters.
    @Test func checkpoints() {
        let (_, plain) = vjp(of: model, at: x) { model($0) }
        let (_, pullback) = vjp(of: model, at: x) { x in checkpoint { model(x) } }
        let (expected, found) = (plain(cotangent), pullback(cotangent))
        #expect(found.input == expected.input)
        for parameter in model.parameters { #expect(found.gradients[parameter]! == expected.gradients[parameter]!) }
    }

    @Test func runsAsInTraining() {
        let norm = BatchNorm1D(3, dtype: .float64)
        let (y, _) = vjp(of: norm, at: x) { norm($0) }
        #expect(mean(y, axes: [0]).doubles.allSatisfy { Swift.abs($0) < 1e-12 })
        let (z, _) = vjp(of: norm, at: x, mode: .inference) { norm($0) }
        #expect(z != y)
    }
}
