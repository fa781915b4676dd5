// Views: the same memory, read in another order. Nothing is copied, except where a reshape cannot be a view.

extension Tensor {
    /// This tensor's memory as another layout reads it.
    fileprivate func viewed(_ layout: Layout) -> Tensor { Tensor(storage: storage, layout: layout, dtype: dtype) }

    /// The same elements in row-major order under another shape. One length may be −1: it follows from the count.
    public func reshaped(_ shape: Shape) -> Tensor {
        if shape == self.shape { return self }
        var target = shape
        if let free = shape.firstIndex(of: -1) {
            let rest = shape.enumerated().reduce(1) { $1.offset == free ? $0 : $0 * $1.element }
            target[free] = rest == 0 ? 0 : count / rest
        }
        guard !target.contains(where: { $0 < 0 }), target.elementCount == count else {
            return reject(
                "reshaped", "\(summary) has \(count) elements, which do not fill \(shape)", meant: target, dtype)
        }
        let source = layout.isContiguous ? self : detached.copied()
        let y = source.viewed(
            source.layout.offset == 0
                ? Layout(target) : Layout(target, strides: target.contiguousStrides, offset: source.layout.offset))
        guard let tape = Tape.recording(self) else { return y }
        let original = self.shape
        return tape.record("reshaped", y, self) { $0.reshaped(original) }
    }

    public func reshaped(_ lengths: Int...) -> Tensor { reshaped(Shape(lengths)) }

    /// One axis with all elements.
    public var flattened: Tensor { reshaped([count]) }

    /// Axis i of the result is axis `axes[i]` of this tensor. A view.
    public func permuted(_ axes: [Int]) -> Tensor {
        let indices = axes.compactMap(shape.index(ofAxis:))
        var inverse = [Int](repeating: -1, count: rank)
        for (position, axis) in indices.enumerated() where position < rank { inverse[axis] = position }
        guard indices.count == rank, axes.count == rank, !inverse.contains(-1) else {
            return reject("permuted", "axes \(axes) of \(summary): every axis must be named once", meant: self)
        }
        let strides = layout.strides
        let y = viewed(
            Layout(Shape(indices.map { shape[$0] }), strides: indices.map { strides[$0] }, offset: layout.offset))
        guard let tape = Tape.recording(self) else { return y }
        return tape.record("permuted", y, self) { [inverse] in $0.permuted(inverse) }
    }

    public func permuted(_ axes: Int...) -> Tensor { permuted(axes) }

    /// The last two axes exchanged. A view.
    public var transposed: Tensor {
        guard rank >= 2 else {
            return reject("transposed", "\(summary) has fewer than two axes", meant: self)
        }
        return swappingAxes(-2, -1)
    }

    /// Two axes exchanged. A view.
    public func swappingAxes(_ a: Int, _ b: Int) -> Tensor {
        guard let first = shape.index(ofAxis: a), let second = shape.index(ofAxis: b) else {
            return rejectAxes("swappingAxes", self, [a, b])
        }
        var axes = Array(0..<rank)
        axes.swapAt(first, second)
        return permuted(axes)
    }

    /// This tensor read as a larger shape, to which it broadcasts. A view: nothing is repeated in memory.
    public func broadcast(to shape: Shape) -> Tensor {
        if shape == self.shape { return self }
        guard Shape.broadcast(self.shape, shape) == shape else {
            return reject(
                "broadcast", "\(summary) to \(shape): aligned at the last axis, its lengths must be equal or 1",
                meant: shape, dtype)
        }
        let y = viewed(Layout(shape, strides: layout.broadcastStrides(to: shape), offset: layout.offset))
        guard let tape = Tape.recording(self) else { return y }
        let original = self.shape
        return tape.record("broadcast", y, self) { $0.reduced(to: original) }
    }

    /// With a new axis of length 1 before axis `axis` (−1: at the end).
    public func expandingAxis(_ axis: Int) -> Tensor {
        let position = axis < 0 ? axis + rank + 1 : axis
        guard (0...rank).contains(position) else { return rejectAxes("expandingAxis", self, [axis]) }
        var lengths = shape.dimensions
        lengths.insert(1, at: position)
        return relabelled(lengths) { $0.insert(0, at: position) }
    }

    /// Without the axes `axes`, which must have length 1; by default without all such axes.
    public func squeezed(axes: [Int]? = nil) -> Tensor {
        let chosen = axes?.compactMap(shape.index(ofAxis:)) ?? (0..<rank).filter { shape[$0] == 1 }
        guard chosen.count == axes?.count ?? chosen.count, chosen.allSatisfy({ shape[$0] == 1 }) else {
            return reject("squeezed", "axes \(axes ?? []) of \(summary): each must have length 1", meant: self)
        }
        let left = (0..<rank).filter { !chosen.contains($0) }
        return relabelled(left.map { shape[$0] }) { strides in strides = left.map { strides[$0] } }
    }

    private func relabelled(_ lengths: [Int], _ change: (inout [Int]) -> Void) -> Tensor {
        var strides = layout.strides
        change(&strides)
        let y = viewed(Layout(Shape(lengths), strides: strides, offset: layout.offset))
        guard let tape = Tape.recording(self) else { return y }
        let original = shape
        return tape.record("reshaped", y, self) { $0.reshaped(original) }
    }
}

/// With the order along `axes` reversed. A view.
public func flip(_ x: Tensor, axes: [Int]) -> Tensor {
    let indices = axes.compactMap(x.shape.index(ofAxis:))
    guard indices.count == axes.count else { return rejectAxes("flip", x, axes) }
    var spans = x.shape.map { Span(start: 0, step: 1, count: $0) }
    for axis in indices { spans[axis] = Span(start: Swift.max(x.shape[axis] - 1, 0), step: -1, count: x.shape[axis]) }
    return x.sliced(spans)
}

/// `count` indices along an axis, from `start` on, `step` apart.
struct Span: Equatable {
    var start: Int
    var step: Int
    var count: Int
}

extension Tensor {
    /// The elements at `spans`, one for each axis. A view.
    func sliced(_ spans: [Span]) -> Tensor {
        let strides = layout.strides
        var offset = layout.offset
        for (axis, span) in spans.enumerated() where span.count > 0 { offset += span.start * strides[axis] }
        let y = viewed(
            Layout(Shape(spans.map(\.count)), strides: Swift.zip(strides, spans).map { $0 * $1.step }, offset: offset))
        guard let tape = Tape.recording(self) else { return y }
        let original = shape
        return tape.record("slice", y, self) { $0.placed(at: spans, in: original) }
    }

    /// The adjoint of `sliced`: zeros of `shape`, with this tensor at `spans`.
    func placed(at spans: [Span], in shape: Shape) -> Tensor {
        let y = Tensor.zeros(shape, dtype: dtype)
        y.write(detached, at: spans)
        guard let tape = Tape.recording(self) else { return y }
        return tape.record("place", y, self) { $0.sliced(spans) }
    }
}
