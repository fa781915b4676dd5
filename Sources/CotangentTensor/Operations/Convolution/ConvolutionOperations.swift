import CotangentBLAS

// A convolution is linear in its input and in its weight, so its adjoints and theirs are three operations that are each
// other's pullbacks, to any order.

extension ConvolutionShape {
    /// y = x ∗ weight + bias, then ReLU where asked.
    func convolve(
        _ name: StaticString, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, relu: Bool,
        _ algorithm: ConvolutionAlgorithm
    ) -> Tensor {
        let y = forwardValue(x, weight, bias, relu, algorithm)
        guard let tape = bias.map({ Tape.recording(x, weight, $0) }) ?? Tape.recording(x, weight) else { return y }
        let (needsX, needsWeight, needsBias) = (tape.tracks(x), tape.tracks(weight), bias.map(tape.tracks) ?? false)
        return tape.record(name, y, x, weight, bias ?? weight.detached) { dy in
            let dz = (relu ? reluPullback(dy, y) : dy).contiguous
            return (
                needsX ? transpose(name, dz, weight, algorithm) : nil,
                needsWeight ? correlate(name, x, dz, algorithm) : nil,
                needsBias ? channelSums(dz) : nil
            )
        }
    }

    /// The adjoint in x: dx = Σ over positions of weightᵀ · dy, from the outputs back to the inputs.
    func transpose(_ name: StaticString, _ dy: Tensor, _ weight: Tensor, _ algorithm: ConvolutionAlgorithm) -> Tensor {
        let dx = inputGradientValue(dy, weight, algorithm)
        guard let tape = Tape.recording(dy, weight) else { return dx }
        let (needsY, needsWeight) = (tape.tracks(dy), tape.tracks(weight))
        return tape.record(name, dx, dy, weight) { u in
            (
                needsY ? convolve(name, u, weight, nil, relu: false, algorithm) : nil,
                needsWeight ? correlate(name, u, dy, algorithm) : nil
            )
        }
    }

    /// The adjoint in the weight: dw = Σ over images and positions of dy · patchᵀ.
    func correlate(_ name: StaticString, _ x: Tensor, _ dy: Tensor, _ algorithm: ConvolutionAlgorithm) -> Tensor {
        let dw = weightGradientValue(x, dy, algorithm)
        guard let tape = Tape.recording(x, dy) else { return dw }
        let (needsX, needsY) = (tape.tracks(x), tape.tracks(dy))
        return tape.record(name, dw, x, dy) { u in
            (
                needsX ? transpose(name, dy, u, algorithm) : nil,
                needsY ? convolve(name, x, u, nil, relu: false, algorithm) : nil
            )
        }
    }

    /// Over batch and positions: the bias's gradient.
    func channelSums(_ dy: Tensor) -> Tensor {
        let (batch, channels) = (dy.shape[0], dy.shape[1])
        let rows = dy.reshaped([batch * channels, dy.count / Swift.max(1, batch * channels)])
        return sum(sum(rows, axes: [1]).reshaped([batch, channels]), axes: [0])
    }
}

// MARK: Values

extension ConvolutionShape {
    private func forwardValue(
        _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ relu: Bool, _ algorithm: ConvolutionAlgorithm
    ) -> Tensor {
        let (x, weight, bias) = (x.contiguous, weight.contiguous, bias?.contiguous)
        let y = Tensor(uninitialized: outputShape, x.dtype)
        if y.isAbstract || y.count == 0 { return y }
        // Without input channels BLAS would get matrices of no columns, which some releases refuse. y is the bias then.
        let engine: any ConvolutionEngine = isEmpty ? PlainConvolution() : algorithm.engine(.forward, self)
        func run<T: ConvolutionScalar>(_: T.Type) {
            engine.forward(
                self, x.pointer(T.self), weight.pointer(T.self), bias.map { $0.pointer(T.self) }, relu: relu,
                y.mutablePointer(T.self))
        }
        if x.dtype == .float32 { run(Float.self) } else { run(Double.self) }
        withExtendedLifetime((x.storage, weight.storage, bias?.storage)) {}
        return y
    }

    private func inputGradientValue(_ dy: Tensor, _ weight: Tensor, _ algorithm: ConvolutionAlgorithm) -> Tensor {
        let (dy, weight) = (dy.contiguous, weight.contiguous)
        if isEmpty { return Tensor.zeros(inputShape, dtype: dy.dtype) }
        let dx = Tensor(uninitialized: inputShape, dy.dtype)
        if dx.isAbstract || dx.count == 0 { return dx }
        let engine = algorithm.engine(.inputGradient, self)
        func run<T: ConvolutionScalar>(_: T.Type) {
            engine.inputGradient(self, dy.pointer(T.self), weight.pointer(T.self), dx.mutablePointer(T.self))
        }
        if dy.dtype == .float32 { run(Float.self) } else { run(Double.self) }
        withExtendedLifetime((dy.storage, weight.storage)) {}
        return dx
    }

    private func weightGradientValue(_ x: Tensor, _ dy: Tensor, _ algorithm: ConvolutionAlgorithm) -> Tensor {
        let (x, dy) = (x.contiguous, dy.contiguous)
        if isEmpty { return Tensor.zeros(weightShape, dtype: dy.dtype) }
        let dw = Tensor(uninitialized: weightShape, x.dtype)
        if dw.isAbstract || dw.count == 0 { return dw }
        let engine = algorithm.engine(.weightGradient, self)
        func run<T: ConvolutionScalar>(_: T.Type) {
            engine.weightGradient(self, x.pointer(T.self), dy.pointer(T.self), dw.mutablePointer(T.self))
        }
        if x.dtype == .float32 { run(Float.self) } else { run(Double.self) }
        withExtendedLifetime((x.storage, dy.storage)) {}
        return dw
    }
}

extension Tensor {
    /// The first element's address, of a contiguous tensor.
    @inline(__always)
    fileprivate func pointer<T>(_: T.Type) -> UnsafePointer<T> { UnsafePointer(mutablePointer(T.self)) }

    @inline(__always)
    fileprivate func mutablePointer<T>(_: T.Type) -> UnsafeMutablePointer<T> {
        rawPointer.assumingMemoryBound(to: T.self)
    }
}
