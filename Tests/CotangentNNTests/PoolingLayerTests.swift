import Cotangent
import TestSupport
import Testing

@Suite struct PoolingLayerTests {
    private func x(_ shape: Shape) -> Tensor {
        var generator = PhiloxGenerator(seed: 1)
        return Tensor.normal(shape, using: &generator)
    }

    /// Layers are the operations, with all their options.
    @Test func layersAreOperations() {
        let (signal, image, volume) = (x([2, 3, 11]), x([2, 3, 9, 11]), x([2, 3, 5, 6, 7]))
        #expect(MaxPool1D(kernelSize: 3)(signal) == maxPool1d(signal, kernelSize: 3))
        #expect(
            MaxPool2D(kernelSize: [3, 2], stride: 2, padding: [1, 0], dilation: 2, roundsUp: true)(image)
                == maxPool2d(image, kernelSize: [3, 2], stride: 2, padding: [1, 0], dilation: 2, roundsUp: true))
        #expect(MaxPool3D(kernelSize: 2, stride: 1)(volume) == maxPool3d(volume, kernelSize: 2, stride: 1))
        #expect(AveragePool1D(kernelSize: 3, divisor: 2)(signal) == averagePool1d(signal, kernelSize: 3, divisor: 2))
        #expect(
            AveragePool2D(kernelSize: 3, stride: 2, padding: 1, roundsUp: true, countsPadding: false)(image)
                == averagePool2d(image, kernelSize: 3, stride: 2, padding: 1, roundsUp: true, countsPadding: false))
        #expect(AveragePool3D(kernelSize: 2)(volume) == averagePool3d(volume, kernelSize: 2))
        #expect(AdaptiveAveragePool1D(outputSize: 4)(signal) == adaptiveAveragePool1d(signal, outputSize: 4))
        #expect(AdaptiveAveragePool2D(outputSize: [4, 3])(image) == adaptiveAveragePool2d(image, outputSize: [4, 3]))
        #expect(AdaptiveAveragePool3D(outputSize: 2)(volume) == adaptiveAveragePool3d(volume, outputSize: 2))
        #expect(AdaptiveMaxPool1D(outputSize: 4)(signal) == adaptiveMaxPool1d(signal, outputSize: 4))
        #expect(AdaptiveMaxPool2D(outputSize: [4, 3])(image) == adaptiveMaxPool2d(image, outputSize: [4, 3]))
        #expect(AdaptiveMaxPool3D(outputSize: 2)(volume) == adaptiveMaxPool3d(volume, outputSize: 2))
        #expect(GlobalAveragePool()(image) == mean(image, axes: [2, 3]))
        #expect(GlobalMaxPool(keepingAxes: true)(volume) == max(volume, axes: [2, 3, 4], keepingAxes: true))
        #expect(Upsample(scale: 2)(image) == upsample(image, scale: 2))
        #expect(
            Upsample(outputSize: [5, 20], mode: .linear(alignCorners: true))(image)
                == upsample(image, outputSize: [5, 20], mode: .linear(alignCorners: true)))
    }

    private func network() -> Sequential {
        Sequential {
            MaxPool2D(kernelSize: 2)
            ReLU()
            MaxPool2D(kernelSize: [3, 2], stride: 2, padding: [1, 0], dilation: [1, 2], roundsUp: true)
            AveragePool2D(kernelSize: 3, stride: 1, padding: 1, countsPadding: false)
            Upsample(scale: 2, mode: .linear())
            AdaptiveMaxPool2D(outputSize: 4)
            AdaptiveAveragePool2D(outputSize: [2, 3])
            Upsample(outputSize: 5)
            GlobalAveragePool()
        }
    }

    @Test func summary() {
        let summary = network().summary(inputShape: [8, 3, 20, 28])
        #expect(
            summary.rows.map(\.layer) == [
                "MaxPool2D(2, stride 2)", "ReLU",
                "MaxPool2D([3, 2], stride 2, padding [1, 0], rounds up, dilation [1, 2])",
                "AveragePool2D(3, stride 1, padding 1, without the padding)", "Upsample(× 2.0, linear)",
                "AdaptiveMaxPool2D(4)", "AdaptiveAveragePool2D([2, 3])", "Upsample(5, nearest)", "GlobalAveragePool",
            ])
        #expect(
            summary.rows.map(\.outputShape) == [
                [8, 3, 10, 14], [8, 3, 10, 14], [8, 3, 6, 7], [8, 3, 6, 7], [8, 3, 12, 14], [8, 3, 4, 4], [8, 3, 2, 3],
                [8, 3, 5, 5], [8, 3],
            ])
        #expect(summary.parameterCount == 0)
        #expect(network()(x([8, 3, 20, 28])).shape == [8, 3])
    }

    /// What a model cannot take throws, with the layer's name and the numbers.
    @Test func validation() throws {
        let model = Sequential {
            MaxPool2D(kernelSize: 2)
            MaxPool2D(kernelSize: 3, stride: 2)
            GlobalAveragePool()
        }
        #expect(try model.validate(inputShape: [0, 3, 10, 10]) == [0, 3])
        #expect(try model.validate(inputShape: [1 << 20, 3, 1000, 10]) == [1 << 20, 3])
        let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: [2, 3, 4, 10]) }
        #expect(error?.layer == "1")
        #expect(
            error?.message == "maxPool2d: a kernel of [3, 3] is larger than the padded input, [2, 5]", "\(error!)")
        func message(_ layer: some Layer, _ shape: Shape = [2, 3, 8, 8]) -> String? {
            do {
                try layer.validate(inputShape: shape)
                return nil
            } catch { return error.message }
        }
        #expect(
            message(MaxPool2D(kernelSize: 3, padding: 2))
                == "maxPool2d: the padding 2 is more than half of the kernel size 3")
        #expect(
            message(AveragePool2D(kernelSize: 3, stride: 0))
                == "averagePool2d: the stride 0 must be at least 1 along each axis")
        #expect(message(MaxPool1D(kernelSize: 2))?.hasPrefix("maxPool1d: the input is float32 [2, 3, 8, 8]: ") == true)
        #expect(
            message(MaxPool2D(kernelSize: 2), [2, 3])?.hasPrefix("maxPool2d: the input is float32 [2, 3]: ") == true)
        #expect(message(AdaptiveMaxPool2D(outputSize: [1, 2, 3]))?.contains("output size [1, 2, 3]") == true)
        #expect(message(Upsample(scale: 0.01))?.contains("nothing would be left") == true)
        #expect(message(GlobalMaxPool(), [2, 3])?.hasPrefix("globalMaxPool: ") == true)
        #expect(message(MaxPool2D(kernelSize: 2), [3, 8, 8]) == nil)
    }

    /// Pooling within a model that is trained: gradients reach the layers before it.
    @Test func gradientsPassThrough() throws {
        var generator = PhiloxGenerator(seed: 2)
        let linear = Linear(8, 8, dtype: .float64, using: &generator)
        let model = Sequential {
            linear
            MaxPool1D(kernelSize: 2)
            Upsample(scale: 2, mode: .linear())
            AveragePool1D(kernelSize: 3, stride: 1, padding: 1)
            GlobalMaxPool()
        }
        let x = Tensor.normal([4, 2, 8], dtype: .float64, using: &generator)
        let (_, gradients) = valueAndGradients(of: model) { sum(square(model(x))) }
        let weight = try #require(gradients[linear.weight])
        #expect(weight.doubles.contains { $0 != 0 })
        try gradientCheck(at: linear.weight.value) { w in
            functionalCall(model, ["0.weight": w]) { sum(square(model(x))) }
        }
    }
}
