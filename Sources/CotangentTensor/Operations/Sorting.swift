import CCotangentKernels

/// The elements along `axis` in order, and the indices (int64) where they stood. Stable; NaN comes last. The gradient
/// goes back to where the elements stood.
public func sort(_ x: Tensor, axis: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    guard let index = x.shape.index(ofAxis: axis) else {
        let y = rejectAxes("sort", x, [axis])
        return (y, y)
    }
    let indices = sortedIndices(x.detached.swappingAxes(index, -1), descending).swappingAxes(index, -1).contiguous
    return (gatherAlong(x, indices, axis: index), indices)
}

/// The `count` largest (or smallest) elements along `axis`, in order, and the indices where they stood.
public func topK(_ x: Tensor, _ count: Int, axis: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    guard let index = x.shape.index(ofAxis: axis), (0...x.shape[index]).contains(count) else {
        let y = reject("topK", "the first \(count) along axis \(axis) of \(x.summary)", meant: x)
        return (y, y)
    }
    let all = sortedIndices(x.detached.swappingAxes(index, -1), largest)
    let indices = all[.ellipsis, 0..<count].swappingAxes(index, -1).contiguous
    return (gatherAlong(x, indices, axis: index), indices)
}

/// The order of each row.
private func sortedIndices(_ x: Tensor, _ descending: Bool) -> Tensor {
    let x = x.contiguous
    let positions = Tensor(uninitialized: x.shape, .int64)
    if positions.isAbstract || x.count == 0 { return positions }
    let n = x.shape[x.rank - 1]
    let values = Tensor(uninitialized: x.shape, x.dtype)
    let out = positions.rawPointer.assumingMemoryBound(to: Int64.self)
    switch x.dtype {
    case .float32:
        ct_sort_f32(
            x.count / n, n, descending ? 1 : 0, x.rawPointer.assumingMemoryBound(to: Float.self),
            values.rawPointer.assumingMemoryBound(to: Float.self), out)
    case .float64:
        ct_sort_f64(
            x.count / n, n, descending ? 1 : 0, x.rawPointer.assumingMemoryBound(to: Double.self),
            values.rawPointer.assumingMemoryBound(to: Double.self), out)
    case .int64:
        ct_sort_i64(
            x.count / n, n, descending ? 1 : 0, x.rawPointer.assumingMemoryBound(to: Int64.self),
            values.rawPointer.assumingMemoryBound(to: Int64.self), out)
    case .bool:
        return reject("sort", "does not serve \(x.summary): cast it to int64", meant: positions)
    }
    withExtendedLifetime((x.storage, values.storage)) {}
    return positions
}
