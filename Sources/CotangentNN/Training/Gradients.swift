import CotangentTensor

/// The gradients of a model's parameters.
public struct Gradients: Sendable {
    package private(set) var entries: ContiguousArray<(parameter: Parameter, gradient: Tensor)> = []

    package init() {}

    package mutating func reserve(_ count: Int) { entries.reserveCapacity(count) }

    package mutating func append(_ parameter: Parameter, _ gradient: Tensor) { entries.append((parameter, gradient)) }

    public var count: Int { entries.count }

    /// The gradient of `parameter`; nil where it was not read.
    public subscript(parameter: Parameter) -> Tensor? { index(of: parameter).map { entries[$0].gradient } }

    package func index(of parameter: Parameter) -> Int? { entries.firstIndex { $0.parameter === parameter } }

    /// The same parameters, each gradient changed by `transform`.
    public func map(_ transform: (Tensor) throws -> Tensor) rethrows -> Gradients {
        var result = self
        for index in entries.indices { result.entries[index].gradient = try transform(entries[index].gradient) }
        return result
    }

    /// √(Σ over all parameters and elements of g²).
    public var norm: Double {
        var squares = 0.0
        for (_, gradient) in entries { squares += sum(square(gradient.detached)).item }
        return squares.squareRoot()
    }

    /// Scaled down so that their common norm is at most `limit`: by limit / (norm + 1e-6), as PyTorch's
    /// `clip_grad_norm_` (Pascanu, Mikolov, Bengio, 2013).
    public func clipped(toNorm limit: Double) -> Gradients {
        let factor = limit / (norm + 1e-6)
        return factor < 1 ? map { $0 * factor } : self
    }

    /// Every element held within ±limit.
    public func clipped(toValue limit: Double) -> Gradients { map { clamp($0, -limit, limit) } }

    /// Sums, for accumulating over several batches. A parameter that one side lacks counts as 0 there.
    public static func + (a: Gradients, b: Gradients) -> Gradients {
        var result = a
        for (parameter, gradient) in b.entries {
            if let index = result.index(of: parameter) {
                result.entries[index].gradient = result.entries[index].gradient + gradient
            } else {
                result.append(parameter, gradient)
            }
        }
        return result
    }

    public static func += (a: inout Gradients, b: Gradients) { a = a + b }
    public static func * (a: Gradients, factor: Double) -> Gradients { a.map { $0 * factor } }
    public static func / (a: Gradients, divisor: Double) -> Gradients { a.map { $0 / divisor } }
}
