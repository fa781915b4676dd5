import CotangentTensor

/// The values of a model's parameters and buffers at one time, by name.
///
/// It shares memory with the model until the model changes, so that taking one costs next to nothing.
///
/// ```swift
/// let best = model.snapshot()
/// // … train on …
/// try model.restore(best)
/// ```
public struct Snapshot: Sendable, Equatable {
    /// The names, in the order of the model's properties; parameters first.
    public private(set) var names: [String]
    private var tensors: [String: Tensor]

    /// A snapshot of the caller's own: weights from a file, an average of several.
    public init(_ values: [(name: String, tensor: Tensor)]) {
        names = values.map(\.name)
        tensors = Dictionary(values.map { ($0.name, $0.tensor.detached) }) { first, _ in
            fail("Snapshot", "a name is given twice, with \(first.summary)")
        }
    }

    /// The tensor called `name`; nil where there is none. Setting adds, changes or, with nil, removes one.
    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set {
            if newValue == nil { names.removeAll { $0 == name } } else if tensors[name] == nil { names.append(name) }
            tensors[name] = newValue?.detached
        }
    }

    /// How many tensors there are.
    public var count: Int { names.count }

    /// The same names, each tensor changed by `transform`.
    public func map(_ transform: (_ name: String, _ tensor: Tensor) throws -> Tensor) rethrows -> Snapshot {
        Snapshot(try names.map { ($0, try transform($0, tensors[$0]!)) })
    }

    /// The same tensors under other names; what `rename` gives nil for is left out.
    ///
    /// ```swift
    /// // As PyTorch's model calls them, where Swift has camel case
    /// model.snapshot().renamed { $0.replacing("fullyConnected", with: "fully_connected") }
    /// ```
    /// Two tensors that would get the same name trap.
    public func renamed(_ rename: (String) throws -> String?) rethrows -> Snapshot {
        Snapshot(try names.compactMap { name in try rename(name).map { ($0, tensors[name]!) } })
    }
}

/// A snapshot that does not fit the model.
public struct SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Names that the model has and the snapshot lacks.
    public var missing: [String] = []
    /// Names that the snapshot has and the model lacks.
    public var unexpected: [String] = []
    /// Names whose dtypes or shapes differ, with both; names of one parameter whose values differ.
    public var mismatched: [String] = []

    public var description: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing: \(missing.joined(separator: ", "))") }
        if !unexpected.isEmpty { parts.append("unexpected: \(unexpected.joined(separator: ", "))") }
        if !mismatched.isEmpty { parts.append("of another shape or dtype: \(mismatched.joined(separator: "; "))") }
        return "the snapshot does not fit the model, which was left as it was. " + parts.joined(separator: ". ")
    }
}
