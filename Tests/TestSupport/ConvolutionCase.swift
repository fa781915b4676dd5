import CotangentTensor
import Foundation

/// A convolution with PyTorch's values: see Tests/Fixtures/convolution.py.
public struct ConvolutionCase: Decodable, Sendable {
    public let operation: String
    public let salt: Int
    public let unit: Int
    public let x: [Int]
    public let weight: [Int]
    public let bias: Bool
    public let relu: Bool
    public let stride: [Int]
    public let before: [Int]
    public let after: [Int]
    public let same: Bool
    public let dilation: [Int]
    public let groups: Int
    public let outputPadding: [Int]
    public let output: [Int]
    public let values: [String: PackedValues]
    public let second: [String: PackedValues]?

    public static let all = try! Fixtures.decoded("convolution.json", as: [ConvolutionCase].self)

    public var rank: Int { stride.count }
    public var isTransposed: Bool { operation.hasPrefix("convTranspose") }
    public var channels: Int { isTransposed ? weight[1] * groups : weight[0] }
    public var padding: Padding {
        same ? .same : before == after ? Padding(size(before)) : .sides(before: size(before), after: size(after))
    }

    /// One number where all axes have the same, so that both forms are used.
    public func size(_ lengths: [Int]) -> SpatialSize {
        Set(lengths).count == 1 ? SpatialSize(lengths[0]) : SpatialSize(lengths)
    }

    /// x, the weight and, where there is one, the bias.
    public func inputs(_ dtype: DType) -> [Tensor] {
        [formula(x, 0, dtype), formula(weight, 1, dtype)] + (bias ? [formula([channels], 2, dtype)] : [])
    }

    public func cotangent(_ dtype: DType) -> Tensor { formula(output, 3, dtype) }

    /// What second derivatives are multiplied with, one for each of `inputs`.
    public func directions(_ dtype: DType) -> [Tensor] {
        [formula(x, 4, dtype), formula(weight, 5, dtype)] + (bias ? [formula([channels], 6, dtype)] : [])
    }

    public func expectedOutput(_ dtype: DType) -> Tensor { values["output"]!.tensor(output, unit, dtype) }

    /// The gradients of `inputs` for the cotangent.
    public func expectedGradients(_ dtype: DType) -> [Tensor] {
        [values["x"]!.tensor(x, unit, dtype), values["weight"]!.tensor(weight, unit, dtype)]
            + (values["bias"].map { [$0.tensor([channels], unit, dtype)] } ?? [])
    }

    public func apply(
        _ inputs: [Tensor], _ algorithm: ConvolutionAlgorithm = .automatic, relu: Bool? = nil
    ) -> Tensor {
        let bias = inputs.count > 2 ? inputs[2] : nil
        if isTransposed {
            let convolution = [convTranspose1d, convTranspose2d, convTranspose3d][rank - 1]
            return convolution(
                inputs[0], inputs[1], bias, size(stride), padding, size(outputPadding), size(dilation), groups,
                algorithm)
        }
        let convolution = [conv1d, conv2d, conv3d][rank - 1]
        return convolution(
            inputs[0], inputs[1], bias, size(stride), padding, size(dilation), groups, relu ?? self.relu, algorithm)
    }

    /// The names of the forms that compute value and gradients; nil where the algorithm does not serve.
    public func forms(_ algorithm: ConvolutionAlgorithm, _ dtype: DType) -> [String]? {
        algorithm.forms(
            Shape(x.count == rank + 2 ? x : [1] + x), Shape(weight), stride: size(stride), padding: padding,
            dilation: size(dilation), groups: groups, outputPadding: isTransposed ? size(outputPadding) : nil,
            dtype: dtype)
    }

    /// How far values may lie from PyTorch's, in relation to their norm: Winograd's form rounds more.
    public func tolerance(_ algorithm: ConvolutionAlgorithm, _ dtype: DType) -> Double {
        if dtype == .float64 { return 1e-10 }
        return forms(algorithm, dtype)!.contains { $0.hasPrefix("Winograd") } ? 1e-4 : 1e-5
    }

    /// `values` of convolution.py.
    private func formula(_ shape: [Int], _ operand: Int, _ dtype: DType) -> Tensor {
        let seed = (salt + operand) &* 2_246_822_519
        let values = (0..<shape.reduce(1, *)).map { index in
            var h = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ seed)
            h ^= h >> 15
            h &*= 3_266_489_917
            return Double(Int(h >> 16) % (unit + 1) - unit / 2) / Double(unit)
        }
        return Tensor(values, shape: Shape(shape)).cast(to: dtype)
    }
}

extension ConvolutionCase: CustomStringConvertible {
    public var description: String {
        let paddings = same ? "same" : before == after ? "\(before)" : "\(before) and \(after)"
        return "\(operation) \(x) by \(weight), bias \(bias), stride \(stride), padding \(paddings), "
            + "dilation \(dilation), groups \(groups), output padding \(outputPadding)"
    }
}

/// Little-endian numbers in base64: integers count units of 1/unit².
public struct PackedValues: Decodable, Sendable {
    private let int16: Data?
    private let int32: Data?
    private let float64: Data?

    public func tensor(_ shape: [Int], _ unit: Int, _ dtype: DType) -> Tensor {
        let scale = Double(unit * unit)
        let values =
            int16.map { numbers($0, Int16.self).map { Double($0) / scale } }
            ?? int32.map { numbers($0, Int32.self).map { Double($0) / scale } }
            ?? numbers(float64!, UInt64.self).map { Double(bitPattern: $0) }
        return Tensor(values, shape: Shape(shape)).cast(to: dtype)
    }

    private func numbers<T: FixedWidthInteger>(_ data: Data, _: T.Type) -> [T] {
        data.withUnsafeBytes { bytes in
            (0..<bytes.count / MemoryLayout<T>.size).map {
                T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
            }
        }
    }
}
