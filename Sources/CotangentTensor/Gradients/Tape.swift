import CCotangentKernels
import Synchronization

/// A recording of operations in order of execution, played backward in one loop.
///
/// One tape serves all nested recordings of a thread: an inner gradient plays the nodes above its mark, and what its
/// pullbacks compute is recorded behind them where the outer recording goes on, so gradients of gradients need nothing
/// of their own. A tensor knows its recording by `generation`, which is never used twice: where it has escaped from its
/// scope it is a plain value.
package final class Tape {
    enum Pullback {
        /// An input of a recording. Nested, it is the outer tensor `outer` (−1: none) under a new name.
        case leaf(outer: Int32)
        case unary(Int32, (Tensor) -> Tensor)
        case binary(Int32, Int32, (Tensor) -> (Tensor?, Tensor?))
        case ternary(Int32, Int32, Int32, (Tensor) -> (Tensor?, Tensor?, Tensor?))
        case nary([Int32], (Tensor) -> [Tensor?])
        /// Runs again to be recorded, then is played.
        case checkpoint(() -> Tensor)
        /// Was played and let go of what it kept.
        case spent
    }

    struct Node {
        let name: StaticString
        var pullback: Pullback
    }

    // One thread records and plays a tape, and no access spans another, so the run-time check of that is left out.
    @exclusivity(unchecked) private(set) var nodes: ContiguousArray<Node> = []
    @exclusivity(unchecked) package private(set) var generation: UInt64 = 0

    // MARK: Recording

    /// The tape on which an operation on `x` is recorded now, if it is.
    @inline(__always)
    package static func recording(_ x: Tensor) -> Tape? {
        x.generation == 0 ? nil : active(x.generation, 0, 0)
    }

    @inline(__always)
    package static func recording(_ a: Tensor, _ b: Tensor) -> Tape? {
        a.generation | b.generation == 0 ? nil : active(a.generation, b.generation, 0)
    }

    @inline(__always)
    package static func recording(_ a: Tensor, _ b: Tensor, _ c: Tensor) -> Tape? {
        a.generation | b.generation | c.generation == 0 ? nil : active(a.generation, b.generation, c.generation)
    }

    package static func recording(_ tensors: [Tensor]) -> Tape? {
        guard let tape = current, tensors.contains(where: { $0.generation == tape.generation }) else { return nil }
        return tape
    }

    @inline(__always)
    private static func active(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> Tape? {
        guard let tape = current else { return nil }
        let generation = tape.generation
        return generation == a || generation == b || generation == c ? tape : nil
    }

    @inline(__always)
    package static var current: Tape? {
        guard let raw = ct_current_tape() else { return nil }
        return Unmanaged<Tape>.fromOpaque(raw).takeUnretainedValue()
    }

    /// Whether a recording goes on, so that a pullback must consist of operations.
    @inline(__always)
    package static var isRecording: Bool { ct_current_tape() != nil }

    /// How many recordings of this thread's are nested on its tape.
    var depth = 0

    /// Whether gradients of gradients may be taken of what is recorded now, so that an operation must be composed of
    /// others instead of having a fused pullback.
    @inline(__always)
    package static var isNested: Bool { (current?.depth ?? 0) > 1 }

    /// Whether gradients are taken with respect to `x`.
    @inline(__always)
    package func tracks(_ x: Tensor) -> Bool { x.generation == generation }

    @inline(__always)
    private func index(_ x: Tensor) -> Int32 { x.generation == generation ? x.node : -1 }

    /// `value` as the result of the next `record`: for pullbacks that use the result.
    @inline(__always)
    package func next(_ value: Tensor) -> Tensor {
        var result = value
        result.generation = generation
        result.node = Int32(truncatingIfNeeded: nodes.count)
        return result
    }

    /// Records that `value` came from `x`. The pullback turns the cotangent of the value into that of `x`, of the
    /// same shape as `x`; it consists of operations, so that it can be recorded in turn.
    package func record(
        _ name: StaticString, _ value: Tensor, _ x: Tensor, _ pullback: @escaping (Tensor) -> Tensor
    ) -> Tensor {
        append(name, value, .unary(index(x), pullback), x)
    }

    /// The same for two inputs. A cotangent that nobody wants (see `tracks`) may be nil.
    package func record(
        _ name: StaticString, _ value: Tensor, _ a: Tensor, _ b: Tensor,
        _ pullback: @escaping (Tensor) -> (Tensor?, Tensor?)
    ) -> Tensor {
        append(name, value, .binary(index(a), index(b), pullback), a, b)
    }

    package func record(
        _ name: StaticString, _ value: Tensor, _ a: Tensor, _ b: Tensor, _ c: Tensor,
        _ pullback: @escaping (Tensor) -> (Tensor?, Tensor?, Tensor?)
    ) -> Tensor {
        append(name, value, .ternary(index(a), index(b), index(c), pullback), a, b)
    }

    /// The same for any number of inputs.
    package func record(
        _ name: StaticString, _ value: Tensor, _ inputs: [Tensor], _ pullback: @escaping (Tensor) -> [Tensor?]
    ) -> Tensor {
        let result = append(name, value, .nary(inputs.map(index), pullback))
        for input in inputs { AnomalyLog.current?.checkInput(input, of: name) }
        return result
    }

    func recordCheckpoint(_ value: Tensor, _ body: @escaping () -> Tensor) -> Tensor {
        append("checkpoint", value, .checkpoint(body))
    }

    /// `x` as an input of the recording that begins here.
    func leaf(_ x: Tensor) -> Tensor { append("input", x, .leaf(outer: index(x))) }

    @inline(__always)
    private func append(
        _ name: StaticString, _ value: Tensor, _ pullback: Pullback, _ a: Tensor? = nil, _ b: Tensor? = nil
    ) -> Tensor {
        let result = next(value)
        nodes.append(Node(name: name, pullback: pullback))
        if let log = AnomalyLog.current { log.checkForward(name, value, a, b) }
        return result
    }

    /// Runs `body` with this tape as the thread's, or with none, so that nothing is recorded.
    static func with<R>(_ tape: Tape?, _ body: () throws -> R) rethrows -> R {
        let outer = ct_current_tape()
        ct_set_current_tape(tape.map { Unmanaged.passUnretained($0).toOpaque() })
        defer { ct_set_current_tape(outer) }
        return try body()
    }

    /// Runs `body` and records it here.
    package func recorded<R>(_ body: () throws -> R) rethrows -> R { try Tape.with(self, body) }

    package var count: Int { nodes.count }

    // MARK: Playing backward

    /// Cotangents of the nodes from `mark` on, from that of `output`. Nodes that are passed let go of what they keep
    /// where `freeing`.
    func play(from output: Tensor, _ cotangent: Tensor, downTo mark: Int, freeing: Bool) -> Cotangents {
        var cotangents = Cotangents(mark: mark, count: Int(output.node) + 1 - mark)
        cotangents.add(cotangent, to: output.node)
        play(from: Int(output.node), downTo: mark, freeing: freeing, &cotangents)
        return cotangents
    }

    private func play(from top: Int, downTo mark: Int, freeing: Bool, _ cotangents: inout Cotangents) {
        let log = AnomalyLog.current
        let observer = Scope.current?.observer
        observer?.playWillBegin(self)
        defer { observer?.playDidEnd(self) }
        var index = top
        while index >= mark {
            defer { index -= 1 }
            if case .leaf(let outer) = nodes[index].pullback {
                // Only a pass that goes below a nested input carries on from it.
                if outer >= 0, Int(outer) >= cotangents.mark, let dy = cotangents[index] {
                    cotangents.add(dy, to: outer)
                }
                continue
            }
            guard let dy = cotangents.take(index) else {
                if freeing { nodes[index].pullback = .spent }
                continue
            }
            observer?.willPlay(index, of: self)
            switch nodes[index].pullback {
            case .unary(let input, let pullback):
                if Int(input) >= cotangents.mark {
                    let dx = pullback(dy)
                    log?.checkBackward(nodes[index].name, dy, dx)
                    cotangents.add(dx, to: input)
                }
            case .binary(let a, let b, let pullback):
                let (da, db) = pullback(dy)
                log?.checkBackward(nodes[index].name, dy, da, db)
                if let da { cotangents.add(da, to: a) }
                if let db { cotangents.add(db, to: b) }
            case .ternary(let a, let b, let c, let pullback):
                let (da, db, dc) = pullback(dy)
                log?.checkBackward(nodes[index].name, dy, da, db)
                if let da { cotangents.add(da, to: a) }
                if let db { cotangents.add(db, to: b) }
                if let dc { cotangents.add(dc, to: c) }
            case .nary(let inputs, let pullback):
                for (input, dx) in zip(inputs, pullback(dy)) {
                    if let dx {
                        log?.checkBackward(nodes[index].name, dy, dx)
                        cotangents.add(dx, to: input)
                    }
                }
            case .checkpoint(let body):
                playCheckpoint(body, dy, &cotangents)
            case .leaf:
                break
            case .spent:
                fail("pullback", "the operations were played before, or the recording that they belong to has ended")
            }
            if freeing { nodes[index].pullback = .spent }
        }
    }

    /// Records `body` behind all nodes, plays it, and takes the nodes away again, unless an outer recording goes on
    /// and will need them. Its inputs are nodes of this tape already, so their cotangents go where they belong.
    private func playCheckpoint(_ body: () -> Tensor, _ dy: Tensor, _ cotangents: inout Cotangents) {
        let start = nodes.count
        let nested = Tape.isRecording
        let result = Tape.with(self, body)
        guard tracks(result), Int(result.node) >= start else {
            if tracks(result) { cotangents.add(dy, to: result.node) }
            return
        }
        cotangents.extend(to: Int(result.node) + 1)
        cotangents.add(dy, to: result.node)
        play(from: Int(result.node), downTo: start, freeing: !nested, &cotangents)
        if !nested {
            nodes.removeSubrange(start...)
            cotangents.shrink(to: start)
        }
    }

    // MARK: Life

    private static let nextGeneration = Atomic<UInt64>(1)
    /// Tapes that ended, whose arrays serve the next ones: each place holds one, retained, or 0. Atomics instead of a
    /// lock, since ThreadSanitizer does not see into the standard library's Mutex and would report races.
    private nonisolated(unsafe) static let spares: UnsafeMutablePointer<Atomic<UInt>> = {
        let places = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: spareCount)
        for place in 0..<spareCount { (places + place).initialize(to: Atomic(0)) }
        return places
    }()
    private static let spareCount = 8

    private static func takeSpare() -> Tape? {
        for place in 0..<spareCount where spares[place].load(ordering: .relaxed) != 0 {
            let bits = spares[place].exchange(0, ordering: .acquiring)
            if let pointer = UnsafeRawPointer(bitPattern: bits) {
                return Unmanaged<Tape>.fromOpaque(pointer).takeRetainedValue()
            }
        }
        return nil
    }

    private func becomeSpare() {
        let retained = Unmanaged.passRetained(self)
        let bits = UInt(bitPattern: retained.toOpaque())
        for place in 0..<Self.spareCount {
            if Self.spares[place].compareExchange(expected: 0, desired: bits, ordering: .releasing).exchanged { return }
        }
        retained.release()
    }

    /// A new, empty recording.
    static func begin() -> Tape {
        let tape = takeSpare() ?? Tape()
        tape.depth = 0
        tape.generation = nextGeneration.wrappingAdd(1, ordering: .relaxed).oldValue
        return tape
    }

    /// Ends this recording: its tensors are plain values from now on.
    func end() {
        generation = .max
        nodes.removeAll(keepingCapacity: nodes.count <= 1 << 16)
        becomeSpare()
    }
}
