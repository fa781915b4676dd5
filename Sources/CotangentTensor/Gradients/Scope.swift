import CCotangentKernels

/// What holds for the code that runs inside a call such as `valueAndGradients(of:)`: mode, randomness, the values that
/// stand in for parameters, changes of state that wait for success. Scopes nest; each thread has its own stack.
package final class Scope {
    let parent: Scope?
    @exclusivity(unchecked) package var mode: Mode
    /// The key and the number of draws so far. Nested scopes share it.
    @exclusivity(unchecked) package var random: RandomState?
    /// The recording on which this scope's parameters are leaves; nil where the scope takes no parameters' gradients.
    @exclusivity(unchecked) package var parameterTape: Tape?
    /// Parameters read so far, as leaves on the tape.
    @exclusivity(unchecked) package private(set) var leaves: ContiguousArray<(owner: AnyObject, tensor: Tensor)> = []
    @exclusivity(unchecked) private var leafIndices: [ObjectIdentifier: Int] = [:]
    /// Values that stand in for parameters (``functionalCall``).
    @exclusivity(unchecked) package var overrides: [ObjectIdentifier: Tensor] = [:]
    /// New values of buffers, which the outermost scope commits when it succeeds.
    private var pending: [ObjectIdentifier: (value: Tensor, commit: (Tensor) -> Void)] = [:]
    /// A checkpoint's second run leaves state alone, and so do measurements.
    @exclusivity(unchecked) package var discardsUpdates = false
    @exclusivity(unchecked) var abstractRun: AbstractRun?
    @exclusivity(unchecked) var anomalies: AnomalyLog?
    @exclusivity(unchecked) package var observer: LayerObserver?

    private init(parent: Scope?, mode: Mode?) {
        self.parent = parent
        self.mode = mode ?? parent?.mode ?? .inference
        random = parent?.random
        abstractRun = parent?.abstractRun
        anomalies = parent?.anomalies
        observer = parent?.observer
        discardsUpdates = parent?.discardsUpdates ?? false
    }

    /// The innermost scope of this thread.
    @inline(__always)
    package static var current: Scope? {
        guard let raw = ct_current_scope() else { return nil }
        return Unmanaged<Scope>.fromOpaque(raw).takeUnretainedValue()
    }

    /// Runs `body` in a new scope inside the current one. State that it changed is kept only when it does not throw.
    package static func run<R>(
        mode: Mode? = nil, configure: (Scope) -> Void = { _ in }, _ body: (Scope) throws -> R
    ) rethrows -> R {
        let scope = Scope(parent: current, mode: mode)
        configure(scope)
        let result = try scope.enter { try body(scope) }
        scope.succeed()
        return result
    }

    /// Runs `body` with this scope as the current one.
    func enter<R>(_ body: () throws -> R) rethrows -> R {
        let outer = ct_current_scope()
        ct_set_current_scope(Unmanaged.passUnretained(self).toOpaque())
        defer {
            ct_set_current_scope(outer)
            withExtendedLifetime(self) {}
        }
        return try body()
    }

    private func succeed() {
        if pending.isEmpty { return }
        if let parent {
            parent.pending.merge(pending) { $1 }
        } else {
            for (value, commit) in pending.values { commit(value) }
        }
        pending = [:]
    }

    // MARK: Parameters and buffers

    /// The value of the parameter `owner` here: a stand-in where there is one, recorded as a leaf where gradients of
    /// parameters are taken and it is trained.
    package func value(of owner: AnyObject, isTrainable: Bool, stored: () -> Tensor) -> Tensor {
        let id = ObjectIdentifier(owner)
        observer?.parameterWasRead(id)
        anomalies?.lastParameter = id
        return isTrainable ? resolve(id, owner, stored) : override(id) ?? stored()
    }

    private func override(_ id: ObjectIdentifier) -> Tensor? { overrides[id] ?? parent?.override(id) }

    private func resolve(_ id: ObjectIdentifier, _ owner: AnyObject, _ stored: () -> Tensor) -> Tensor {
        if !overrides.isEmpty, let value = overrides[id] { return value }
        guard let tape = parameterTape else { return parent?.resolve(id, owner, stored) ?? stored() }
        if let index = leafIndex(id) { return leaves[index].tensor }
        // An outer scope's leaf is an input of this one's: its own node lets this scope's pass end there.
        let leaf = tape.leaf(parent?.resolve(id, owner, stored) ?? stored())
        leaves.append((owner, leaf))
        if leaves.count > Self.scanned { leafIndices[id] = leaves.count - 1 }
        return leaf
    }

    /// The first leaves are found by looking through them, which beats hashing for a small model.
    private static let scanned = 16

    private func leafIndex(_ id: ObjectIdentifier) -> Int? {
        for index in 0..<min(leaves.count, Self.scanned) where ObjectIdentifier(leaves[index].owner) == id {
            return index
        }
        return leaves.count > Self.scanned ? leafIndices[id] : nil
    }

    /// A buffer's value here, with what this scope has changed.
    package func pendingValue(of id: ObjectIdentifier) -> Tensor? {
        pending[id]?.value ?? parent?.pendingValue(of: id)
    }

    /// Notes a buffer's new value; `commit` writes it when the outermost scope succeeds.
    package func update(_ id: ObjectIdentifier, _ value: Tensor, commit: @escaping (Tensor) -> Void) {
        if !discardsUpdates && abstractRun == nil { pending[id] = (value.detached, commit) }
    }
}

/// The randomness of a scope: draws are numbered, so that a second run of a checkpoint can repeat them.
package final class RandomState {
    let key: UInt64
    package var draws: UInt64 = 0

    init(key: UInt64) { self.key = key }
}

extension PhiloxGenerator {
    /// Randomness for a scope, independent of this generator's further numbers.
    package mutating func nextRandomState() -> RandomState { RandomState(key: nextKey()) }
}

extension Scope {
    /// A generator for the next draw of this thread's scope, or nil where no scope was given randomness.
    package static func nextGenerator() -> PhiloxGenerator? {
        guard let random = current?.random else { return nil }
        defer { random.draws += 1 }
        return PhiloxGenerator(key: random.key, stream: random.draws)
    }
}

/// Runs `body` in `mode`, with randomness for the layers that need it, and returns its result.
///
/// ```swift
/// // Monte Carlo dropout: predictions that vary show how sure the model is.
/// let samples = (0..<20).map { _ in running(in: .training, using: &generator) { model(x) } }
/// ```
public func running<R>(
    in mode: Mode, using generator: inout PhiloxGenerator, _ body: () throws -> R
) rethrows -> R {
    let random = generator.nextRandomState()
    return try Scope.run(mode: mode, configure: { $0.random = random }) { _ in try body() }
}

/// Runs `body` in `mode` and returns its result.
public func running<R>(in mode: Mode, _ body: () throws -> R) rethrows -> R {
    try Scope.run(mode: mode) { _ in try body() }
}
