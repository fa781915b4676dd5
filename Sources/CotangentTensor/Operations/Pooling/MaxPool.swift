import CotangentBLAS

// Max pooling: the largest of each window.

/// The largest element of each window of a signal: [batch, channels, length] or [channels, length].
///
///     y[…, o] = max over k of x[…, o · stride + k · dilation − padding]
///
/// The output is ⌊(length + padding before and after − extent) / stride⌋ + 1 long, where the extent is
/// dilation · (kernelSize − 1) + 1. What surrounds the input is −∞: it never wins.
///
/// The gradient goes to the winner, which is the first of equals. A NaN wins over everything, and of several the last,
/// as in PyTorch.
///
/// - Parameters:
///   - stride: how far apart windows begin; by default `kernelSize`, so that they cover the input without overlap.
///   - padding: at most half of `kernelSize`.
///   - roundsUp: rounds the output's length up, as PyTorch's `ceil_mode` does: a window may end past the padding, if it
///     begins inside of the input or the padding before it.
public func maxPool1d(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
    roundsUp: Bool = false
) -> Tensor {
    maxPool(
        x, rank: 1, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
}

/// The largest element of each window of an image: [batch, channels, height, width] or [channels, height, width]. See
/// ``maxPool1d(_:kernelSize:stride:padding:dilation:roundsUp:)``.
public func maxPool2d(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
    roundsUp: Bool = false
) -> Tensor {
    maxPool(
        x, rank: 2, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
}

/// The largest element of each window of a volume: [batch, channels, depth, height, width] or without the batch. See
/// ``maxPool1d(_:kernelSize:stride:padding:dilation:roundsUp:)``.
public func maxPool3d(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
    roundsUp: Bool = false
) -> Tensor {
    maxPool(
        x, rank: 3, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
}

/// Max pooling over the last `rank` axes.
package func maxPool(
    _ x: Tensor, rank: Int, kernelSize: SpatialSize, stride: SpatialSize?, padding: Padding, dilation: SpatialSize,
    roundsUp: Bool
) -> Tensor {
    do throws(WindowGeometry.Problem) {
        let plan = try PoolingPlan(
            x, rank: rank, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation,
            roundsUp: roundsUp)
        return plan.maxima(of: x, winners: Tape.recording(x).map { _ in plan.winners() })
    } catch {
        return rejectPooling("maxPool\(rank)d", x, error)
    }
}

extension PoolingPlan {
    func winners() -> PoolingWinners { PoolingWinners(self, byCode: kernelCount <= 256) }

    /// The value, recorded where winners are kept and somebody records.
    func maxima(of x: Tensor, winners: PoolingWinners?) -> Tensor {
        let source = x.contiguous
        let y = Tensor(uninitialized: outputShape, dtype)
        if y.isAbstract { return y }
        let loop = Kernels.maxPool.loop(for: dtype)!
        let (from, to, size) = (source.rawPointer, y.rawPointer, dtype.size)
        forPlanes { window, planes in
            loop(
                window, planes.count, from + planes.lowerBound * inputCount * size,
                to + planes.lowerBound * outputCount * size, winners?.codes(from: planes.lowerBound),
                winners?.positions(from: planes.lowerBound))
        }
        withExtendedLifetime(source.storage) {}
        guard let tape = Tape.recording(x), let winners else { return y }
        return tape.record("maxPool", y, x) { winners.spread($0) }
    }
}
