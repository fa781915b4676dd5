import CCotangentKernels

/// A sum of products in Einstein's notation: each letter is an axis, one that the result does not name is summed over.
///
/// ```swift
/// einsum("ij,jk->ik", a, b)            // the matrix product
/// einsum("bhqd,bhkd->bhqk", q, k)      // scores of attention, a batch of products
/// einsum("ii", a)                      // the trace
/// einsum("...ii->...i", a)             // the diagonals of a batch
/// einsum("i,j->ij", x, y)              // the outer product
/// ```
///
/// An axis has the same length wherever its letter stands. A letter twice in one operand takes the diagonal. `...`
/// stands for any number of further axes, which broadcast. Without `->` the result has the axes of `...`, then the
/// letters that occur once, in alphabetical order. Spaces are ignored.
///
/// Operands are contracted from left to right, two at a time, each time as one (batched) ``matmul(_:_:)``, so the order
/// decides what it costs: that of "ij,jk,k->i" is lower from the right, as "k,jk,ij->i". It consists of recorded
/// operations, which give its gradient. Where axes are summed over two operands, both must be floating point.
public func einsum(_ equation: String, _ operands: Tensor...) -> Tensor { einsum(equation, operands) }

/// The same for an array of operands.
public func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
    let terms = EinsumEquation(equation, operands)
    for operand in operands.dropFirst() where operand.dtype != operands[0].dtype {
        return reject(
            "einsum", "\(terms.context): dtypes do not mix, cast with cast(to:)", meant: terms.shape, operands[0].dtype)
    }
    if let problem = terms.problem {
        return reject("einsum", "\(terms.context): \(problem)", meant: terms.shape, operands[0].dtype)
    }
    var result = Factor(operands[0], terms.inputs[0])
    for (position, operand) in operands.enumerated().dropFirst() {
        let wanted = Set(terms.inputs[(position + 1)...].joined()).union(terms.output)
        result = result.times(Factor(operand, terms.inputs[position]), keeping: wanted)
    }
    result = result.summed(keeping: Set(terms.output))
    return result.tensor.permuted(terms.output.map { result.labels.firstIndex(of: $0)! })
}

/// An equation with the shapes that it is applied to. A letter's label is its code; axes of `...` are −1, −2, … from
/// the last.
private struct EinsumEquation {
    private(set) var inputs: [[Int]] = []
    private(set) var output: [Int] = []
    /// What does not fit, where anything does not.
    private(set) var problem: String?
    private var lengths: [Int: Int] = [:]
    /// The equation and the operands, as messages name them.
    let context: String

    var shape: Shape { Shape(output.map { lengths[$0] ?? 1 }) }

    init(_ equation: String, _ operands: [Tensor]) {
        context =
            "\"\(equation)\" of " + (operands.isEmpty ? "nothing" : operands.map(\.summary).joined(separator: " and "))
        let sides = equation.filter { $0 != " " }.split(separator: ">", omittingEmptySubsequences: false)
        var left = String(sides[0])
        if sides.count == 2, left.last == "-" {
            left.removeLast()
        } else if sides.count != 1 {
            fail("einsum", "\(context): at most one '->' is expected")
        }
        let terms = left.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard terms.count == operands.count else {
            fail("einsum", "\(context): the equation has \(terms.count) operands, but \(operands.count) were given")
        }
        for (position, (term, operand)) in zip(terms, operands).enumerated() {
            addInput(parse(term), operand.shape, position)
        }
        let further = lengths.keys.filter { $0 < 0 }.sorted()
        if sides.count == 2 {
            for label in parse(String(sides[1])) { output += label.map { [$0] } ?? further }
            if Set(output).count < output.count { fail("einsum", "\(context): the result names an axis twice") }
            if let unknown = output.first(where: { lengths[$0] == nil }) {
                if problem == nil { fail("einsum", "\(context): no operand has the result's axis '\(name(unknown))'") }
            }
        } else {
            let all = Array(inputs.joined())
            output = further + Set(all).filter { label in label > 0 && all.count { $0 == label } == 1 }.sorted()
        }
    }

    /// The labels of a term; nil stands for `...`.
    private func parse(_ term: String) -> [Int?] {
        var labels: [Int?] = []
        var rest = Substring(term)
        while let character = rest.first {
            if rest.hasPrefix("...") {
                if labels.contains(nil) { fail("einsum", "\(context): '\(term)' has '...' twice") }
                labels.append(nil)
                rest = rest.dropFirst(3)
            } else if character.isASCII, character.isLetter {
                labels.append(Int(character.asciiValue!))
                rest = rest.dropFirst()
            } else {
                fail("einsum", "\(context): '\(character)' is neither a letter nor '...'")
            }
        }
        return labels
    }

    private mutating func addInput(_ term: [Int?], _ shape: Shape, _ position: Int) {
        let named = term.count { $0 != nil }
        let others = shape.rank - named
        guard term.contains(nil) ? others >= 0 : others == 0 else {
            if problem == nil {
                problem = "operand \(position), \(shape), has \(shape.rank) axes, the equation names \(named)"
            }
            // Lengths that are not known count as 1.
            inputs.append(term.compactMap { $0 })
            return
        }
        let labels = term.flatMap { $0.map { [$0] } ?? Array((-others)..<0) }
        inputs.append(labels)
        for (label, length) in zip(labels, shape) {
            let known = lengths[label] ?? length
            if known != length, label > 0 || (known != 1 && length != 1) {
                if problem == nil {
                    problem =
                        "operand \(position), \(shape), has length \(length) at axis '\(name(label))', which is \(known) before"
                }
            }
            lengths[label] = label > 0 || known != 1 ? known : length
        }
    }

    private func name(_ label: Int) -> String {
        label < 0 ? "..." : String(UnicodeScalar(UInt8(label)))
    }
}

/// A tensor whose axes have labels, each once.
private struct Factor {
    var tensor: Tensor
    var labels: [Int]

    init(_ tensor: Tensor, _ labels: [Int]) {
        self.tensor = tensor
        self.labels = []
        // A label that stands there already takes the diagonal with it.
        for label in labels {
            if let first = self.labels.firstIndex(of: label) {
                self.tensor = diagonal(self.tensor, first, self.labels.count)
            } else {
                self.labels.append(label)
            }
        }
    }

    private func length(_ label: Int) -> Int { labels.firstIndex(of: label).map { tensor.shape[$0] } ?? 1 }

    func summed(keeping wanted: Set<Int>) -> Factor {
        let axes = labels.indices.filter { !wanted.contains(labels[$0]) }
        if axes.isEmpty { return self }
        return Factor(sum(tensor, axes: axes), labels.filter(wanted.contains))
    }

    /// The tensor with its axes in the order of groups, those of a group joined to one where `joining` says so.
    private func arranged(_ groups: [(labels: [Int], joined: Bool)]) -> Tensor {
        let order = groups.flatMap(\.labels).map { labels.firstIndex(of: $0)! }
        let shape = groups.flatMap { group in
            group.joined ? [group.labels.reduce(1) { $0 * length($1) }] : group.labels.map(length)
        }
        return tensor.permuted(order).reshaped(Shape(shape))
    }

    /// The product with `other`, summed over all that is not `wanted`.
    func times(_ other: Factor, keeping wanted: Set<Int>) -> Factor {
        var a = summed(keeping: wanted.union(other.labels))
        var b = other.summed(keeping: wanted.union(labels))
        let shared = a.labels.filter(b.labels.contains)
        let (batch, contracted) = (shared.filter(wanted.contains), shared.filter { !wanted.contains($0) })
        a.stretch(contracted, like: b)
        b.stretch(contracted, like: a)
        let rows = a.labels.filter { !shared.contains($0) }
        let columns = b.labels.filter { !shared.contains($0) }
        // [batch..., m, k] × [batch..., k, n], where m, k and n join the axes of one kind; batch axes broadcast.
        let left = a.arranged([(batch, false), (rows, true), (contracted, true)])
        let right = b.arranged([(batch, false), (contracted, true), (columns, true)])
        let product = contracted.isEmpty ? left * right : matmul(left, right)
        let lengths = Array(product.shape.prefix(batch.count)) + rows.map(a.length) + columns.map(b.length)
        return Factor(product.reshaped(Shape(lengths)), batch + rows + columns)
    }

    /// Repeats axes of length 1 to the length that they have in `other`: only those of `...` differ.
    private mutating func stretch(_ stretched: [Int], like other: Factor) {
        var shape = tensor.shape
        for label in stretched where shape[labels.firstIndex(of: label)!] == 1 {
            shape[labels.firstIndex(of: label)!] = other.length(label)
        }
        tensor = tensor.broadcast(to: shape)
    }
}

/// Axis `b` walked together with axis `a` < b, of the same length: element (…, i, …, i, …) stands at (…, i, …). A view.
func diagonal(_ x: Tensor, _ a: Int, _ b: Int) -> Tensor {
    let y = Tensor(storage: x.storage, layout: x.layout.diagonal(a, b), dtype: x.dtype)
    guard let tape = Tape.recording(x) else { return y }
    let shape = x.shape
    return tape.record("diagonal", y, x) { $0.onDiagonal(a, b, of: shape) }
}

extension Tensor {
    /// The adjoint of `diagonal`: zeros of `shape`, with this tensor on the diagonal of axes `a` and `b`.
    func onDiagonal(_ a: Int, _ b: Int, of shape: Shape) -> Tensor {
        let y = Tensor.zeros(shape, dtype: dtype)
        if !y.isAbstract, count > 0 {
            let target = y.layout.diagonal(a, b)
            let source = contiguous
            ct_scatter_strided(
                dtype.size, target.rank, target.shape.dimensions, target.strides, source.rawPointer, y.rawPointer)
            withExtendedLifetime(source.storage) {}
        }
        guard let tape = Tape.recording(self) else { return y }
        return tape.record("onDiagonal", y, self) { diagonal($0, a, b) }
    }
}

extension Layout {
    fileprivate func diagonal(_ a: Int, _ b: Int) -> Layout {
        var (lengths, steps) = (shape.dimensions, strides)
        steps[a] += steps[b]
        lengths.remove(at: b)
        steps.remove(at: b)
        return Layout(Shape(lengths), strides: steps, offset: offset)
    }
}
