import Cotangent
import TestSupport
import Testing

@Suite struct FeaturesTests {
    private struct Model: Layer {
        let body: Sequential
        let head: Linear

        init(_ dtype: DType = .float64) {
            var generator = PhiloxGenerator(seed: 3)
            body = Sequential {
                Linear(4, 5, dtype: dtype, using: &generator)
                ReLU()
                BatchNorm1D(5, affine: false, dtype: dtype)
                Linear(5, 6, dtype: dtype, using: &generator)
            }
            head = Linear(6, 2, dtype: dtype, using: &generator)
        }

        func callAsFunction(_ x: Tensor) -> Tensor { head(tanh(body(x))) }
    }

    @Test(arguments: [DType.float32, .float64]) func outputsByName(_ dtype: DType) {
        let model = Model(dtype)
        var generator = PhiloxGenerator(seed: 1)
        let x = Tensor.normal([3, 4], dtype: dtype, using: &generator)
        let (y, features) = features(of: model, at: ["body.0", "body.1", "body.3", "head"]) { model(x) }
        #expect(y == model(x) && features["head"] == y)
        let first = model.body.layers[0](x)
        #expect(features["body.0"] == first && features["body.1"] == relu(first))
        #expect(features["body.3"] == model.body(x))
        #expect(features.names == ["body.0", "body.1", "body.3", "head"])
    }

    /// A layer that runs twice gives two outputs, and its name the last.
    @Test func severalRuns() {
        let model = Model()
        let (a, b) = (Tensor.ones([1, 4], dtype: .float64), Tensor.zeros([2, 4], dtype: .float64))
        let (_, features) = features(of: model, at: ["head"]) { [model(a), model(b)] }
        #expect(features.all("head") == [model(a), model(b)] && features["head"] == model(b))
    }

    /// A layer with a tied weight goes by the name that its other parameters have too.
    @Test func tiedLayers() {
        var generator = PhiloxGenerator(seed: 1)
        let model = StateDictModels.Tied(.float64, using: &generator)
        let tokens = Tensor([1, 2, 3], shape: [3, 1])
        let (y, features) = features(of: model, at: ["embedding", "decoder"]) { model(tokens) }
        #expect(features["decoder"] == y && features["embedding"] == model.embedding(tokens))
        #expect(model.summary(inputShape: [3, 1], dtype: .int64).rows.map(\.name).contains("decoder"))
    }

    /// Gradients pass through what was tapped, to parameters and to the input, and nested.
    @Test func gradientsPass() {
        let model = Model()
        var generator = PhiloxGenerator(seed: 1)
        let x = Tensor.normal([3, 4], dtype: .float64, using: &generator)
        let (_, tapped) = valueAndGradients(of: model, mode: .inference) {
            let (y, features) = features(of: model, at: ["body.3"]) { model(x) }
            return sum(square(features["body.3"])) + sum(y)
        }
        let (_, plain) = valueAndGradients(of: model, mode: .inference) {
            let hidden = model.body(x)
            return sum(square(hidden)) + sum(model.head(tanh(hidden)))
        }
        #expect(tapped.count == 6)
        for parameter in model.parameters {
            #expect(relativeDistance(tapped[parameter]!, plain[parameter]!) < 1e-14)
        }
        let ofInput = gradient(at: x) { x in
            let (y, features) = features(of: model, at: ["body.0"]) { model(x) }
            return sum(gradient(at: x) { sum(square(model.body.layers[0]($0))) } * features["body.0"][0..., 0..<4])
                + sum(y)
        }
        let expected = gradient(at: x) { x in
            let first = model.body.layers[0](x)
            return sum(gradient(at: x) { sum(square(model.body.layers[0]($0))) } * first[0..., 0..<4]) + sum(model(x))
        }
        #expect(relativeDistance(ofInput, expected) < 1e-14)
    }

    @Test func unknownNamesTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential { [ReLU(), Tanh()] }
            _ = features(of: model, at: ["1", "2"]) { model(Tensor.ones([1])) }
        }
        #expect(text(result).contains("features: no layer called '2' ran; there ran '0', '1'"))
        let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential { ReLU() }
            _ = features(of: model, at: ["0"]) { model(Tensor.ones([1])) }.features["1"]
        }
        #expect(text(second).contains("features: '1' was not asked for; asked for were 0"))
    }
}
