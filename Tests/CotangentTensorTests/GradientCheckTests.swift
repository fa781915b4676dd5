import CotangentTensor
import TestSupport
import Testing

/// Every operation's pullback against differences of its values, and the pullback's own.
@Suite struct GradientCheckTests {
    /// Steps grow with |x|, and differences over them are not exact where a function bends sharply far from 0.
    static let cases = OperationCase.differentiable.filter { $0.note != "large" }

    @Test(arguments: cases) func firstOrder(_ test: OperationCase) throws {
        let (inputs, f) = test.differentiableForm(.float64)
        try gradientCheck(at: inputs, of: f)
    }

    /// The gradient for a random cotangent u as a function of inputs and u. The differences are taken of the fused
    /// pullback, the gradient of the composed one.
    @Test(arguments: cases) func secondOrder(_ test: OperationCase) throws {
        let (inputs, f) = test.differentiableForm(.float64)
        let cotangent = test.cotangent!.tensor(.float64)
        try gradientCheck(at: inputs + [cotangent], absolute: 1e-7, seed: 1) { values in
            let gradients = vjp(at: Array(values.dropLast()), of: f).pullback(values.last!)
            return concatenate(gradients.map(\.flattened))
        }
    }

    @Test func wrongPullbackIsFoundAndTheWorstElementNamed() throws {
        let x = Tensor([0.5, 1, -2, 3], shape: [2, 2])
        func wrong(_ x: Tensor) -> Tensor {
            withCustomPullback(of: x) { x in
                (square(x), { dy in dy * x * Tensor([2, 2, 2.5, 2.001], shape: [2, 2]) })
            }
        }
        let error = try #require(throws: GradientCheckError.self) { try gradientCheck(at: x) { wrong($0) } }
        #expect(error.wrong == 2)
        #expect(error.count == 4)
        #expect(error.worst.input == 0)
        #expect(error.worst.index == [1, 0])
        #expect(Swift.abs(error.worst.analytic / error.worst.numeric - 1.25) < 1e-6)
        #expect(error.description.contains("input 0 at [1, 0]"))
    }

    /// With a cotangent of ones this passes: the rows of a softmax sum to 1, so their gradient is 0.
    @Test func softmaxWithoutAGradientIsFound() {
        #expect(throws: GradientCheckError.self) {
            try gradientCheck(at: Tensor([0.5, 1.8, -2.3])) { x in
                withCustomPullback(of: x) { (softmax($0), { Tensor.zeros(like: $0) }) }
            }
        }
    }

    @Test func infiniteGradientIsFound() {
        #expect(throws: GradientCheckError.self) { try gradientCheck(at: Tensor([0.0, 1])) { sqrt($0) } }
    }

    @Test func float32InputsAreCheckedInFloat64() throws {
        let worst = try gradientCheck(at: Tensor([0.5, 1.5] as [Float])) { tanh($0) }
        #expect(try #require(worst).error < 1e-9)
        let nothing = try gradientCheck(at: Tensor([] as [Double])) { exp($0) }
        #expect(nothing.map(\.description) == nil)
    }
}
