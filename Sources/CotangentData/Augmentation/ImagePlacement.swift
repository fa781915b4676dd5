import CotangentBLAS
import CotangentTensor

/// Which axes of an image run the other way.
struct Flip {
    var rows = false
    var columns = false
}

/// Where in an image the first pixel of its part lies; outside of it is padding.
struct Placement {
    var row: Int
    var column: Int
    var flip: Flip
}

/// Of each image the part of `size` (height, width) that `place` says, with `fill` outside of the image; flipped parts
/// read the image from the other side.
func copied(
    _ images: Tensor, size: (height: Int, width: Int), fill: Double, _ place: (Int) -> Placement
) -> Tensor {
    let shape = images.shape
    let result = Tensor(uninitialized: [shape[0], shape[1], size.height, size.width], images.dtype)
    if result.isAbstract || result.count == 0 { return result }
    let source = images.contiguous
    if images.dtype == .float32 {
        copy(source, result, Float(fill), place)
    } else {
        copy(source, result, fill, place)
    }
    return result
}

@inline(__always)
private func copy<T: TensorElement>(_ images: Tensor, _ result: Tensor, _ fill: T, _ place: (Int) -> Placement) {
    let (channels, height, width) = (images.shape[1], images.shape[2], images.shape[3])
    let (newHeight, newWidth) = (result.shape[2], result.shape[3])
    let from = images.rawPointer.assumingMemoryBound(to: T.self)
    let to = result.rawPointer.assumingMemoryBound(to: T.self)
    parallel(over: images.shape[0], grain: max(1, 16_384 / max(channels * newHeight * newWidth, 1))) { samples in
        for sample in samples {
            let place = place(sample)
            // The columns of the part that lie within the image.
            let first = min(max(-place.column, 0), newWidth)
            let end = max(min(width - place.column, newWidth), first)
            for channel in 0..<channels {
                let plane = from + (sample * channels + channel) * height * width
                for row in 0..<newHeight {
                    let target = to + ((sample * channels + channel) * newHeight + row) * newWidth
                    let y = place.row + row
                    guard (0..<height).contains(y) else {
                        target.update(repeating: fill, count: newWidth)
                        continue
                    }
                    let line = plane + (place.flip.rows ? height - 1 - y : y) * width
                    if first > 0 { target.update(repeating: fill, count: first) }
                    if place.flip.columns {
                        for column in first..<end { target[column] = line[width - 1 - place.column - column] }
                    } else {
                        (target + first).update(from: line + place.column + first, count: end - first)
                    }
                    if end < newWidth { (target + end).update(repeating: fill, count: newWidth - end) }
                }
            }
        }
    }
    withExtendedLifetime((images.storage, result.storage)) {}
}
