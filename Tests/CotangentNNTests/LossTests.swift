import Cotangent
import TestSupport
import Testing

/// Every loss and option against PyTorch (or the textbook's formula in PyTorch): value, and gradient for a random cotangent.
@Suite struct LossTests {
    @Test(arguments: NetworkFixtures.all.losses) func value(_ test: LossCase) throws {
        for (dtype, tolerance) in [(DType.float32, 2e-6), (.float64, 1e-13)] {
            let output = try evaluate(test, test.inputs.map { $0.tensor(dtype) })
            #expect(output.dtype == dtype)
            #expect(relativeDistance(output, test.output.tensor(dtype)) < tolerance, "\(dtype)")
        }
    }

    @Test(arguments: NetworkFixtures.all.losses) func gradient(_ test: LossCase) throws {
        for (dtype, tolerance) in [(DType.float32, 3e-6), (.float64, 1e-12)] {
            var inputs = test.inputs.map { $0.tensor(dtype) }
            let pullback = try vjp(at: inputs[0]) { x in
                inputs[0] = x
                return try evaluate(test, inputs)
            }.pullback
            #expect(
                relativeDistance(pullback(test.cotangent.tensor(dtype)), test.gradient.tensor(dtype)) < tolerance,
                "\(dtype)")
        }
    }

    /// Where the recording is nested, operations take their composed forms.
    @Test(arguments: NetworkFixtures.all.losses) func gradientOfGradient(_ test: LossCase) throws {
        var inputs = test.inputs.map { $0.tensor(.float64) }
        try gradientCheck(at: inputs[0], relative: 1e-5, absolute: 1e-7) { x in
            try Cotangent.gradient(at: x) { x in
                inputs[0] = x
                return sum(square(try evaluate(test, inputs)))
            }
        }
    }

    private func evaluate(_ test: LossCase, _ x: [Tensor]) throws -> Tensor {
        let reduction: Reduction = ["sum": .sum, "none": .none][test.options["reduction"]?.string ?? ""] ?? .mean
        let unit: LossUnit = test.options["over"]?.string == "samples" ? .samples : .elements
        func number(_ name: String, _ standard: Double) -> Double { test.options[name]?.double ?? standard }
        let third = x.count > 2 ? x[2] : nil
        switch test.name {
        case "meanSquaredError": return meanSquaredError(x[0], x[1], over: unit, reduction: reduction)
        case "meanAbsoluteError": return meanAbsoluteError(x[0], x[1], over: unit, reduction: reduction)
        case "huber": return huber(x[0], x[1], delta: number("delta", 1), over: unit, reduction: reduction)
        case "smoothL1": return smoothL1(x[0], x[1], beta: number("beta", 1), over: unit, reduction: reduction)
        case "crossEntropy":
            return crossEntropy(
                x[0], x[1], ignoring: Int(number("ignoring", -100)), classWeights: third,
                labelSmoothing: number("labelSmoothing", 0), reduction: reduction)
        case "crossEntropy.targets":
            return crossEntropy(
                x[0], targets: x[1], classWeights: third, labelSmoothing: number("labelSmoothing", 0),
                reduction: reduction)
        case "crossEntropy.probabilities": return crossEntropy(probabilities: x[0], targets: x[1], reduction: reduction)
        case "negativeLogLikelihood":
            return negativeLogLikelihood(x[0], x[1], classWeights: third, reduction: reduction)
        case "binaryCrossEntropy.probabilities":
            return binaryCrossEntropy(probabilities: x[0], targets: x[1], reduction: reduction)
        case "binaryCrossEntropy": return binaryCrossEntropy(x[0], x[1], positiveWeight: third, reduction: reduction)
        case "klDivergence": return klDivergence(x[0], targets: x[1], over: unit, reduction: reduction)
        case "hinge": return hinge(x[0], x[1], margin: number("margin", 1), reduction: reduction)
        case "multiclassHinge":
            return multiclassHinge(
                x[0], x[1], margin: number("margin", 1), power: Int(number("power", 1)), classWeights: third,
                reduction: reduction)
        default: throw UnknownCase(name: test.name)
        }
    }

    private struct UnknownCase: Error { let name: String }

    /// (1/N) Σ ‖y − ŷ‖² by hand: (1² + 2² + 3² + 4²)/2 = 15, and 30/4 over the elements.
    @Test func meanSquaredErrorByHand() {
        let zero = Tensor.zeros([2, 2])
        let y = Tensor(rows: [[Float(1), 2], [3, 4]])
        #expect(meanSquaredError(y, zero, over: .samples).item == 15)
        #expect(meanSquaredError(y, zero).item == 7.5)
        #expect(meanSquaredError(y, zero, over: .samples, reduction: .none).floats == [5, 25])
        // A vector's elements are its samples.
        #expect(meanSquaredError(Tensor([Float(1), 3]), Tensor([Float(0), 0]), over: .samples).item == 5)
    }

    /// Far from 0, where the naive formulas overflow or cancel.
    @Test func tails() {
        let x = Tensor([Float(100), -100, 30, -30])
        let right = Tensor([Float(1), 0, 1, 0])
        let losses = binaryCrossEntropy(x, right, reduction: .none).doubles
        for (loss, exact) in zip(losses, [3.7835e-44, 3.7835e-44, 9.357623e-14, 9.357623e-14]) {  // log(1 + e^−|x|)
            #expect(Swift.abs(loss - exact) < 1e-6 * exact + 2e-45)
        }
        #expect(binaryCrossEntropy(x, 1 - right, reduction: .none).floats == [100, 100, 30, 30])
        let logits = Tensor(rows: [[Float(1e4), 0], [0, 1e4]])
        #expect(crossEntropy(logits, Tensor([1, 1]), reduction: .none).floats == [1e4, 0])
    }

    /// A probability of 0: the logarithm is held at −100, the derivative at 10¹², as PyTorch's binary_cross_entropy.
    @Test func heldLogarithm() {
        let q = Tensor(rows: [[Float(0), 1]])
        let p = Tensor(rows: [[Float(1), 0]])
        #expect(crossEntropy(probabilities: q, targets: p).item == 100)
        #expect(Cotangent.gradient(at: q) { crossEntropy(probabilities: $0, targets: p) }.floats == [-1e12, 0])
        // An impossible class with probability 0 costs nothing.
        #expect(crossEntropy(probabilities: q, targets: q).item == 0)
        #expect(binaryCrossEntropy(probabilities: Tensor([Float(0)]), targets: Tensor([Float(1)])).item == 100)
        #expect(!Cotangent.gradient(at: q) { binaryCrossEntropy(probabilities: $0, targets: p) }.hasNonFinite)
    }

    @Test func ignoringAllIsNotANumber() {
        #expect(crossEntropy(Tensor.zeros([2, 3]), Tensor([-100, -100])).item.isNaN)
        #expect(negativeLogLikelihood(Tensor.zeros([2, 3]), Tensor([-100, -100])).item.isNaN)
    }

    @Test func wrongShapesTrap() async {
        let shapes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = meanSquaredError(Tensor.zeros([4]), Tensor.zeros([4, 1]))
        }
        #expect(text(shapes).contains("meanSquaredError: the predictions are float32 [4], the targets float32 [4, 1]"))
        let label = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = crossEntropy(Tensor.zeros([2, 3]), Tensor([0, 3]))
        }
        #expect(text(label).contains("label 3 of sample 1 is not within 0..<3"))
    }
}
