import CotangentBLAS

// Sums, means, products and extrema over any axes.

/// What a reduction goes over: the axes from the front, sorted, and the result's shape.
struct ReducedAxes {
    let axes: [Int]
    let kept: Shape
    let dropped: Shape
    /// How many elements go into one of the result.
    let count: Int

    /// nil where an axis does not exist or is named twice.
    init?(_ shape: Shape, _ axes: [Int]?) {
        var isReduced = [Bool](repeating: axes == nil, count: shape.rank)
        for axis in axes ?? [] {
            guard let index = shape.index(ofAxis: axis), !isReduced[index] else { return nil }
            isReduced[index] = true
        }
        var indices: [Int] = []
        var kept = shape
        var dropped: [Int] = []
        var count = 1
        for axis in 0..<shape.rank {
            if isReduced[axis] {
                indices.append(axis)
                count *= shape[axis]
                kept[axis] = 1
            } else {
                dropped.append(shape[axis])
            }
        }
        self.axes = indices
        self.kept = kept
        self.dropped = Shape(dropped)
        self.count = count
    }
}

@inline(never)
func rejectAxes(_ name: StaticString, _ x: Tensor, _ axes: [Int]) -> Tensor {
    reject(
        "\(name)", "axes \(axes) of \(x.summary): each must be within -\(x.rank)..<\(x.rank) and named once", meant: x)
}

/// Runs a reduction. Axes that are not neighbours are brought to the end first.
func reduce(
    _ name: StaticString, _ kernel: Kernel<ReductionLoop>, _ x: Tensor, _ reduced: ReducedAxes, keepingAxes: Bool,
    result: DType? = nil
) -> Tensor {
    guard let loop = kernel.loop(for: x.dtype) else { return rejectDType(name, x) }
    let y = Tensor(uninitialized: keepingAxes ? reduced.kept : reduced.dropped, result ?? x.dtype)
    if y.isAbstract || y.count == 0 { return y }
    let (source, outer, n, inner) = x.arranged(for: reduced.axes)
    let (from, to, size, resultSize) = (source.rawPointer, y.rawPointer, x.dtype.size, y.dtype.size)
    if outer > 1 {
        parallel(over: outer, grain: Swift.max(1, elementwiseGrain / Swift.max(n * inner, 1))) { part in
            loop(
                part.count, n, inner, from + part.lowerBound * n * inner * size,
                to + part.lowerBound * inner * resultSize)
        }
    } else {
        loop(outer, n, inner, from, to)
    }
    withExtendedLifetime(source.storage) {}
    return y
}

extension Tensor {
    /// This tensor with `axes` (sorted) as one contiguous middle axis: [outer, n, inner].
    func arranged(for axes: [Int]) -> (Tensor, outer: Int, n: Int, inner: Int) {
        let n = axes.reduce(1) { $0 * shape[$1] }
        guard let first = axes.first, let last = axes.last else { return (contiguous, count, 1, 1) }
        if last - first + 1 == axes.count {
            let outer = shape[..<first].reduce(1, *)
            let inner = shape[(last + 1)...].reduce(1, *)
            return (contiguous, outer, n, inner)
        }
        let rest = (0..<rank).filter { !axes.contains($0) }
        let moved = detached.permuted(rest + axes).contiguous
        return (moved, rest.reduce(1) { $0 * shape[$1] }, n, 1)
    }
}

/// The sum over `axes` (all by default). Of bool tensors, how many are true, as int64.
public func sum(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("sum", x, axes ?? []) }
    let y = reduce(
        "sum", Kernels.sum, x, reduced, keepingAxes: keepingAxes, result: x.dtype == .bool ? .int64 : nil)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("sum", y, x) { dy in dy.reshaped(reduced.kept).broadcast(to: x.shape) }
}

/// The mean over `axes` (all by default).
public func mean(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("mean", x, axes ?? []) }
    guard x.dtype.isFloatingPoint else { return rejectDType("mean", x) }
    return sum(x, axes: axes, keepingAxes: keepingAxes) / Double(reduced.count)
}

/// The variance over `axes` (all by default): Σ (x − mean)² / (n − correction). With a `correction` of 0 it is the
/// population's, with 1 the unbiased estimate from a sample (which is PyTorch's default).
public func variance(_ x: Tensor, axes: [Int]? = nil, correction: Double = 0, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("variance", x, axes ?? []) }
    guard x.dtype.isFloatingPoint else { return rejectDType("variance", x) }
    let centred = x - mean(x, axes: axes, keepingAxes: true)
    return sum(square(centred), axes: axes, keepingAxes: keepingAxes) / Swift.max(0, Double(reduced.count) - correction)
}

/// The square root of the ``variance(_:axes:correction:keepingAxes:)``.
public func standardDeviation(
    _ x: Tensor, axes: [Int]? = nil, correction: Double = 0, keepingAxes: Bool = false
) -> Tensor {
    sqrt(variance(x, axes: axes, correction: correction, keepingAxes: keepingAxes))
}

/// The product over `axes` (all by default). Its gradient is right where factors are 0, and so are gradients of the
/// gradient.
public func product(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("product", x, axes ?? []) }
    let y = reduce("product", Kernels.product, x, reduced, keepingAxes: keepingAxes)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("product", y, x) { dy in
        if Tape.isRecording, anyTrue(equal(x.detached, 0)).item != 0 {
            return dy.reshaped(reduced.kept) * productOfOthers(x, reduced)
        }
        // ∂y/∂xᵢ is the product of the others. A 0 stands in as 1: with one 0 in the group only it has a derivative,
        // with two none has.
        let zero = equal(x.detached, 0)
        let zeros = sum(zero.cast(to: x.dtype), axes: reduced.axes, keepingAxes: true)
        let safe = Tensor.where(zero, Tensor.ones(like: x), x)
        let nonzero = product(safe, axes: reduced.axes, keepingAxes: true)
        let none = (nonzero / safe) * equal(zeros, 0).cast(to: x.dtype)
        let one = nonzero.broadcast(to: x.shape) * (zero.cast(to: x.dtype) * equal(zeros, 1).cast(to: x.dtype))
        return dy.reshaped(reduced.kept) * (none + one)
    }
}

/// For each element the product of the others in its group: n² factors for a group of n, but right to any order of
/// derivative where factors are 0.
private func productOfOthers(_ x: Tensor, _ reduced: ReducedAxes) -> Tensor {
    let order = (0..<x.rank).filter { !reduced.axes.contains($0) } + reduced.axes
    let moved = x.permuted(order)
    // [groups, n] → [groups, n, n] with ones on the diagonal
    let rows = moved.reshaped([-1, 1, reduced.count])
    let diagonal = Tensor.identity(reduced.count, dtype: .bool)
    let others = product(Tensor.where(diagonal, Tensor.ones([], dtype: x.dtype), rows), axes: [-1])
    var back = order
    for (position, axis) in order.enumerated() { back[axis] = position }
    return others.reshaped(moved.shape).permuted(back)
}

/// The largest over `axes` (all by default). NaN where there is one. Where several are largest the cotangent is shared
/// equally among them, as in PyTorch's `amax`.
public func max(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    extremum("max", Kernels.max, x, axes, keepingAxes)
}

/// The smallest over `axes` (all by default): see ``max(_:axes:keepingAxes:)``.
public func min(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    extremum("min", Kernels.min, x, axes, keepingAxes)
}

private func extremum(
    _ name: StaticString, _ kernel: Kernel<ReductionLoop>, _ x: Tensor, _ axes: [Int]?, _ keepingAxes: Bool
) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes(name, x, axes ?? []) }
    guard reduced.count > 0 else { return rejectEmpty(name, x, reduced) }
    let y = reduce(name, kernel, x, reduced, keepingAxes: keepingAxes)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record(name, y, x) { dy in
        let largest = equal(x.detached, y.detached.reshaped(reduced.kept)).cast(to: x.dtype)
        let share = largest / sum(largest, axes: reduced.axes, keepingAxes: true)
        return dy.reshaped(reduced.kept) * share
    }
}

@inline(never)
private func rejectEmpty(_ name: StaticString, _ x: Tensor, _ reduced: ReducedAxes) -> Tensor {
    reject("\(name)", "of no elements: \(x.summary) over axes \(reduced.axes)", meant: reduced.dropped, x.dtype)
}

/// Where the largest along `axis` stands, as int64: the first of equals. The first NaN wins. With `axis` nil, the index
/// into all elements in row-major order.
public func argmax(_ x: Tensor, axis: Int? = nil, keepingAxis: Bool = false) -> Tensor {
    position("argmax", Kernels.argmax, x, axis, keepingAxis)
}

/// Where the smallest along `axis` stands: see ``argmax(_:axis:keepingAxis:)``.
public func argmin(_ x: Tensor, axis: Int? = nil, keepingAxis: Bool = false) -> Tensor {
    position("argmin", Kernels.argmin, x, axis, keepingAxis)
}

private func position(
    _ name: StaticString, _ kernel: Kernel<ReductionLoop>, _ x: Tensor, _ axis: Int?, _ keepingAxis: Bool
) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axis.map { [$0] }) else {
        return rejectAxes(name, x, axis.map { [$0] } ?? [])
    }
    guard reduced.count > 0 else { return rejectEmpty(name, x, reduced) }
    return reduce(name, kernel, x.detached, reduced, keepingAxes: keepingAxis, result: .int64)
}

/// Whether any element along `axes` (all by default) of a bool tensor is true.
public func anyTrue(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("anyTrue", x, axes ?? []) }
    return reduce("anyTrue", Kernels.any, x, reduced, keepingAxes: keepingAxes)
}

/// Whether all elements along `axes` (all by default) of a bool tensor are true.
public func allTrue(_ x: Tensor, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    guard let reduced = ReducedAxes(x.shape, axes) else { return rejectAxes("allTrue", x, axes ?? []) }
    return reduce("allTrue", Kernels.all, x, reduced, keepingAxes: keepingAxes)
}

/// Sums of the elements up to each one along `axis`.
public func cumulativeSum(_ x: Tensor, axis: Int) -> Tensor {
    guard let index = x.shape.index(ofAxis: axis) else { return rejectAxes("cumulativeSum", x, [axis]) }
    guard let loop = Kernels.cumulativeSum.loop(for: x.dtype) else { return rejectDType("cumulativeSum", x) }
    let (source, outer, n, inner) = x.arranged(for: [index])
    let y = Tensor(uninitialized: source.layout, x.dtype)
    if !y.isAbstract { loop(outer, n, inner, source.rawPointer, y.rawPointer) }
    withExtendedLifetime(source.storage) {}
    guard let tape = Tape.recording(x) else { return y }
    // The adjoint sums from each element on.
    return tape.record("cumulativeSum", y, x) { dy in
        flip(cumulativeSum(flip(dy, axes: [index]), axis: index), axes: [index])
    }
}
