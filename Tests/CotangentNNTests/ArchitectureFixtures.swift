import Cotangent
import TestSupport
import Testing

/// Tests/Fixtures/architectures.json, which architectures.py made with PyTorch.
struct ArchitectureFixtures: Decodable, Sendable {
    let attention: [AttentionCase]
    let losses: [SequenceLossCase]
    let models: [ArchitectureCase]

    static let all = try! Fixtures.decoded("architectures.json", as: ArchitectureFixtures.self)
}

struct AttentionCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let options: [String: JSONValue]
    let inputs: [String: FixtureTensor]
    let mask: FixtureTensor?
    let weights: FixtureTensor
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradients: [String: FixtureTensor]

    var testDescription: String { "\(name) \(options) \(mask?.shape ?? [])" }
}

struct SequenceLossCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let options: [String: JSONValue]
    let lengths: [Int]?
    let inputs: [String: FixtureTensor]
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradients: [String: FixtureTensor]

    var testDescription: String { "\(name) \(options) \(lengths ?? [])" }
}

struct ArchitectureCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let options: [String: JSONValue]
    let lengths: [Int]?
    let inputs: [FixtureTensor]
    let parameters: [String: FixtureTensor]
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradients: [String: FixtureTensor]

    var testDescription: String { "\(name) \(options.sorted { $0.key < $1.key }) \(lengths ?? [])" }
}

/// A model and how it is called.
struct RunnableArchitecture {
    let module: any Module
    let run: (_ inputs: [Tensor], _ lengths: [Int]?) -> Tensor
}

extension ArchitectureCase {
    private var sizes: [Int] { options["sizes"]!.ints! }

    private func recurrence(
        _ inputSize: Int, _ hiddenSize: Int, layers: Int, bidirectional: Bool, _ dtype: DType,
        _ generator: inout PhiloxGenerator
    ) -> any RecurrentLayer {
        switch options["recurrence"]!.string! {
        case "rnn":
            RNN(
                inputSize, hiddenSize, layers: layers, bidirectional: bidirectional, dtype: dtype, using: &generator)
        case "lstm":
            LSTM(
                inputSize, hiddenSize, layers: layers, bidirectional: bidirectional, dtype: dtype, using: &generator)
        default:
            GRU(
                inputSize, hiddenSize, layers: layers, bidirectional: bidirectional, dtype: dtype, using: &generator)
        }
    }

    /// The model with the fixture's weights.
    func model(_ dtype: DType) throws -> RunnableArchitecture {
        var generator = PhiloxGenerator(seed: 1)
        let layers = options["layers"]?.int ?? 1
        let bidirectional = options["bidirectional"]?.bool ?? false
        func first(_ generator: inout PhiloxGenerator) -> any RecurrentLayer {
            let offset = name == "EncoderDecoder" ? 1 : 0
            return recurrence(
                sizes[offset], sizes[offset + 1], layers: layers, bidirectional: bidirectional, dtype, &generator)
        }
        let model: RunnableArchitecture
        if name == "EncoderDecoder" {
            let encoder = first(&generator)
            let decoder = recurrence(sizes[4], sizes[5], layers: 1, bidirectional: false, dtype, &generator)
            model = encoderDecoder(encoder, decoder, &generator)
        } else {
            model = architecture(first(&generator), &generator)
        }
        try model.module.restore(Snapshot(parameters.map { ($0.key, $0.value.tensor(dtype)) }))
        return model
    }

    private func architecture(_ recurrence: some RecurrentLayer, _ generator: inout PhiloxGenerator)
        -> RunnableArchitecture
    {
        let size = sizes[2]
        switch name {
        case "OneToOne":
            // The fixture's model is a traditional network.
            let model = OneToOne(recurrence, outputSize: size, using: &generator)
            return RunnableArchitecture(module: model) { x, _ in model(x[0]) }
        case "ManyToMany":
            let activations: [String: OutputActivation] = ["sigmoid": .sigmoid, "softmax": .softmax]
            let activation = options["activation"]?.string.flatMap { activations[$0] } ?? .none
            let model = ManyToMany(recurrence, outputSize: size, activation: activation, using: &generator)
            return RunnableArchitecture(module: model) { x, lengths in
                lengths == nil ? model(x[0]) : model(x[0], lengths: lengths).outputs
            }
        case "ManyToOne":
            let pooling: SequencePooling = ["mean": .mean, "max": .max][options["pooling"]!.string!] ?? .last
            let model = ManyToOne(recurrence, outputSize: size, pooling: pooling, using: &generator)
            return RunnableArchitecture(module: model) { x, lengths in
                lengths == nil ? model(x[0]) : model(x[0], lengths: lengths)
            }
        case "LanguageModel":
            let kind = options["tokens"]!.string!
            let model = LanguageModel(
                vocabularySize: size, recurrence, tokens: kind == "oneHot" ? .oneHot : .embedding,
                tiesWeights: kind == "tied", using: &generator)
            return RunnableArchitecture(module: model) { x, lengths in
                lengths == nil ? model(x[0]) : model(x[0], lengths: lengths).logits
            }
        default:
            let language = LanguageModel(vocabularySize: size, recurrence, using: &generator)
            let model = OneToMany(contextSize: options["context"]!.int!, language, using: &generator)
            return RunnableArchitecture(module: model) { x, _ in model(x[0], x[1]) }
        }
    }

    private func encoderDecoder(
        _ encoder: some RecurrentLayer, _ decoder: some RecurrentLayer, _ generator: inout PhiloxGenerator
    ) -> RunnableArchitecture {
        let scores: [String: AttentionScore] = [
            "scaled": .dotProduct(), "dot": .dotProduct(scaled: false), "additive": .additive,
        ]
        let model = EncoderDecoder(
            encoder, decoder, sourceVocabularySize: sizes[0], targetVocabularySize: sizes[3],
            attention: options["attention"]?.string.flatMap { scores[$0] }, startToken: 1, endToken: 0,
            using: &generator)
        return RunnableArchitecture(module: model) { x, lengths in model(x[0], x[1], sourceLengths: lengths) }
    }
}
