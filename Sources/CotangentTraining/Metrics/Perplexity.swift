import CotangentTensor

/// How many equally likely tokens a language model wavers between: exp of the mean cross-entropy of all tokens.
///
/// Logits [..., tokens] with int64 [...]; those of ``LogLoss``.
public struct Perplexity: Metric {
    public var name = "perplexity"
    public var isBetterHigher: Bool { false }
    private var loss: LogLoss

    /// Tokens `ignoring`, such as padding, do not count.
    public init(ignoring: Int = -100) { loss = LogLoss(ignoring: ignoring) }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) { loss.update(predictions, targets) }

    public var value: Double { CotangentTensor.exp(Tensor(scalar: loss.value)).item }

    public mutating func reset() { loss.reset() }

    public var accumulated: [Double] {
        get { loss.accumulated }
        set { loss.accumulated = newValue }
    }
}
