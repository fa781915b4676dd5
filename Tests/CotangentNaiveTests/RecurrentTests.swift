import CotangentNaive
import TestSupport
import Testing

/// Recurrent layers in both naive forms, against PyTorch: the benchmark's are held against them.
@Suite struct RecurrentTests {
    // A row of Tests/Fixtures/naive_recurrent.json, which naive_recurrent.py made with PyTorch.
    static let cases = try! Fixtures.decoded("naive_recurrent.json", as: [String: [LoopCase]].self)["cases"]!

    static func size(_ test: LoopCase) throws -> RecurrentSize {
        let cells: [String: NaiveCell] = ["rnn": .rnn, "lstm": .lstm, "gru": .gru]
        let shape = test.inputs[0].shape  // [time, batch, inputSize]
        return RecurrentSize(
            try #require(cells[test.kind]), time: shape[0], batch: shape[1], inputSize: shape[2],
            hiddenSize: test.option("hiddenSize"), layers: test.option("layers"))
    }

    private func expectEqual(
        _ ours: [Float], _ reference: FixtureTensor, within tolerance: Double = 1e-6, _ what: String
    ) {
        #expect(relativeDistance(ours.map(Double.init), reference.values) < tolerance, "\(what)")
    }

    @Test(arguments: cases) func againstPyTorch(_ test: LoopCase) throws {
        let (size, x, dy) = (try Self.size(test), test.inputs[0].floats, test.cotangent.floats)
        let parameters = test.inputs[1...].map(\.floats)
        #expect(test.gradients.count == 1 + 4 * size.layers)

        let textbook = TextbookRecurrent(size, parameters: parameters)
        expectEqual(textbook.forward(x), test.output, "textbook")
        let gradients = textbook.backward(dy)
        let plain = PlainRecurrent(size, parameters: parameters)
        for _ in 0..<2 {  // nothing of a call is left in the memory that the next one uses
            plain.forward(x)
            expectEqual(plain.outputs, test.output, "plain")
            plain.forwardAndBackward(x, cotangent: dy)
            expectEqual(plain.outputs, test.output, "plain")
            // Rounding adds up over the steps and layers that a cotangent passes, there and back.
            for (index, reference) in test.gradients.enumerated() {
                expectEqual(gradients[index], reference, within: 1e-5, "textbook, gradient \(index)")
                expectEqual(plain.gradients[index], reference, within: 1e-5, "plain, gradient \(index)")
            }
        }
    }

    /// Counted by hand: 2 · rows of all steps · gates · (what a layer is given + hiddenSize).
    @Test func flops() {
        let lstm = RecurrentSize(.lstm, time: 5, batch: 3, inputSize: 2, hiddenSize: 7, layers: 2)
        #expect(lstm.flops == Double(2 * 15 * 28 * (2 + 7) + 2 * 15 * 28 * (7 + 7)))
        #expect(RecurrentSize(.gru, time: 1, batch: 1, inputSize: 4, hiddenSize: 3, layers: 1).flops == 2 * 9 * 7)
        #expect(RecurrentSize(.rnn, time: 1, batch: 1, inputSize: 4, hiddenSize: 3, layers: 1).flops == 2 * 3 * 7)
    }
}
