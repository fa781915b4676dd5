/// What a convolution works on: x [batch, inputChannels, spatial…], weight [outputChannels, inputChannels / groups,
/// kernel…], y [batch, outputChannels, spatial…]. A transposed convolution is described by the convolution that it
/// is the adjoint of.
struct ConvolutionShape: Sendable, Hashable {
    let window: WindowGeometry
    let batch: Int
    let inputChannels: Int
    let outputChannels: Int
    let groups: Int

    var groupInputs: Int { inputChannels / groups }
    var groupOutputs: Int { outputChannels / groups }
    /// Elements of the input that one output depends on.
    var patchCount: Int { groupInputs * window.kernelCount }

    var inputShape: Shape { Shape([batch, inputChannels] + window.inputLengths) }
    var outputShape: Shape { Shape([batch, outputChannels] + window.outputLengths) }
    var weightShape: Shape { Shape([outputChannels, groupInputs] + window.kernelLengths) }

    /// Multiplications and additions by the direct method.
    var flops: Int { 2 * batch * outputChannels * window.outputCount * patchCount }
    var isEmpty: Bool { batch == 0 || inputChannels == 0 || outputChannels == 0 || window.input.min() == 0 }

    /// A kernel of one element that takes every position: a product of matrices as they lie.
    var isPointwise: Bool {
        window.kernelCount == 1 && window.stride == SIMD3(repeating: 1) && window.input == window.output
    }

    /// The same of a pointwise convolution, with all positions in one row.
    var withPointsInARow: ConvolutionShape {
        guard isPointwise,
            let window = try? WindowGeometry(
                input: [window.inputCount], kernel: 1, stride: 1, padding: 0, dilation: 1)
        else { return self }
        return ConvolutionShape(
            window: window, batch: batch, inputChannels: inputChannels, outputChannels: outputChannels, groups: groups)
    }
}
