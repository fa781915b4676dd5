import CotangentNN
import CotangentTensor

/// What is added to the loss so that weights stay small (L2) or become zero (L1): l1 Σ|w| + l2 Σw², over all chosen
/// weights.
///
/// ```swift
/// trainer.penalty = .l2(1e-4)
/// trainer.penalty = .l1(1e-4, proximal: true)                       // weights that are exactly 0
/// trainer.penalty = .elasticNet(l1: 1e-5, l2: 1e-4) { $0.hasPrefix("head.") }
/// ```
///
/// In a plain loop: `crossEntropy(model(x), y) + penalty(model)`, and with a proximal one
/// `penalty.shrink(model, learningRate: optimizer.learningRate)` behind the step.
///
/// Chosen are weights: parameters with two axes or more whose last name does not begin with "bias". So biases and the
/// scales of normalisations are left alone; a closure on names chooses otherwise.
///
/// An optimizer's `weightDecay` d adds d · w to the gradient, as `.l2(d / 2)` does; but for AdamW, which
/// shrinks weights apart from the gradient.
public struct Penalty: Sendable {
    public let l1: Double
    public let l2: Double
    /// Whether the L1 part is not added to the loss but acts behind each step, by ``shrink(_:learningRate:)``.
    public let isProximal: Bool
    private let isIncluded: (@Sendable (String) -> Bool)?

    private init(_ l1: Double, _ l2: Double, _ isProximal: Bool, _ isIncluded: (@Sendable (String) -> Bool)?) {
        guard l1 >= 0, l2 >= 0 else { fail("Penalty", "l1 \(l1), l2 \(l2): they must not be negative") }
        self.l1 = l1
        self.l2 = l2
        self.isProximal = isProximal
        self.isIncluded = isIncluded
    }

    /// λ Σ|w|.
    ///
    /// Its gradient is ±λ, so plain steps go to and fro around 0 and hit it never; `proximal` gives exact zeros.
    public static func l1(
        _ lambda: Double, proximal: Bool = false, where isIncluded: (@Sendable (_ name: String) -> Bool)? = nil
    ) -> Penalty { Penalty(lambda, 0, proximal, isIncluded) }

    /// λ Σw².
    public static func l2(
        _ lambda: Double, where isIncluded: (@Sendable (_ name: String) -> Bool)? = nil
    ) -> Penalty { Penalty(0, lambda, false, isIncluded) }

    /// Both (Zou and Hastie, 2005).
    public static func elasticNet(
        l1: Double, l2: Double, proximal: Bool = false, where isIncluded: (@Sendable (_ name: String) -> Bool)? = nil
    ) -> Penalty { Penalty(l1, l2, proximal, isIncluded) }

    /// The penalty, of one element. The model is looked through each time, which takes some microseconds.
    public func callAsFunction(_ model: some Module) -> Tensor { value(of: parameters(of: model)) }

    /// Moves every chosen weight towards 0 by learningRate · l1, and those that would pass it to exactly 0 (soft
    /// threshold; Parikh and Boyd, "Proximal algorithms", 2014, §6.5.2). Frozen ones stay.
    ///
    /// With plain gradient descent this is the proximal gradient method, whose fixed points are the minima of loss plus
    /// penalty. Adam and the like scale each weight's gradient, and this step does not: as weight decay in AdamW, it
    /// acts apart from the gradient, with the learning rate alone.
    public func shrink(_ model: some Module, learningRate: Double) {
        for parameter in parameters(of: model) { shrink(parameter, learningRate: learningRate) }
    }

    /// The weights that it chooses.
    func parameters(of model: some Module) -> [Parameter] {
        let chosen = model.namedParameters.filter { name, parameter in
            if let isIncluded { return isIncluded(name) }
            return parameter.shape.rank >= 2 && name.split(separator: ".").last?.hasPrefix("bias") != true
        }
        if chosen.isEmpty {
            fail("Penalty", "no parameter is chosen; the model has \(model.namedParameters.map(\.name))")
        }
        return chosen.map(\.parameter)
    }

    /// Whether something is added to the loss.
    var isInLoss: Bool { l2 > 0 || (l1 > 0 && !isProximal) }

    func value(of parameters: [Parameter]) -> Tensor {
        var total: Tensor?
        for parameter in parameters {
            let weight = parameter.value
            var terms: [Tensor] = []
            if l1 > 0, !isProximal { terms.append(sum(abs(weight)) * l1) }
            if l2 > 0 { terms.append(sum(square(weight)) * l2) }
            for term in terms { total = total.map { $0 + term.cast(to: $0.dtype) } ?? term }
        }
        return total ?? Tensor.zeros([], dtype: parameters[0].dtype)
    }

    func shrink(_ parameter: Parameter, learningRate: Double) {
        let threshold = learningRate * l1
        guard isProximal, threshold > 0, parameter.isTrainable else { return }
        // w − clamp(w, ±t) is exactly 0 within ±t.
        parameter.update { $0 = $0 - clamp($0, -threshold, threshold) }
    }
}
