import CCotangentKernels
import CotangentBLAS
import CotangentTensor

/// Changes parameters by their gradients.
public protocol Optimizer: AnyObject {
    /// The parameters in groups, each with its own learning rate and weight decay.
    var groups: [ParameterGroup] { get set }
    /// Takes one step. Parameters of other models, frozen ones, and ones without a gradient stay as they are.
    func update(with gradients: Gradients)
    /// All that the steps so far have left behind, learning rates included. Taking it costs next to nothing: memory is
    /// shared until the next step, which does not change it.
    var state: OptimizerState { get }
    /// Goes on from `state`: the next steps are those of the optimizer that it was taken from, bit for bit, given the
    /// same parameters and gradients.
    ///
    /// - Throws: ``OptimizerStateError``, which lists all that does not fit. Then nothing has been changed.
    func restore(_ state: OptimizerState) throws(OptimizerStateError)
    /// Forgets all steps: running means, momentum, their number. Parameters and learning rates stay as they are.
    func reset()
}

extension Optimizer {
    /// The learning rate of all groups; read, that of the first.
    public var learningRate: Double {
        get { groups[0].learningRate }
        set { for index in groups.indices { groups[index].learningRate = newValue } }
    }
}

/// A float tensor's memory.
@inline(__always)
func floats(_ x: Tensor) -> UnsafeMutablePointer<Float> { x.rawPointer.assumingMemoryBound(to: Float.self) }
@inline(__always)
func doubles(_ x: Tensor) -> UnsafeMutablePointer<Double> { x.rawPointer.assumingMemoryBound(to: Double.self) }

/// Memory that an optimizer keeps, from element `start` on.
@inline(__always)
func floats(_ kept: UnsafeMutableRawPointer?, _ start: Int) -> UnsafeMutablePointer<Float>? {
    kept.map { $0.assumingMemoryBound(to: Float.self) + start }
}
@inline(__always)
func doubles(_ kept: UnsafeMutableRawPointer?, _ start: Int) -> UnsafeMutablePointer<Double>? {
    kept.map { $0.assumingMemoryBound(to: Double.self) + start }
}

/// Runs one fused pass over a parameter in either precision, in parts over the pool.
@inline(__always)
func fusedPass(
    _ p: Tensor, float32: (Range<Int>) -> Void, float64: (Range<Int>) -> Void
) {
    if p.dtype == .float32 { parallel(over: p.count, float32) } else { parallel(over: p.count, float64) }
}
