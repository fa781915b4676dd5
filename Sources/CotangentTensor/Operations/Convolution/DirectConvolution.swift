import CCotangentKernels
import CotangentBLAS

/// Convolution as sums of shifted rows of a padded box of the input: a product of matrices whose columns are read where
/// they are. See convolution_direct.c. Any geometry; the fastest where few channels or strides leave no better way.
struct DirectConvolution: ConvolutionEngine {
    func forward<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
        relu: Bool, _ y: UnsafeMutablePointer<T>
    ) {
        let shape = shape.withPointsInARow
        let filter = DirectFilter(forward: shape)
        let patch = shape.patchCount
        filter.run(
            shape, channels: shape.groupInputs, rows: shape.groupOutputs, x, weight,
            weightStrides: (group: shape.groupOutputs * patch, row: patch, depth: shape.window.kernelCount), bias,
            relu: relu, y)
    }

    func inputGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ dy: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        let shape = shape.withPointsInARow
        // Inputs that lie alike between two steps of the window see the same elements of the kernel: each such class is
        // a convolution of dy without stride.
        let filters = DirectFilter.inputGradients(shape)
        if filters.contains(where: \.taps.isEmpty) {
            dx.update(repeating: 0, count: shape.batch * shape.inputChannels * shape.window.inputCount)
        }
        let patch = shape.patchCount
        for filter in filters where !filter.taps.isEmpty {
            filter.run(
                shape, channels: shape.groupOutputs, rows: shape.groupInputs, dy, weight,
                weightStrides: (group: shape.groupOutputs * patch, row: shape.window.kernelCount, depth: patch), nil,
                relu: false, dx)
        }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        let shape = shape.withPointsInARow
        DirectFilter(forward: shape).weightGradient(shape, x, dy, dw)
    }
}
