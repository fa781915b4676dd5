import Cotangent
import TestSupport
import Testing

@Suite struct ProfileTests {
    private struct Model: Layer {
        let body: Sequential
        let pool = MaxPool2D(kernelSize: 2)
        let scale = Parameter(Tensor.ones([1]))
        let head: Linear

        init() {
            var generator = PhiloxGenerator(seed: 3)
            body = Sequential {
                Conv2D(1, 8, kernelSize: 3, padding: 1, using: &generator)
                BatchNorm2D(8)
                ReLU()
            }
            head = Linear(8 * 64, 3, using: &generator)
        }

        func callAsFunction(_ x: Tensor) -> Tensor { head((pool(body(x)) * scale.value).reshaped([-1, 8 * 64])) }
    }

    private func input() -> (Tensor, Tensor) {
        var generator = PhiloxGenerator(seed: 1)
        return (Tensor.normal([16, 1, 16, 16], using: &generator), Tensor((0..<16).map { $0 % 3 }))
    }

    @Test func countsAndTimes() {
        let model = Model()
        let (x, y) = input()
        let before = model.snapshot()
        let profile = profile(of: model, runs: 2) { crossEntropy(model(x), y) + crossEntropy(model(x), y) }
        #expect(profile.rows.map(\.name) == ["body.0", "body.1", "body.2", "", "head"])
        #expect(
            profile.rows.map(\.layer) == [
                "Conv2D(1 → 8, 3×3, padding 1)", "BatchNorm2D(8)", "ReLU", "MaxPool2D(2, stride 2)", "Linear(512 → 3)",
            ])
        #expect(profile.rows.map(\.calls) == [2, 2, 2, 2, 2] && profile.runs == 2)
        let plane = 2 * 16 * 8 * 256 * 4
        #expect(profile.rows.map(\.outputBytes) == [plane, plane, plane, plane / 4, 2 * 16 * 3 * 4])
        #expect(profile.rows.map(\.parameterCount) == [80, 16, 0, 0, 1539] && profile.other.parameterCount == 1)
        for row in profile.rows { #expect(row.forward > 0 && row.backward > 0, "\(row)") }
        #expect(profile.other.forward > 0 && profile.other.backward > 0)
        // Running means stay as they were.
        #expect(model.snapshot() == before)
        let lines = "\(profile)".split(separator: "\n")
        #expect(lines[0].hasPrefix("Name    Layer") && lines[0].hasSuffix("Share  Output bytes  Parameters"))
        #expect(lines.count == 10 && lines.last!.contains("100.0 %"))
    }

    /// The time of a pullback goes to the layer that recorded it: the slow one is known by it.
    @Test func timesGoToTheirLayers() {
        var generator = PhiloxGenerator(seed: 3)
        struct Chain: Layer {
            let first: Linear
            let last: Linear
            func callAsFunction(_ x: Tensor) -> Tensor { last(first(x)) }
        }
        let model = Chain(first: Linear(8, 400, using: &generator), last: Linear(400, 400, using: &generator))
        let x = Tensor.normal([256, 8], using: &generator)
        // Most of many: other tests run beside, and a run may be interrupted anywhere.
        let runs = (0..<30).map { _ in profile(of: model) { sum(square(model(x))) } }
        func most(_ holds: (ModelProfile) -> Bool) -> Bool { runs.count(where: holds) > runs.count / 2 }
        // 50 multiplications in the second for each in the first.
        #expect(most { $0.rows[1].forward > 3 * $0.rows[0].forward }, "\(runs[0])")
        #expect(most { $0.rows[1].backward > 3 * $0.rows[0].backward }, "\(runs[0])")
        #expect(most { $0.rows[1].forward + $0.rows[1].backward > 0.5 * ($0.forward + $0.backward) }, "\(runs[0])")
    }

    /// Gradients of gradients and checkpoints, whose nodes come and go while the tape is played.
    @Test func nestedRecordings() {
        let model = Model()
        let (x, y) = input()
        let plain = valueAndGradients(of: model) { crossEntropy(model(x), y) }.gradients
        var taken: [Gradients] = []
        let profile = profile(of: model, runs: 2) {
            let slope = gradient(at: x) { sum(square(model($0))) }
            let again = valueAndGradients(of: model) { crossEntropy(checkpoint { model(x) }, y) }
            taken.append(again.gradients)
            return crossEntropy(checkpoint { model(x) }, y) + mean(square(slope))
        }
        #expect(profile.rows.map(\.name) == ["body.0", "body.1", "body.2", "", "head"])
        // What a checkpoint runs again is no call.
        #expect(profile.rows.map(\.calls) == [3, 3, 3, 3, 3])
        for gradients in taken {
            for parameter in model.parameters {
                // Against all gradients' norm: that of the bias before a normalisation is 0 but for rounding.
                #expect(largestDifference(gradients[parameter]!, plain[parameter]!) < 1e-5 * plain.norm)
            }
        }
    }

    @Test func inferenceAndRandomness() {
        var generator = PhiloxGenerator(seed: 3)
        let model = Sequential {
            Linear(4, 8, using: &generator)
            Dropout(rate: 0.5)
            LSTM(8, 3, using: &generator)
        }
        let x = Tensor.ones([5, 2, 4])
        let forward = profile(of: model, mode: .inference, runs: 1) { model(x) }
        #expect(forward.backward == 0 && forward.rows.map(\.name) == ["0", "1", "2"])
        let both = profile(of: model, runs: 1, using: &generator) { sum(model(x)) }
        #expect(both.rows.map(\.calls) == [1, 1, 1] && both.backward > 0)
        // Taps inside do not hide the model.
        let tapped = profile(of: model, mode: .inference, runs: 1) {
            features(of: model, at: ["0"]) { model(x) }.value
        }
        #expect(tapped.rows.map(\.calls) == [1, 1, 1])
    }

    @Test func noRunsTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = profile(of: Sequential { ReLU() }, runs: 0) { Tensor.ones([1]) }
        }
        #expect(text(result).contains("profile: 0 runs: at least one is wanted"))
    }
}
