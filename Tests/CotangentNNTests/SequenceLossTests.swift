import Cotangent
import TestSupport
import Testing

/// Costs of sequences against PyTorch's losses over the steps that count.
@Suite struct SequenceLossTests {
    @Test(arguments: ArchitectureFixtures.all.losses, [DType.float32, .float64]) func againstPyTorch(
        _ test: SequenceLossCase, _ dtype: DType
    ) {
        let tolerance = dtype == .float32 ? 2e-6 : 1e-13
        let (prediction, target) = (test.inputs["prediction"]!.tensor(dtype), test.inputs["target"]!.tensor(dtype))
        func loss(_ x: Tensor, byMask: Bool) -> Tensor { evaluate(test, x, target, byMask: byMask) }
        for byMask in [false, true] {
            let (value, pullback) = vjp(at: prediction) { loss($0, byMask: byMask) }
            #expect(relativeDistance(value, test.output.tensor(dtype)) < tolerance)
            let gradient = pullback(test.cotangent.tensor(dtype))
            #expect(relativeDistance(gradient, test.gradients["prediction"]!.tensor(dtype)) < tolerance)
        }
    }

    @Test(arguments: ArchitectureFixtures.all.losses) func gradients(_ test: SequenceLossCase) throws {
        let (prediction, target) = (
            test.inputs["prediction"]!.tensor(.float64), test.inputs["target"]!.tensor(.float64)
        )
        try gradientCheck(at: prediction) { evaluate(test, $0, target, byMask: false) }
        try gradientCheck(at: prediction, relative: 1e-5, absolute: 1e-7) { x in
            gradient(at: x) { square(evaluate(test, $0, target, byMask: false)) }
        }
    }

    private func evaluate(_ test: SequenceLossCase, _ x: Tensor, _ target: Tensor, byMask: Bool) -> Tensor {
        let reductions: [String: SequenceReduction] = ["sequences": .sequences, "steps": .steps, "sum": .sum]
        let reduction = reductions[test.options["reduction"]!.string!]!
        let mask = byMask ? test.lengths.map { sequenceMask(lengths: $0, steps: x.shape[0]) } : nil
        let lengths = byMask ? nil : test.lengths
        if test.name == "meanSquaredError" {
            return sequenceMeanSquaredError(x, target, lengths: lengths, mask: mask, reduction: reduction)
        }
        return sequenceCrossEntropy(
            x, target, lengths: lengths, mask: mask, ignoring: test.options["ignoring"]?.int ?? -100,
            reduction: reduction)
    }

    /// Sequence 0 costs 1 + 2, sequence 1 costs 4; what lies beyond does not count, whatever it is.
    @Test func byHand() {
        let losses = Tensor(rows: [[1.0, 4], [2, .nan], [.infinity, 9]])
        #expect(sequenceLoss(losses, lengths: [2, 1]).item == 3.5)
        #expect(sequenceLoss(losses, lengths: [2, 1], reduction: .sum).item == 7)
        #expect(sequenceLoss(losses, lengths: [2, 1], reduction: .steps).item == 7.0 / 3)
        #expect(sequenceLoss(losses[0..<1]).item == 2.5)
        #expect(sequenceLoss(losses, lengths: [1, 0]).item == 0.5)
        #expect(
            sequenceMask(lengths: [2, 0, 3], steps: 3).bools == [
                true, false, true, true, false, true, false, false, true,
            ])
        // A class beyond the vocabulary in the padding is skipped.
        let logits = Tensor.zeros([2, 2, 3], dtype: .float64)
        let bits = sequenceCrossEntropy(logits, Tensor(rows: [[0, 2], [1, 77]]), lengths: [2, 1], reduction: .steps)
        #expect(largestDifference(bits, log(Tensor(scalar: 3.0))) < 1e-15)
    }

    @Test func nothingToCount() {
        let logits = Tensor.zeros([2, 1, 3])
        let targets = Tensor(rows: [[0], [1]])
        #expect(sequenceCrossEntropy(logits, targets, lengths: [0], reduction: .steps).item.isNaN)
        #expect(sequenceCrossEntropy(logits, targets, lengths: [0], reduction: .sum).item == 0)
        #expect(sequenceLoss(Tensor.zeros([2, 0]), lengths: [], reduction: .sum).item == 0)
        #expect(sequenceLoss(Tensor.zeros([2, 0]), lengths: []).item.isNaN)
    }

    @Test func refusals() async {
        let length = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = sequenceLoss(Tensor.zeros([4, 2]), lengths: [3, 5])
        }
        #expect(text(length).contains("the length 5 of sequence 1 is not within 0...4, the steps"))
        let count = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = sequenceCrossEntropy(
                Tensor.zeros([4, 2, 3]), Tensor(rows: [[Int]](repeating: [0, 0], count: 4)), lengths: [3])
        }
        #expect(text(count).contains("sequenceCrossEntropy: there are 1 lengths for a batch of 2"))
        let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = sequenceCrossEntropy(Tensor.zeros([4, 2, 3]), Tensor([0, 1]))
        }
        #expect(text(shape).contains("logits are float32 [4, 2, 3], targets int64 [2]"))
        let mask = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = sequenceLoss(Tensor.zeros([4, 2]), mask: Tensor.zeros([4, 2]))
        }
        #expect(text(mask).contains("the mask is float32 [4, 2], not bool [4, 2]"))
    }
}
