import CotangentBLAS

// Average pooling: the mean of each window.

/// The mean of each window of a signal: [batch, channels, length] or [channels, length].
///
///     y[…, o] = (1 / d) Σₖ x[…, o · stride + k − padding]
///
/// The output is as long as that of ``maxPool1d(_:kernelSize:stride:padding:dilation:roundsUp:)``.
///
/// - Parameters:
///   - stride: how far apart windows begin; by default `kernelSize`.
///   - padding: at most half of `kernelSize`. What surrounds the input is 0.
///   - roundsUp: rounds the output's length up (PyTorch's `ceil_mode`).
///   - countsPadding: d counts the window's places in the padding, but not those past it, where a window that rounding
///     up has added ends (PyTorch's `count_include_pad`). Otherwise d counts the places inside of the input.
///   - divisor: what d is instead; not 0.
public func averagePool1d(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, roundsUp: Bool = false,
    countsPadding: Bool = true, divisor: Int? = nil
) -> Tensor {
    averagePool(
        x, rank: 1, kernelSize: kernelSize, stride: stride, padding: padding, roundsUp: roundsUp,
        countsPadding: countsPadding, divisor: divisor)
}

/// The mean of each window of an image: [batch, channels, height, width] or [channels, height, width]. See
/// ``averagePool1d(_:kernelSize:stride:padding:roundsUp:countsPadding:divisor:)``.
public func averagePool2d(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, roundsUp: Bool = false,
    countsPadding: Bool = true, divisor: Int? = nil
) -> Tensor {
    averagePool(
        x, rank: 2, kernelSize: kernelSize, stride: stride, padding: padding, roundsUp: roundsUp,
        countsPadding: countsPadding, divisor: divisor)
}

/// The mean of each window of a volume: [batch, channels, depth, height, width] or without the batch. See
/// ``averagePool1d(_:kernelSize:stride:padding:roundsUp:countsPadding:divisor:)``.
public func averagePool3d(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, roundsUp: Bool = false,
    countsPadding: Bool = true, divisor: Int? = nil
) -> Tensor {
    averagePool(
        x, rank: 3, kernelSize: kernelSize, stride: stride, padding: padding, roundsUp: roundsUp,
        countsPadding: countsPadding, divisor: divisor)
}

/// Average pooling over the last `rank` axes.
package func averagePool(
    _ x: Tensor, rank: Int, kernelSize: SpatialSize, stride: SpatialSize?, padding: Padding, roundsUp: Bool,
    countsPadding: Bool, divisor: Int?
) -> Tensor {
    do throws(WindowGeometry.Problem) {
        if divisor == 0 { throw WindowGeometry.Problem(message: "the divisor must not be 0") }
        let plan = try PoolingPlan(
            x, rank: rank, kernelSize: kernelSize, stride: stride, padding: padding, roundsUp: roundsUp)
        return AveragePooling(plan: plan, countsPadding: countsPadding, divisor: divisor).means(of: x)
    } catch {
        return rejectPooling("averagePool\(rank)d", x, error)
    }
}

/// A linear map and its adjoint, each of which is the other's pullback.
private struct AveragePooling {
    let plan: PoolingPlan
    let countsPadding: Bool
    let divisor: Int?

    func means(of x: Tensor) -> Tensor {
        let source = x.contiguous
        let y = Tensor(uninitialized: plan.outputShape, plan.dtype)
        run(Kernels.averagePool, from: source, plan.inputCount, to: y, plan.outputCount)
        guard let tape = Tape.recording(x) else { return y }
        return tape.record("averagePool", y, x) { shares(of: $0) }
    }

    private func shares(of dy: Tensor) -> Tensor {
        let source = dy.contiguous
        let dx = Tensor(uninitialized: plan.inputShape, plan.dtype)
        run(Kernels.averagePoolGradient, from: source, plan.outputCount, to: dx, plan.inputCount)
        guard let tape = Tape.recording(dy) else { return dx }
        return tape.record("averagePoolGradient", dx, dy) { means(of: $0) }
    }

    private func run(
        _ kernel: Kernel<AveragePoolLoop>, from source: Tensor, _ sourceCount: Int, to target: Tensor,
        _ targetCount: Int
    ) {
        if target.isAbstract { return }
        let loop = kernel.loop(for: plan.dtype)!
        let (from, to, size) = (source.rawPointer, target.rawPointer, plan.dtype.size)
        plan.forPlanes { window, planes in
            loop(
                window, countsPadding ? 1 : 0, Double(divisor ?? 0), planes.count,
                from + planes.lowerBound * sourceCount * size, to + planes.lowerBound * targetCount * size)
        }
        withExtendedLifetime(source.storage) {}
    }
}
