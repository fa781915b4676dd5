import CotangentBLAS

/// x · Wᵀ + b, and max(·, 0) of it where `relu`: the layer y = σ(W x + b) for rows of inputs.
///
/// x is [..., inputSize], W [outputSize, inputSize], b [outputSize]; the result is [..., outputSize]. Bias and ReLU are
/// applied to each block of the product while it is in cache.
public func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, relu: Bool = false) -> Tensor {
    guard x.rank >= 1, weight.rank == 2, x.shape[x.rank - 1] == weight.shape[1], x.dtype == weight.dtype,
        x.dtype.isFloatingPoint,
        bias.map({ $0.dtype == x.dtype && $0.rank == 1 && $0.shape[0] == weight.shape[0] }) ?? true
    else { return rejectLinear(x, weight, bias) }
    let y = affine(x, weight, bias, relu)
    guard let tape = bias.map({ Tape.recording(x, weight, $0) }) ?? Tape.recording(x, weight) else { return y }
    let (needsX, needsWeight, needsBias) = (tape.tracks(x), tape.tracks(weight), bias.map(tape.tracks) ?? false)
    let pullback = { (dy: Tensor) -> (Tensor?, Tensor?, Tensor?) in
        let dz = relu ? reluPullback(dy, y) : dy
        if !Tape.isRecording {
            return linearPullback(dz, x, weight, needsX, needsWeight, needsBias)
        }
        let rows = dz.asMatrix
        return (
            needsX ? matmul(rows, weight).reshaped(x.shape) : nil,
            needsWeight ? matmul(rows.transposed, x.asMatrix) : nil,
            needsBias ? sum(rows, axes: [0]) : nil
        )
    }
    return tape.record("linear", y, x, weight, bias ?? weight.detached, pullback)
}

extension Tensor {
    /// All axes but the last as rows.
    fileprivate var asMatrix: Tensor { rank == 2 ? self : reshaped([-1, shape[rank - 1]]) }
}

/// The cotangents without views on the way: what the composed form gives, as plain values.
private func linearPullback(
    _ dz: Tensor, _ x: Tensor, _ weight: Tensor, _ needsX: Bool, _ needsWeight: Bool, _ needsBias: Bool
) -> (Tensor?, Tensor?, Tensor?) {
    let (dz, x, weight) = (dz.contiguous, x.contiguous, weight.contiguous)
    let (n, k) = (weight.shape[0], weight.shape[1])
    let m = dz.count / Swift.max(n, 1)
    let dx = needsX ? Tensor(uninitialized: x.layout, x.dtype) : nil
    let dw = needsWeight ? Tensor(uninitialized: weight.layout, x.dtype) : nil
    let db = needsBias ? Tensor(uninitialized: Shape([n]), x.dtype) : nil
    func run<T: BLASScalar>(_: T.Type) {
        func pointer(_ tensor: Tensor) -> UnsafeMutablePointer<T> { tensor.rawPointer.assumingMemoryBound(to: T.self) }
        // dX [m, k] = dZ [m, n] · W [n, k]
        if let dx {
            T.product(
                .no, .no, m, k, n, pointer(dz), n, pointer(weight), k, beta: 0, pointer(dx), k, bias: nil, relu: false)
        }
        // dW [n, k] = dZᵀ [n, m] · X [m, k]
        if let dw {
            T.product(
                .yes, .no, n, k, m, pointer(dz), n, pointer(x), k, beta: 0, pointer(dw), k, bias: nil, relu: false)
        }
    }
    if n > 0, k > 0 { if x.dtype == .float32 { run(Float.self) } else { run(Double.self) } }
    if let db { Kernels.sum.loop(for: x.dtype)!(1, m, n, dz.rawPointer, db.rawPointer) }
    withExtendedLifetime((dz.storage, x.storage, weight.storage)) {}
    return (dx, dw, db)
}

private func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ relu: Bool) -> Tensor {
    let x = x.contiguous
    let weight = weight.contiguous
    let bias = bias?.contiguous
    let (n, k) = (weight.shape[0], weight.shape[1])
    var shape = x.shape
    shape[x.rank - 1] = n
    let y = Tensor(uninitialized: shape, x.dtype)
    if y.isAbstract || y.count == 0 { return y }
    func run<T: BLASScalar>(_: T.Type) {
        // Y [m, n] = X [m, k] · Wᵀ, W as it lies
        T.product(
            .no, .yes, y.count / n, n, k, UnsafePointer(x.rawPointer.assumingMemoryBound(to: T.self)), Swift.max(k, 1),
            UnsafePointer(weight.rawPointer.assumingMemoryBound(to: T.self)), Swift.max(k, 1), beta: 0,
            y.rawPointer.assumingMemoryBound(to: T.self), n,
            bias: bias.map { UnsafePointer($0.rawPointer.assumingMemoryBound(to: T.self)) }, relu: relu)
    }
    if x.dtype == .float32 { run(Float.self) } else { run(Double.self) }
    withExtendedLifetime((x.storage, weight.storage, bias?.storage)) {}
    return y
}

@inline(never)
private func rejectLinear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
    var shape = x.shape
    if x.rank > 0 { shape[x.rank - 1] = weight.shape.first ?? 1 }
    return reject(
        "linear",
        "the input is \(x.summary), the weight \(weight.summary)\(bias.map { ", the bias \($0.summary)" } ?? ""): the input's last axis must be the weight's second, the bias as long as its first, all of one floating-point dtype",
        meant: shape, x.dtype)
}
