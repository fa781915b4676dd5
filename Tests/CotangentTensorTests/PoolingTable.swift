import CotangentTensor
import TestSupport
import Testing

/// A case of Fixtures/pooling.json, which pooling.py made with PyTorch.
struct PoolingCase: Decodable, Sendable, CustomTestStringConvertible {
    let operation: String
    let note: String
    let options: JSONValue
    private let input: FixtureTensor
    private let output: FixtureTensor
    private let indices: FixtureTensor?
    private let cotangent: FixtureTensor
    private let gradient: FixtureTensor

    static let all: [PoolingCase] = {
        struct File: Decodable { let cases: [PoolingCase] }
        do { return try Fixtures.decoded("pooling.json", as: File.self).cases } catch {
            fatalError("pooling.json: \(error)")
        }
    }()

    static let pooling = all.filter { $0.operation != "upsample" }
    static let upsampling = all.filter { $0.operation == "upsample" }
    /// Neither ties nor NaN: a small step changes no winner.
    static let smooth = all.filter { !["ties", "NaN and −∞"].contains($0.note) }

    var testDescription: String { "\(operation) \(input.shape) \(options)\(note.isEmpty ? "" : " (\(note))")" }

    /// Winners are picked, and the cotangents are multiples of 1/64: nothing is rounded.
    var isExact: Bool { operation.contains("axPool") }

    func x(_ type: DType) -> Tensor { input.special(type) }
    func y(_ type: DType) -> Tensor { output.special(type) }
    func dy(_ type: DType) -> Tensor { cotangent.special(type) }
    func dx(_ type: DType) -> Tensor { gradient.special(type) }
    var winners: Tensor? { operation.hasPrefix("maxPool") ? indices!.tensor(.int64) : nil }

    func apply(_ x: Tensor) -> Tensor {
        switch operation {
        case "globalAveragePool": globalAveragePool(x)
        case "globalMaxPool": globalMaxPool(x)
        case "upsample": upsampled(x)
        case "averagePool1d": averaged(averagePool1d)(x)
        case "averagePool2d": averaged(averagePool2d)(x)
        case "averagePool3d": averaged(averagePool3d)(x)
        case "adaptiveAveragePool1d": adaptiveAveragePool1d(x, outputSize: size("outputSize")!)
        case "adaptiveAveragePool2d": adaptiveAveragePool2d(x, outputSize: size("outputSize")!)
        case "adaptiveAveragePool3d": adaptiveAveragePool3d(x, outputSize: size("outputSize")!)
        case "adaptiveMaxPool1d": adaptiveMaxPool1d(x, outputSize: size("outputSize")!)
        case "adaptiveMaxPool2d": adaptiveMaxPool2d(x, outputSize: size("outputSize")!)
        case "adaptiveMaxPool3d": adaptiveMaxPool3d(x, outputSize: size("outputSize")!)
        case "maxPool1d": maxima(maxPool1d)(x)
        case "maxPool2d": maxima(maxPool2d)(x)
        case "maxPool3d": maxima(maxPool3d)(x)
        default: fatalError("no operation '\(operation)' in the table")
        }
    }

    func applyWithIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
        switch operation {
        case "maxPool1d": maxima(maxPool1dWithIndices)(x)
        case "maxPool2d": maxima(maxPool2dWithIndices)(x)
        default: maxima(maxPool3dWithIndices)(x)
        }
    }

    private func maxima<R>(
        _ f: @escaping (Tensor, SpatialSize, SpatialSize?, Padding, SpatialSize, Bool) -> R
    ) -> (Tensor) -> R {
        { f($0, size("kernelSize")!, size("stride"), padding, size("dilation")!, options["roundsUp"]!.bool!) }
    }

    private func averaged(
        _ f: @escaping (Tensor, SpatialSize, SpatialSize?, Padding, Bool, Bool, Int?) -> Tensor
    ) -> (Tensor) -> Tensor {
        {
            f(
                $0, size("kernelSize")!, size("stride"), padding, options["roundsUp"]!.bool!,
                options["countsPadding"]!.bool!, options["divisor"]!.int)
        }
    }

    private func upsampled(_ x: Tensor) -> Tensor {
        let mode: Interpolation =
            options["mode"] == .string("nearest") ? .nearest : .linear(alignCorners: options["alignCorners"]!.bool!)
        if let scale = options["scale"]?.double { return upsample(x, scale: scale, mode: mode) }
        return upsample(x, outputSize: size("size")!, mode: mode)
    }

    private func size(_ name: String) -> SpatialSize? {
        if let length = options[name]?.int { return SpatialSize(length) }
        return options[name]?.ints.map { SpatialSize($0) }
    }

    private var padding: Padding { Padding(size("padding")!) }
}

extension FixtureTensor {
    /// With the NaNs and infinities that JSON lacks.
    fileprivate func special(_ type: DType) -> Tensor {
        Tensor(values.map { $0 == 1e99 ? .nan : $0 == -1e99 ? -.infinity : $0 }, shape: Shape(shape)).cast(to: type)
    }
}

/// Whether dtype, shape and all elements are the same, NaN with NaN.
func isSame(_ a: Tensor, _ b: Tensor) -> Bool {
    a.dtype == b.dtype && a.shape == b.shape
        && zip(a.doubles, b.doubles).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}
