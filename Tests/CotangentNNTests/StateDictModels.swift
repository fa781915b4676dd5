import Cotangent
import TestSupport
import Testing

/// Tests/Fixtures/state_dicts.json: PyTorch's models with their names, tensors and outputs.
struct StateDictCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Entry: Decodable, Sendable {
        let name: String
        let tensor: FixtureTensor
    }

    let name: String
    let input: FixtureTensor
    let output: FixtureTensor
    let state: [Entry]

    static let all = try! Fixtures.decoded("state_dicts.json", as: [StateDictCase].self)

    var testDescription: String { name }

    func snapshot(_ dtype: DType) -> Snapshot { Snapshot(state.map { ($0.name, $0.tensor.tensor(dtype)) }) }

    /// The same model, with values of its own.
    func model(_ dtype: DType) -> any Layer { StateDictModels.make(name, dtype) }
}

/// The models of Tests/Fixtures/state_dicts.py, property by property.
enum StateDictModels {
    static func make(_ name: String, _ dtype: DType) -> any Layer {
        var generator = PhiloxGenerator(seed: 5)
        switch name {
        case "convolutional": return Convolutional(dtype, using: &generator)
        case "recurrent": return Recurrent(dtype, using: &generator)
        default: return Tied(dtype, using: &generator)
        }
    }

    struct Convolutional: Layer {
        let features: Sequential
        let up: ConvTranspose2D
        let normed: InstanceNorm2D
        let head: Linear

        init(_ dtype: DType, using generator: inout PhiloxGenerator) {
            features = Sequential {
                Conv2D(2, 4, kernelSize: 3, padding: 1, dtype: dtype, using: &generator)
                BatchNorm2D(4, dtype: dtype)
                ReLU()
                MaxPool2D(kernelSize: 2)
                Sequential {
                    Conv2D(4, 6, kernelSize: 3, groups: 2, bias: false, dtype: dtype, using: &generator)
                    GroupNorm(3, 6, dtype: dtype)
                }
            }
            up = ConvTranspose2D(6, 3, kernelSize: 2, stride: 2, dtype: dtype, using: &generator)
            normed = InstanceNorm2D(3, affine: true, tracksRunningStatistics: true, dtype: dtype)
            head = Linear(3, 5, dtype: dtype, using: &generator)
        }

        func callAsFunction(_ x: Tensor) -> Tensor { head(mean(normed(up(features(x))), axes: [2, 3])) }
    }

    struct Recurrent: Layer {
        let embedding: Embedding
        let encoder: LSTM
        let norm: LayerNorm
        let reader: GRU
        let heads: [Linear]

        init(_ dtype: DType, using generator: inout PhiloxGenerator) {
            embedding = Embedding(11, 5, dtype: dtype, using: &generator)
            encoder = LSTM(5, 4, layers: 2, bidirectional: true, dtype: dtype, using: &generator)
            norm = LayerNorm(8, dtype: dtype)
            reader = GRU(8, 3, dtype: dtype, using: &generator)
            heads = [
                Linear(3, 2, dtype: dtype, using: &generator),
                Linear(3, 4, bias: false, dtype: dtype, using: &generator),
            ]
        }

        func callAsFunction(_ tokens: Tensor) -> Tensor {
            let x = reader(norm(encoder(embedding(tokens))))
            return concatenate(heads.map { $0(x) }, axis: -1)
        }
    }

    struct Tied: Layer {
        let scale: Parameter
        let embedding: Embedding
        let recurrent: RNN
        let decoder: Linear

        init(_ dtype: DType, using generator: inout PhiloxGenerator) {
            scale = Parameter(Tensor.ones([4], dtype: dtype))
            embedding = Embedding(7, 4, dtype: dtype, using: &generator)
            recurrent = RNN(4, 4, dtype: dtype, using: &generator)
            decoder = Linear(weight: embedding.weight, bias: Parameter(Tensor.zeros([7], dtype: dtype)))
        }

        func callAsFunction(_ tokens: Tensor) -> Tensor { decoder(recurrent(embedding(tokens)) * scale.value) }
    }
}
