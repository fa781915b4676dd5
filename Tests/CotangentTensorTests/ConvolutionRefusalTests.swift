import CotangentTensor
import Testing

/// Convolutions that cannot be: each ends the process with a message that has the numbers, and each is noted by a run on
/// shapes alone, which goes on with a stand-in.
@Suite struct ConvolutionRefusalTests {
    struct Case: Sendable {
        let message: String
        let body: @Sendable () -> Tensor

        init(_ message: String, _ body: @escaping @Sendable () -> Tensor) {
            self.message = message
            self.body = body
        }
    }

    private static let x = Tensor.zeros([2, 4, 5, 6])
    private static let weight = Tensor.zeros([6, 4, 3, 3])
    private static let operands = "the input is float32 [2, 4, 5, 6], the weight float32 [6, 4, 3, 3]"

    static let cases: [Case] = [
        // The window
        Case(
            "conv2d: \(operands): a kernel of [3, 3] with dilation [3, 2] spans [7, 5], and is larger than the padded input, [5, 6]"
        ) {
            conv2d(x, weight, dilation: [3, 2])
        },
        Case(
            "conv2d: the input is float32 [2, 4, 5, 6], the weight float32 [6, 4, 8, 3]: a kernel of [8, 3] is larger than the padded input, [7, 8]"
        ) { conv2d(x, Tensor.zeros([6, 4, 8, 3]), padding: 1) },
        Case("conv2d: \(operands): the stride 0 must be at least 1 along each axis") { conv2d(x, weight, stride: 0) },
        Case("conv2d: \(operands): the stride [1, -2] must be at least 1 along each axis") {
            conv2d(x, weight, stride: [1, -2])
        },
        Case("conv2d: \(operands): the stride [1, 2, 3] does not fit 2 spatial axes") {
            conv2d(x, weight, stride: [1, 2, 3])
        },
        Case("conv2d: \(operands): the dilation 0 must be at least 1 along each axis") {
            conv2d(x, weight, dilation: 0)
        },
        Case("conv2d: \(operands): the padding -1 must not be negative") { conv2d(x, weight, padding: -1) },
        Case("conv2d: \(operands): the padding 4294967296 must be at most 2147483648 on each side") {
            conv2d(x, weight, padding: 4_294_967_296)
        },
        Case("conv2d: \(operands): the stride 4294967296 must be at most 2147483648 along each axis") {
            conv2d(x, weight, stride: 4_294_967_296)
        },
        Case("conv2d: \(operands): the padding 0 before, [1, -1] after must not be negative") {
            conv2d(x, weight, padding: .sides(before: 0, after: [1, -1]))
        },
        Case("conv2d: \(operands): the padding [1, 2, 3] does not fit 2 spatial axes") {
            conv2d(x, weight, padding: [1, 2, 3])
        },
        Case(
            "conv1d: the input is float32 [2, 4, 7], the weight float32 [6, 4, 3]: the padding [1, 2] does not fit 1 spatial axis"
        ) { conv1d(Tensor.zeros([2, 4, 7]), Tensor.zeros([6, 4, 3]), padding: [1, 2]) },
        Case(
            "conv1d: the input is float32 [2, 4, 7], the weight float32 [6, 4, 0]: the kernel size [0] must be at least 1"
        ) {
            conv1d(Tensor.zeros([2, 4, 7]), Tensor.zeros([6, 4, 0]))
        },
        // Channels
        Case("conv2d: \(operands): 4 input channels and 6 output channels must both be divisible by 4 groups") {
            conv2d(x, weight, groups: 4)
        },
        Case("conv2d: \(operands): 4 input channels and 6 output channels must both be divisible by 3 groups") {
            conv2d(x, weight, groups: 3)
        },
        Case("conv2d: \(operands): 4 input channels and 6 output channels must both be divisible by 0 groups") {
            conv2d(x, weight, groups: 0)
        },
        Case("conv2d: \(operands): 4 input channels in 2 groups need a weight [6, 2, …]") {
            conv2d(x, weight, groups: 2)
        },
        Case(
            "conv2d: the input is float32 [2, 3, 5, 6], the weight float32 [6, 4, 3, 3]: 3 input channels in 1 group need a weight [6, 3, …]"
        ) { conv2d(Tensor.zeros([2, 3, 5, 6]), weight) },
        Case("conv2d: \(operands), the bias float32 [4]: the bias must be [6]") {
            conv2d(x, weight, Tensor.zeros([4]))
        },
        // Axes and dtypes
        Case(
            "conv2d: the input is float32 [5, 6], the weight float32 [6, 4, 3, 3]: with 2 spatial axes both have 4 axes"
        ) {
            conv2d(Tensor.zeros([5, 6]), weight)
        },
        Case(
            "conv1d: the input is float32 [2, 4, 5, 6], the weight float32 [6, 4, 3, 3]: with 1 spatial axis both have 3 axes"
        ) {
            conv1d(x, weight)
        },
        Case(
            "conv3d: the input is float32 [2, 4, 5, 6, 1], the weight float32 [6, 4, 3, 3]: with 3 spatial axes both have 5 axes"
        ) {
            conv3d(x.expandingAxis(4), weight)
        },
        Case(
            "conv2d: the input is float32 [2, 4, 5, 6], the weight float64 [6, 4, 3, 3]: all must be of one floating-point dtype"
        ) {
            conv2d(x, weight.cast(to: .float64))
        },
        Case("conv2d: \(operands), the bias float64 [6]: all must be of one floating-point dtype") {
            conv2d(x, weight, Tensor.zeros([6], dtype: .float64))
        },
        Case(
            "conv2d: the input is int64 [2, 4, 5, 6], the weight int64 [6, 4, 3, 3]: all must be of one floating-point dtype"
        ) {
            conv2d(x.cast(to: .int64), weight.cast(to: .int64))
        },
        // Algorithms
        Case("conv2d: \(operands): the algorithm winograd2 does not serve this geometry") {
            conv2d(x, weight, stride: 2, algorithm: .winograd2)
        },
        Case("conv2d: \(operands): the algorithm winograd4 does not serve this geometry") {
            conv2d(x, weight, padding: 2, dilation: 2, algorithm: .winograd4)
        },
        Case(
            "conv1d: the input is float32 [2, 4, 9], the weight float32 [6, 4, 3]: the algorithm winograd4 does not serve this geometry"
        ) {
            conv1d(Tensor.zeros([2, 4, 9]), Tensor.zeros([6, 4, 3]), algorithm: .winograd4)
        },
        Case(
            "convTranspose2d: the input is float32 [2, 4, 5, 6], the weight float32 [4, 6, 5, 5]: the algorithm winograd2 does not serve this geometry"
        ) { convTranspose2d(x, Tensor.zeros([4, 6, 5, 5]), algorithm: .winograd2) },
        // Transposed
        Case(
            "convTranspose2d: the input is float32 [2, 4, 5, 6], the weight float32 [4, 6, 3, 3]: the output padding 2 must be less than the stride 2 or the dilation 1"
        ) { convTranspose2d(x, weight.swappingAxes(0, 1), stride: 2, outputPadding: 2) },
        Case(
            "convTranspose2d: the input is float32 [2, 4, 5, 6], the weight float32 [4, 6, 3, 3]: the output padding [0, 1] must be less than the stride [2, 1] or the dilation 1"
        ) { convTranspose2d(x, weight.swappingAxes(0, 1), stride: [2, 1], outputPadding: [0, 1]) },
        Case("convTranspose2d: \(operands): 4 input channels need a weight [4, …]") { convTranspose2d(x, weight) },
        Case(
            "convTranspose2d: the input is float32 [2, 4, 5, 6], the weight float32 [4, 6, 3, 3]: 4 input channels must be divisible by 3 groups"
        ) { convTranspose2d(x, weight.swappingAxes(0, 1), groups: 3) },
        Case(
            "convTranspose2d: the input is float32 [2, 4, 5, 6], the weight float32 [4, 6, 3, 3], the bias float32 [6]: the bias must be [12]"
        ) { convTranspose2d(x, weight.swappingAxes(0, 1), Tensor.zeros([6]), groups: 2) },
        Case(
            "convTranspose1d: the input is float32 [2, 4, 2], the weight float32 [4, 6, 3]: a length of 2 with padding 2 gives an output of length 0"
        ) { convTranspose1d(Tensor.zeros([2, 4, 2]), Tensor.zeros([4, 6, 3]), padding: 2) },
        Case(
            "convTranspose2d: the input is float32 [2, 4, 5, 6], the weight float32 [4, 6, 3, 3]: the padding same does not fit 2 spatial axes of a transposed convolution"
        ) { convTranspose2d(x, weight.swappingAxes(0, 1), padding: .same) },
        Case(
            "convTranspose1d: the input is float32 [2, 4, 2], the weight float32 [4, 6, 3]: the padding same does not fit 1 spatial axis of a transposed convolution"
        ) { convTranspose1d(Tensor.zeros([2, 4, 2]), Tensor.zeros([4, 6, 3]), padding: .same) },
        Case(
            "convTranspose1d: the input is float32 [2, 4, 2], the weight float32 [4, 6, 3]: the stride -1 must be at least 1 along each axis"
        ) { convTranspose1d(Tensor.zeros([2, 4, 2]), Tensor.zeros([4, 6, 3]), stride: -1) },
        Case(
            "convTranspose1d: the input is float32 [2, 4, 2], the weight float32 [4, 6, 3]: the padding -3 must not be negative"
        ) { convTranspose1d(Tensor.zeros([2, 4, 2]), Tensor.zeros([4, 6, 3]), padding: -3) },
        Case(
            "convTranspose1d: the input is float32 [2, 4, 2], the weight float32 [4, 6, 3]: the padding \(Int.min) must not be negative"
        ) { convTranspose1d(Tensor.zeros([2, 4, 2]), Tensor.zeros([4, 6, 3]), padding: Padding(SpatialSize(Int.min))) },
        Case(
            "convTranspose2d: the input is float32 [4, 5], the weight float32 [6, 4, 3, 3]: with 2 spatial axes both have 4 axes"
        ) {
            convTranspose2d(Tensor.zeros([4, 5]), weight)
        },
        Case(
            "convTranspose1d: the input is float64 [2, 4, 2], the weight float32 [4, 6, 3]: all must be of one floating-point dtype"
        ) { convTranspose1d(Tensor.zeros([2, 4, 2], dtype: .float64), Tensor.zeros([4, 6, 3])) },
    ]

    @Test(arguments: cases.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            _ = ConvolutionRefusalTests.cases[index].body()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = "Cotangent: " + Self.cases[index].message
        #expect(text.contains(message), "expected '\(message)' in '\(text.prefix(400))'")
    }

    @Test(arguments: cases.indices) func note(_ index: Int) {
        let run = AbstractRun()
        let y = run.run { sum(Self.cases[index].body()) }
        #expect(y.shape == [] && y.isAbstract)
        let found = run.problem?.message ?? "no problem"
        #expect(found.hasPrefix(Self.cases[index].message), "expected '\(Self.cases[index].message)': \(found)")
    }
}
