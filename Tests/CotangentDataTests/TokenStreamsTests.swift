import Cotangent
import Testing

@Suite struct TokenStreamsTests {
    private let fixture = TextFixture.all

    /// As PyTorch's `view` and `split` cut 31 tokens: 4 streams of 7 steps, windows of 3, 3 and 1.
    @Test func asPyTorchCuts() throws {
        let streams = try TokenStreams(fixture.streamTokens, batch: 4, sequence: 3)
        #expect(streams.count == 3 && streams.targetCount == 28)
        let windows = Array(streams)
        #expect(windows.map(\.inputs) == fixture.windows.map { Tensor(rows: $0.inputs) })
        #expect(windows.map(\.targets) == fixture.windows.map { Tensor(rows: $0.targets) })
        #expect(windows.allSatisfy { $0.inputs.dtype == .int64 && $0.targets.dtype == .int64 })
        let full = try TokenStreams(fixture.streamTokens, batch: 4, sequence: 3, droppingLast: true)
        #expect(
            full.count == 2 && full.targetCount == 24 && full.map(\.inputs) == Array(windows.map(\.inputs).prefix(2)))
    }

    /// One window goes on in each column where the one before ended; each token is a target once, but the first and the
    /// (n − 1) mod batch last ones.
    @Test(arguments: [(2, 1, 1), (101, 5, 7), (100, 5, 7), (99, 1, 10), (57, 8, 100), (1000, 3, .max)])
    func everyTokenOnce(_ count: Int, _ batch: Int, _ sequence: Int) throws {
        let streams = try TokenStreams(Array(0..<count), batch: batch, sequence: sequence)
        let windows = Array(streams)
        #expect(windows.count == streams.count)
        for (inputs, targets) in windows { #expect(targets == inputs + 1) }
        for (one, next) in zip(windows, windows.dropFirst()) {
            #expect(one.inputs.shape == [sequence, batch] && next.inputs[0] == one.targets[-1])
        }
        let targets = windows.flatMap(\.targets.ints).sorted()
        #expect(targets == Array(1..<(count - (count - 1) % batch)) && targets.count == streams.targetCount)
        let columns = concatenate(windows.map(\.inputs)).transposed.flattened.ints
        #expect(columns == Array(0..<(count - 1) / batch * batch))
    }

    @Test(
        arguments: [
            (0, 1, 5, false, "0 tokens in 1 streams give each 0 steps, and 1 are needed", 2),
            (1, 1, 5, false, "1 tokens in 1 streams give each 0 steps, and 1 are needed", 2),
            (64, 64, 5, false, "64 tokens in 64 streams give each 0 steps, and 1 are needed", 65),
            (20, 4, 5, true, "20 tokens in 4 streams give each 4 steps, and 5 are needed", 21),
        ] as [(Int, Int, Int, Bool, String, Int)])
    func tooShort(_ count: Int, _ batch: Int, _ sequence: Int, _ dropping: Bool, _ message: String, _ least: Int) throws
    {
        let error = #expect(throws: TextError.self) {
            try TokenStreams(Array(0..<count), batch: batch, sequence: sequence, droppingLast: dropping)
        }
        #expect(error?.reason == .tooShort)
        #expect(
            error?.message.hasPrefix(message) == true && error?.message.hasSuffix("a text of \(least) tokens") == true)
        #expect(try TokenStreams(Array(0..<least), batch: batch, sequence: sequence, droppingLast: dropping).count == 1)
    }
}
