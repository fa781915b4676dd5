extension ConvolutionAlgorithm {
    /// What computes a convolution, and whether anything does: for tests, which hold every form against known values.
    ///
    /// - Parameters:
    ///   - x: with the axis of the batch.
    ///   - outputPadding: of a transposed convolution, whose adjoint's forms these are; nil for others.
    /// - Returns: the names of the forms that compute the value and the gradients of input and weight; nil where this
    ///   algorithm does not serve the geometry.
    package func forms(
        _ x: Shape, _ weight: Shape, stride: SpatialSize, padding: Padding, dilation: SpatialSize, groups: Int,
        outputPadding: SpatialSize? = nil, dtype: DType
    ) -> [String]? {
        let kernel = SpatialSize(Array(weight[2...]))
        let window =
            if let outputPadding {
                try? WindowGeometry(
                    transposing: x[2...], kernel: kernel, stride: stride, padding: padding,
                    outputPadding: outputPadding, dilation: dilation)
            } else {
                try? WindowGeometry(
                    input: x[2...], kernel: kernel, stride: stride, padding: padding, dilation: dilation)
            }
        guard let window else { return nil }
        let shape = ConvolutionShape(
            window: window, batch: x[0], inputChannels: weight[1] * groups, outputChannels: weight[0], groups: groups)
        guard serves(shape) else { return nil }
        let passes: [Pass] =
            outputPadding == nil
            ? [.forward, .inputGradient, .weightGradient] : [.inputGradient, .forward, .weightGradient]
        return passes.map { "\(type(of: engine($0, shape)))" }
    }
}
