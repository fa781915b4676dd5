import Cotangent
import Foundation
import Synchronization
import TestSupport
import Testing

/// Tests/Fixtures/networks.json, which networks.py made with PyTorch.
struct NetworkFixtures: Decodable, Sendable {
    let losses: [LossCase]
    let layers: [LayerCase]
    let penalty: PenaltyCase
    let optimizers: OptimizerCases
    let training: [String: [Double]]

    static let all = try! Fixtures.decoded("networks.json", as: NetworkFixtures.self)
}

struct LossCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let options: [String: JSONValue]
    let inputs: [FixtureTensor]
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradient: FixtureTensor

    var testDescription: String { "\(name) \(options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })" }
}

struct LayerCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let options: [String: JSONValue]
    let parameters: [String: FixtureTensor]
    let input: FixtureTensor
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradients: [String: FixtureTensor]
    let inputGradient: FixtureTensor?

    var testDescription: String { "\(name) \(input.shape) \(options)" }
}

struct PenaltyCase: Decodable, Sendable {
    let parameters: [String: FixtureTensor]
    let input: FixtureTensor
    let labels: FixtureTensor
    let loss: Double
    let gradients: [String: FixtureTensor]
    let norm: Double
    let clipped: [String: FixtureTensor]
}

struct OptimizerCases: Decodable, Sendable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let dtype: String
        let options: [String: JSONValue]
        /// [step][parameter][element]
        let values: [[[Double]]]

        var testDescription: String { "\(name) \(dtype) \(options)" }
    }

    let starts: [FixtureTensor]
    let gradients: [[FixtureTensor]]
    let cases: [Case]
}

/// A model as PyTorch's Sequential(Linear(4, 6), ReLU(), Linear(6, 3)), with given weights.
func fixtureMLP(_ parameters: [String: FixtureTensor], _ dtype: DType) -> Sequential {
    Sequential {
        Linear(weight: parameters["0.weight"]!.tensor(dtype), bias: parameters["0.bias"]!.tensor(dtype))
        ReLU()
        Linear(weight: parameters["2.weight"]!.tensor(dtype), bias: parameters["2.bias"]!.tensor(dtype))
    }
}

/// The same layers without the fused step of a Sequential.
struct UnfusedMLP: Layer {
    let first: Linear
    let second: Linear
    func callAsFunction(_ x: Tensor) -> Tensor { second(relu(first(x))) }
}

/// Runs `body` on `count` threads at once and returns its results in order.
func onThreads<R: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> R) throws -> [R] {
    let results = Mutex<[Int: Result<R, any Error>]>([:])
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        let thread = Thread {
            let result = Result { try body(index) }
            results.withLock { $0[index] = result }
            group.leave()
        }
        thread.stackSize = 1 << 22
        thread.start()
    }
    group.wait()
    let all = results.withLock { $0 }
    return try (0..<count).map { try all[$0]!.get() }
}

/// What the process wrote before it ended, for exit tests.
func text(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}
