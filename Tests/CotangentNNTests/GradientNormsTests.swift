import Cotangent
import Testing

@Suite struct GradientNormsTests {
    private func norm(_ x: Tensor) -> Double { sum(square(x)).item.squareRoot() }

    private func isClose(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { Swift.abs($0 - $1) <= 1e-12 * Swift.abs($1) }
    }

    /// δ⁽ᵗ⁻¹⁾ = (δ⁽ᵗ⁾ ∗ (1 − h⁽ᵗ⁾²)) U, stepped back by hand from a loss v · h⁽ᴺ⁾.
    @Test func agreesWithAHandLoopOverAnRNN() {
        var generator = PhiloxGenerator(seed: 3)
        let rnn = RNN(3, 5, dtype: .float64, using: &generator)
        let x = Tensor.normal([12, 2, 3], dtype: .float64, using: &generator)
        let v = Tensor.normal([2, 5], dtype: .float64, using: &generator)
        let found = gradientNormsByStep(of: rnn, x) { sum($0[-1] * v) }

        let parameters = Dictionary(uniqueKeysWithValues: rnn.namedParameters.map { ($0.name, $0.parameter.value) })
        let h = rnn(x)
        var delta = v
        var (hidden, input): ([Double], [Double]) = ([], [])
        for step in (0..<12).reversed() {
            hidden.insert(norm(delta), at: 0)
            let inner = delta * (1 - square(h[step]))
            input.insert(norm(matmul(inner, parameters["weight_ih_l0"]!)), at: 0)
            delta = matmul(inner, parameters["weight_hh_l0"]!)
        }
        #expect(isClose(found.hidden, hidden))
        #expect(isClose(found.input, input))
        #expect(found.cell == nil)
        #expect(hidden[0] < 0.1 * hidden[11])
    }

    /// The gates of one unit with one input, with numbers; the derivatives by the chain rule.
    @Test func agreesWithAHandLoopOverAnLSTM() {
        var generator = PhiloxGenerator(seed: 4)
        let lstm = LSTM(1, 1, dtype: .float64, using: &generator)
        let p = Dictionary(
            uniqueKeysWithValues: lstm.namedParameters.map { ($0.name, $0.parameter.value.flattened.doubles) })
        let x = [0.7, -1.2, 0.4, 2.0, -0.3]
        let found = gradientNormsByStep(of: lstm, Tensor(x, shape: [5, 1, 1])) { sum($0) }

        let (w, u) = (p["weight_ih_l0"]!, p["weight_hh_l0"]!)
        let b = zip(p["bias_ih_l0"]!, p["bias_hh_l0"]!).map { $0 + $1 }
        func value(_ f: (Tensor) -> Tensor, _ x: Double) -> Double { f(Tensor(scalar: x)).item }
        var (h, c) = (0.0, 0.0)
        var steps: [(gates: [Double], before: Double, tanh: Double)] = []
        for x in x {
            let z = (0..<4).map { w[$0] * x + u[$0] * h + b[$0] }
            let gates = z.enumerated().map { value($0 == 2 ? tanh : sigmoid, $1) }
            steps.append((gates, c, 0))
            c = gates[1] * c + gates[0] * gates[2]
            steps[steps.count - 1].tanh = value(tanh, c)
            h = gates[3] * value(tanh, c)
        }
        var (hidden, cell, input): ([Double], [Double], [Double]) = ([], [], [])
        var (dh, dc) = (1.0, 0.0)
        for (gates, before, t) in steps.reversed() {
            hidden.insert(Swift.abs(dh), at: 0)
            // What later steps read of the cell, without this step's own h.
            cell.insert(Swift.abs(dc), at: 0)
            dc += dh * gates[3] * (1 - t * t)
            let dz = [
                dc * gates[2] * gates[0] * (1 - gates[0]), dc * before * gates[1] * (1 - gates[1]),
                dc * gates[0] * (1 - gates[2] * gates[2]), dh * t * gates[3] * (1 - gates[3]),
            ]
            input.insert(Swift.abs((0..<4).reduce(0) { $0 + dz[$1] * w[$1] }), at: 0)
            // Each output counts in the loss by itself as well.
            dh = 1 + (0..<4).reduce(0) { $0 + dz[$1] * u[$1] }
            dc *= gates[1]
        }
        #expect(isClose(found.hidden, hidden))
        #expect(isClose(found.cell!, cell))
        #expect(isClose(found.input, input))
    }

    /// Through a deep network, from a given state: the inputs' gradients are those of the layer as a whole.
    @Test func inputsAgreeWithTheWholeLayer() {
        var generator = PhiloxGenerator(seed: 5)
        let gru = GRU(3, 4, layers: 2, dtype: .float64, using: &generator)
        let x = Tensor.normal([7, 2, 3], dtype: .float64, using: &generator)
        let state = RecurrentState(hidden: Tensor.normal([2, 2, 4], dtype: .float64, using: &generator))
        let found = gradientNormsByStep(of: gru, x, state: state) { sum(square($0)) }
        let whole = gradient(at: x) { sum(square(gru($0, state: state).outputs)) }
        #expect(isClose(found.input, (0..<7).map { norm(whole[$0]) }))
        #expect(found.hidden.count == 7 && found.hidden.allSatisfy { $0 > 0 })
    }

    @Test(arguments: [0, 1]) func refusesWhatIsNoSequence(_ index: Int) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            var generator = PhiloxGenerator(seed: 1)
            let rnn = RNN(3, 4, bidirectional: index == 1, using: &generator)
            _ = gradientNormsByStep(of: rnn, Tensor.zeros([index, 2, 3])) { sum($0) }
        }
        let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let expected = [
            "gradientNormsByStep: the input is float32 [0, 2, 3], not [time, batch, features] with at least one step",
            "step: a bidirectional network needs the whole sequence",
        ]
        #expect(message.contains(expected[index]), "\(message)")
    }
}
