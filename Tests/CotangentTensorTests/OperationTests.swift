import CotangentTensor
import TestSupport
import Testing

/// Every operation against PyTorch's and NumPy's values and gradients: Fixtures/operations.py made them.
@Suite struct OperationTests {
    @Test func everyOperationHasAKnownAnswer() {
        #expect(Set(OperationCase.all.map(\.operation)) == Set(operations.keys))
    }

    /// Float64 to 10⁻¹², float32 to 10⁻⁶ of the norm, everything else exactly.
    @Test(arguments: OperationCase.all) func value(_ test: OperationCase) {
        for type in [DType.float64, .float32] {
            let y = test.apply(test.inputs(type))
            let expected = test.output.tensor(type)
            #expect(y.shape == expected.shape)
            if test.output.isFloatingPoint {
                #expect(test.operation == "oneHot" || y.dtype == type)
                #expect(relativeDistance(y, expected) <= (type == .float64 ? 1e-12 : 1e-6), "\(y)\n\(expected)")
            } else {
                #expect(y == expected)
            }
        }
    }

    /// The same from views with steps and reversed axes, between elements that must not be read.
    @Test(arguments: OperationCase.all) func valueOfViews(_ test: OperationCase) {
        for type in [DType.float64, .float32] {
            let y = test.apply(test.inputs(type).map(scatteredView))
            let expected = test.output.tensor(type)
            #expect(y.shape == expected.shape)
            #expect(
                relativeDistance(y.cast(to: .float64), expected.cast(to: .float64)) <= (type == .float64 ? 1e-12 : 1e-6)
            )
        }
    }

    /// The gradient for a random cotangent, of contiguous inputs and of views, and with the cotangent itself a view.
    @Test(arguments: OperationCase.differentiable) func pullback(_ test: OperationCase) {
        for type in [DType.float64, .float32] {
            let (inputs, f) = test.differentiableForm(type)
            let cotangent = test.cotangent!.tensor(type)
            let expected = test.gradients!.compactMap { $0?.tensor(type) }
            for (at, dy) in [(inputs, cotangent), (inputs.map(scatteredView), scatteredView(of: cotangent))] {
                for (found, wanted) in zip(vjp(at: at, of: f).pullback(dy), expected) {
                    #expect(found.shape == wanted.shape)
                    #expect(found.dtype == type)
                    // Where terms cancel, what is left is not known to 10⁻⁶ of itself: their size counts as well.
                    let tolerance = type == .float64 ? 1e-12 : 2e-6
                    let scale = Swift.max(1, wanted.doubles.map { $0 * $0 }.reduce(0, +).squareRoot())
                    #expect(largestDifference(found, wanted) <= tolerance * scale, "\(found)\n\(wanted)")
                }
            }
        }
    }

    /// Float32 pullbacks held against float64's at the same point, within a nested recording, where pullbacks take their
    /// composed form.
    @Test(arguments: OperationCase.differentiable) func nestedPullback(_ test: OperationCase) {
        for type in [DType.float64, .float32] {
            let (inputs, f) = test.differentiableForm(type)
            let cotangent = test.cotangent!.tensor(type)
            var nested: [Tensor] = []
            _ = gradient(at: inputs[0]) { x in
                nested = vjp(at: [x] + inputs.dropFirst(), of: f).pullback(cotangent)
                return sum(nested[0])
            }
            for (found, wanted) in zip(nested, test.gradients!.compactMap { $0?.tensor(type) }) {
                let scale = Swift.max(1, wanted.doubles.map { $0 * $0 }.reduce(0, +).squareRoot())
                #expect(found.shape == wanted.shape)
                #expect(largestDifference(found, wanted) <= (type == .float64 ? 1e-12 : 2e-6) * scale)
            }
        }
    }

    @Test func castBetweenFloatingPointHasAGradient() {
        let x = Tensor([1.5, -2] as [Float])
        let dx = gradient(at: x) { sum(square($0.cast(to: .float64))) }
        #expect(dx == Tensor([3, -4] as [Float]))
    }
}
