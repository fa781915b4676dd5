import CotangentBLAS

/// The definition, one element at a time: the reference that every other form is held against.
struct PlainConvolution: ConvolutionEngine {
    func forward<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
        relu: Bool, _ y: UnsafeMutablePointer<T>
    ) {
        for i in 0..<shape.batch * shape.outputChannels * shape.window.outputCount {
            y[i] = bias.map { $0[i / shape.window.outputCount % shape.outputChannels] } ?? 0
        }
        eachTerm(shape) { xi, wi, yi in y[yi] += x[xi] * weight[wi] }
        if relu {
            for i in 0..<shape.batch * shape.outputChannels * shape.window.outputCount { y[i] = y[i] <= 0 ? 0 : y[i] }
        }
    }

    func inputGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ dy: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        for i in 0..<shape.batch * shape.inputChannels * shape.window.inputCount { dx[i] = 0 }
        eachTerm(shape) { xi, wi, yi in dx[xi] += dy[yi] * weight[wi] }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        for i in 0..<shape.outputChannels * shape.patchCount { dw[i] = 0 }
        eachTerm(shape) { xi, wi, yi in dw[wi] += x[xi] * dy[yi] }
    }

    /// Every product x[xi] · weight[wi] that y[yi] is the sum of.
    @inline(__always)
    private func eachTerm(_ shape: ConvolutionShape, _ body: (_ xi: Int, _ wi: Int, _ yi: Int) -> Void) {
        let w = shape.window
        for n in 0..<shape.batch {
            for k in 0..<shape.outputChannels {
                for c in 0..<shape.groupInputs {
                    let plane =
                        (n * shape.inputChannels + k / shape.groupOutputs * shape.groupInputs + c) * w.inputCount
                    eachPosition(w.output) { output, yi in
                        eachPosition(w.kernel) { kernel, wi in
                            let at = output &* w.stride &- w.before &+ kernel &* w.dilation
                            guard at.min() >= 0, all(at .< w.input) else { return }
                            body(
                                plane + (at[0] * w.input[1] + at[1]) * w.input[2] + at[2],
                                (k * shape.groupInputs + c) * w.kernelCount + wi,
                                (n * shape.outputChannels + k) * w.outputCount + yi)
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func eachPosition(_ lengths: SIMD3<Int>, _ body: (SIMD3<Int>, Int) -> Void) {
        var index = 0
        for d in 0..<lengths[0] {
            for h in 0..<lengths[1] {
                for w in 0..<lengths[2] {
                    body(SIMD3(d, h, w), index)
                    index += 1
                }
            }
        }
    }
}
