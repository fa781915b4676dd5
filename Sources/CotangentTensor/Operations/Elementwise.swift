import CotangentBLAS

// How element-wise operations run their loops: by dtype, over views and broadcasts, cut over the pool.

/// y = f(x), for a kernel that serves floating point alone or integers as well.
@inline(__always)
func applyUnary(_ name: StaticString, _ kernel: Kernel<UnaryLoop>, _ x: Tensor) -> Tensor {
    guard let loop = kernel.loop(for: x.dtype) else { return rejectDType(name, x) }
    let x = x.contiguous
    let y = Tensor(uninitialized: x.layout, x.dtype)
    if y.isAbstract { return y }
    runUnary(loop, x, y, grain: kernel.grain)
    return y
}

/// Runs a loop over contiguous tensors of one length and dtype.
func runUnary(_ loop: UnaryLoop, _ x: Tensor, _ y: Tensor, grain: Int = elementwiseGrain) {
    let (source, target, size, targetSize) = (x.rawPointer, y.rawPointer, x.dtype.size, y.dtype.size)
    parallel(over: x.count, grain: grain) { part in
        loop(part.count, source + part.lowerBound * size, target + part.lowerBound * targetSize)
    }
    withExtendedLifetime(x.storage) {}
}

/// y = f(x, c) in x's dtype.
@inline(__always)
func applyUnary(_ name: StaticString, _ kernel: ScalarKernel, _ x: Tensor, _ c: Double) -> Tensor {
    guard x.dtype.isFloatingPoint else { return rejectDType(name, x) }
    let x = x.contiguous
    let y = Tensor(uninitialized: x.layout, x.dtype)
    if y.isAbstract { return y }
    let (source, target) = (x.rawPointer, y.rawPointer)
    parallel(over: x.count) { part in
        if x.dtype == .float32 {
            kernel.float32(
                part.count, source.assumingMemoryBound(to: Float.self) + part.lowerBound, Float(c),
                target.assumingMemoryBound(to: Float.self) + part.lowerBound)
        } else {
            kernel.float64(
                part.count, source.assumingMemoryBound(to: Double.self) + part.lowerBound, c,
                target.assumingMemoryBound(to: Double.self) + part.lowerBound)
        }
    }
    withExtendedLifetime(x.storage) {}
    return y
}

/// dx from dy and y, which have one shape, in one pass.
func applyGradient(_ kernel: Kernel<GradientLoop>, _ dy: Tensor, _ y: Tensor) -> Tensor {
    let dy = dy.contiguous
    let y = y.contiguous
    let dx = Tensor(uninitialized: y.layout, y.dtype)
    if dx.isAbstract { return dx }
    let loop = kernel.loop(for: y.dtype)!
    let (a, b, c, size) = (dy.rawPointer, y.rawPointer, dx.rawPointer, y.dtype.size)
    parallel(over: y.count) { part in
        let start = part.lowerBound * size
        loop(part.count, a + start, b + start, c + start)
    }
    withExtendedLifetime((dy.storage, y.storage)) {}
    return dx
}

@inline(never)
func rejectDType(_ name: StaticString, _ x: Tensor) -> Tensor {
    reject("\(name)", "does not serve \(x.summary)", meant: x)
}

/// y = f(a, b) with broadcasting. `result` is the dtype of y where it is not that of the operands.
@inline(__always)
func applyBinary(
    _ name: StaticString, _ kernel: Kernel<BinaryLoop>, _ a: Tensor, _ b: Tensor, result: DType? = nil
) -> Tensor {
    guard a.dtype == b.dtype else { return rejectMix(name, a, b) }
    guard let loop = kernel.loop(for: a.dtype) else { return rejectDType(name, a) }
    let dtype = result ?? a.dtype
    if a.layout.isContiguous, b.layout.isContiguous, a.layout === b.layout || a.shape == b.shape {
        let y = Tensor(uninitialized: a.layout, dtype)
        if y.isAbstract { return y }
        let (x1, x2, target, size, targetSize) = (a.rawPointer, b.rawPointer, y.rawPointer, a.dtype.size, dtype.size)
        parallel(over: a.count, grain: kernel.grain) { part in
            let start = part.lowerBound * size
            loop(part.count, x1 + start, 1, x2 + start, 1, target + part.lowerBound * targetSize)
        }
        return y
    }
    return applyBroadcast(name, loop, a, b, dtype)
}

@inline(never)
private func applyBroadcast(_ name: StaticString, _ loop: BinaryLoop, _ a: Tensor, _ b: Tensor, _ dtype: DType)
    -> Tensor
{
    guard let shape = Shape.broadcast(a.shape, b.shape) else { return rejectBroadcast(name, [a, b]) }
    let y = Tensor(uninitialized: shape, dtype)
    if y.isAbstract || y.count == 0 { return y }
    let plan = BroadcastPlan(shape, [a, b])
    let (x1, x2, target, size, targetSize) = (a.rawPointer, b.rawPointer, y.rawPointer, a.dtype.size, dtype.size)
    plan.forEachRun { run, offsets in
        loop(
            plan.inner, x1 + offsets[0] * size, plan.innerSteps[0], x2 + offsets[1] * size, plan.innerSteps[1],
            target + run * plan.inner * targetSize)
    }
    withExtendedLifetime((a.storage, b.storage)) {}
    return y
}

@inline(never)
func rejectMix(_ name: StaticString, _ a: Tensor, _ b: Tensor) -> Tensor {
    reject(
        "\(name)", "the operands are \(a.summary) and \(b.summary): dtypes do not mix, cast one with cast(to:)",
        meant: Shape.broadcast(a.shape, b.shape) ?? a.shape, a.dtype)
}

@inline(never)
func rejectBroadcast(_ name: StaticString, _ operands: [Tensor]) -> Tensor {
    let list = operands.map(\.summary).joined(separator: " and ")
    return reject(
        "\(name)", "the operands are \(list): aligned at the last axis, lengths must be equal or 1",
        meant: operands[0])
}

/// y = condition ? a : b with broadcasting of all three.
func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    guard condition.dtype == .bool else {
        return reject("where", "the condition is \(condition.summary), not bool", meant: a)
    }
    guard a.dtype == b.dtype else { return rejectMix("where", a, b) }
    guard let pair = Shape.broadcast(a.shape, b.shape), let shape = Shape.broadcast(pair, condition.shape) else {
        return rejectBroadcast("where", [a, b, condition])
    }
    let y = Tensor(uninitialized: shape, a.dtype)
    if y.isAbstract || y.count == 0 { return y }
    let loop = Kernels.select.loop(for: a.dtype)!
    let plan = BroadcastPlan(shape, [condition, a, b])
    let (x0, x1, x2, target, size) = (
        condition.rawPointer, a.rawPointer, b.rawPointer, y.rawPointer, a.dtype.size
    )
    plan.forEachRun { run, offsets in
        loop(
            plan.inner, x0 + offsets[0], plan.innerSteps[0], x1 + offsets[1] * size, plan.innerSteps[1],
            x2 + offsets[2] * size, plan.innerSteps[2], target + run * plan.inner * size)
    }
    withExtendedLifetime((condition.storage, a.storage, b.storage)) {}
    return y
}

/// How operands of several shapes are walked together: an inner run with a fixed step for each operand, and the outer
/// axes around it. Neighbouring axes that every operand walks evenly are one.
struct BroadcastPlan {
    let inner: Int
    let innerSteps: [Int]
    private let outer: [Int]
    private let steps: [[Int]]

    init(_ shape: Shape, _ operands: [Tensor]) {
        var lengths: [Int] = []
        var steps = [[Int]](repeating: [], count: operands.count)
        let strides = operands.map { $0.layout.broadcastStrides(to: shape) }
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let merges =
                !lengths.isEmpty
                && operands.indices.allSatisfy { steps[$0].last! == strides[$0][axis] * shape[axis] }
            if merges { lengths[lengths.count - 1] *= shape[axis] } else { lengths.append(shape[axis]) }
            for operand in operands.indices {
                if merges {
                    steps[operand][lengths.count - 1] = strides[operand][axis]
                } else {
                    steps[operand].append(strides[operand][axis])
                }
            }
        }
        inner = lengths.popLast() ?? 1
        innerSteps = steps.map { $0.last ?? 0 }
        outer = lengths
        self.steps = steps
    }

    /// Calls `body` for every run in row-major order, with its index and where it begins in each operand.
    func forEachRun(_ body: (_ run: Int, _ offsets: [Int]) -> Void) {
        let runs = outer.reduce(1, *)
        parallel(over: runs, grain: Swift.max(1, elementwiseGrain / Swift.max(inner, 1))) { part in
            var offsets = [Int](repeating: 0, count: steps.count)
            var position = [Int](repeating: 0, count: outer.count)
            var rest = part.lowerBound
            for axis in outer.indices.reversed() {
                position[axis] = rest % outer[axis]
                rest /= outer[axis]
                for operand in steps.indices { offsets[operand] += position[axis] * steps[operand][axis] }
            }
            for run in part {
                body(run, offsets)
                var axis = outer.count - 1
                while axis >= 0 {
                    position[axis] += 1
                    for operand in steps.indices { offsets[operand] += steps[operand][axis] }
                    if position[axis] < outer[axis] { break }
                    for operand in steps.indices { offsets[operand] -= steps[operand][axis] * outer[axis] }
                    position[axis] = 0
                    axis -= 1
                }
            }
        }
    }
}

extension Layout {
    /// Strides with which this layout is read as `shape`, to which it broadcasts: 0 along what is repeated.
    func broadcastStrides(to shape: Shape) -> [Int] {
        let own = strides
        let missing = shape.rank - rank
        return (0..<shape.rank).map { axis in
            axis < missing || self.shape[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }
}
