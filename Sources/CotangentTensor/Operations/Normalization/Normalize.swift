import CotangentBLAS

/// y = (x − mean) / √(variance + ε) · weight + bias over `sets`, and the sets' mean and variance (biased) as float64
/// [sets, 2].
///
/// Those are computed unless they are `given`, as constants of which no gradient is taken. Weight and bias have one
/// element for each channel of `sets`, in any shape. One pass over memory for the statistics, one for y; backward, one
/// for the sums that dx needs, one for dx.
func normalize(
    _ name: StaticString, _ x: Tensor, _ sets: NormalizedSets, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double,
    given: Tensor? = nil
) -> (value: Tensor, figures: Tensor) {
    let x = x.contiguous
    let y = Tensor(uninitialized: x.layout, x.dtype)
    let figures = given ?? Tensor(uninitialized: [sets.count, 2], .float64)
    if !y.isAbstract {
        if y.count > 0 {
            NormalizationLoops(sets, x, weight, epsilon, figures).run(bias, isGiven: given != nil, y)
        } else if given == nil {
            figures.fill(0)
        }
    }
    guard let tape = Tape.recording([x, weight, bias].compactMap { $0 }) else { return (y, figures) }
    let (needsX, needsWeight, needsBias) = (
        tape.tracks(x), weight.map(tape.tracks) ?? false, bias.map(tape.tracks) ?? false
    )
    let affineShape = (weight ?? bias)?.shape ?? [sets.channels]
    let absent = x.detached
    let value = tape.record(name, y, x, weight ?? absent, bias ?? absent) { dy in
        if Tape.isRecording {
            let (dx, dweight, dbias) = sets.composedPullback(
                dy, x, weight, epsilon, given, affineShape: affineShape)
            return (needsX ? dx : nil, needsWeight ? dweight : nil, needsBias ? dbias : nil)
        }
        if x.count == 0 {
            return (
                needsX ? Tensor.zeros(like: x) : nil, needsWeight ? Tensor.zeros(like: weight!) : nil,
                needsBias ? Tensor.zeros(like: bias!) : nil
            )
        }
        let dx = needsX ? Tensor(uninitialized: x.layout, x.dtype) : nil
        let affine = NormalizationLoops(sets, x, weight, epsilon, figures).pullback(
            dy.contiguous, isGiven: given != nil, dx, needsWeight: needsWeight, needsBias: needsBias)
        return (dx, affine.dweight?.reshaped(affineShape), affine.dbias?.reshaped(affineShape))
    }
    return (value, figures)
}

/// Whether weight and bias have x's dtype and this shape.
func affineFits(_ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ shape: Shape) -> Bool {
    [weight, bias].allSatisfy { $0.map { $0.dtype == x.dtype && $0.shape == shape } ?? true }
}

@inline(never)
func rejectNormalization(
    _ name: StaticString, _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ expected: String
) -> Tensor {
    let parts = [("weight", weight), ("bias", bias)].compactMap { part, tensor in
        tensor.map { ", the \(part) \($0.summary)" }
    }
    return reject("\(name)", "the input is \(x.summary)\(parts.joined()): \(expected)", meant: x)
}
