import CotangentBLAS

/// Which elements of a tensor are normalised together, and which of them share a weight and a bias: what batch, layer,
/// group and instance normalisation differ in, and all that they differ in.
///
/// The tensor is read as [batch, groups, members, plane]. A channel is a group's member, with one weight and one bias.
/// A set is normalised to mean 0 and variance 1: a group of one element of the batch or, `acrossBatch`, of all of them.
struct NormalizedSets {
    let batch: Int
    let groups: Int
    let members: Int
    let plane: Int
    let acrossBatch: Bool

    var channels: Int { groups * members }
    /// How many sets there are.
    var count: Int { acrossBatch ? groups : batch * groups }
    /// How many elements each has.
    var size: Int { (acrossBatch ? batch : 1) * members * plane }

    /// [batch, channels, …], each channel a set.
    static func ofBatch(_ shape: Shape) -> NormalizedSets {
        NormalizedSets(
            batch: shape[0], groups: shape[1], members: 1, plane: shape.dropFirst(2).reduce(1, *), acrossBatch: true)
    }

    /// [batch, channels, …], each of `groups` groups of channels of each element of the batch a set.
    static func ofGroups(_ shape: Shape, groups: Int) -> NormalizedSets {
        NormalizedSets(
            batch: shape[0], groups: groups, members: shape[1] / groups, plane: shape.dropFirst(2).reduce(1, *),
            acrossBatch: false)
    }

    /// The last `axes` axes are a set, with a weight and a bias for each element.
    static func ofLastAxes(_ axes: Int, of shape: Shape) -> NormalizedSets {
        NormalizedSets(
            batch: shape.dropLast(axes).reduce(1, *), groups: 1, members: shape.suffix(axes).reduce(1, *), plane: 1,
            acrossBatch: false)
    }

    /// How the fused loops walk.
    enum Walk {
        /// Plane by plane: long enough for whole vectors, each with one weight and one bias.
        case planes
        /// Set by set: a contiguous row, with weights and biases beside it.
        case rows
        /// Down the columns of a matrix [batch, channels · plane].
        case columns
    }

    var walk: Walk { plane >= 16 ? .planes : acrossBatch ? .columns : .rows }

    // MARK: The composed form

    private var shape: Shape { [batch, groups, members, plane] }
    private var axes: [Int] { acrossBatch ? [0, 2, 3] : [2, 3] }

    /// (x − mean) / √(variance + ε) as [batch, groups, members, plane], and 1 / √(variance + ε).
    private func standardized(_ x: Tensor, _ epsilon: Double, _ given: Tensor?) -> (Tensor, scale: Tensor) {
        let x = x.reshaped(shape)
        if let given {
            let scale = rsqrt(given[.all, 1] + epsilon).cast(to: x.dtype).reshaped([1, groups, 1, 1])
            return ((x - given[.all, 0].cast(to: x.dtype).reshaped([1, groups, 1, 1])) * scale, scale)
        }
        let rough = x - mean(x, axes: axes, keepingAxes: true)
        // A mean that is large against the deviation was rounded to more than a little of it.
        let centred = rough - mean(rough, axes: axes, keepingAxes: true)
        let scale = rsqrt(mean(square(centred), axes: axes, keepingAxes: true) + epsilon)
        return (centred * scale, scale)
    }

    /// The cotangents of x, weight and bias in tensor operations, for recordings of recordings.
    func composedPullback(
        _ dy: Tensor, _ x: Tensor, _ weight: Tensor?, _ epsilon: Double, _ given: Tensor?, affineShape: Shape
    ) -> (dx: Tensor, dweight: Tensor, dbias: Tensor) {
        let (normal, scale) = standardized(x, epsilon, given)
        let dy = dy.reshaped(shape)
        let g = weight.map { dy * $0.reshaped([1, groups, members, 1]) } ?? dy
        var dx = g
        if given == nil {
            dx = dx - mean(g, axes: axes, keepingAxes: true) - normal * mean(g * normal, axes: axes, keepingAxes: true)
        }
        return (
            (dx * scale).reshaped(x.shape), sum(dy * normal, axes: [0, 3]).reshaped(affineShape),
            sum(dy, axes: [0, 3]).reshaped(affineShape)
        )
    }
}

/// Σ (x − mean)² and the mean of `count` values, merged from those of parts (Chan, Golub, LeVeque, "Algorithms for
/// computing the sample variance", 1983).
struct Moments {
    private var count = 0.0
    private(set) var mean = 0.0
    private var squares = 0.0

    var variance: Double { squares / count }

    mutating func merge(count more: Int, mean other: Double, squares others: Double) {
        let total = count + Double(more)
        let delta = other - mean
        mean += delta * (Double(more) / total)
        squares += others + delta * delta * (count * (Double(more) / total))
        count = total
    }
}
