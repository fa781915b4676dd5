/// How large gradients are held back before the optimizer sees them.
public enum GradientClipping: Sendable, Equatable {
    /// All gradients are scaled down together where their common norm exceeds the limit: see
    /// ``Gradients/clipped(toNorm:)``.
    case norm(Double)
    /// Every element is held within ± the limit.
    case value(Double)
}
