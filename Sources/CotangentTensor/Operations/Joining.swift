// Tensors put together and taken apart along an axis.

/// Tensors joined along an existing axis; their other lengths must be equal.
public func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    guard let first = tensors.first else { fail("concatenate", "there are no tensors to join") }
    guard let axis = first.shape.index(ofAxis: axis) else { return rejectAxes("concatenate", first, [axis]) }
    var shape = first.shape
    shape[axis] = 0
    for tensor in tensors {
        var other = tensor.shape
        if axis < other.rank { other[axis] = first.shape[axis] }
        guard other == first.shape, tensor.dtype == first.dtype else {
            return reject(
                "concatenate",
                "\(first.summary) and \(tensor.summary) along axis \(axis): dtypes and all other lengths must be equal",
                meant: first)
        }
        shape[axis] += tensor.shape[axis]
    }
    let y = Tensor(uninitialized: shape, first.dtype)
    var parts: [[Span]] = []
    var start = 0
    for tensor in tensors {
        var spans = shape.map { Span(start: 0, step: 1, count: $0) }
        spans[axis] = Span(start: start, step: 1, count: tensor.shape[axis])
        start += tensor.shape[axis]
        y.write(tensor, at: spans)
        parts.append(spans)
    }
    guard let tape = Tape.recording(tensors) else { return y }
    return tape.record("concatenate", y, tensors) { [parts] dy in parts.map { dy.sliced($0) } }
}

/// Tensors of one shape joined along a new axis.
public func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    guard let first = tensors.first else { fail("stack", "there are no tensors to join") }
    let position = axis < 0 ? axis + first.rank + 1 : axis
    guard (0...first.rank).contains(position) else { return rejectAxes("stack", first, [axis]) }
    for tensor in tensors where tensor.shape != first.shape {
        return reject("stack", "\(first.summary) and \(tensor.summary): shapes must be equal", meant: first)
    }
    return concatenate(tensors.map { $0.expandingAxis(position) }, axis: position)
}

extension Tensor {
    /// Parts of the lengths `sizes` along `axis`, as views; the sizes add up to the axis's length.
    public func split(sizes: [Int], axis: Int = 0) -> [Tensor] {
        guard let axis = shape.index(ofAxis: axis), sizes.reduce(0, +) == shape[axis], sizes.allSatisfy({ $0 >= 0 })
        else {
            let part = reject(
                "split", "sizes \(sizes) along axis \(axis) of \(summary): they must add up to its length", meant: self)
            return sizes.map { _ in part }
        }
        var start = 0
        return sizes.map { size in
            var spans = shape.map { Span(start: 0, step: 1, count: $0) }
            spans[axis] = Span(start: start, step: 1, count: size)
            start += size
            return sliced(spans)
        }
    }

    /// `count` equal parts along `axis`, as views.
    public func split(into count: Int, axis: Int = 0) -> [Tensor] {
        guard let index = shape.index(ofAxis: axis), count > 0, shape[index] % count == 0 else {
            let part = reject(
                "split", "\(count) equal parts along axis \(axis) of \(summary): its length must be a multiple",
                meant: self)
            return Array(repeating: part, count: Swift.max(count, 0))
        }
        return split(sizes: Array(repeating: shape[index] / count, count: count), axis: index)
    }

    /// With `before` and `after` elements of `value` added at the ends of each axis.
    public func padded(_ widths: [(before: Int, after: Int)], with value: Double = 0) -> Tensor {
        guard widths.count == rank, widths.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
            return reject("padded", "widths \(widths) for \(summary): one pair an axis, none negative", meant: self)
        }
        let target = Shape(Swift.zip(shape, widths).map { $0 + $1.before + $1.after })
        let spans = Swift.zip(shape, widths).map { Span(start: $1.before, step: 1, count: $0) }
        let y = Tensor.full(target, value, dtype: dtype)
        y.write(detached, at: spans)
        guard let tape = Tape.recording(self) else { return y }
        return tape.record("padded", y, self) { $0.sliced(spans) }
    }

    /// The tensor repeated `repeats[i]` times along axis i; with more repeats than axes, new axes come first.
    public func tiled(_ repeats: [Int]) -> Tensor {
        guard repeats.count >= rank, repeats.allSatisfy({ $0 >= 0 }) else {
            return reject("tiled", "repeats \(repeats) for \(summary): one an axis or more, none negative", meant: self)
        }
        let lengths = Array(repeating: 1, count: repeats.count - rank) + shape.dimensions
        let interleaved = Shape(lengths.flatMap { [1, $0] })
        let wide = Shape(Swift.zip(repeats, lengths).flatMap { [$0, $1] })
        return reshaped(interleaved).broadcast(to: wide).reshaped(Shape(Swift.zip(repeats, lengths).map { $0 * $1 }))
    }
}
