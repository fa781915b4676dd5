import CotangentBLAS

// Plane by plane: elements with one weight and one bias lie in runs that are long enough for whole vectors.

/// A part of a run: `blocks` stretches of `length` elements, the first of them at `start`.
private struct Piece {
    var start: Int
    var blocks: Int
    var length: Int
    var count: Int { blocks * length }
}

extension NormalizedSets {
    /// A set's run of one channel, of `count · members` runs; it belongs to set `index / members` and channel
    /// `index % channels`.
    private var runs: Int { count * members }

    /// Into how many pieces a run is cut: more than one where there are few sets, and those large, and where a run is
    /// scattered over a batch of planes that are long enough to be worth a call each. Those are gone through in the
    /// order of memory, which is faster than a set after the other, though no set is in cache the second time.
    fileprivate var pieces: Int {
        let run = size / members
        let few = count >= 8 || run < 2 * elementwiseGrain ? 1 : Swift.min(16, run / elementwiseGrain)
        return acrossBatch && plane >= 512 ? Swift.max(few, batch) : few
    }

    fileprivate var allPieces: Int { runs * pieces }

    /// Piece `index` of all pieces, of which a run's are neighbours.
    fileprivate func piece(_ index: Int) -> Piece {
        let (run, part, parts) = (index / pieces, index % pieces, pieces)
        var piece = Piece(start: run * plane, blocks: acrossBatch ? batch : 1, length: plane)
        if piece.blocks >= parts {
            let first = piece.blocks * part / parts
            piece.start += first * channels * plane
            piece.blocks = piece.blocks * (part + 1) / parts - first
        } else if parts > 1 {
            // Cut at whole vectors.
            let first = plane * part / parts & ~15
            piece.start += first
            piece.length = (part + 1 == parts ? plane : plane * (part + 1) / parts & ~15) - first
        }
        return piece
    }

    /// Calls `body` with every piece's index, in parallel.
    fileprivate func forEachPiece(_ body: (Int) -> Void) {
        let grain = Swift.max(1, elementwiseGrain / (size / members / pieces))
        parallel(over: allPieces, grain: grain) { part in
            for index in part {
                // A batch's runs lie side by side.
                body(acrossBatch ? index % runs * pieces + index / runs : index)
            }
        }
    }

    /// All of a set.
    fileprivate func whole(_ set: Int) -> Piece {
        Piece(start: set * members * plane, blocks: acrossBatch ? batch : 1, length: members * plane)
    }
}

extension NormalizationLoops {
    func runPlanes(_ bias: Tensor?, _ isGiven: Bool, _ y: Tensor) {
        let moments = Kernels.blockMoments.loop(for: x.dtype)!
        let affine = Kernels.blockAffine.loop(for: x.dtype)!
        let (from, to, bytes, count) = (x.rawPointer, y.rawPointer, x.dtype.size, x.count)
        let step = sets.channels * sets.plane
        let weight = weight?.cast(to: .float64)
        let bias = bias?.cast(to: .float64)
        func measure(_ piece: Piece) -> (mean: Double, squares: Double) {
            var mean = 0.0
            var squares = 0.0
            moments(
                piece.blocks, piece.length, step, count - piece.start, from + piece.start * bytes, &mean, &squares)
            return (mean, squares)
        }
        func apply(_ index: Int) {
            let piece = sets.piece(index)
            let run = index / sets.pieces
            let (set, channel) = (run / sets.members, run % sets.channels)
            affine(
                piece.blocks, piece.length, step, count - piece.start, from + piece.start * bytes, mean(set),
                scale(set) * (weight?.doublePointer[channel] ?? 1), bias?.doublePointer[channel] ?? 0,
                to + piece.start * bytes)
        }
        if sets.pieces > 1 {
            if !isGiven { measurePieces(measure) }
            sets.forEachPiece(apply)
        } else {
            parallel(over: sets.count, grain: Swift.max(1, elementwiseGrain / sets.size)) { part in
                for set in part {
                    if !isGiven {
                        let (mean, squares) = measure(sets.whole(set))
                        var all = Moments()
                        all.merge(count: sets.size, mean: mean, squares: squares)
                        write(all, set)
                    }
                    for run in set * sets.members..<(set + 1) * sets.members { apply(run) }
                }
            }
        }
        withExtendedLifetime((weight, bias)) {}
    }

    /// The figures of all sets, each from its pieces.
    private func measurePieces(_ measure: (Piece) -> (mean: Double, squares: Double)) {
        let parts = Tensor.scratch(2 * sets.allPieces)
        sets.forEachPiece { index in
            let (mean, squares) = measure(sets.piece(index))
            parts.doublePointer[2 * index] = mean
            parts.doublePointer[2 * index + 1] = squares
        }
        let each = sets.allPieces / sets.count
        for set in 0..<sets.count {
            var all = Moments()
            for index in set * each..<(set + 1) * each {
                all.merge(
                    count: sets.piece(index).count, mean: parts.doublePointer[2 * index],
                    squares: parts.doublePointer[2 * index + 1])
            }
            write(all, set)
        }
    }

    func pullbackPlanes(
        _ dy: Tensor, _ isGiven: Bool, _ dx: Tensor?, _ needsWeight: Bool, _ needsBias: Bool
    ) -> (dweight: Tensor?, dbias: Tensor?) {
        let sumUp = Kernels.blockSums.loop(for: x.dtype)!
        let gradient = Kernels.blockGradient.loop(for: x.dtype)!
        let (from, cotangent, to, bytes, count) = (x.rawPointer, dy.rawPointer, dx?.rawPointer, x.dtype.size, x.count)
        let step = sets.channels * sets.plane
        let weight = weight?.cast(to: .float64)
        let pieces = sets.allPieces
        let each = pieces / sets.count
        let (sums, dots) = (Tensor.scratch(pieces), Tensor.scratch(pieces))
        func channel(_ index: Int) -> Int { index / sets.pieces % sets.channels }
        func factor(_ index: Int) -> Double { weight?.doublePointer[channel(index)] ?? 1 }
        func add(_ index: Int) {
            let piece = sets.piece(index)
            let offset = piece.start * bytes
            sumUp(
                piece.blocks, piece.length, step, count - piece.start, from + offset, cotangent + offset,
                mean(index / each), sums.doublePointer + index, dots.doublePointer + index)
        }
        func slopes(_ set: Int) -> (b: Double, c: Double) {
            if isGiven { return (0, 0) }
            var (sum, dot) = (0.0, 0.0)
            for index in set * each..<(set + 1) * each {
                sum += factor(index) * sums.doublePointer[index]
                dot += factor(index) * dots.doublePointer[index]
            }
            return self.slopes(set, sum: sum, dot: dot)
        }
        func apply(_ index: Int, _ slopes: (b: Double, c: Double)) {
            guard let to else { return }
            let piece = sets.piece(index)
            let (offset, set) = (piece.start * bytes, index / each)
            gradient(
                piece.blocks, piece.length, step, count - piece.start, from + offset, cotangent + offset, mean(set),
                scale(set) * factor(index), slopes.b, slopes.c, to + offset)
        }
        if sets.pieces == 1 {
            parallel(over: sets.count, grain: Swift.max(1, elementwiseGrain / 2 / sets.size)) { part in
                for set in part {
                    let own = set * each..<(set + 1) * each
                    for index in own { add(index) }
                    let slopes = slopes(set)
                    for index in own { apply(index, slopes) }
                }
            }
        } else {
            sets.forEachPiece(add)
            let slopes = (0..<sets.count).map(slopes)
            sets.forEachPiece { apply($0, slopes[$0 / each]) }
        }
        withExtendedLifetime(weight) {}
        return affineCotangents(needsWeight, needsBias, dy.dtype) { dweight, dbias in
            for index in 0..<pieces {
                dweight[channel(index)] += dots.doublePointer[index] * scale(index / each)
                dbias[channel(index)] += sums.doublePointer[index]
            }
        }
    }

    /// The cotangents of weight and bias, which `add` adds up in float64 from zeros.
    func affineCotangents(
        _ needsWeight: Bool, _ needsBias: Bool, _ dtype: DType,
        _ add: (_ dweight: UnsafeMutablePointer<Double>, _ dbias: UnsafeMutablePointer<Double>) -> Void
    ) -> (dweight: Tensor?, dbias: Tensor?) {
        guard needsWeight || needsBias else { return (nil, nil) }
        let dweight = Tensor.zeros([sets.channels], dtype: .float64)
        let dbias = Tensor.zeros([sets.channels], dtype: .float64)
        add(dweight.doublePointer, dbias.doublePointer)
        return (needsWeight ? dweight.cast(to: dtype) : nil, needsBias ? dbias.cast(to: dtype) : nil)
    }
}
