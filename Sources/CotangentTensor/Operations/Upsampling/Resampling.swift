import CotangentBLAS

/// Each line of `x` along `axis` multiplied by a sparse matrix. The pullback is the same with its transpose.
func resampled(_ x: Tensor, along axis: Int, by matrix: ResamplingMatrix) -> Tensor {
    let source = x.contiguous
    var shape = x.shape
    shape[axis] = matrix.rows
    let y = Tensor(uninitialized: shape, x.dtype)
    if !y.isAbstract, y.count > 0 {
        let loop = Kernels.resampling.loop(for: x.dtype)!
        let outer = shape.prefix(axis).reduce(1, *)
        let inner = shape.suffix(from: axis + 1).reduce(1, *)
        let (from, to) = (source.rawPointer, y.rawPointer)
        let (fromSize, toSize) = (matrix.columns * inner * x.dtype.size, matrix.rows * inner * x.dtype.size)
        let work = Swift.max(matrix.rows, matrix.places.count) * inner
        parallel(over: outer, grain: Swift.max(1, elementwiseGrain / Swift.max(work, 1))) { part in
            loop(
                part.count, matrix.columns, matrix.rows, inner, matrix.starts, matrix.places, matrix.weights,
                from + part.lowerBound * fromSize, to + part.lowerBound * toSize)
        }
        withExtendedLifetime(source.storage) {}
    }
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("resampled", y, x) { resampled($0, along: axis, by: matrix.transposed) }
}
