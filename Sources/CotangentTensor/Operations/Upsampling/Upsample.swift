/// How values between the input's are found.
public enum Interpolation: Sendable, Hashable {
    /// The value at ⌊o n / m⌋, for place o of an output of m from an input of n.
    case nearest
    /// Between the two nearest along each axis: linear for signals, bilinear for images, trilinear for volumes.
    ///
    /// Places stand for the middles of cells, so that place o of m lies at (o + ½) n / m − ½; with `alignCorners` the
    /// first and last places of input and output coincide, and it lies at o (n − 1) / (m − 1).
    case linear(alignCorners: Bool = false)
}

/// An image, signal or volume brought to another size: [batch, channels, spatial…] with one to three spatial axes, each
/// of which becomes ⌊scale · length⌋ long. PyTorch's `interpolate`.
///
/// Places are computed with `scale` as it is given, not with the quotient of the lengths, as in PyTorch; the two differ
/// where scale · length is not an integer.
public func upsample(_ x: Tensor, scale: Double, mode: Interpolation = .nearest) -> Tensor {
    guard scale > 0, scale.isFinite, scale < 1_048_576 else {
        return reject("upsample", "the scale \(scale) must be positive and below 2²⁰", meant: x)
    }
    guard let axes = x.spatialAxes else { return reject("upsample", x.spatialProblem, meant: x) }
    let lengths = axes.map { Int(Double(x.shape[$0]) * scale) }
    guard lengths.allSatisfy({ $0 > 0 }) else {
        return reject("upsample", "nothing would be left of \(x.summary) with the scale \(scale)", meant: x)
    }
    return upsample(x, axes, lengths, scale: scale, mode)
}

/// The same with the spatial lengths of the result.
public func upsample(_ x: Tensor, outputSize: SpatialSize, mode: Interpolation = .nearest) -> Tensor {
    guard let axes = x.spatialAxes else { return reject("upsample", x.spatialProblem, meant: x) }
    guard let lengths = outputSize.resolved(rank: axes.count, rest: 1), lengths.min() > 0 else {
        return reject(
            "upsample", "the output size \(outputSize) must be \(axes.count) positive lengths for \(x.summary)",
            meant: x)
    }
    return upsample(x, axes, (3 - axes.count..<3).map { lengths[$0] }, scale: nil, mode)
}

private func upsample(_ x: Tensor, _ axes: [Int], _ lengths: [Int], scale: Double?, _ mode: Interpolation) -> Tensor {
    // One axis after the other, the last first: the others then move whole rows.
    zip(axes, lengths).reversed().reduce(x) { y, target in
        let (axis, m) = target
        let n = x.shape[axis]
        switch mode {
        case .nearest:
            return m == n && (scale ?? 1) == 1
                ? y : resampled(y, along: axis, by: .nearest(from: n, to: m, scale: scale))
        case .linear(let alignCorners):
            // As in PyTorch also where the scale is not quite 1.
            return m == n
                ? y
                : resampled(y, along: axis, by: .linear(from: n, to: m, scale: scale, alignCorners: alignCorners))
        }
    }
}
