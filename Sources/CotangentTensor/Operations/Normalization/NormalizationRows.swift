import CotangentBLAS

// Set by set: contiguous rows, with a weight and a bias beside each element.

extension NormalizedSets {
    fileprivate var rowLength: Int { members * plane }

    /// Elements of the batch that add their cotangents of weight and bias up together. Sums of many would lose digits,
    /// and short sums take memory of their own.
    fileprivate var sliceHeight: Int {
        Swift.max(1, Swift.min(128, Swift.max(elementwiseGrain / (channels * plane), (batch + 7) / 8)))
    }
}

extension NormalizationLoops {
    /// One element for each element of a row, of each group.
    private func spread(_ affine: Tensor?) -> Tensor? {
        sets.plane == 1
            ? affine : affine?.reshaped([sets.channels, 1]).broadcast(to: [sets.channels, sets.plane]).contiguous
    }

    func runRows(_ bias: Tensor?, _ y: Tensor) {
        let loop = Kernels.normalizeRows.loop(for: x.dtype)!
        let (weight, bias) = (spread(weight), spread(bias))
        let (from, to, n) = (x.rawPointer, y.rawPointer, sets.rowLength)
        let (scales, shifts) = (weight?.rawPointer, bias?.rawPointer)
        let stride = sets.groups * n * x.dtype.size
        // Whole elements of the batch, since the weights go round with them.
        let grain = Swift.max(1, elementwiseGrain / 2 / (sets.groups * n))
        parallel(over: sets.batch, grain: grain) { part in
            loop(
                part.count * sets.groups, n, sets.groups, from + part.lowerBound * stride, scales, shifts, epsilon,
                to + part.lowerBound * stride, figures.doublePointer + 2 * part.lowerBound * sets.groups)
        }
        withExtendedLifetime((weight, bias)) {}
    }

    func pullbackRows(
        _ dy: Tensor, _ dx: Tensor?, _ needsWeight: Bool, _ needsBias: Bool
    ) -> (dweight: Tensor?, dbias: Tensor?) {
        let loop = Kernels.normalizeRowsGradient.loop(for: x.dtype)!
        let weight = spread(weight)
        let n = sets.rowLength
        let (around, height) = (sets.groups * n, sets.sliceHeight)
        let slices = (sets.batch + height - 1) / height
        let dweight = needsWeight ? Tensor.zeros([slices, around], dtype: x.dtype) : nil
        let dbias = needsBias ? Tensor.zeros([slices, around], dtype: x.dtype) : nil
        let (from, cotangent, to, scales) = (x.rawPointer, dy.rawPointer, dx?.rawPointer, weight?.rawPointer)
        let (weights, biases, stride) = (dweight?.rawPointer, dbias?.rawPointer, around * x.dtype.size)
        parallel(over: slices, grain: Swift.max(1, elementwiseGrain / 4 / (height * around))) { part in
            for slice in part {
                let first = slice * height
                let offset = first * stride
                loop(
                    Swift.min(height, sets.batch - first) * sets.groups, n, sets.groups, from + offset, scales,
                    cotangent + offset, epsilon, figures.doublePointer + 2 * first * sets.groups,
                    to.map { $0 + offset },
                    weights.map { $0 + slice * stride }, biases.map { $0 + slice * stride })
            }
        }
        withExtendedLifetime((weight, dweight, dbias)) {}
        func folded(_ slices: Tensor) -> Tensor {
            let whole = sum(slices, axes: [0])
            return sets.plane == 1 ? whole : sum(whole.reshaped([sets.channels, sets.plane]), axes: [1])
        }
        return (dweight.map(folded), dbias.map(folded))
    }
}
