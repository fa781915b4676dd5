import Cotangent
import TestSupport
import Testing

private func small() -> Linear { Linear(weight: Tensor.zeros([1, 1])) }

/// How parameters are found, and what they are called.
@Suite struct StructureTests {
    private static func names(_ module: some Module) -> [String] { module.namedParameters.map(\.name) }

    private struct Block: Module {
        let inner: Linear
        let scale = Parameter(Tensor.ones([1]))
    }

    @Test func sequentialNumbersItsLayers() {
        var generator = PhiloxGenerator(seed: 1)
        let model = Sequential {
            Linear(2, 3, using: &generator)
            ReLU()
            Sequential {
                Dropout()
                Linear(3, 1, using: &generator)
            }
        }
        #expect(Self.names(model) == ["0.weight", "0.bias", "2.1.weight", "2.1.bias"])
        #expect(Self.names(Sequential([Linear(2, 3, using: &generator)])) == ["0.weight", "0.bias"])
        #expect(model.parameterCount == 6 + 3 + 3 + 1)
    }

    @Test func builderTakesConditionsAndLoops() {
        var generator = PhiloxGenerator(seed: 1)
        func model(_ hasHead: Bool) -> Sequential {
            Sequential {
                for _ in 0..<2 { Linear(2, 2, bias: false, using: &generator) }
                if hasHead { Linear(2, 1, bias: false, using: &generator) } else { ReLU() }
                if hasHead { Tanh() }
            }
        }
        #expect(Self.names(model(true)) == ["0.weight", "1.weight", "2.weight"])
        #expect(Self.names(model(false)) == ["0.weight", "1.weight"])
        #expect(model(true).layers.count == 4 && model(false).layers.count == 3)
    }

    @Test func propertiesOfEveryKind() {
        struct Model: Module {
            let block = Block(inner: small())
            let list = [small(), small()]
            let present: Linear? = small()
            let absent: Linear? = nil
            let pair = (left: small(), right: small())
            let plain = (small(), 3)
            let table = ["b": small(), "a": small()]
            let nested: [[Parameter]] = [[Parameter(Tensor.ones([1]))]]
            let erased: any Layer = small()
            let size = 7
            let title = "model"
            let numbers: [Double] = [1, 2, 3]
            let shape: Shape = [1, 2]
        }
        #expect(
            Self.names(Model()) == [
                "block.inner.weight", "block.scale", "list.0.weight", "list.1.weight", "present.weight",
                "pair.left.weight",
                "pair.right.weight", "plain.0.weight", "table.a.weight", "table.b.weight", "nested.0.0",
                "erased.weight",
            ])
    }

    @Test func enumsClassesAndDescribedTypes() {
        enum Choice: Module {
            case one(Linear)
            case two(first: Linear, second: Linear)
        }
        final class Shared: Module {
            let layer = small()
        }
        struct Described: Sendable, CustomStringConvertible {
            let hidden = small()
            var description: String { "described" }
        }
        struct Model: Module {
            let choice = Choice.one(small())
            let other = Choice.two(first: small(), second: small())
            let shared = Shared()
            let described = Described()
        }
        #expect(
            Self.names(Model()) == [
                "choice.one.weight", "other.two.first.weight", "other.two.second.weight", "shared.layer.weight",
                "described.hidden.weight",
            ])
    }

    /// Objects that refer to each other are visited once.
    @Test func cycles() {
        final class Node: Module, @unchecked Sendable {
            let layer = small()
            var other: Node?
        }
        let (a, b) = (Node(), Node())
        (a.other, b.other) = (b, a)
        #expect(Self.names(a) == ["layer.weight", "other.layer.weight"])
        b.other = nil
    }

    @Test func tiedWeightsCountOnce() throws {
        struct Tied: Layer {
            let encoder: Linear
            let decoder: Parameter
            init() {
                encoder = Linear(weight: Tensor(rows: [[1.0, 2], [3, 4]]))
                decoder = encoder.weight
            }
            func callAsFunction(_ x: Tensor) -> Tensor { matmul(encoder(x), decoder.value) }
        }
        let model = Tied()
        #expect(Self.names(model) == ["encoder.weight"])
        // Both uses count: d/dW of Σ (x Wᵀ W), checked by differences.
        let x = Tensor(rows: [[0.5, -1]])
        let (_, gradients) = valueAndGradients(of: model) { sum(model(x)) }
        #expect(gradients.count == 1)
        let w = model.encoder.weight.value
        let expected = gradient(at: w) { w in sum(matmul(matmul(x, w.transposed), w)) }
        #expect(relativeDistance(gradients[model.decoder]!, expected) < 1e-15)
    }

    @Test func buffersAreNoParameters() {
        struct Normed: Module {
            let weight = Parameter(Tensor.ones([2]))
            let runningMean = Buffer(Tensor.zeros([2]))
        }
        #expect(Normed().namedParameters.map(\.name) == ["weight"])
        #expect(Normed().namedBuffers.map(\.name) == ["runningMean"])
    }

    @Test func bareTensorTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            struct Inner: Module { let table = Tensor.zeros([2]) }
            struct Model: Module { let inner = Inner() }
            _ = Model().parameters
        }
        #expect(
            text(result).contains("the property 'inner.table' is a bare Tensor, which is neither trained nor saved"))
    }

    @Test func integersAreNoParameters() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Parameter(Tensor([1, 2]))
        }
        #expect(text(result).contains("Parameter: the value is int64 [2]; only floating point can be trained"))
    }

    @Test func parametersKeepTheirShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Parameter(Tensor.zeros([2])).value = Tensor.zeros([3])
        }
        #expect(text(result).contains("its value is float32 [2], and cannot become float32 [3]"))
    }

    // MARK: Freezing

    @Test func frozenParametersStay() {
        var generator = PhiloxGenerator(seed: 2)
        let model = Sequential {
            Linear(3, 4, using: &generator)
            ReLU()
            Linear(4, 2, using: &generator)
        }
        let x = Tensor.normal([5, 3], using: &generator)
        func step() -> Gradients {
            let (_, gradients) = valueAndGradients(of: model) { sum(square(model(x))) }
            SGD(model, learningRate: 0.1).update(with: gradients)
            return gradients
        }
        model.freeze { $0.hasPrefix("0.") }
        let before = model.snapshot()
        let gradients = step()
        #expect(gradients.count == 2 && gradients[model.parameters[0]] == nil)
        #expect(model.parameters[0].value == before["0.weight"] && model.parameters[2].value != before["2.weight"])
        // What is frozen between the gradient and the step stays, too.
        let (_, all) = valueAndGradients(of: model) { sum(square(model(x))) }
        model.freeze()
        let frozen = model.snapshot()
        SGD(model, learningRate: 0.1).update(with: all)
        #expect(model.snapshot() == frozen)
        model.unfreeze()
        #expect(step().count == 4)
        #expect(model.parameters[0].value != before["0.weight"])
    }

    // MARK: functionalCall

    @Test func functionalCallReplacesValues() {
        var generator = PhiloxGenerator(seed: 3)
        let model = Linear(3, 2, dtype: .float64, using: &generator)
        let x = Tensor.normal([4, 3], dtype: .float64, using: &generator)
        let w = Tensor.normal([2, 3], dtype: .float64, using: &generator)
        let before = model(x)
        let inside = functionalCall(model, ["weight": w]) { model(x) }
        #expect(inside == linear(x, w, model.bias!.value))
        #expect(model(x) == before)
        // Stand-ins pass on gradients, for parameters that are frozen as well.
        model.freeze()
        let through = gradient(at: w) { w in functionalCall(model, ["weight": w]) { sum(tanh(model(x))) } }
        let direct = gradient(at: w) { w in sum(tanh(linear(x, w, model.bias!.value))) }
        #expect(through == direct)
        model.unfreeze()
        // The gradient of the loss after a step along the gradient (MAML): nested, through parameters.
        let looped = gradient(at: w) { w in
            functionalCall(model, ["weight": w]) {
                let (_, gradients) = valueAndGradients(of: model) { sum(square(model(x))) }
                return functionalCall(model, ["weight": w - gradients[model.weight]! * 0.01]) { sum(square(model(x))) }
            }
        }
        let b = model.bias!.value
        let byHand = gradient(at: w) { w in
            let g = gradient(at: w) { w in sum(square(linear(x, w, b))) }
            return sum(square(linear(x, w - g * 0.01, b)))
        }
        #expect(relativeDistance(looped, byHand) < 1e-14)
    }

    @Test func functionalCallNamesWhatIsWrong() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            functionalCall(Linear(weight: Tensor.zeros([1, 1])), ["wieght": Tensor.zeros([1, 1])]) {}
        }
        #expect(text(result).contains("the model has no parameter 'wieght'; it has [\"weight\"]"))
    }
}
