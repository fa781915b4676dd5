import Cotangent
import TestSupport
import Testing

/// The models that come with the library, against PyTorch's from the same weights.
@Suite struct ModelTests {
    static func model(_ test: ModelCase, _ dtype: DType) -> (any Layer)? {
        var generator = PhiloxGenerator(seed: 1)
        let (channels, classes) = (test.inputShape[1], test.classes)
        return switch test.name {
        case "LeNet5": LeNet5(inputChannels: channels, classes: classes, dtype: dtype, using: &generator)
        case "VGGSmall": VGGSmall(inputChannels: channels, classes: classes, dtype: dtype, using: &generator)
        case "UNet":
            UNet(
                inputChannels: channels, classes: classes, baseChannels: test.options["baseChannels"]!,
                depth: test.options["depth"]!, dtype: dtype, using: &generator)
        default: nil
        }
    }

    /// Cross-entropy of each image's class, or of each pixel's.
    static func loss(_ logits: Tensor, _ labels: Tensor) -> Tensor {
        crossEntropy(logits.rank == 4 ? logits.permuted(0, 2, 3, 1) : logits, labels)
    }

    @Test(arguments: ModelCase.all, [DType.float32, .float64]) func againstPyTorch(
        _ test: ModelCase, _ dtype: DType
    ) throws {
        let model = try #require(Self.model(test, dtype))
        let tolerance = dtype == .float32 ? 1e-5 : 1e-12
        #expect(model.namedParameters.map(\.name) == test.parameters.map(\.name))
        #expect(model.parameters.map { $0.shape.dimensions } == test.parameters.map(\.shape))
        for (index, parameter) in model.parameters.enumerated() {
            let values = test.values(ofParameter: index)
            parameter.value = Tensor(values, shape: Shape(test.parameters[index].shape)).cast(to: dtype)
        }
        let x = Tensor(test.input, shape: Shape(test.inputShape)).cast(to: dtype)
        let labels = Tensor(test.labels, shape: Shape([test.outputShape[0]] + test.outputShape.dropFirst(2)))

        let output = model(x)
        #expect(output.shape.dimensions == test.outputShape && output.dtype == dtype)
        #expect(relativeDistance(output.doubles, test.output) < tolerance)
        let inputGradient = gradient(at: x) { Self.loss(model($0), labels) }
        #expect(test.distance(inputGradient.doubles, ofParameter: test.parameters.count) < tolerance)

        let optimizer = SGD(model, learningRate: test.learningRate)
        for (step, expected) in test.losses.enumerated() {
            let (loss, gradients) = valueAndGradients(of: model) { Self.loss(model(x), labels) }
            #expect(Swift.abs(loss.item / expected - 1) < 2 * tolerance, "step \(step)")
            if step == 0 {
                for (index, parameter) in model.parameters.enumerated() {
                    let gradient = try #require(gradients[parameter])
                    let distance = test.distance(gradient.doubles, ofParameter: index)
                    #expect(distance < tolerance, "\(test.parameters[index].name)")
                }
            }
            optimizer.update(with: gradients)
        }
    }

    /// As PyTorch counts them.
    @Test func sizes() {
        var generator = PhiloxGenerator(seed: 1)
        #expect(LeNet5(using: &generator).parameterCount == 61_706)
        #expect(VGGSmall(using: &generator).parameterCount == 1_116_970)
        #expect(UNet(inputChannels: 1, classes: 2, using: &generator).parameterCount == 31_030_658)
    }

    /// Random classes of random images can only be learnt by heart.
    @Test func overfitsATinyBatch() {
        var generator = PhiloxGenerator(seed: 3)
        func train(_ model: some Layer, _ x: Tensor, _ labels: Tensor) -> Double {
            let optimizer = Adam(model, learningRate: 0.01)
            var last = Double.infinity
            for _ in 0..<150 {
                let (loss, gradients) = valueAndGradients(of: model) { Self.loss(model(x), labels) }
                optimizer.update(with: gradients)
                last = loss.item
            }
            return last
        }
        let lenet = LeNet5(using: &generator)
        let digits = Tensor.normal([6, 1, 28, 28], using: &generator)
        #expect(train(lenet, digits, Tensor([3, 1, 4, 1, 5, 9])) < 0.01)
        #expect(argmax(lenet(digits), axis: 1) == Tensor([3, 1, 4, 1, 5, 9]))
        let unet = UNet(inputChannels: 1, classes: 3, baseChannels: 8, depth: 2, using: &generator)
        let images = Tensor.normal([2, 1, 4, 4], using: &generator)
        let labels = Tensor((0..<32).map { $0 * $0 % 3 }, shape: [2, 4, 4])
        #expect(train(unet, images, labels) < 0.01)
        #expect(argmax(unet(images), axis: 1) == labels)
    }

    @Test func unetTakesOneImage() {
        var generator = PhiloxGenerator(seed: 4)
        let model = UNet(inputChannels: 2, classes: 3, baseChannels: 2, depth: 2, using: &generator)
        let x = Tensor.normal([2, 2, 6, 4], using: &generator)
        #expect(model(x[1]).shape == [3, 6, 4])
        #expect(relativeDistance(model(x[1]), model(x)[1]) < 1e-6)
        #expect(model(Tensor.zeros([0, 2, 6, 4])).shape == [0, 3, 6, 4])
    }

    @Test func unetDrawsAllWeightsAsAsked() {
        var generator = PhiloxGenerator(seed: 6)
        let model = UNet(
            inputChannels: 2, classes: 3, baseChannels: 2, depth: 3, initializer: .constant(0.25), using: &generator)
        let weights = model.namedParameters.filter { $0.name.hasSuffix("weight") }
        #expect(weights.count == 13)
        for (name, weight) in weights {
            #expect(weight.value == Tensor.full(weight.shape, 0.25, dtype: .float32), "\(name)")
        }
    }

    // MARK: What they refuse

    private func problem(_ model: some Layer, _ shape: Shape) -> (layer: String?, text: String) {
        do {
            try model.validate(inputShape: shape)
            return (nil, "none")
        } catch { return (error.layer, "\(error)") }
    }

    @Test func lenetRefusesOtherImages() throws {
        var generator = PhiloxGenerator(seed: 5)
        let model = LeNet5(using: &generator)
        #expect(try model.validate(inputShape: [7, 1, 28, 28]) == [7, 10])
        #expect(problem(model, [7, 3, 28, 28]).layer == "0")
        #expect(problem(model, [7, 1, 28]).layer == "0")
        #expect(problem(model, [7, 1, 32, 32]).layer == "7")
        #expect(
            problem(model, [7, 1, 32, 32]).text.contains("the input is float32 [7, 576], the weight float32 [120, 400]")
        )
        // Nothing is left of a second convolution's output.
        #expect(problem(model, [7, 1, 4, 4]).layer == "3")
    }

    @Test func unetRefusesWhatCannotBeHalved() async throws {
        var generator = PhiloxGenerator(seed: 6)
        let model = UNet(inputChannels: 1, classes: 2, baseChannels: 2, depth: 4, using: &generator)
        #expect(try model.validate(inputShape: [3, 1, 24, 40]) == [3, 2, 24, 40])
        let refusal = problem(model, [3, 1, 24, 36])
        #expect(refusal.layer == nil)
        #expect(
            refusal.text
                == "input [3, 1, 24, 36]: UNet: the input is float32 [3, 1, 24, 36]: it must be [batch, channels, height, width], and with 4 levels height and width must be multiples of 8"
        )
        #expect(problem(model, [3, 1, 20, 40]).text.contains("multiples of 8"))
        #expect(problem(model, [8, 8]).text.contains("it must be [batch, channels, height, width]"))
        #expect(problem(model, []).text.contains("it must be [batch, channels, height, width]"))
        #expect(problem(model, [3, 2, 24, 40]).layer == "down.0.0")

        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 6)
            let model = UNet(inputChannels: 1, classes: 2, baseChannels: 1, depth: 2, using: &generator)
            _ = model(Tensor.zeros([1, 1, 5, 4]))
        }
        #expect(text(result).contains("with 2 levels height and width must be multiples of 2"))
        let shallow = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 6)
            _ = UNet(inputChannels: 1, classes: 2, depth: 0, using: &generator)
        }
        #expect(text(shallow).contains("UNet: 64 base channels, depth 0: there must be some, and 1 to 16 levels"))
    }

    // MARK: Summary

    @Test func summaries() {
        var generator = PhiloxGenerator(seed: 7)
        let lenet = LeNet5(using: &generator).summary(inputShape: [64, 1, 28, 28])
        #expect(lenet.rows.map(\.name) == (0..<12).map { "\($0)" })
        #expect(lenet.rows.map(\.parameterCount) == [156, 0, 0, 2416, 0, 0, 0, 48120, 0, 10164, 0, 850])
        #expect(lenet.rows[5].outputShape == [64, 16, 5, 5])

        #expect(lenet.outputShape == [64, 10])

        // Every layer under its own name, in the order in which they run.
        let model = UNet(inputChannels: 1, classes: 2, baseChannels: 4, depth: 2, using: &generator)
        let unet = model.summary(inputShape: [1, 1, 8, 6])
        func block(_ name: String) -> [String] { (0..<4).map { "\(name).\($0)" } }
        #expect(
            unet.rows.map(\.name) == block("down.0") + ["pool"] + block("down.1") + ["up.0"] + block("merge.0") + [
                "head"
            ])
        #expect(unet.rows.map(\.parameterCount) == [40, 0, 148, 0, 0, 296, 0, 584, 0, 132, 292, 0, 148, 0, 10])
        #expect(unet.rows[4].layer.hasPrefix("MaxPool2D(") && unet.rows[4].outputShape == [1, 4, 4, 3])
        #expect(unet.rows[9].layer == "ConvTranspose2D(8 → 4, 2×2, stride 2)")
        #expect(unet.outputShape == [1, 2, 8, 6] && unet.parameterCount == 1650)
    }
}
