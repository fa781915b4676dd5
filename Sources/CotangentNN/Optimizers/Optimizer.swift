import CCotangentKernels
import CotangentBLAS
import CotangentTensor

/// Changes parameters by their gradients.
public protocol Optimizer: AnyObject {
    /// The parameters in groups, each with its own learning rate and weight decay.
    var groups: [ParameterGroup] { get set }
    /// Takes one step. Parameters of other models, frozen ones, and ones without a gradient stay as they are.
    func update(with gradients: Gradients)
}

extension Optimizer {
    /// The learning rate of all groups; read, that of the first.
    public var learningRate: Double {
        get { groups[0].learningRate }
        set { for index in groups.indices { groups[index].learningRate = newValue } }
    }
}

/// Parameters that are trained alike.
public struct ParameterGroup: Sendable {
    public let parameters: [Parameter]
    public var learningRate: Double
    public var weightDecay: Double

    public init(_ parameters: [Parameter], learningRate: Double, weightDecay: Double = 0) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }
}

extension Structure {
    /// All parameters, trained alike.
    func group(_ learningRate: Double, _ weightDecay: Double) -> ParameterGroup {
        ParameterGroup(parameters.map(\.parameter), learningRate: learningRate, weightDecay: weightDecay)
    }
}

/// What every optimizer needs: its parameters one after another, with what it keeps for each, and a quick way from a
/// parameter to its gradient.
struct Slots<State> {
    struct Slot {
        let parameter: Parameter
        let group: Int
        var state: State?
        /// Where the gradient stood last time: it mostly stands there again.
        var place = 0
        /// Steps that this parameter has taken.
        var step = 0
    }

    private var slots: [Slot] = []
    /// Properties of the model that could hide a parameter.
    private let closures: [String]
    private var isChecked = false

    init(_ groups: [ParameterGroup], closures: [String] = []) {
        self.closures = closures
        for (index, group) in groups.enumerated() {
            for parameter in group.parameters {
                if slots.contains(where: { $0.parameter === parameter }) {
                    fail("Optimizer", "a parameter of shape \(parameter.shape) is in two groups, or twice in one")
                }
                slots.append(Slot(parameter: parameter, group: index))
            }
        }
    }

    /// Calls `body` with every parameter's memory, its gradient's, and its state.
    mutating func forEach(
        _ gradients: Gradients, _ body: (inout Slot, inout Tensor, Tensor) -> Void
    ) {
        checkForHidden(gradients)
        for index in slots.indices {
            let parameter = slots[index].parameter
            let place = slots[index].place
            if place >= gradients.entries.count || gradients.entries[place].parameter !== parameter {
                guard let found = gradients.index(of: parameter) else { continue }
                slots[index].place = found
            }
            guard parameter.isTrainable else { continue }
            let gradient = gradients.entries[slots[index].place].gradient.contiguous
            slots[index].step += 1
            parameter.update { value in
                guard gradient.shape == value.shape, gradient.dtype == value.dtype else {
                    fail("Optimizer", "the gradient is \(gradient.summary), the parameter \(value.summary)")
                }
                value.makeUnique()
                body(&slots[index], &value, gradient)
            }
        }
    }

    /// A gradient of a parameter that reflection did not find, while a property could not be looked into, is a
    /// parameter that would silently stay as it is.
    private mutating func checkForHidden(_ gradients: Gradients) {
        if isChecked || closures.isEmpty { return }
        isChecked = true
        for (parameter, _) in gradients.entries where !slots.contains(where: { $0.parameter === parameter }) {
            fail(
                "Optimizer",
                "a parameter of shape \(parameter.shape) has a gradient, but was not found in the model, whose property '\(closures[0])' is a function that may hide it: make it a property of its own"
            )
        }
    }
}

/// A float tensor's memory.
@inline(__always)
func floats(_ x: Tensor) -> UnsafeMutablePointer<Float> { x.rawPointer.assumingMemoryBound(to: Float.self) }
@inline(__always)
func doubles(_ x: Tensor) -> UnsafeMutablePointer<Double> { x.rawPointer.assumingMemoryBound(to: Double.self) }

/// Runs one fused pass over a parameter in either precision, in parts over the pool.
@inline(__always)
func fusedPass(
    _ p: Tensor, float32: (Range<Int>) -> Void, float64: (Range<Int>) -> Void
) {
    if p.dtype == .float32 { parallel(over: p.count, float32) } else { parallel(over: p.count, float64) }
}
