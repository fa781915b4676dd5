import CotangentTensor

/// The limited-memory BFGS method: J. Nocedal, S. Wright, "Numerical Optimization", 2nd ed., algorithms 7.4 and 7.5, with
/// a line search by the strong Wolfe conditions.
///
/// The first step is as long as the gradient or 1, whichever is shorter; from then on a step of 1 is tried first, along
/// −H g, where H stands for the inverse Hessian by the last `memory` steps. Where no step is found along it, the memory
/// is forgotten and −g tried once.
public struct LBFGS: Minimizer, Hashable {
    /// How many steps are remembered.
    public var memory: Int
    public var iterations: Int
    /// Ends where the largest |∂C/∂pᵢ| is at most this.
    public var gradientTolerance: Double
    /// Ends where a step lowers the value by at most this times max(|C before|, |C after|, 1); at 0 never.
    public var valueTolerance: Double
    public var recordsPath: Bool

    public init(
        memory: Int = 10, iterations: Int = 1000, gradientTolerance: Double = 1e-8, valueTolerance: Double = 0,
        recordsPath: Bool = false
    ) {
        guard memory > 0, iterations >= 0 else {
            fail("LBFGS", "a memory of \(memory) steps and \(iterations) iterations: 1 and 0 are the least")
        }
        self.memory = memory
        self.iterations = iterations
        self.gradientTolerance = gradientTolerance
        self.valueTolerance = valueTolerance
        self.recordsPath = recordsPath
    }

    public func minimize(
        from start: [Tensor], valueAndGradients: ([Tensor]) throws -> (value: Tensor, gradients: [Tensor])
    ) rethrows -> Minimization<[Tensor]> {
        let flat = FlatPoint(start, "LBFGS")
        var walk = Walk(flat, recordsPath: recordsPath)
        var curvature = InverseHessian(memory)
        var stagnation = Stagnation(flat.roundoff, limit: 5)
        let search = StrongWolfe(roundoff: flat.roundoff)
        var here = try walk.evaluate(at: flat.vector(start), valueAndGradients)
        walk.visit(here)
        guard here.isFinite else { return walk.end(.notFinite, at: here) }
        while here.gradientNorm > gradientTolerance {
            guard walk.iterations < iterations else { return walk.end(.iterationLimit, at: here) }
            var direction = curvature.applied(to: here.gradient) * -1
            var slope = dot(direction, here.gradient)
            if !(slope < 0) {
                curvature.forget()
                direction = here.gradient * -1
                slope = -dot(here.gradient, here.gradient)
            }
            let first = curvature.isEmpty ? min(1, 1 / (-slope).squareRoot()) : 1
            let outcome = try search.search(
                from: .init(step: 0, value: here.value, slope: slope, place: here), first: first
            ) { step in
                let place = try walk.evaluate(at: here.point + direction * step, valueAndGradients)
                let slope = place.isFinite ? dot(place.gradient, direction) : Double.nan
                return .init(step: step, value: place.value, slope: slope, place: place)
            }
            let next: Evaluation
            switch outcome {
            case .found(let trial): next = trial.place
            case .failed where !curvature.isEmpty:
                curvature.forget()
                continue
            case .failed(let bracket):
                let isLost = bracket.map { $0.isHidden || flat.isRoundedAway(direction * $0.reach, at: here.point) }
                return walk.end(isLost == true ? .precision : .lineSearch, at: here)
            }
            curvature.add(step: next.point - here.point, gradients: next.gradient - here.gradient)
            let before = here
            here = next
            walk.iterations += 1
            walk.visit(here)
            if here.gradientNorm <= gradientTolerance { break }
            let scale = max(Swift.abs(before.value), Swift.abs(here.value), 1)
            if valueTolerance > 0, before.value - here.value <= valueTolerance * scale {
                return walk.end(.value, at: here)
            }
            if stagnation.goesOn(from: before, to: here) { return walk.end(.precision, at: here) }
        }
        return walk.end(.gradient, at: here)
    }
}

/// Whether steps still lead anywhere. Rounding hides the value's fall first; the gradient may go on falling for a while.
struct Stagnation {
    private let roundoff: Double
    private let limit: Int
    private var steps = 0
    private var lowest = Double.infinity

    init(_ roundoff: Double, limit: Int) { (self.roundoff, self.limit) = (roundoff, limit) }

    /// Counts a step; true at the last of `limit` in a row that lowered neither the value by more than rounding nor
    /// the gradient to less than it ever was.
    mutating func goesOn(from before: Evaluation, to here: Evaluation) -> Bool {
        let gains = before.value - here.value > 8 * roundoff * Swift.abs(before.value) || here.gradientNorm < lowest
        lowest = min(lowest, here.gradientNorm)
        steps = gains ? 0 : steps + 1
        return steps == limit
    }
}

/// The inverse Hessian by the last steps s and changes of the gradient y, without a matrix.
struct InverseHessian {
    private let limit: Int
    private var pairs: [(s: Tensor, y: Tensor, product: Double)] = []

    init(_ limit: Int) { self.limit = limit }

    var isEmpty: Bool { pairs.isEmpty }

    mutating func forget() { pairs = [] }

    /// Left out where s · y is not positive: the strong Wolfe conditions make it so, but for rounding.
    mutating func add(step s: Tensor, gradients y: Tensor) {
        let product = dot(s, y)
        guard product > Double.ulpOfOne * dot(y, y).squareRoot() * dot(s, s).squareRoot() else { return }
        if pairs.count == limit { pairs.removeFirst() }
        pairs.append((s, y, product))
    }

    /// H g: the two loops of algorithm 7.4, with γ = s · y / y · y of the last step on H₀'s diagonal.
    func applied(to gradient: Tensor) -> Tensor {
        guard let last = pairs.last else { return gradient }
        var q = gradient
        var factors: [Double] = []
        for pair in pairs.reversed() {
            let factor = dot(pair.s, q) / pair.product
            factors.append(factor)
            q = q - pair.y * factor
        }
        q = q * (last.product / dot(last.y, last.y))
        for (pair, factor) in zip(pairs, factors.reversed()) {
            q = q + pair.s * (factor - dot(pair.y, q) / pair.product)
        }
        return q
    }
}
