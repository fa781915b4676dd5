// Pooling over all of an image.

/// The mean of each channel: [batch, channels, spatial…] → [batch, channels], for one to three spatial axes, which stay
/// with length 1 where `keepingAxes`.
public func globalAveragePool(_ x: Tensor, keepingAxes: Bool = false) -> Tensor {
    guard let axes = x.spatialAxes else { return rejectGlobal("globalAveragePool", x) }
    return mean(x, axes: axes, keepingAxes: keepingAxes)
}

/// The largest element of each channel: [batch, channels, spatial…] → [batch, channels], for one to three spatial axes,
/// which stay with length 1 where `keepingAxes`. The gradient goes to the first of equals.
public func globalMaxPool(_ x: Tensor, keepingAxes: Bool = false) -> Tensor {
    guard let axes = x.spatialAxes else { return rejectGlobal("globalMaxPool", x) }
    // Shared among equals, as the gradient of max is, it would not be that of a pooling.
    guard Tape.recording(x) != nil else { return max(x, axes: axes, keepingAxes: keepingAxes) }
    let planes = x.reshaped(x.shape[0], x.shape[1], axes.reduce(1) { $0 * x.shape[$1] })
    let y = gatherAlong(planes, argmax(planes, axis: 2, keepingAxis: true), axis: 2)
    return y.reshaped(Shape(x.shape.dimensions.prefix(2) + (keepingAxes ? axes.map { _ in 1 } : [])))
}

@inline(never)
private func rejectGlobal(_ name: String, _ x: Tensor) -> Tensor {
    reject(name, x.spatialProblem, meant: Shape(Array(x.shape.dimensions.prefix(2))), x.dtype)
}
