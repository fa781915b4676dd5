import CotangentBLAS

// Softmax and its logarithm along an axis. The largest is subtracted first, so nothing overflows.

/// Runs a loop over rows along `axis`, which is brought to the end where it is not there.
private func alongRows(_ name: StaticString, _ kernel: Kernel<RowLoop>, _ x: Tensor, _ axis: Int) -> Tensor {
    guard let loop = kernel.loop(for: x.dtype) else { return rejectDType(name, x) }
    guard let index = x.shape.index(ofAxis: axis) else { return rejectAxes(name, x, [axis]) }
    if index != x.rank - 1 {
        return alongRows(name, kernel, x.detached.swappingAxes(index, -1), -1).swappingAxes(index, -1).contiguous
    }
    let x = x.contiguous
    let y = Tensor(uninitialized: x.layout, x.dtype)
    if y.isAbstract || y.count == 0 { return y }
    let n = x.shape[index]
    let (source, target, size) = (x.rawPointer, y.rawPointer, n * x.dtype.size)
    parallel(over: x.count / n, grain: rowGrain(n)) { part in
        loop(part.count, n, source + part.lowerBound * size, target + part.lowerBound * size)
    }
    withExtendedLifetime(x.storage) {}
    return y
}

/// Rows of n that are worth a chunk: an exponential costs as much as several plain elements.
private func rowGrain(_ n: Int) -> Int { Swift.max(1, elementwiseGrain / 4 / Swift.max(n, 1)) }

private func gradientAlongRows(_ kernel: Kernel<RowGradientLoop>, _ dy: Tensor, _ y: Tensor) -> Tensor {
    let (dy, y) = (dy.contiguous, y.contiguous)
    let dx = Tensor(uninitialized: y.layout, y.dtype)
    if dx.count == 0 { return dx }
    let loop = kernel.loop(for: y.dtype)!
    let n = y.shape[y.rank - 1]
    let (a, b, c, size) = (dy.rawPointer, y.rawPointer, dx.rawPointer, n * y.dtype.size)
    parallel(over: y.count / n, grain: rowGrain(n)) { part in
        let start = part.lowerBound * size
        loop(part.count, n, a + start, b + start, c + start)
    }
    withExtendedLifetime((dy.storage, y.storage)) {}
    return dx
}

/// e^xᵢ / Σⱼ e^xⱼ along `axis`.
public func softmax(_ x: Tensor, axis: Int = -1) -> Tensor {
    let y = alongRows("softmax", Kernels.softmax, x, axis)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    let last = axis == -1 || axis == x.rank - 1
    return tape.record("softmax", tracked, x) { dy in
        if last, !Tape.isRecording { return gradientAlongRows(Kernels.softmaxGradient, dy, tracked) }
        let weighted = dy * tracked
        return weighted - tracked * sum(weighted, axes: [axis], keepingAxes: true)
    }
}

/// log softmax(x) along `axis`, without the loss of digits that taking the logarithm afterwards brings.
public func logSoftmax(_ x: Tensor, axis: Int = -1) -> Tensor {
    let y = alongRows("logSoftmax", Kernels.logSoftmax, x, axis)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    let last = axis == -1 || axis == x.rank - 1
    return tape.record("logSoftmax", tracked, x) { dy in
        if last, !Tape.isRecording { return gradientAlongRows(Kernels.logSoftmaxGradient, dy, tracked) }
        return dy - exp(tracked) * sum(dy, axes: [axis], keepingAxes: true)
    }
}

/// log Σ e^x over `axes` (all by default), without overflow.
public func logSumExp(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("logSumExp", x, axes ?? []) }
    guard let loop = Kernels.logSumExp.loop(for: x.dtype) else { return rejectDType("logSumExp", x) }
    let y = Tensor(uninitialized: keepingAxes ? reduced.kept : reduced.dropped, x.dtype)
    if !y.isAbstract, y.count > 0 {
        let rest = (0..<x.rank).filter { !reduced.axes.contains($0) }
        let rows = x.detached.permuted(rest + reduced.axes).contiguous
        loop(y.count, reduced.count, rows.rawPointer, y.rawPointer)
        withExtendedLifetime(rows.storage) {}
    }
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("logSumExp", tracked, x) { dy in
        dy.reshaped(reduced.kept) * exp(x - tracked.reshaped(reduced.kept))
    }
}
