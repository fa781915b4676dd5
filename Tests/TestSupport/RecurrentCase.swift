import Cotangent
import Foundation

/// A recurrent network or cell with PyTorch's values: see Tests/Fixtures/recurrent.py.
public struct RecurrentCase: Decodable, Sendable {
    public struct ParameterShape: Decodable, Sendable {
        public let name: String
        public let shape: [Int]
        fileprivate let scale: Double
    }

    public let kind: String
    /// Whether it is a cell, of one step.
    public let single: Bool
    public let inputSize: Int
    public let hiddenSize: Int
    public let projectionSize: Int?
    public let layers: Int
    public let directions: Int
    public let bias: Bool
    /// Whether it begins with a state.
    public let state: Bool
    public let lengths: [Int]?
    public let time: Int
    public let batch: Int
    public let parameters: [ParameterShape]
    private let salt: Int
    private let results: Data?
    /// Where in a file of doubles the results begin.
    private let start: Int?

    /// All in a file of Tests/Fixtures.
    public static func all(_ name: String) -> [RecurrentCase] {
        try! Fixtures.decoded("recurrent_\(name).json", as: [RecurrentCase].self)
    }

    public static let networks = ["rnn", "lstm", "projected", "gru"].flatMap(all)
    public static let cells = all("cells")

    public var isLSTM: Bool { kind == "lstm" }
    public var isBidirectional: Bool { directions == 2 }
    private var stateSizes: [Int] { [projectionSize ?? hiddenSize] + (isLSTM ? [hiddenSize] : []) }
    private var stateShapes: [Shape] {
        stateSizes.map { Shape((single ? [] : [layers * directions]) + [batch, $0]) }
    }
    private var activation: RNNActivation { RNNActivation(rawValue: String(kind.dropFirst(4)))! }
    private var reset: GRUReset { kind == "gru" ? .afterProduct : .beforeProduct }

    // MARK: The network

    /// The layer with the case's weights.
    public func layer(_ dtype: DType) throws -> any RecurrentLayer {
        var generator = PhiloxGenerator(seed: 0)
        let layer: any RecurrentLayer =
            switch kind {
            case "lstm":
                LSTM(
                    inputSize, hiddenSize, projectionSize: projectionSize, layers: layers, bias: bias,
                    bidirectional: isBidirectional, dtype: dtype, using: &generator)
            case "gru", "gru before":
                GRU(
                    inputSize, hiddenSize, reset: reset, layers: layers, bias: bias, bidirectional: isBidirectional,
                    dtype: dtype, using: &generator)
            default:
                RNN(
                    inputSize, hiddenSize, layers: layers, activation: activation, bias: bias,
                    bidirectional: isBidirectional, dtype: dtype, using: &generator)
            }
        try layer.restore(snapshot(dtype))
        return layer
    }

    /// The cell with the case's weights.
    public func cell(_ dtype: DType) throws -> any RecurrentCell {
        var generator = PhiloxGenerator(seed: 0)
        let cell: any RecurrentCell =
            switch kind {
            case "lstm": LSTMCell(inputSize, hiddenSize, bias: bias, dtype: dtype, using: &generator)
            case "gru", "gru before":
                GRUCell(inputSize, hiddenSize, reset: reset, bias: bias, dtype: dtype, using: &generator)
            default:
                RNNCell(inputSize, hiddenSize, activation: activation, bias: bias, dtype: dtype, using: &generator)
            }
        try cell.restore(snapshot(dtype))
        return cell
    }

    private func snapshot(_ dtype: DType) -> Snapshot {
        Snapshot(zip(parameters.map(\.name), weights(dtype)).map { ($0, $1) })
    }

    // MARK: What goes in

    /// In the order of `parameters`.
    public func weights(_ dtype: DType) -> [Tensor] {
        parameters.enumerated().map { formula(Shape($1.shape), 6 + $0, $1.scale, dtype) }
    }

    public func input(_ dtype: DType) -> Tensor {
        formula(single ? [batch, inputSize] : [time, batch, inputSize], 0, 2, dtype)
    }

    /// h and, of an LSTM, c; nothing where the case begins with none.
    public func start(_ dtype: DType) -> [Tensor] {
        state ? stateShapes.enumerated().map { formula($1, 1 + $0, 2, dtype) } : []
    }

    /// Of the outputs, if it is no cell, and the final state.
    public func cotangents(_ dtype: DType) -> [Tensor] {
        let states = stateShapes.enumerated().map { formula($1, 4 + $0, 1, dtype) }
        return single ? states : [formula(outputShape, 3, 1, dtype)] + states
    }

    public var outputShape: Shape { [time, batch, directions * (projectionSize ?? hiddenSize)] }

    // MARK: What comes out

    public struct Results {
        /// Outputs, if it is no cell, and final state.
        public let values: [Tensor]
        public let input: Tensor
        public let start: [Tensor]
        public let weights: [Tensor]
    }

    /// PyTorch's values and gradients, in float64. `file` has them where the case names a place in it.
    public func expected(_ file: Data? = nil) -> Results {
        let data = results ?? file!
        var place = (start ?? 0) * 8
        func next(_ shape: Shape) -> Tensor {
            let count = shape.reduce(1, *)
            precondition(place + count * 8 <= data.count, "\(self): only \(data.count / 8) numbers")
            defer { place += count * 8 }
            let values = data.withUnsafeBytes { bytes in
                (0..<count).map {
                    Double(
                        bitPattern: UInt64(
                            littleEndian: bytes.loadUnaligned(fromByteOffset: place + $0 * 8, as: UInt64.self)))
                }
            }
            return Tensor(values, shape: shape)
        }
        let results = Results(
            values: ((single ? [] : [outputShape]) + stateShapes).map(next), input: next(input(.float64).shape),
            start: start(.float64).map { next($0.shape) }, weights: parameters.map { next(Shape($0.shape)) })
        precondition(file != nil || place == data.count, "\(self): \(data.count / 8) numbers, not \(place / 8)")
        return results
    }

    /// `values` of recurrent.py.
    private func formula(_ shape: Shape, _ operand: Int, _ scale: Double, _ dtype: DType) -> Tensor {
        let seed = (salt + operand) &* 2_246_822_519
        let values = (0..<shape.reduce(1, *)).map { index in
            var h = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ seed)
            h ^= h >> 15
            h &*= 3_266_489_917
            return Double(Int(h >> 16) % 65 - 32) / 64 * scale
        }
        return Tensor(values, shape: shape).cast(to: dtype)
    }
}

extension RecurrentCase: CustomStringConvertible {
    public var description: String {
        var parts = ["\(inputSize) → \(hiddenSize)", "batch \(batch)"]
        if !single { parts += ["time \(time)", "layers \(layers)"] }
        if let projectionSize { parts.append("projected to \(projectionSize)") }
        if isBidirectional { parts.append("bidirectional") }
        if !bias { parts.append("no bias") }
        if state { parts.append("with state") }
        if let lengths { parts.append("lengths \(lengths)") }
        return "\(kind)\(single ? " cell" : "") \(parts.joined(separator: ", "))"
    }
}
