import CotangentBLAS
import CotangentTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Images [batch, channels, height, width], each turned about its centre by its angle, in degrees against the clock. The
/// size stays; what comes in is `fill`.
///
/// The value of a pixel is interpolated between the four neighbours of the place that comes to lie on it, bilinearly,
/// with `fill` for neighbours outside: PyTorch's `grid_sample` with zeros for padding. With c the centre
/// ((width − 1)/2, (height − 1)/2), that place is
///
///     x′ = cos θ (x − c) − sin θ (y − c) + c,   y′ = sin θ (x − c) + cos θ (y − c) + c.
///
/// No gradient is taken of the result.
public func rotated(_ images: Tensor, degrees: [Double], fill: Double = 0) -> Tensor {
    guard images.rank == 4, images.dtype.isFloatingPoint, degrees.count == images.shape[0] else {
        return reject(
            "rotated",
            "\(images.summary) by \(degrees.count) angles: floating point [batch, channels, height, width] and an angle for each are expected",
            meant: images)
    }
    // Places in an image are kept in 32 bits.
    guard images.shape[2] * images.shape[3] <= Int(Int32.max) else {
        return reject("rotated", "\(images.summary): an image has 2³¹ − 1 pixels at most", meant: images)
    }
    let result = Tensor(uninitialized: images.shape, images.dtype)
    if result.isAbstract || result.count == 0 { return result }
    let source = images.detached.contiguous
    if images.dtype == .float32 {
        rotate(source, result, degrees, Float(fill))
    } else {
        rotate(source, result, degrees, fill)
    }
    return result
}

@inline(__always)
private func rotate<T: TensorElement & BinaryFloatingPoint>(
    _ images: Tensor, _ result: Tensor, _ degrees: [Double], _ fill: T
) {
    let (channels, height, width) = (images.shape[1], images.shape[2], images.shape[3])
    let from = images.rawPointer.assumingMemoryBound(to: T.self)
    let to = result.rawPointer.assumingMemoryBound(to: T.self)
    let size = height * width
    parallel(over: images.shape[0], grain: max(1, 4096 / max(channels * size, 1))) { samples in
        // Places and weights of a row's pixels serve all channels.
        withScratch(Neighbours<T>.self, count: width) { row in
            for sample in samples {
                let angle = degrees[sample] * .pi / 180
                let (cosine, sine) = (cos(angle), sin(angle))
                let (centreX, centreY) = (Double(width - 1) / 2, Double(height - 1) / 2)
                for y in 0..<height {
                    let dy = Double(y) - centreY
                    for x in 0..<width {
                        let dx = Double(x) - centreX
                        row[x] = Neighbours(
                            cosine * dx - sine * dy + centreX, sine * dx + cosine * dy + centreY, width, height)
                    }
                    for channel in 0..<channels {
                        let plane = from + (sample * channels + channel) * size
                        let target = to + (sample * channels + channel) * size + y * width
                        for x in 0..<width { target[x] = row[x].value(plane, fill) }
                    }
                }
            }
        }
    }
    withExtendedLifetime((images.storage, result.storage)) {}
}

/// The four pixels around a place, and what each of them weighs; those outside weigh nothing, and `outside` for all of
/// them.
private struct Neighbours<T: BinaryFloatingPoint> {
    let places: SIMD4<Int32>
    let weights: (T, T, T, T)
    let outside: T

    @inline(__always)
    init(_ x: Double, _ y: Double, _ width: Int, _ height: Int) {
        let (floorX, floorY) = (x.rounded(.down), y.rounded(.down))
        let (right, below) = (x - floorX, y - floorY)
        // Far outside anything will do, as long as it is an integer.
        let column = Int(max(-2, min(floorX, Double(width))))
        let row = Int(max(-2, min(floorY, Double(height))))
        let (isLeft, isRight) = (column >= 0 && column < width, column + 1 >= 0 && column + 1 < width)
        let (isAbove, isBelow) = (row >= 0 && row < height, row + 1 >= 0 && row + 1 < height)
        let (w0, w1) = (isLeft ? 1 - right : 0, isRight ? right : 0)
        let (v0, v1) = (isAbove ? 1 - below : 0, isBelow ? below : 0)
        let (c0, c1) = (max(0, min(column, width - 1)), max(0, min(column + 1, width - 1)))
        let (r0, r1) = (max(0, min(row, height - 1)) * width, max(0, min(row + 1, height - 1)) * width)
        places = SIMD4(
            Int32(truncatingIfNeeded: r0 + c0), Int32(truncatingIfNeeded: r0 + c1),
            Int32(truncatingIfNeeded: r1 + c0), Int32(truncatingIfNeeded: r1 + c1))
        weights = (T(v0 * w0), T(v0 * w1), T(v1 * w0), T(v1 * w1))
        outside = T(1 - (v0 + v1) * (w0 + w1))
    }

    @inline(__always)
    func value(_ plane: UnsafePointer<T>, _ fill: T) -> T {
        let upper = weights.0 * plane[Int(places[0])] + weights.1 * plane[Int(places[1])]
        let lower = weights.2 * plane[Int(places[2])] + weights.3 * plane[Int(places[3])]
        return upper + lower + outside * fill
    }
}
