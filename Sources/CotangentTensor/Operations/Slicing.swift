import CCotangentKernels

/// What a subscript takes of one axis: an `Int` (the axis goes), a range of `Int`, or ``Slice``. Negative indices count
/// from the end.
public protocol TensorIndex: Sendable {
    var slice: Slice { get }
}

/// One axis of a subscript: see ``Tensor/subscript(_:)``.
public struct Slice: TensorIndex, Equatable, CustomStringConvertible {
    enum Kind: Equatable {
        case index(Int)
        /// From `from` to before `to`, every `step`th. nil is the end that the step comes from or goes to.
        case range(from: Int?, to: Int?, step: Int)
        case all, newAxis, ellipsis
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    public var slice: Slice { self }

    public var description: String {
        switch kind {
        case .index(let index): "\(index)"
        case .range(let from, let to, let step):
            "\(from.map(String.init) ?? "")..<\(to.map(String.init) ?? "")" + (step == 1 ? "" : " by \(step)")
        case .all: ".all"
        case .newAxis: ".newAxis"
        case .ellipsis: ".ellipsis"
        }
    }
}

extension TensorIndex where Self == Slice {
    /// The axis whole.
    public static var all: Slice { Slice(.all) }
    /// A new axis of length 1.
    public static var newAxis: Slice { Slice(.newAxis) }
    /// As many axes whole as the other indices leave.
    public static var ellipsis: Slice { Slice(.ellipsis) }

    /// Every `step`th; a negative step goes backward.
    public static func every(_ step: Int, from: Int? = nil, to: Int? = nil) -> Slice {
        Slice(.range(from: from, to: to, step: step))
    }
}

extension Int: TensorIndex { public var slice: Slice { Slice(.index(self)) } }
extension Range<Int>: TensorIndex {
    public var slice: Slice { Slice(.range(from: lowerBound, to: upperBound, step: 1)) }
}
extension ClosedRange<Int>: TensorIndex {
    // From the end, −1 is the last: nothing comes behind it.
    public var slice: Slice { Slice(.range(from: lowerBound, to: upperBound == -1 ? nil : upperBound + 1, step: 1)) }
}
extension PartialRangeFrom<Int>: TensorIndex {
    public var slice: Slice { Slice(.range(from: lowerBound, to: nil, step: 1)) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
    public var slice: Slice { Slice(.range(from: nil, to: upperBound, step: 1)) }
}
extension PartialRangeThrough<Int>: TensorIndex {
    public var slice: Slice { Slice(.range(from: nil, to: upperBound == -1 ? nil : upperBound + 1, step: 1)) }
}

extension Tensor {
    /// Part of the tensor, as a view: `x[0]` is the first row, `x[1..., 2..<4]`, `x[.ellipsis, -1]`,
    /// `x[.every(2)]`, `x[.all, .newAxis]`. Axes that are not named stay whole. A range is cut at the axis's ends, as
    /// in NumPy; an index outside the axis traps.
    ///
    /// Assigning copies the tensor first where others share its memory; the new value must broadcast to the part.
    // One form for each number of indices: a variadic one would need an existential, which has no `.all`, or a
    // parameter pack, whose setter Swift 6.3 cannot compile.
    public subscript<A: TensorIndex>(_ a: A) -> Tensor {
        get { self[[a.slice]] }
        set { self[[a.slice]] = newValue }
    }

    public subscript<A: TensorIndex, B: TensorIndex>(_ a: A, _ b: B) -> Tensor {
        get { self[[a.slice, b.slice]] }
        set { self[[a.slice, b.slice]] = newValue }
    }

    public subscript<A: TensorIndex, B: TensorIndex, C: TensorIndex>(_ a: A, _ b: B, _ c: C) -> Tensor {
        get { self[[a.slice, b.slice, c.slice]] }
        set { self[[a.slice, b.slice, c.slice]] = newValue }
    }

    public subscript<A: TensorIndex, B: TensorIndex, C: TensorIndex, D: TensorIndex>(_ a: A, _ b: B, _ c: C, _ d: D)
        -> Tensor
    {
        get { self[[a.slice, b.slice, c.slice, d.slice]] }
        set { self[[a.slice, b.slice, c.slice, d.slice]] = newValue }
    }

    public subscript<A: TensorIndex, B: TensorIndex, C: TensorIndex, D: TensorIndex, E: TensorIndex>(_ a: A, _ b: B,
        _ c: C, _ d: D, _ e: E
    ) -> Tensor {
        get { self[[a.slice, b.slice, c.slice, d.slice, e.slice]] }
        set { self[[a.slice, b.slice, c.slice, d.slice, e.slice]] = newValue }
    }

    /// The same with any number of indices.
    public subscript(slices: [Slice]) -> Tensor {
        get {
            guard let part = Part(slices, of: self) else { return rejectSubscript(slices) }
            let picked = sliced(part.spans)
            return part.shape == picked.shape ? picked : picked.reshaped(part.shape)
        }
        set {
            guard let part = Part(slices, of: self) else {
                self = rejectSubscript(slices)
                return
            }
            guard newValue.dtype == dtype, Shape.broadcast(newValue.shape, part.shape) == part.shape else {
                self = reject(
                    "subscript",
                    "\(newValue.summary) cannot be assigned to a part of \(summary) of shape \(part.shape)",
                    meant: self)
                return
            }
            let value = newValue.broadcast(to: part.shape).reshaped(Shape(part.spans.map(\.count)))
            replace(part.spans, with: value)
        }
    }

    @inline(never)
    private func rejectSubscript(_ slices: [Slice]) -> Tensor {
        reject("subscript", Part.problem(slices, self), meant: self)
    }

    /// Puts `value` at `spans`: in place where nobody else refers to the memory.
    private mutating func replace(_ spans: [Span], with value: Tensor) {
        guard let tape = Tape.recording(self, value) else {
            makeUnique()
            return write(value, at: spans)
        }
        let x = self
        makeUnique()
        write(value.detached, at: spans)
        self = tape.record("replace", self, x, value) { dy in
            var rest = dy
            rest.replace(spans, with: Tensor.zeros(Shape(spans.map(\.count)), dtype: dy.dtype))
            return (rest, dy.sliced(spans))
        }
    }

    /// Writes `value` at `spans` into memory that this tensor alone holds.
    func write(_ value: Tensor, at spans: [Span]) {
        if isAbstract || value.isAbstract || value.count == 0 { return }
        let source = value.contiguous
        let own = layout.strides
        let lengths = spans.map(\.count)
        let steps = Swift.zip(own, spans).map { $0 * $1.step }
        let offset = Swift.zip(own, spans).reduce(0) { $0 + $1.0 * $1.1.start }
        ct_scatter_strided(
            dtype.size, lengths.count, lengths, steps, source.rawPointer, rawPointer + offset * dtype.size)
        withExtendedLifetime(source.storage) {}
    }
}

/// A subscript worked out for a shape: what it takes of each axis, and the shape it gives.
private struct Part {
    var spans: [Span] = []
    var shape: Shape = []

    init?(_ slices: [Slice], of x: Tensor) {
        let named = slices.filter { $0.kind != .newAxis && $0.kind != .ellipsis }.count
        guard named <= x.rank, slices.filter({ $0.kind == .ellipsis }).count <= 1 else { return nil }
        let expanded = slices.contains { $0.kind == .ellipsis } ? slices : slices + [Slice(.ellipsis)]
        var lengths: [Int] = []
        for slice in expanded {
            switch slice.kind {
            case .newAxis: lengths.append(1)
            case .ellipsis: for _ in 0..<(x.rank - named) { take(x.shape[spans.count], &lengths) }
            case .all: take(x.shape[spans.count], &lengths)
            case .index(let index):
                let length = x.shape[spans.count]
                guard (-length..<length).contains(index) else { return nil }
                spans.append(Span(start: index < 0 ? index + length : index, step: 1, count: 1))
            case .range(let from, let to, let step):
                guard let span = Self.span(from, to, step, length: x.shape[spans.count]) else { return nil }
                spans.append(span)
                lengths.append(span.count)
            }
        }
        shape = Shape(lengths)
    }

    private mutating func take(_ length: Int, _ lengths: inout [Int]) {
        spans.append(Span(start: 0, step: 1, count: length))
        lengths.append(length)
    }

    private static func span(_ from: Int?, _ to: Int?, _ step: Int, length: Int) -> Span? {
        if step == 0 { return nil }
        func place(_ index: Int, _ low: Int, _ high: Int) -> Int {
            Swift.min(Swift.max(index < 0 ? index + length : index, low), high)
        }
        let start =
            from.map { step > 0 ? place($0, 0, length) : place($0, -1, length - 1) } ?? (step > 0 ? 0 : length - 1)
        let end = to.map { step > 0 ? place($0, 0, length) : place($0, -1, length - 1) } ?? (step > 0 ? length : -1)
        let count =
            step > 0 ? Swift.max(0, (end - start + step - 1) / step) : Swift.max(0, (start - end - step - 1) / -step)
        return Span(start: count == 0 ? 0 : start, step: step, count: count)
    }

    static func problem(_ slices: [Slice], _ x: Tensor) -> String {
        let list = slices.map { "\($0)" }.joined(separator: ", ")
        return "[\(list)] of \(x.summary): at most one index an axis, indices within the axis, steps not 0"
    }
}
