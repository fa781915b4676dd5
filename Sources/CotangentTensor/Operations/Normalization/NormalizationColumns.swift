import CotangentBLAS

// Batch normalisation of [batch, channels · plane] where planes are too short for vectors: down the columns, of which
// `plane` neighbours make a channel.

extension NormalizedSets {
    private var width: Int { channels * plane }

    /// Whether the work is cut into channels, each with all rows. Otherwise it is cut into bands of rows.
    fileprivate var isWide: Bool { width >= 256 || batch * width < 2 * elementwiseGrain }

    /// Channels that are worth a chunk, and lie in cache lines of their own.
    fileprivate var channelGrain: Int {
        Swift.max((63 + plane) / plane, elementwiseGrain / 2 / Swift.max(1, batch * plane))
    }

    fileprivate var bandHeight: Int { Swift.max(64, elementwiseGrain / width) }
    fileprivate var bands: Int { (batch + bandHeight - 1) / bandHeight }
    fileprivate func band(_ index: Int) -> Range<Int> {
        index * bandHeight..<Swift.min(batch, (index + 1) * bandHeight)
    }
}

extension NormalizationLoops {
    func runColumns(_ bias: Tensor?, _ isGiven: Bool, _ y: Tensor) {
        let moments = Kernels.columnMoments.loop(for: x.dtype)!
        let affine = Kernels.columnAffine.loop(for: x.dtype)!
        let (from, to, bytes, count) = (x.rawPointer, y.rawPointer, x.dtype.size, x.count)
        let (plane, step) = (sets.plane, sets.channels * sets.plane)
        let weight = weight?.cast(to: .float64)
        let bias = bias?.cast(to: .float64)
        let factors = Tensor.scratch(3 * step)
        let (means, scales, shifts) = (
            factors.doublePointer, factors.doublePointer + step, factors.doublePointer + 2 * step
        )
        func measure(_ rows: Range<Int>, _ channels: Range<Int>, _ mean: UnsafeMutablePointer<Double>) {
            let first = channels.lowerBound * plane
            let start = rows.lowerBound * step + first
            moments(
                rows.count, channels.count * plane, step, count - start, from + start * bytes, mean + first,
                mean + step + first)
        }
        func setFactors(_ channels: Range<Int>) {
            for channel in channels {
                let factor = scale(channel) * (weight?.doublePointer[channel] ?? 1)
                for column in channel * plane..<(channel + 1) * plane {
                    means[column] = mean(channel)
                    scales[column] = factor
                    shifts[column] = bias?.doublePointer[channel] ?? 0
                }
            }
        }
        func apply(_ rows: Range<Int>, _ channels: Range<Int>) {
            let first = channels.lowerBound * plane
            let start = rows.lowerBound * step + first
            affine(
                rows.count, channels.count * plane, step, count - start, from + start * bytes, means + first,
                scales + first, shifts + first, to + start * bytes)
        }
        /// From means and sums of squares of `bands` bands of rows, 2 · `step` apart.
        func merge(_ channels: Range<Int>, _ bands: [Range<Int>], _ parts: UnsafeMutablePointer<Double>) {
            for channel in channels {
                var all = Moments()
                for (index, band) in bands.enumerated() {
                    for column in channel * plane..<(channel + 1) * plane {
                        let place = 2 * step * index + column
                        all.merge(count: band.count, mean: parts[place], squares: parts[place + step])
                    }
                }
                write(all, channel)
            }
        }
        let (allRows, allChannels) = (0..<sets.batch, 0..<sets.channels)
        if sets.isWide {
            parallel(over: sets.channels, grain: sets.channelGrain) { channels in
                if !isGiven {
                    measure(allRows, channels, means)
                    merge(channels, [allRows], means)
                }
                setFactors(channels)
                apply(allRows, channels)
            }
        } else {
            let bands = (0..<sets.bands).map(sets.band)
            if !isGiven {
                let parts = Tensor.scratch(2 * step * bands.count)
                parallel(chunks: bands.count) { measure(bands[$0], allChannels, parts.doublePointer + 2 * step * $0) }
                merge(allChannels, bands, parts.doublePointer)
            }
            setFactors(allChannels)
            parallel(chunks: bands.count) { apply(bands[$0], allChannels) }
        }
        withExtendedLifetime((weight, bias, factors)) {}
    }

    func pullbackColumns(
        _ dy: Tensor, _ isGiven: Bool, _ dx: Tensor?, _ needsWeight: Bool, _ needsBias: Bool
    ) -> (dweight: Tensor?, dbias: Tensor?) {
        let sumUp = Kernels.columnSums.loop(for: x.dtype)!
        let gradient = Kernels.columnGradient.loop(for: x.dtype)!
        let (from, cotangent, to, bytes, count) = (x.rawPointer, dy.rawPointer, dx?.rawPointer, x.dtype.size, x.count)
        let (plane, step) = (sets.plane, sets.channels * sets.plane)
        let weight = weight?.cast(to: .float64)
        let factors = Tensor.scratch(4 * step)
        let means = factors.doublePointer
        let (a, b, c) = (means + step, means + 2 * step, means + 3 * step)
        let bands = sets.isWide ? [0..<sets.batch] : (0..<sets.bands).map(sets.band)
        let sums = Tensor.scratch(2 * step * bands.count)
        let totals = Tensor.scratch(2 * sets.channels)
        for channel in 0..<sets.channels {
            for column in channel * plane..<(channel + 1) * plane { means[column] = mean(channel) }
        }
        func add(_ band: Int, _ channels: Range<Int>) {
            let first = channels.lowerBound * plane
            let start = bands[band].lowerBound * step + first
            let target = sums.doublePointer + 2 * step * band + first
            sumUp(
                bands[band].count, channels.count * plane, step, count - start, from + start * bytes,
                cotangent + start * bytes, means + first, target, target + step)
        }
        func setFactors(_ channels: Range<Int>) {
            for channel in channels {
                var (sum, dot) = (0.0, 0.0)
                for band in bands.indices {
                    for column in channel * plane..<(channel + 1) * plane {
                        sum += sums.doublePointer[2 * step * band + column]
                        dot += sums.doublePointer[2 * step * band + step + column]
                    }
                }
                totals.doublePointer[2 * channel] = sum
                totals.doublePointer[2 * channel + 1] = dot
                let factor = weight?.doublePointer[channel] ?? 1
                let slopes = isGiven ? (0, 0) : slopes(channel, sum: factor * sum, dot: factor * dot)
                for column in channel * plane..<(channel + 1) * plane {
                    (a[column], b[column], c[column]) = (scale(channel) * factor, slopes.0, slopes.1)
                }
            }
        }
        func apply(_ band: Int, _ channels: Range<Int>) {
            guard let to else { return }
            let first = channels.lowerBound * plane
            let start = bands[band].lowerBound * step + first
            gradient(
                bands[band].count, channels.count * plane, step, count - start, from + start * bytes,
                cotangent + start * bytes, means + first, a + first, b + first, c + first, to + start * bytes)
        }
        let allChannels = 0..<sets.channels
        if sets.isWide {
            parallel(over: sets.channels, grain: sets.channelGrain) { channels in
                add(0, channels)
                setFactors(channels)
                apply(0, channels)
            }
        } else {
            parallel(chunks: bands.count) { add($0, allChannels) }
            setFactors(allChannels)
            parallel(chunks: bands.count) { apply($0, allChannels) }
        }
        withExtendedLifetime((weight, factors, sums)) {}
        return affineCotangents(needsWeight, needsBias, dy.dtype) { dweight, dbias in
            for channel in allChannels {
                dbias[channel] = totals.doublePointer[2 * channel]
                dweight[channel] = totals.doublePointer[2 * channel + 1] * scale(channel)
            }
        }
    }
}
