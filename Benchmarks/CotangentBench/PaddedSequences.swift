import Cotangent

/// What padding costs: batches of sequences, and the same padded to twice the steps, trained by turns.
enum PaddedSequences {
    private static let (time, batch, inputSize, hiddenSize) = (32, 32, 64, 128)

    static func run(seconds: Double) {
        show("forward and backward of \(batch) sequences, \(inputSize) → \(hiddenSize), padded to twice their steps")
        show("layer  steps        unpadded        padded         ratio")
        var generator = PhiloxGenerator(seed: 1)
        measure("rnn", RNN(inputSize, hiddenSize, using: &generator), seconds)
        measure("lstm", LSTM(inputSize, hiddenSize, using: &generator), seconds)
        measure("gru", GRU(inputSize, hiddenSize, using: &generator), seconds)
    }

    private static func measure(_ name: String, _ model: some RecurrentLayer, _ seconds: Double) {
        let equal = [Int](repeating: time, count: batch)
        let different = (0..<batch).map { time - $0 % (time / 2) }
        for (title, lengths) in [("\(time)", equal), ("\(time / 2 + 1)…\(time)", different)] {
            var generator = PhiloxGenerator(seed: 2)
            let x = Tensor.uniform([time, batch, inputSize], in: -1...1, using: &generator)
            let padding = Tensor.zeros([time, batch, inputSize])
            // Sequences of one length need no lengths where there is no padding.
            let tight = Stopwatch { train(model, x, lengths == equal ? nil : lengths) }
            let padded = Stopwatch { [padded = concatenate([x, padding])] in train(model, padded, lengths) }
            var (ofTight, ofPadded) = (Samples(), Samples())
            for _ in 0..<10 {
                tight.run(for: seconds / 10, into: &ofTight)
                padded.run(for: seconds / 10, into: &ofPadded)
            }
            let cells = [duration(ofTight.min), duration(ofPadded.min), ratio(ofPadded.min / ofTight.min)]
            show(name.padded(to: 7) + title.padded(to: 9) + cells.map { $0.aligned(to: 14) }.joined())
        }
    }

    private static func train(_ model: some RecurrentLayer, _ x: Tensor, _ lengths: [Int]?) {
        let (y, pullback) = vjp(of: model, at: x) { model($0, lengths: lengths).outputs }
        _ = pullback(y)
    }
}
