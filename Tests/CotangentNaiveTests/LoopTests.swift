import Cotangent
import CotangentNaive
import TestSupport
import Testing

/// A row of Tests/Fixtures/naive_networks.json, which naive_networks.py made with PyTorch.
struct LoopCase: Decodable, Sendable, CustomTestStringConvertible {
    let kind: String
    let options: [String: JSONValue]
    let inputs: [FixtureTensor]
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradients: [FixtureTensor]

    var testDescription: String { "\(kind) \(inputs.map(\.shape)) \(options)" }
    var batch: Int { inputs[0].shape[0] }
    func option(_ name: String) -> Int { options[name]!.int! }

    static let all = try! Fixtures.decoded("naive_networks.json", as: [String: [LoopCase]].self)["cases"]!
    static func all(_ kind: String) -> [LoopCase] { all.filter { $0.kind == kind } }
}

extension FixtureTensor {
    var floats: [Float] { values.map(Float.init) }
    /// Of [batch, channels, height, width].
    var image: ImageSize { ImageSize(channels: shape[1], height: shape[2], width: shape[3]) }
}

/// Both naive forms give PyTorch's values and gradients: the library and the benchmark are held against them.
@Suite struct LoopTests {
    private func expectEqual(_ ours: [Float], _ reference: FixtureTensor, _ what: String) {
        let distance = relativeDistance(ours.map(Double.init), reference.values)
        #expect(distance < 1e-6, "\(what)")
    }

    private func filled(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        // Whatever is not written shows.
        var result = [Float](repeating: .nan, count: count)
        body(&result)
        return result
    }

    @Test(arguments: LoopCase.all("convolution")) func convolution(_ test: LoopCase) {
        let (x, weight, bias) = (test.inputs[0].floats, test.inputs[1].floats, test.inputs[2].floats)
        let (batch, dy) = (test.batch, test.cotangent.floats)
        let size = ConvolutionSize(
            test.inputs[0].image, outputChannels: bias.count, kernelSize: test.inputs[1].shape[2],
            stride: test.option("stride"), padding: test.option("padding"))
        #expect(size.output == test.output.image)

        expectEqual(
            Textbook.convolution(x, weight: weight, bias: bias, batch: batch, size), test.output, "textbook")
        expectEqual(
            Textbook.convolutionInputGradient(dy, weight: weight, batch: batch, size), test.gradients[0], "textbook dx")
        expectEqual(
            Textbook.convolutionWeightGradient(dy, x: x, batch: batch, size), test.gradients[1], "textbook dw")
        expectEqual(Textbook.channelSums(dy, batch: batch, size.output), test.gradients[2], "textbook db")

        let plain = PlainConvolution(size)
        for _ in 0..<2 {  // nothing of a call is left in the memory that the next one uses
            expectEqual(
                filled(dy.count) { plain.forward(x, weight: weight, bias: bias, into: $0, batch: batch) }, test.output,
                "plain")
            expectEqual(
                filled(x.count) { plain.inputGradient(dy, weight: weight, into: $0, batch: batch) },
                test.gradients[0], "plain dx")
            expectEqual(
                filled(weight.count) { plain.weightGradient(dy, x: x, into: $0, batch: batch) }, test.gradients[1],
                "plain dw")
            expectEqual(
                filled(bias.count) { Plain.channelSums(dy, into: $0, batch: batch, size.output) }, test.gradients[2],
                "plain db")
        }
    }

    @Test(arguments: LoopCase.all("transposedConvolution")) func transposedConvolution(_ test: LoopCase) {
        let (x, weight, bias) = (test.inputs[0].floats, test.inputs[1].floats, test.inputs[2].floats)
        let (batch, dy) = (test.batch, test.cotangent.floats)
        let size = ConvolutionSize(
            test.output.image, outputChannels: test.inputs[0].shape[1], kernelSize: test.inputs[1].shape[2],
            stride: test.option("stride"), padding: test.option("padding"))
        #expect(size.output == test.inputs[0].image)

        expectEqual(
            Textbook.transposedConvolution(x, weight: weight, bias: bias, batch: batch, size), test.output, "textbook")
        expectEqual(
            Textbook.transposedConvolutionInputGradient(dy, weight: weight, batch: batch, size), test.gradients[0],
            "textbook dx")
        expectEqual(
            Textbook.transposedConvolutionWeightGradient(dy, x: x, batch: batch, size), test.gradients[1],
            "textbook dw")
        expectEqual(Textbook.channelSums(dy, batch: batch, size.input), test.gradients[2], "textbook db")

        let plain = PlainConvolution(size)
        for _ in 0..<2 {
            expectEqual(
                filled(dy.count) { plain.transposedForward(x, weight: weight, bias: bias, into: $0, batch: batch) },
                test.output, "plain")
            expectEqual(
                filled(x.count) { plain.transposedInputGradient(dy, weight: weight, into: $0, batch: batch) },
                test.gradients[0], "plain dx")
            expectEqual(
                filled(weight.count) { plain.transposedWeightGradient(dy, x: x, into: $0, batch: batch) },
                test.gradients[1], "plain dw")
        }
    }

    @Test(arguments: LoopCase.all("maxPooling")) func maxPooling(_ test: LoopCase) {
        let (x, batch, dy) = (test.inputs[0].floats, test.batch, test.cotangent.floats)
        let size = PoolingSize(
            test.inputs[0].image, kernelSize: test.option("kernelSize"), stride: test.option("stride"),
            padding: test.option("padding"))
        #expect(size.output == test.output.image)
        expectEqual(Textbook.maxPooling(x, batch: batch, size), test.output, "textbook")
        expectEqual(
            Textbook.maxPoolingGradient(dy, x: x, batch: batch, size), test.gradients[0], "textbook dx")
        var places = [Int32](repeating: -1, count: dy.count)
        expectEqual(
            filled(dy.count) { Plain.maxPooling(x, into: $0, places: &places, batch: batch, size) }, test.output,
            "plain")
        expectEqual(
            filled(x.count) { Plain.maxPoolingGradient(dy, places: places, into: $0, batch: batch, size) },
            test.gradients[0], "plain dx")
    }

    /// PyTorch's rules: NaN is the largest, and of −∞ alone the first is taken.
    @Test func maxPoolingOfSpecialValues() {
        let (inf, nan) = (Float.infinity, Float.nan)
        let x: [Float] = [1, nan, -inf, -inf, nan, 2, -inf, -inf]  // 2×4
        let size = PoolingSize(ImageSize(channels: 1, height: 2, width: 4), kernelSize: 2)
        let y = Textbook.maxPooling(x, batch: 1, size)
        var places: [Int32] = [-1, -1]
        let plain = filled(2) { Plain.maxPooling(x, into: $0, places: &places, batch: 1, size) }
        for y in [y, plain] { #expect(y[0].isNaN && y[1] == -inf) }
        #expect(places[1] == 2)
        #expect(Textbook.maxPoolingGradient([3, 4], x: x, batch: 1, size)[2] == 4)
    }

    @Test(arguments: LoopCase.all("pixelCrossEntropy")) func pixelCrossEntropy(_ test: LoopCase) throws {
        let x = test.inputs[0]
        let labels = try #require(test.options["labels"]?.ints)
        let (classes, pixels) = (x.shape[1], x.shape[2] * x.shape[3])
        let scale = test.cotangent.values[0]  // the cotangent of the loss
        func expectGradient(_ gradient: [Float], _ what: String) {
            expectEqual(gradient.map { $0 * Float(scale) }, test.gradients[0], what)
        }
        let (loss, gradient) = Textbook.pixelCrossEntropy(
            x.floats, labels: labels, classes: classes, pixels: pixels)
        expectEqual([loss], test.output, "textbook")
        expectGradient(gradient, "textbook dx")
        var plainLoss: Float = 0
        let plainGradient = filled(x.floats.count) {
            plainLoss = Plain.pixelCrossEntropy(
                x.floats, labels: labels, classes: classes, pixels: pixels, gradient: $0)
        }
        expectEqual([plainLoss], test.output, "plain")
        expectGradient(plainGradient, "plain dx")
    }
}
