import Cotangent
import CotangentNaive

/// A model of the benchmark, in Cotangent and as naive steps.
struct ModelDefinition {
    let model: any Layer
    let network: NaiveNetwork
    /// Without the batch.
    let inputShape: [Int]
    /// Of the labels, without the batch: nothing, or height and width where each pixel has a class.
    let labelShape: [Int]
    /// The model's parameters in the order of the steps.
    let parameters: [Parameter]
    let hasConvolutions: Bool

    /// - Parameter workload: of kind "mlp" with the field `sizes`, "lenet5", "vggsmall", or "unet" with the fields `size`,
    ///   `baseChannels`, `depth` and, unless it is 1, `inputChannels`.
    init(_ workload: Workload, using generator: inout PhiloxGenerator) throws {
        switch workload.kind {
        case "mlp":
            let sizes = try workload.integers("sizes")
            for (inputSize, outputSize) in zip(sizes, sizes.dropFirst()) {
                try workload.requireReasonable(inputSize, outputSize)
            }
            var layers: [any Layer] = []
            for (inputSize, outputSize) in zip(sizes, sizes.dropFirst()) {
                if !layers.isEmpty { layers.append(ReLU()) }
                layers.append(Linear(inputSize, outputSize, using: &generator))
            }
            self.init(Sequential(layers), .mlp(sizes), inputShape: [sizes[0]], hasConvolutions: false)
        case "lenet5": self.init(LeNet5(using: &generator), .lenet5)
        case "vggsmall": self.init(VGGSmall(using: &generator), .vggSmall)
        default: try self.init(unet: workload, using: &generator)
        }
    }

    private init(
        _ model: any Layer, _ network: NaiveNetwork, inputShape: [Int]? = nil, hasConvolutions: Bool = true
    ) {
        self.model = model
        self.network = network
        self.inputShape = inputShape ?? [network.input.channels, network.input.height, network.input.width]
        labelShape = []
        parameters = model.parameters
        self.hasConvolutions = hasConvolutions
    }

    private init(unet workload: Workload, using generator: inout PhiloxGenerator) throws {
        let (size, depth) = (try workload.integer("size"), try workload.integer("depth"))
        let (channels, base) = (try workload.integer("inputChannels", or: 1), try workload.integer("baseChannels"))
        guard depth <= 16, size % (1 << (depth - 1)) == 0 else {
            throw BenchError("row '\(workload.name)': an image of \(size) cannot be halved for \(depth) levels")
        }
        let width = base << (depth - 1)
        try workload.requireReasonable(2 * width, width, 9)
        try workload.requireReasonable(try workload.integer("batch"), max(channels, 2 * base), size, size)
        let model = UNet(
            inputChannels: channels, classes: 2, baseChannels: base, depth: depth, using: &generator)
        let named = Dictionary(uniqueKeysWithValues: model.namedParameters.map { ($0.name, $0.parameter) })
        let names = NaiveNetwork.unetLayerNames(depth: depth)
        self.model = model
        network = .unet(
            ImageSize(channels: channels, height: size, width: size), baseChannels: base, depth: depth, classes: 2)
        inputShape = [channels, size, size]
        labelShape = [size, size]
        parameters = names.flatMap { [named[$0 + ".weight"]!, named[$0 + ".bias"]!] }
        hasConvolutions = true
    }
}
