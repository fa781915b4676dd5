/// Linear filtering by convolution:
///
///     (I ∗ K)(m, n) = Σᵢ Σⱼ I(m − i, n − j) K(i, j)
///
/// The kernel is **flipped**: its last row meets the image's first. ``correlate(_:_:extent:border:)`` does not flip.
///
/// - Parameters:
///   - signal: a signal [n], an image [height, width] or [channels, height, width], or any number of them along
///     further axes in front: each plane is filtered on its own.
///   - kernel: of the signal's dtype. [k] filters along the last axis, [height, width] along the last two,
///     [channels, height, width] has one kernel for each channel of [..., channels, height, width].
///   - extent: how much of the result is wanted. Sizes and alignment are those of `scipy.signal.convolve2d`, for odd
///     and even kernels: with ``FilterExtent/same`` an even kernel's middle is element k/2 − 1.
///   - border: what stands beyond the edges.
/// - Returns: the signal's axes in front, and filtered axes as `extent` says.
///
/// Differentiable in both, any number of times. A kernel of rank one (a box, a Gaussian, Sobel's) is found and runs as
/// two passes, down and across, with the same result within rounding. Sums are taken in the order of the kernel's
/// memory, at any number of threads.
///
/// Traps where the dtypes differ or are not floating point, where ranks do not fit, where the signal or the kernel has
/// no elements along a filtered axis, and with ``FilterExtent/valid`` where the kernel is larger than the signal.
///
/// ```swift
/// let blurred = convolve(image, FilterKernel.gaussian(deviation: 2), border: .reflect)
/// ```
public func convolve(
    _ signal: Tensor, _ kernel: Tensor, extent: FilterExtent = .same, border: FilterBorder = .zero
) -> Tensor {
    applyFilter("convolve", signal, kernel, extent, border, turning: true)
}

/// Linear filtering by cross-correlation, the kernel as it stands:
///
///     (I ⋆ K)(m, n) = Σᵢ Σⱼ I(m + i, n + j) K(i, j)
///
/// That is what a convolutional layer computes. For a symmetric kernel of odd size it equals
/// ``convolve(_:_:extent:border:)``, which see for the parameters; sizes and alignment are those of
/// `scipy.signal.correlate2d`.
public func correlate(
    _ signal: Tensor, _ kernel: Tensor, extent: FilterExtent = .same, border: FilterBorder = .zero
) -> Tensor {
    applyFilter("correlate", signal, kernel, extent, border, turning: false)
}

private func applyFilter(
    _ name: String, _ signal: Tensor, _ kernel: Tensor, _ extent: FilterExtent, _ border: FilterBorder, turning: Bool
) -> Tensor {
    func refuse(_ problem: String) -> Tensor {
        reject(name, "the signal is \(signal.summary), the kernel \(kernel.summary): \(problem)", meant: signal)
    }
    guard signal.dtype == kernel.dtype, signal.dtype.isFloatingPoint else {
        return refuse("they must be of one floating-point dtype")
    }
    guard (1...3).contains(kernel.rank), signal.rank >= kernel.rank else {
        return refuse("the kernel must have 1 to 3 axes, the signal at least as many")
    }
    let axes = Swift.min(kernel.rank, 2)
    let front = signal.rank - axes
    guard kernel.rank < 3 || kernel.shape[0] == signal.shape[front - 1] else {
        return refuse("a kernel of three axes must have one plane for each channel of the signal")
    }
    let size = SIMD2(axes == 1 ? 1 : kernel.shape[kernel.rank - 2], kernel.shape[kernel.rank - 1])
    let lengths = SIMD2(axes == 1 ? 1 : signal.shape[front], signal.shape[signal.rank - 1])
    guard size.min() > 0, lengths.min() > 0 else {
        return refuse("there is nothing to filter along an axis of length 0")
    }
    guard extent != .valid || (size[0] <= lengths[0] && size[1] <= lengths[1]) else {
        return refuse("it does not fit into the signal, so extent .valid leaves nothing")
    }
    let planes = signal.shape[..<front].reduce(1, *)
    let kernels = kernel.rank == 3 ? kernel.shape[0] : 1
    let x = signal.reshaped([planes, lengths[0], lengths[1]])
    var k = kernel.reshaped([kernels, size[0], size[1]])
    if turning { k = flip(k, axes: [1, 2]) }
    let y = filtered(x, k, FilterMargins(extent, kernel: size, turned: turning, border: border))
    let filteredLengths = axes == 1 ? [y.shape[2]] : [y.shape[1], y.shape[2]]
    return y.reshaped(Shape(signal.shape[..<front] + filteredLengths))
}
