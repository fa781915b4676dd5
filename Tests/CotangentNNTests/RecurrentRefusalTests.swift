import Cotangent
import TestSupport
import Testing

/// What recurrent networks refuse: each ends the process with the numbers, and is noted by a run on shapes alone.
@Suite struct RecurrentRefusalTests {
    typealias Case = Trap

    private static func lstm(projected: Int? = nil, bidirectional: Bool = false) -> LSTM {
        var generator = PhiloxGenerator(seed: 1)
        return LSTM(3, 4, projectionSize: projected, layers: 2, bidirectional: bidirectional, using: &generator)
    }

    private static func gru() -> GRU {
        var generator = PhiloxGenerator(seed: 1)
        return GRU(3, 4, using: &generator)
    }

    private static let x = Tensor.zeros([5, 2, 3])
    private static func zeros(_ shape: Shape) -> Tensor { Tensor.zeros(shape) }

    static let cases: [Case] = [
        // Inputs
        Case("LSTM: the input is float32 [5, 3], not float32 [time, batch, 3]") { _ = lstm()(zeros([5, 3])) },
        Case("LSTM: the input is float32 [5, 2, 4], not float32 [time, batch, 3]") { _ = lstm()(zeros([5, 2, 4])) },
        Case("LSTM: the input is float64 [5, 2, 3], not float32 [time, batch, 3]") {
            _ = lstm()(Tensor.zeros([5, 2, 3], dtype: .float64))
        },
        Case("GRU: the input is float32 [0, 2, 3]: a sequence has at least one step") { _ = gru()(zeros([0, 2, 3])) },
        // Lengths
        Case("GRU: there are 3 lengths for a batch of 2: one a sequence is wanted") {
            _ = gru()(x, lengths: [1, 2, 3])
        },
        Case("GRU: there are 0 lengths for a batch of 2: one a sequence is wanted") { _ = gru()(x, lengths: []) },
        Case("GRU: the length 6 of sequence 1 is not within 1...5, the input's steps") {
            _ = gru()(x, lengths: [5, 6])
        },
        Case("GRU: the length 0 of sequence 0 is not within 1...5, the input's steps") {
            _ = gru()(x, lengths: [0, 5])
        },
        Case("GRU: the length -1 of sequence 1 is not within 1...5, the input's steps") {
            _ = gru()(x, lengths: [5, -1])
        },
        // States
        Case("GRU: the state is hidden float32 [1, 3, 4]: for a batch of 2 it must be float32 [1, 2, 4]") {
            _ = gru()(x, state: RecurrentState(hidden: zeros([1, 3, 4])))
        },
        Case("GRU: the state is hidden float32 [2, 4]: for a batch of 2 it must be float32 [1, 2, 4]") {
            _ = gru()(x, state: RecurrentState(hidden: zeros([2, 4])))
        },
        Case("GRU: the state is hidden float64 [1, 2, 4]: for a batch of 2 it must be float32 [1, 2, 4]") {
            _ = gru()(x, state: RecurrentState(hidden: Tensor.zeros([1, 2, 4], dtype: .float64)))
        },
        Case("GRU: the state is hidden float32 [1, 2, 4] and cell float32 [1, 2, 4]: for a batch of 2 it must be") {
            _ = gru()(x, state: RecurrentState(hidden: zeros([1, 2, 4]), cell: zeros([1, 2, 4])))
        },
        Case("LSTM: the state is hidden float32 [2, 2, 4]: for a batch of 2 it must be float32 [2, 2, 4] and [2, 2, 4]")
        {
            _ = lstm()(x, state: RecurrentState(hidden: zeros([2, 2, 4])))
        },
        Case(
            "LSTM: the state is hidden float32 [2, 2, 4] and cell float32 [2, 2, 2]: for a batch of 2 it must be float32 [2, 2, 2] and [2, 2, 4]"
        ) { _ = lstm(projected: 2)(x, state: RecurrentState(hidden: zeros([2, 2, 4]), cell: zeros([2, 2, 2]))) },
        Case(
            "LSTM: the state is hidden float32 [2, 2, 4] and cell float32 [2, 2, 4]: for a batch of 2 it must be float32 [4, 2, 4]"
        ) {
            _ = lstm(bidirectional: true)(x, state: RecurrentState(hidden: zeros([2, 2, 4]), cell: zeros([2, 2, 4])))
        },
        Case("step: a bidirectional network needs the whole sequence") {
            _ = lstm(bidirectional: true).step(zeros([2, 3]), state: nil)
        },
        // Sizes
        Case("LSTM: a projection to 4 of 4 must be within 1..<4") { _ = lstm(projected: 4) },
        Case("LSTM: a projection to 0 of 4 must be within 1..<4") { _ = lstm(projected: 0) },
        Case("RNN: sizes 0 → 4 with 1 layers: all must be positive") {
            var generator = PhiloxGenerator(seed: 1)
            _ = RNN(0, 4, using: &generator)
        },
        Case("GRU: sizes 3 → -4 with 1 layers: all must be positive") {
            var generator = PhiloxGenerator(seed: 1)
            _ = GRU(3, -4, using: &generator)
        },
        Case("RNN: sizes 3 → 4 with 0 layers: all must be positive") {
            var generator = PhiloxGenerator(seed: 1)
            _ = RNN(3, 4, layers: 0, using: &generator)
        },
        Case("GRU: the rate 1.5 is not within 0...1") {
            var generator = PhiloxGenerator(seed: 1)
            _ = GRU(3, 4, layers: 2, dropout: 1.5, using: &generator)
        },
        // Cells
        Case("GRUCell: the input is float32 [2, 5], the state absent: they must be float32 [batch, 3] and [batch, 4]") {
            var generator = PhiloxGenerator(seed: 1)
            _ = GRUCell(3, 4, using: &generator)(zeros([2, 5]))
        },
        Case("RNNCell: the input is float32 [5, 2, 3]") {
            var generator = PhiloxGenerator(seed: 1)
            _ = RNNCell(3, 4, using: &generator)(x)
        },
        Case("LSTMCell: the input is float32 [2, 3], the state float32 [2, 4]: they must be") {
            var generator = PhiloxGenerator(seed: 1)
            _ = LSTMCell(3, 4, using: &generator)(zeros([2, 3]), state: RecurrentState(hidden: zeros([2, 4])))
        },
        Case("LSTMCell: the input is float32 [2, 3], the state float32 [1, 4], its cell float32 [2, 4]: they must be") {
            var generator = PhiloxGenerator(seed: 1)
            let state = RecurrentState(hidden: zeros([1, 4]), cell: zeros([2, 4]))
            _ = LSTMCell(3, 4, using: &generator)(zeros([2, 3]), state: state)
        },
        Case("RNNCell: sizes 3 → 0 with 1 layers: all must be positive") {
            var generator = PhiloxGenerator(seed: 1)
            _ = RNNCell(3, 0, using: &generator)
        },
    ]

    @Test(arguments: cases.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            RecurrentRefusalTests.cases[index].body()
        }
        #expect(text(result).contains("Cotangent: " + Self.cases[index].message), "\(text(result).prefix(400))")
    }

    /// A model that hands its layer what it has.
    private struct Model: Layer {
        let body: LSTM
        let tail: Linear
        let state: @Sendable () -> RecurrentState?
        let lengths: [Int]?

        func callAsFunction(_ x: Tensor) -> Tensor {
            let (y, end) = body(x, state: state(), lengths: lengths)
            return tail(y) + tail(end.hidden[1])
        }
    }

    @Test func validateGoesOnWithAStandIn() throws {
        func model(_ state: RecurrentState? = nil, _ lengths: [Int]? = nil) -> Model {
            Model(body: Self.lstm(), tail: Linear(weight: Tensor.zeros([6, 4])), state: { state }, lengths: lengths)
        }
        #expect(try model().validate(inputShape: [5, 2, 3]) == [5, 2, 6])
        #expect(try model(nil, [2, 5]).validate(inputShape: [5, 2, 3]) == [5, 2, 6])
        let state = RecurrentState(hidden: Self.zeros([2, 2, 4]), cell: Self.zeros([2, 2, 4]))
        #expect(try model(state, [2, 5]).validate(inputShape: [5, 2, 3]) == [5, 2, 6])
        for (model, shape, message) in [
            (model(), [5, 2, 4] as Shape, "the input is float32 [5, 2, 4]"), (model(), [5, 3], "the input is"),
            (model(), [3], "the input is"), (model(), [], "the input is"),
            (model(), [0, 2, 3], "a sequence has at least one step"),
            (model(nil, [1]), [5, 2, 3], "there are 1 lengths"),
            (model(nil, [6, 1]), [5, 2, 3], "the length 6"), (model(state), [5, 3, 3], "for a batch of 3"),
        ] {
            let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: shape) }
            #expect(error?.layer == "body" && error?.message.hasPrefix("LSTM: ") == true, "\(shape): \(error!)")
            #expect(error?.message.contains(message) == true, "\(shape): \(error!)")
        }
    }

    /// Of a cell too.
    @Test func validateNamesTheCell() {
        struct Model: Layer {
            let body: GRUCell
            func callAsFunction(_ x: Tensor) -> Tensor { body(x).hidden }
        }
        var generator = PhiloxGenerator(seed: 1)
        let model = Model(body: GRUCell(3, 4, using: &generator))
        let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: [2, 5]) }
        #expect(error?.layer == "body" && error?.message.hasPrefix("GRUCell: the input is float32 [2, 5]") == true)
    }
}
