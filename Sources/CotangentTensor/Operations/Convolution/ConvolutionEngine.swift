import CotangentBLAS

/// One way to compute a convolution and its two adjoints. Memory is contiguous; every function writes all of its result.
protocol ConvolutionEngine {
    /// y = x ∗ weight + bias, and max(·, 0) of it where `relu`.
    func forward<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
        relu: Bool, _ y: UnsafeMutablePointer<T>)

    /// dx from dy: also the transposed convolution of dy.
    func inputGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ dy: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>)

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>)
}
