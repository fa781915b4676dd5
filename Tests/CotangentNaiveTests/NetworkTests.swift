import CotangentNaive
import TestSupport
import Testing

/// The benchmark's models in both naive forms, against PyTorch from the same weights.
@Suite struct NetworkTests {
    static let cases = ModelCase.all.filter { network($0) != nil }

    static func network(_ test: ModelCase) -> NaiveNetwork? {
        let input = ImageSize(channels: test.inputShape[1], height: test.inputShape[2], width: test.inputShape[3])
        let network: NaiveNetwork? =
            switch test.name {
            case "LeNet5": .lenet5
            case "VGGSmall": .vggSmall
            case "UNet":
                .unet(
                    input, baseChannels: test.options["baseChannels"]!, depth: test.options["depth"]!,
                    classes: test.classes)
            default: nil
            }
        // The benchmark's LeNet and VGG are of one size.
        return network?.input == input && network?.classes == test.classes ? network : nil
    }

    /// Where the steps' parameters are among PyTorch's.
    static func order(_ test: ModelCase) throws -> [Int] {
        if test.name != "UNet" { return Array(test.parameters.indices) }
        let names = NaiveNetwork.unetLayerNames(depth: test.options["depth"]!).flatMap {
            [$0 + ".weight", $0 + ".bias"]
        }
        return try names.map { name in try #require(test.parameters.firstIndex { $0.name == name }) }
    }

    @Test func casesAreThere() { #expect(Set(Self.cases.map(\.name)) == ["LeNet5", "VGGSmall", "UNet"]) }

    @Test(arguments: cases) func againstPyTorch(_ test: ModelCase) throws {
        let network = Self.network(test)!
        let order = try Self.order(test)
        #expect(order.sorted() == Array(test.parameters.indices))
        let parameters = order.map { test.values(ofParameter: $0).map(Float.init) }
        let (x, batch, labels) = (test.input.map(Float.init), test.inputShape[0], test.labels)
        let plain = PlainNetwork(network, batch: batch, parameters: parameters)
        let textbook = TextbookNetwork(network, parameters: parameters)
        #expect(plain.parameters == parameters && textbook.parameters == parameters)

        let logits = Array(UnsafeBufferPointer(start: plain.forward(x), count: test.output.count))
        #expect(relativeDistance(logits.map(Double.init), test.output) < 1e-6)
        #expect(relativeDistance(textbook.forward(x, batch: batch).map(Double.init), test.output) < 1e-6)
        let optimizer = NaiveOptimizer.sgd(learningRate: Float(test.learningRate))
        for (step, expected) in test.losses.enumerated() {
            var losses = [plain.lossAndGradients(x, labels: labels)]
            // The textbook's loops take a second a step for the VGG.
            if step < 2 { losses.append(textbook.lossAndGradients(x, labels: labels)) }
            for loss in losses { #expect(Swift.abs(Double(loss) / expected - 1) < 1e-5, "step \(step)") }
            if step == 0 {
                for (place, index) in order.enumerated() {
                    for gradient in [plain.gradients[place], textbook.gradients[place]] {
                        let distance = test.distance(gradient.map(Double.init), ofParameter: index)
                        #expect(distance < 1e-5, "\(test.parameters[index].name)")
                    }
                }
            }
            plain.update(optimizer)
            textbook.update(optimizer)
        }
    }

    /// Adam is the optimizers' own; that each parameter keeps its moments is the network's.
    @Test func adamInBothForms() {
        let network = NaiveNetwork.unet(
            ImageSize(channels: 2, height: 4, width: 6), baseChannels: 2, depth: 2, classes: 3)
        let test = ModelCase.all[0]
        var rest = test.values(ofParameter: 4).map { Float($0) }[...]  // some numbers
        func take(_ count: Int) -> [Float] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count)).map { $0 * 8 }
        }
        let counts = [36, 2, 36, 2, 72, 4, 144, 4, 32, 2, 72, 2, 36, 2, 6, 3]
        let parameters = counts.map(take)
        let (x, labels) = (take(96), (0..<48).map { $0 * $0 % 3 })
        let plain = PlainNetwork(network, batch: 2, parameters: parameters)
        let textbook = TextbookNetwork(network, parameters: parameters)
        for _ in 0..<4 {
            let losses = (plain.lossAndGradients(x, labels: labels), textbook.lossAndGradients(x, labels: labels))
            #expect(Swift.abs(losses.0 - losses.1) < 1e-5)
            plain.update(.adam(learningRate: 0.01))
            textbook.update(.adam(learningRate: 0.01))
        }
        for ((a, b), start) in zip(zip(plain.parameters, textbook.parameters), parameters) {
            #expect(relativeDistance(a.map(Double.init), b.map(Double.init)) < 1e-4)
            #expect(zip(a, start).contains { Swift.abs($0 - $1) > 0.02 })
        }
    }

    /// Counted by hand: 2 · elements of an output · weights that each of them has.
    @Test func flops() {
        let lenet = [4704 * 25, 1600 * 150, 120 * 400, 84 * 120, 10 * 84].reduce(0, +)
        #expect(NaiveNetwork.lenet5.flops(training: false) == Double(2 * lenet))
        #expect(NaiveNetwork.lenet5.flops(training: true) == Double(6 * lenet - 2 * 4704 * 25))
        let unet = NaiveNetwork.unet(
            ImageSize(channels: 1, height: 4, width: 4), baseChannels: 2, depth: 2, classes: 2)
        let products = [32 * 9, 32 * 18, 16 * 18, 16 * 36, 16 * 8, 32 * 36, 32 * 18, 32 * 2].reduce(0, +)
        #expect(unet.flops(training: false) == Double(2 * products))
    }
}
