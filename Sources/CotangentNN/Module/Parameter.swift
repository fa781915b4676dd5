import CotangentTensor
import Synchronization

/// A tensor that training changes. A small box with identity: copies of the model that holds it are the same model.
///
/// It may be read from several threads while another trains: each sees a whole value, the old or the new.
public final class Parameter: Sendable {
    private struct State {
        var value: Tensor
        var isTrainable = true
    }

    private let state: Mutex<State>

    public init(_ value: Tensor) {
        guard value.dtype.isFloatingPoint else {
            fail("Parameter", "the value is \(value.summary); only floating point can be trained")
        }
        state = Mutex(State(value: value.detached))
    }

    /// The value; inside `valueAndGradients(of:)` recorded, so that its gradient is taken. Setting keeps shape and dtype.
    public var value: Tensor {
        get {
            guard let scope = Scope.current else { return stored }
            return scope.value(of: self, isTrainable: isTrainable) { stored }
        }
        set {
            state.withLock { state in
                guard newValue.shape == state.value.shape, newValue.dtype == state.value.dtype else {
                    fail("Parameter", "its value is \(state.value.summary), and cannot become \(newValue.summary)")
                }
                state.value = newValue.detached
            }
        }
    }

    /// The value as a plain tensor, whatever scope it is read in.
    package var stored: Tensor { state.withLock { $0.value } }

    public var shape: Shape { state.withLock { $0.value.shape } }
    public var dtype: DType { state.withLock { $0.value.dtype } }

    /// Whether gradients are taken and training changes it. False for what is frozen.
    public var isTrainable: Bool {
        get { state.withLock { $0.isTrainable } }
        set { state.withLock { $0.isTrainable = newValue } }
    }

    /// Changes the value in place: memory that nobody else holds is written without a copy.
    package func update(_ body: (inout Tensor) -> Void) {
        state.withLock { body(&$0.value) }
    }
}

/// A tensor that belongs to a model and is saved with it, but is not trained: running means, fixed tables.
public final class Buffer: Sendable {
    private let state: Mutex<Tensor>

    public init(_ value: Tensor) { state = Mutex(value.detached) }

    /// The value. Inside a scope such as `valueAndGradients(of:)` a change is seen at once by that thread, and kept when
    /// the outermost scope succeeds: not half after an error, not twice by a checkpoint.
    public var value: Tensor {
        get { Scope.current?.pendingValue(of: ObjectIdentifier(self)) ?? state.withLock { $0 } }
        set {
            guard let scope = Scope.current else { return store(newValue) }
            scope.update(ObjectIdentifier(self), newValue, commit: store)
        }
    }

    private func store(_ value: Tensor) {
        state.withLock { state in
            guard value.shape == state.shape, value.dtype == state.dtype else {
                fail("Buffer", "its value is \(state.summary), and cannot become \(value.summary)")
            }
            state = value.detached
        }
    }
}
