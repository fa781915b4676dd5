import CotangentBLAS

// Pooling to an output of a given size.

/// The means of windows that cover a signal evenly, as many as the output is long: [batch, channels, length] or
/// [channels, length].
///
/// For an input of n and an output of m, window o is ⌊o n / m⌋ ..< ⌈(o + 1) n / m⌉, as in PyTorch: all are n / m long
/// where m divides n, otherwise some overlap. The output may be longer than the input.
public func adaptiveAveragePool1d(_ x: Tensor, outputSize: SpatialSize) -> Tensor {
    adaptiveAveragePool(x, rank: 1, outputSize: outputSize)
}

/// The same for images: [batch, channels, height, width] or [channels, height, width]. See
/// ``adaptiveAveragePool1d(_:outputSize:)``.
public func adaptiveAveragePool2d(_ x: Tensor, outputSize: SpatialSize) -> Tensor {
    adaptiveAveragePool(x, rank: 2, outputSize: outputSize)
}

/// The same for volumes: [batch, channels, depth, height, width] or without the batch. See
/// ``adaptiveAveragePool1d(_:outputSize:)``.
public func adaptiveAveragePool3d(_ x: Tensor, outputSize: SpatialSize) -> Tensor {
    adaptiveAveragePool(x, rank: 3, outputSize: outputSize)
}

/// The largest elements of windows that cover a signal evenly, as many as the output is long. The windows are those of
/// ``adaptiveAveragePool1d(_:outputSize:)``; the gradient goes to the winner, the first of equals.
public func adaptiveMaxPool1d(_ x: Tensor, outputSize: SpatialSize) -> Tensor {
    adaptiveMaxPool(x, rank: 1, outputSize: outputSize)
}

/// The same for images: [batch, channels, height, width] or [channels, height, width]. See
/// ``adaptiveMaxPool1d(_:outputSize:)``.
public func adaptiveMaxPool2d(_ x: Tensor, outputSize: SpatialSize) -> Tensor {
    adaptiveMaxPool(x, rank: 2, outputSize: outputSize)
}

/// The same for volumes: [batch, channels, depth, height, width] or without the batch. See
/// ``adaptiveMaxPool1d(_:outputSize:)``.
public func adaptiveMaxPool3d(_ x: Tensor, outputSize: SpatialSize) -> Tensor {
    adaptiveMaxPool(x, rank: 3, outputSize: outputSize)
}

package func adaptiveAveragePool(_ x: Tensor, rank: Int, outputSize: SpatialSize) -> Tensor {
    do throws(WindowGeometry.Problem) {
        let plan = try PoolingPlan(x, rank: rank, outputSize: outputSize)
        let axes = Array(x.rank - rank..<x.rank)
        if plan.outputCount == 1 { return mean(x, axes: axes, keepingAxes: true) }
        if let kernel = plan.evenKernel(rank) {
            return averagePool(
                x, rank: rank, kernelSize: kernel, stride: nil, padding: 0, roundsUp: false, countsPadding: true,
                divisor: nil)
        }
        // A mean over a box is one along each axis.
        return axes.reversed().reduce(x) { y, axis in
            resampled(y, along: axis, by: .means(from: x.shape[axis], to: plan.outputShape[axis]))
        }
    } catch {
        return rejectPooling("adaptiveAveragePool\(rank)d", x, error)
    }
}

package func adaptiveMaxPool(_ x: Tensor, rank: Int, outputSize: SpatialSize) -> Tensor {
    do throws(WindowGeometry.Problem) {
        let plan = try PoolingPlan(x, rank: rank, outputSize: outputSize)
        if let kernel = plan.evenKernel(rank) {
            return maxPool(x, rank: rank, kernelSize: kernel, stride: nil, padding: 0, dilation: 1, roundsUp: false)
        }
        let source = x.contiguous
        let winners = Tape.recording(x).map { _ in PoolingWinners(plan, byCode: false) }
        let y = Tensor(uninitialized: plan.outputShape, x.dtype)
        if y.isAbstract { return y }
        let loop = Kernels.adaptiveMaxPool.loop(for: x.dtype)!
        let (from, to, size) = (source.rawPointer, y.rawPointer, x.dtype.size)
        plan.forPlanes { window, planes in
            loop(
                window, planes.count, from + planes.lowerBound * plan.inputCount * size,
                to + planes.lowerBound * plan.outputCount * size, winners?.positions(from: planes.lowerBound))
        }
        withExtendedLifetime(source.storage) {}
        guard let tape = Tape.recording(x), let winners else { return y }
        return tape.record("adaptiveMaxPool", y, x) { winners.spread($0) }
    } catch {
        return rejectPooling("adaptiveMaxPool\(rank)d", x, error)
    }
}

extension PoolingPlan {
    /// The length of all windows where the output's divides the input's along each axis.
    fileprivate func evenKernel(_ rank: Int) -> SpatialSize? {
        let axes = inputShape.rank - rank..<inputShape.rank
        guard axes.allSatisfy({ inputShape[$0] % outputShape[$0] == 0 }) else { return nil }
        return SpatialSize(axes.map { inputShape[$0] / outputShape[$0] })
    }
}
