import CotangentTensor

// Files hold pixels one after the other, of whole numbers; tensors hold a plane for each channel, of 0…1.

/// The tensor of samples that stand row by row, channels side by side.
func planes<T: FixedWidthInteger>(
    of samples: UnsafeBufferPointer<T>, channels: Int, height: Int, width: Int, largest: Int
) -> Tensor {
    let count = height * width
    let values = [Float](unsafeUninitializedCapacity: samples.count) { values, filled in
        for channel in 0..<channels {
            let plane = values.baseAddress! + channel * count
            for pixel in 0..<count {
                (plane + pixel).initialize(to: Float(samples[pixel * channels + channel]) / Float(largest))
            }
        }
        filled = samples.count
    }
    return Tensor(values, shape: [channels, height, width])
}

/// The samples of planes, channels side by side: the nearest of 0…largest.
package func samples<T: FixedWidthInteger>(of pixels: Tensor, largest: Int, as type: T.Type) -> [T] {
    let (channels, count) = (pixels.shape[0], pixels.shape[1] * pixels.shape[2])
    return pixels.detached.cast(to: .float32).withUnsafeBufferPointer(as: Float.self) { values in
        [T](unsafeUninitializedCapacity: values.count) { samples, filled in
            for channel in 0..<channels {
                for pixel in 0..<count {
                    let value = values[channel * count + pixel] * Float(largest) + 0.5
                    // The comparison is false for NaN.
                    let sample = value > 0 ? T(Swift.min(value, Float(largest))) : 0
                    (samples.baseAddress! + pixel * channels + channel).initialize(to: sample)
                }
            }
            filled = values.count
        }
    }
}
