import CotangentTensor

/// How several tensors are one vector of float64, as minimisers see them.
struct FlatPoint {
    private let shapes: [Shape]
    private let dtype: DType
    private let name: String

    /// - Parameter name: the minimiser's, for messages.
    init(_ tensors: [Tensor], _ name: String) {
        guard let first = tensors.first else { fail(name, "there are no tensors to minimise over") }
        for tensor in tensors where tensor.dtype != first.dtype || !tensor.dtype.isFloatingPoint {
            fail(
                name,
                "starts at \(tensors.map(\.summary).joined(separator: ", ")): all must be float32 or all float64")
        }
        shapes = tensors.map(\.shape)
        dtype = first.dtype
        self.name = name
    }

    /// Half the distance of neighbouring numbers near 1.
    var roundoff: Double { (dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne) / 2 }

    /// The tensors one behind the other.
    func vector(_ tensors: [Tensor]) -> Tensor {
        let parts = tensors.map { $0.detached.reshaped(-1).cast(to: .float64) }
        return parts.count == 1 ? parts[0] : concatenate(parts)
    }

    /// The reverse, rounded to the tensors' dtype.
    func tensors(_ vector: Tensor) -> [Tensor] {
        let rounded = vector.cast(to: dtype)
        var start = 0
        return shapes.map { shape in
            let end = start + shape.elementCount
            defer { start = end }
            return rounded[start..<end].reshaped(shape)
        }
    }

    /// The vector as float32 functions see it.
    func rounded(_ vector: Tensor) -> Tensor {
        dtype == .float64 ? vector : vector.cast(to: dtype).cast(to: .float64)
    }

    /// Whether a step is not longer than the distance to the next numbers or so, in any direction.
    func isRoundedAway(_ step: Tensor, at point: Tensor) -> Bool {
        max(abs(step) - 4 * roundoff * abs(point)).item <= 0
    }

    /// The function at a vector, which is rounded first.
    func evaluate(
        at vector: Tensor, _ valueAndGradients: ([Tensor]) throws -> (value: Tensor, gradients: [Tensor])
    ) rethrows -> Evaluation {
        let point = tensors(vector)
        let (value, gradients) = try valueAndGradients(point)
        guard value.count == 1, gradients.map(\.shape) == shapes else {
            fail(
                name,
                """
                at tensors of \(shapes) the function gave \(value.summary) and gradients of \(gradients.map(\.shape)): \
                it must give one element, and gradients of the tensors' shapes
                """)
        }
        return Evaluation(
            point: rounded(vector), value: value.item,
            gradient: self.vector(gradients))
    }
}

/// A function at a point.
struct Evaluation {
    let point: Tensor
    let value: Double
    let gradient: Tensor
    /// The largest |∂C/∂pᵢ|; NaN where one is.
    let gradientNorm: Double

    init(point: Tensor, value: Double, gradient: Tensor) {
        self.point = point
        self.value = value
        self.gradient = gradient
        gradientNorm = gradient.count == 0 ? 0 : max(abs(gradient)).item
    }

    var isFinite: Bool { value.isFinite && gradientNorm.isFinite }
}

/// Σ aᵢ bᵢ
func dot(_ a: Tensor, _ b: Tensor) -> Double { sum(a * b).item }

/// Counts and keeps what a ``Minimization`` tells.
struct Walk {
    let flat: FlatPoint
    private let recordsPath: Bool
    var iterations = 0
    private var evaluations = 0
    private var path: [Minimization<[Tensor]>.PathPoint] = []

    init(_ flat: FlatPoint, recordsPath: Bool) {
        self.flat = flat
        self.recordsPath = recordsPath
    }

    mutating func evaluate(
        at vector: Tensor, _ valueAndGradients: ([Tensor]) throws -> (value: Tensor, gradients: [Tensor])
    ) rethrows -> Evaluation {
        evaluations += 1
        return try flat.evaluate(at: vector, valueAndGradients)
    }

    mutating func visit(_ place: Evaluation) {
        if recordsPath {
            path.append(.init(point: flat.tensors(place.point), value: place.value, gradientNorm: place.gradientNorm))
        }
    }

    func end(_ stop: MinimizationStop, at place: Evaluation) -> Minimization<[Tensor]> {
        Minimization(
            point: flat.tensors(place.point), value: place.value, gradientNorm: place.gradientNorm,
            iterations: iterations, evaluations: evaluations, stop: stop, path: path)
    }
}
