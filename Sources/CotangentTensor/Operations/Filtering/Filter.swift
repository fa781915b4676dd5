import CotangentBLAS

// The three operations behind filters, of which each has the two others as its pullback. They are the derivatives of
//
//     Σ k[i, j] x[m + i, n + j] y[m, n]
//
// by y (`filtered`), by k (`matched`), and by x, which is `filtered` again: with the kernel turned and zeros around. So
// a filter's adjoint is a filter, and gradients of gradients need nothing of their own.

/// y[p, m, n] = Σ k[p mod kernels, i, j] x[p, m + i, n + j] for planes x [planes, rows, columns] with margins and
/// kernels k [kernels, rows, columns].
func filtered(_ x: Tensor, _ k: Tensor, _ margins: FilterMargins) -> Tensor {
    let y = FilterRun.value(x, k, margins)
    guard let tape = Tape.recording(x, k) else { return y }
    let (needsX, needsK, shape, kernels) = (tape.tracks(x), tape.tracks(k), x.shape, k.shape[0])
    return tape.record("filter", y, x, k) { dy in
        (
            needsX ? filterAdjoint(dy, k, margins, shape) : nil,
            needsK ? matched(extended(x, margins), dy, kernels: kernels) : nil
        )
    }
}

/// The adjoint of `filtered` in x, which has `shape`.
private func filterAdjoint(_ dy: Tensor, _ k: Tensor, _ margins: FilterMargins, _ shape: Shape) -> Tensor {
    let turned = flip(k, axes: [1, 2])
    var adjoint = FilterMargins.full(kernel: SIMD2(k.shape[1], k.shape[2]))
    if margins.border == .zero {
        // What stands in the margins is not wanted, so it is not computed.
        adjoint.before &-= margins.before
        adjoint.after &-= margins.after
        return filtered(dy, turned, adjoint)
    }
    return folded(filtered(dy, turned, adjoint), margins, into: shape)
}

/// k[q, i, j] = Σ x[p, m + i, n + j] y[p, m, n] over m, n and all planes p of which `p mod kernels` is q: how well y
/// matches x where it lies i, j further on.
private func matched(_ x: Tensor, _ y: Tensor, kernels: Int) -> Tensor {
    let k = FilterRun.matches(x, y, kernels)
    guard let tape = Tape.recording(x, y) else { return k }
    let (needsX, needsY, size) = (tape.tracks(x), tape.tracks(y), SIMD2(k.shape[1], k.shape[2]))
    return tape.record("match", k, x, y) { dk in
        (
            needsX ? filtered(y, flip(dk, axes: [1, 2]), .full(kernel: size)) : nil,
            needsY ? filtered(x, dk, .none) : nil
        )
    }
}
