import Cotangent
import Testing

/// What convolution layers say of themselves, and what they refuse.
@Suite struct ConvolutionValidationTests {
    @Test func summaryLines() {
        var g = PhiloxGenerator(seed: 8)
        let model = Sequential {
            Conv2D(3, 16, kernelSize: 3, padding: 1, using: &g)
            ReLU()
            Conv2D(
                16, 32, kernelSize: [3, 5], stride: 2, padding: [1, 2], dilation: 1, groups: 4, bias: false, using: &g)
            Conv2D(32, 32, kernelSize: 2, padding: .same, dilation: [1, 2], using: &g)
            Conv2D(32, 8, kernelSize: 1, padding: .sides(before: 0, after: 1), using: &g)
            ConvTranspose2D(8, 4, kernelSize: 4, stride: 2, padding: 1, using: &g)
        }
        let summary = model.summary(inputShape: [2, 3, 20, 30])
        #expect(
            summary.rows.map(\.layer) == [
                "Conv2D(3 → 16, 3×3, padding 1)", "ReLU",
                "Conv2D(16 → 32, 3×5, stride 2, padding [1, 2], groups 4, no bias)",
                "Conv2D(32 → 32, 2×2, padding same, dilation [1, 2])",
                "Conv2D(32 → 8, 1×1, padding 0 before, 1 after)",
                "ConvTranspose2D(8 → 4, 4×4, stride 2, padding 1)",
            ])
        #expect(
            summary.rows.map(\.outputShape) == [
                [2, 16, 20, 30], [2, 16, 20, 30], [2, 32, 10, 15], [2, 32, 10, 15], [2, 8, 11, 16], [2, 4, 22, 32],
            ])
        #expect(summary.rows.map(\.parameterCount) == [448, 0, 1920, 4128, 264, 516])
        func line(_ layer: some Layer, _ shape: Shape) -> String { layer.summary(inputShape: shape).rows[0].layer }
        #expect(line(Conv1D(4, 6, kernelSize: 5, using: &g), [1, 4, 9]) == "Conv1D(4 → 6, 5)")
        #expect(line(Conv3D(4, 6, kernelSize: [1, 2, 3], using: &g), [1, 4, 5, 5, 5]) == "Conv3D(4 → 6, 1×2×3)")
        #expect(
            line(ConvTranspose1D(4, 6, kernelSize: 3, stride: 2, groups: 2, bias: false, using: &g), [1, 4, 5])
                == "ConvTranspose1D(4 → 6, 3, stride 2, groups 2, no bias)")
        #expect(
            line(ConvTranspose3D(4, 6, kernelSize: 2, using: &g), [1, 4, 5, 5, 5]) == "ConvTranspose3D(4 → 6, 2×2×2)")
    }

    struct Refusal: Sendable {
        let input: Shape
        var dtype = DType.float32
        let message: String
        let layer: @Sendable (inout PhiloxGenerator) -> any Layer
    }

    /// Behind a convolution that takes four channels to four and leaves the lengths.
    static let refusals: [Refusal] = [
        Refusal(input: [2, 4, 5, 6], message: "a kernel of [8, 3] is larger than the padded input, [7, 8]") {
            Conv2D(4, 6, kernelSize: [8, 3], padding: 1, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "the stride 0 must be at least 1 along each axis") {
            Conv2D(4, 6, kernelSize: 3, stride: 0, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "the dilation [1, 0] must be at least 1 along each axis") {
            Conv2D(4, 6, kernelSize: 3, dilation: [1, 0], using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "the padding -1 must not be negative") {
            Conv2D(4, 6, kernelSize: 3, padding: -1, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "4 input channels in 1 group need a weight [6, 4, …]") {
            Conv2D(3, 6, kernelSize: 3, using: &$0)
        },
        Refusal(
            input: [2, 4, 5, 6],
            message: "4 input channels and 6 output channels must both be divisible by 3 groups"
        ) { Conv2D(3, 6, kernelSize: 3, groups: 3, using: &$0) },
        Refusal(input: [2, 4, 5, 6], message: "all must be of one floating-point dtype") {
            Conv2D(4, 6, kernelSize: 3, dtype: .float64, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "with 1 spatial axis both have 3 axes") {
            Conv1D(4, 6, kernelSize: 3, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "the algorithm winograd4 does not serve this geometry") {
            Conv2D(4, 6, kernelSize: 3, stride: 2, algorithm: .winograd4, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "the output padding 2 must be less than the stride 2 or the dilation 1") {
            ConvTranspose2D(4, 6, kernelSize: 3, stride: 2, outputPadding: 2, using: &$0)
        },
        Refusal(input: [2, 4, 5, 6], message: "4 input channels need a weight [4, …]") {
            ConvTranspose2D(3, 6, kernelSize: 3, using: &$0)
        },
        Refusal(input: [2, 4, 1, 1], message: "a length of 1 with padding 1 gives an output of length 0") {
            ConvTranspose2D(4, 6, kernelSize: 2, padding: 1, using: &$0)
        },
    ]

    @Test(arguments: refusals.indices) func validateNamesTheLayer(_ index: Int) {
        let refusal = Self.refusals[index]
        var generator = PhiloxGenerator(seed: 9)
        let model = Sequential {
            Conv2D(4, 4, kernelSize: 3, padding: 1, using: &generator)
            ReLU()
            refusal.layer(&generator)
            ReLU()
        }
        let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: refusal.input) }
        #expect(error?.layer == "2" && error?.inputShape == refusal.input)
        #expect(error?.message.hasSuffix(": " + refusal.message) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("conv") == true)
    }

    /// The first layer refuses what comes from outside.
    @Test func validateRefusesInputs() throws {
        var generator = PhiloxGenerator(seed: 10)
        let model = Sequential {
            Conv2D(3, 4, kernelSize: 5, using: &generator)
            ReLU()
            Flatten()
            Linear(4 * 24 * 24, 10, using: &generator)
        }
        #expect(try model.validate(inputShape: [7, 3, 28, 28]) == [7, 10])
        #expect(try model.validate(inputShape: [0, 3, 28, 28]) == [0, 10])
        #expect(try model.validate(inputShape: [1 << 20, 3, 28, 28]) == [1 << 20, 10])
        func layer(_ shape: Shape, _ dtype: DType = .float32) -> String? {
            do {
                try model.validate(inputShape: shape, dtype: dtype)
                return "none"
            } catch { return error.layer }
        }
        #expect(layer([7, 1, 28, 28]) == "0")
        #expect(layer([7, 3, 28]) == "0")
        #expect(layer([7, 3, 4, 28]) == "0")
        #expect(layer([7, 3, 28, 28], .float64) == "0")
        #expect(layer([7, 3, 28, 28], .int64) == "0")
        #expect(layer([7, 3, 29, 28]) == "3")
        // An image alone is served by the convolution, but flattened wrongly.
        #expect(layer([3, 28, 28]) == "3")
    }

    struct Trap: Sendable {
        let message: String
        let body: @Sendable (inout PhiloxGenerator) -> Void
    }

    static let traps: [Trap] = [
        Trap(message: "Conv2D: 4 → 6 channels in 3 groups: all must be positive, and both divisible by the groups") {
            _ = Conv2D(4, 6, kernelSize: 3, groups: 3, using: &$0)
        },
        Trap(message: "Conv1D: 4 → 6 channels in 4 groups") { _ = Conv1D(4, 6, kernelSize: 3, groups: 4, using: &$0) },
        Trap(message: "Conv2D: 4 → 6 channels in 0 groups") { _ = Conv2D(4, 6, kernelSize: 3, groups: 0, using: &$0) },
        Trap(message: "Conv3D: 0 → 6 channels in 1 groups") { _ = Conv3D(0, 6, kernelSize: 3, using: &$0) },
        Trap(message: "ConvTranspose2D: 4 → -6 channels in 1 groups") {
            _ = ConvTranspose2D(4, -6, kernelSize: 3, using: &$0)
        },
        Trap(message: "Conv2D: the kernel size 0 must be positive, for 2 spatial axes") {
            _ = Conv2D(4, 6, kernelSize: 0, using: &$0)
        },
        Trap(message: "Conv1D: the kernel size [3, 3] must be positive, for 1 spatial axis") {
            _ = Conv1D(4, 6, kernelSize: [3, 3], using: &$0)
        },
        Trap(message: "ConvTranspose3D: the kernel size [3, 3] must be positive, for 3 spatial axes") {
            _ = ConvTranspose3D(4, 6, kernelSize: [3, 3], using: &$0)
        },
        Trap(message: "Conv2D: the weight is float32 [6, 4, 3], the bias absent: they must be") { _ in
            _ = Conv2D(weight: Tensor.zeros([6, 4, 3]))
        },
        Trap(message: "Conv2D: the weight is float32 [6, 4, 3, 3], the bias float32 [4]: they must be") { _ in
            _ = Conv2D(weight: Tensor.zeros([6, 4, 3, 3]), bias: Tensor.zeros([4]))
        },
        Trap(message: "ConvTranspose1D: the weight is float32 [4, 3, 2], the bias float32 [3]: they must be") { _ in
            _ = ConvTranspose1D(weight: Tensor.zeros([4, 3, 2]), bias: Tensor.zeros([3]), groups: 2)
        },
    ]

    @Test(arguments: traps.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            var generator = PhiloxGenerator(seed: 1)
            ConvolutionValidationTests.traps[index].body(&generator)
        }
        #expect(text(result).contains("Cotangent: " + Self.traps[index].message), "\(text(result).prefix(300))")
    }
}
