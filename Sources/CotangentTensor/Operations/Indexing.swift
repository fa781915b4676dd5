import CCotangentKernels
import CotangentBLAS

// Elements picked by indices, and their adjoints, which add to where they were picked.

/// The indices as 0..<length (negative ones count from the end), contiguous; nil, after a trap, where one is outside.
private func checked(_ name: String, _ indices: Tensor, length: Int) -> Tensor {
    guard indices.dtype == .int64 else {
        return reject(name, "the indices are \(indices.summary), not int64", meant: indices.shape, .int64)
    }
    if indices.isAbstract || indices.count == 0 || AbstractRun.isActive { return indices }
    let source = indices.contiguous
    let result = Tensor(uninitialized: source.layout, .int64)
    let problem = ct_normalize_indices(
        source.count, Int64(length), source.rawPointer.assumingMemoryBound(to: Int64.self),
        result.rawPointer.assumingMemoryBound(to: Int64.self))
    if problem != 0 {
        let value = source.flattened.ints[problem - 1]
        fail(name, "index \(value) (the \(problem - 1)th of \(indices.summary)) is not within -\(length)..<\(length)")
    }
    return result
}

/// Whole slices of `x` picked along `axis`: the shape of `indices` (int64) takes the place of that axis. Rows of a
/// table of embeddings, say: [words, features] and indices [batch, time] give [batch, time, features].
public func gather(_ x: Tensor, _ indices: Tensor, axis: Int = 0) -> Tensor {
    guard let axis = x.shape.index(ofAxis: axis) else { return rejectAxes("gather", x, [axis]) }
    let length = x.shape[axis]
    let places = checked("gather", indices, length: length)
    let before = Array(x.shape[..<axis])
    let after = Array(x.shape[(axis + 1)...])
    let y = Tensor(uninitialized: Shape(before + indices.shape.dimensions + after), x.dtype)
    if !y.isAbstract, y.count > 0 {
        let source = x.contiguous
        ct_take(
            x.dtype.size, before.reduce(1, *), length, places.count, after.reduce(1, *),
            places.rawPointer.assumingMemoryBound(to: Int64.self), source.rawPointer, y.rawPointer)
        withExtendedLifetime((source.storage, places.storage)) {}
    }
    guard let tape = Tape.recording(x) else { return y }
    let shape = x.shape
    return tape.record("gather", y, x) { dy in
        scatterAdd(dy, places, axis: axis, into: Tensor.zeros(shape, dtype: dy.dtype))
    }
}

/// `target` plus slices of `x`, each added to the place along `axis` that `indices` name; several may go to one place.
/// The adjoint of ``gather(_:_:axis:)``: x has the shape that gather gives.
public func scatterAdd(_ x: Tensor, _ indices: Tensor, axis: Int = 0, into target: Tensor) -> Tensor {
    guard let axis = target.shape.index(ofAxis: axis) else { return rejectAxes("scatterAdd", target, [axis]) }
    let length = target.shape[axis]
    let places = checked("scatterAdd", indices, length: length)
    let before = Array(target.shape[..<axis])
    let after = Array(target.shape[(axis + 1)...])
    guard x.dtype == target.dtype, x.dtype != .bool, x.shape == Shape(before + indices.shape.dimensions + after) else {
        return reject(
            "scatterAdd", "\(x.summary) by indices \(indices.shape) along axis \(axis) into \(target.summary)",
            meant: target)
    }
    let y = target.detached.copied()
    if !y.isAbstract, x.count > 0 {
        let source = x.contiguous
        scatter(x.dtype, before.reduce(1, *), length, places.count, after.reduce(1, *), places, source, y)
    }
    guard let tape = Tape.recording(x, target) else { return y }
    return tape.record("scatterAdd", y, x, target) { dy in (gather(dy, places, axis: axis), dy) }
}

private func scatter(
    _ dtype: DType, _ outer: Int, _ n: Int, _ count: Int, _ slice: Int, _ places: Tensor, _ x: Tensor, _ y: Tensor
) {
    let indices = places.rawPointer.assumingMemoryBound(to: Int64.self)
    switch dtype {
    case .float32:
        ct_scatter_add_f32(
            outer, n, count, slice, indices, x.rawPointer.assumingMemoryBound(to: Float.self),
            y.rawPointer.assumingMemoryBound(to: Float.self))
    case .float64:
        ct_scatter_add_f64(
            outer, n, count, slice, indices, x.rawPointer.assumingMemoryBound(to: Double.self),
            y.rawPointer.assumingMemoryBound(to: Double.self))
    default:
        ct_scatter_add_i64(
            outer, n, count, slice, indices, x.rawPointer.assumingMemoryBound(to: Int64.self),
            y.rawPointer.assumingMemoryBound(to: Int64.self))
    }
    withExtendedLifetime((x.storage, places.storage)) {}
}

/// Single elements picked along `axis`: indices (int64) have the rank of `x` and its lengths but for that axis, and
/// y[i, j, k] = x[i, indices[i, j, k], k] for axis 1. PyTorch's `gather`, NumPy's `take_along_axis`.
public func gatherAlong(_ x: Tensor, _ indices: Tensor, axis: Int) -> Tensor {
    guard let axis = x.shape.index(ofAxis: axis) else { return rejectAxes("gatherAlong", x, [axis]) }
    var expected = x.shape
    if indices.rank == x.rank { expected[axis] = indices.shape[axis] }
    guard indices.shape == expected else {
        return reject(
            "gatherAlong",
            "\(x.summary) by indices \(indices.shape) along axis \(axis): all other lengths must be equal",
            meant: indices.shape, x.dtype)
    }
    let places = checked("gatherAlong", indices, length: x.shape[axis])
    let y = Tensor(uninitialized: indices.shape, x.dtype)
    if !y.isAbstract, y.count > 0 {
        let source = x.contiguous
        ct_gather_along(
            x.dtype.size, x.shape[..<axis].reduce(1, *), x.shape[axis], indices.shape[axis],
            x.shape[(axis + 1)...].reduce(1, *), places.rawPointer.assumingMemoryBound(to: Int64.self),
            source.rawPointer, y.rawPointer)
        withExtendedLifetime((source.storage, places.storage)) {}
    }
    guard let tape = Tape.recording(x) else { return y }
    let shape = x.shape
    return tape.record("gatherAlong", y, x) { dy in
        scatterAddAlong(dy, places, axis: axis, into: Tensor.zeros(shape, dtype: dy.dtype))
    }
}

/// `target` plus the elements of `x`, each added to the place along `axis` that `indices` name: the adjoint of
/// ``gatherAlong(_:_:axis:)``. x has the shape of `indices`.
public func scatterAddAlong(_ x: Tensor, _ indices: Tensor, axis: Int, into target: Tensor) -> Tensor {
    guard let axis = target.shape.index(ofAxis: axis) else { return rejectAxes("scatterAddAlong", target, [axis]) }
    var expected = target.shape
    if indices.rank == target.rank { expected[axis] = indices.shape[axis] }
    guard x.shape == indices.shape, x.dtype == target.dtype, x.dtype != .bool, indices.shape == expected else {
        return reject(
            "scatterAddAlong", "\(x.summary) by indices \(indices.shape) along axis \(axis) into \(target.summary)",
            meant: target)
    }
    let places = checked("scatterAddAlong", indices, length: target.shape[axis])
    let y = target.detached.copied()
    if !y.isAbstract, x.count > 0 {
        let source = x.contiguous
        let (outer, n) = (target.shape[..<axis].reduce(1, *), target.shape[axis])
        let (count, inner) = (indices.shape[axis], target.shape[(axis + 1)...].reduce(1, *))
        let p = places.rawPointer.assumingMemoryBound(to: Int64.self)
        switch x.dtype {
        case .float32:
            ct_scatter_add_along_f32(
                outer, n, count, inner, p, source.rawPointer.assumingMemoryBound(to: Float.self),
                y.rawPointer.assumingMemoryBound(to: Float.self))
        case .float64:
            ct_scatter_add_along_f64(
                outer, n, count, inner, p, source.rawPointer.assumingMemoryBound(to: Double.self),
                y.rawPointer.assumingMemoryBound(to: Double.self))
        default:
            ct_scatter_add_along_i64(
                outer, n, count, inner, p, source.rawPointer.assumingMemoryBound(to: Int64.self),
                y.rawPointer.assumingMemoryBound(to: Int64.self))
        }
        withExtendedLifetime((source.storage, places.storage)) {}
    }
    guard let tape = Tape.recording(x, target) else { return y }
    return tape.record("scatterAddAlong", y, x, target) { dy in (gatherAlong(dy, places, axis: axis), dy) }
}

/// A new last axis of `classes` with a 1 where the label (int64, 0..<classes) says and 0 elsewhere.
public func oneHot(_ labels: Tensor, classes: Int, dtype: DType = .float32) -> Tensor {
    let shape = Shape(labels.shape.dimensions + [classes])
    guard classes >= 0, labels.dtype == .int64 else {
        return reject("oneHot", "\(labels.summary) in \(classes) classes: labels are int64", meant: shape, dtype)
    }
    // Counting from the end, as indices do, would hide a wrong label.
    if !AbstractRun.isActive, let (place, label) = labels.ints.enumerated().first(where: { !(0..<classes ~= $1) }) {
        fail("oneHot", "label \(label) (the \(place)th of \(labels.summary)) is not within 0..<\(classes)")
    }
    let places = checked("oneHot", labels, length: classes).expandingAxis(-1)
    return scatterAddAlong(
        Tensor.ones(places.shape, dtype: dtype), places, axis: -1, into: Tensor.zeros(shape, dtype: dtype))
}
