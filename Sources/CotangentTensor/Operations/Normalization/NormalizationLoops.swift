import CotangentBLAS

/// The fused loops of a normalisation over contiguous x. Work is cut by its shape: set by set where there are enough of
/// them, so that a set is still in cache when its output is written, and otherwise each set into pieces.
struct NormalizationLoops {
    let sets: NormalizedSets
    let x: Tensor
    let weight: Tensor?
    let epsilon: Double
    /// Mean and variance of each set, float64 [sets, 2].
    let figures: Tensor

    init(_ sets: NormalizedSets, _ x: Tensor, _ weight: Tensor?, _ epsilon: Double, _ figures: Tensor) {
        self.sets = sets
        self.x = x
        self.weight = weight?.detached.contiguous
        self.epsilon = epsilon
        self.figures = figures.contiguous
    }

    /// Writes y and, unless they are given, the figures.
    func run(_ bias: Tensor?, isGiven: Bool, _ y: Tensor) {
        let bias = bias?.detached.contiguous
        switch sets.walk {
        case .planes: runPlanes(bias, isGiven, y)
        case .rows: runRows(bias, y)
        case .columns: runColumns(bias, isGiven, y)
        }
    }

    /// Writes dx, where it is wanted, and returns the cotangents of weight and bias, one element for each channel.
    func pullback(
        _ dy: Tensor, isGiven: Bool, _ dx: Tensor?, needsWeight: Bool, needsBias: Bool
    ) -> (dweight: Tensor?, dbias: Tensor?) {
        switch sets.walk {
        case .planes: pullbackPlanes(dy, isGiven, dx, needsWeight, needsBias)
        case .rows: pullbackRows(dy, dx, needsWeight, needsBias)
        case .columns: pullbackColumns(dy, isGiven, dx, needsWeight, needsBias)
        }
    }

    func mean(_ set: Int) -> Double { figures.doublePointer[2 * set] }
    /// 1 / √(variance + ε)
    func scale(_ set: Int) -> Double { 1 / (figures.doublePointer[2 * set + 1] + epsilon).squareRoot() }

    func write(_ moments: Moments, _ set: Int) {
        figures.doublePointer[2 * set] = moments.mean
        figures.doublePointer[2 * set + 1] = moments.variance
    }

    /// The factors b and c in dx = a dy + b (x − mean) + c, from Σ g and Σ g (x − mean) over a set, where g = weight ·
    /// dy.
    func slopes(_ set: Int, sum: Double, dot: Double) -> (b: Double, c: Double) {
        let (scale, size) = (scale(set), Double(sets.size))
        return (-scale * scale * scale * dot / size, -scale * sum / size)
    }
}

extension Tensor {
    /// The elements of a float64 tensor.
    var doublePointer: UnsafeMutablePointer<Double> { rawPointer.assumingMemoryBound(to: Double.self) }

    /// Memory for `count` numbers of a computation's own.
    static func scratch(_ count: Int) -> Tensor { Tensor(uninitialized: [count], .float64) }
}
