import CotangentTensor

/// Random changes of images that leave what they show recognisable, so that a model sees other images each epoch.
///
/// ```swift
/// let augmentation = ImageAugmentation([.horizontalFlip(), .crop(32, padding: 4), .rotation(upTo: 10)])
/// let loader = DataLoader(data, batchSize: 64, transform: augmentation.transform)
/// ```
///
/// The steps are applied one after the other to images [batch, channels, height, width], each image with random numbers
/// of its own: functions of the generator and of its place in the batch, not of the number of threads. No gradient is
/// taken of the result.
public struct ImageAugmentation: Sendable {
    public struct Step: Sendable {
        let apply: @Sendable (Tensor, inout PhiloxGenerator) -> Tensor
        fileprivate init(_ apply: @escaping @Sendable (Tensor, inout PhiloxGenerator) -> Tensor) { self.apply = apply }
    }

    private let steps: [Step]

    public init(_ steps: [Step]) { self.steps = steps }

    /// The images, each changed at random. A crop changes their size.
    public func callAsFunction(_ images: Tensor, using generator: inout PhiloxGenerator) -> Tensor {
        guard images.rank == 4, images.dtype.isFloatingPoint else {
            return reject(
                "ImageAugmentation",
                "\(images.summary): floating point [batch, channels, height, width] is expected", meant: images)
        }
        return steps.reduce(images.detached) { $1.apply($0, &generator) }
    }

    /// The same of a loader's batch: targets stay.
    public var transform: @Sendable (Samples, inout PhiloxGenerator) -> Samples {
        { batch, generator in Samples(x: self(batch.x, using: &generator), y: batch.y) }
    }
}

extension ImageAugmentation.Step {
    /// Left and right change places, with this probability.
    public static func horizontalFlip(probability: Double = 0.5) -> Self { flip(probability, Flip(columns: true)) }

    /// Top and bottom change places, with this probability.
    public static func verticalFlip(probability: Double = 0.5) -> Self { flip(probability, Flip(rows: true)) }

    private static func flip(_ probability: Double, _ flip: Flip) -> Self {
        guard (0...1).contains(probability) else {
            fail("ImageAugmentation", "the probability \(probability) of a flip is not within 0...1")
        }
        return Self { images, generator in
            let draws = numbers(images.shape[0], 1, &generator)
            let size = (images.shape[2], images.shape[3])
            return copied(images, size: size, fill: 0) { sample in
                Placement(row: 0, column: 0, flip: draws[sample] < probability ? flip : Flip())
            }
        }
    }

    /// Moves by whole pixels, up to so many in either direction of either axis; what comes in is `fill`.
    public static func shift(upTo distance: Int, fill: Double = 0) -> Self {
        guard distance >= 0 else { fail("ImageAugmentation", "the shift \(distance) is negative") }
        return cut(nil, distance, fill)
    }

    /// A part of `size` pixels in height and width at a random place, of the image with `padding` pixels of `fill` on
    /// each side.
    public static func crop(_ size: SpatialSize, padding: Int = 0, fill: Double = 0) -> Self {
        guard padding >= 0 else { fail("ImageAugmentation", "the padding \(padding) of a crop is negative") }
        return cut(size, padding, fill)
    }

    private static func cut(_ size: SpatialSize?, _ padding: Int, _ fill: Double) -> Self {
        Self { images, generator in
            let (height, width) = (images.shape[2], images.shape[3])
            // Three lengths are a volume's, and refused below.
            let lengths = size.map { $0.lengths(rank: 2) ?? [0, 0] } ?? [height, width]
            let rooms = [height + 2 * padding - lengths[0], width + 2 * padding - lengths[1]]
            guard lengths.allSatisfy({ $0 > 0 }), rooms.allSatisfy({ $0 >= 0 }) else {
                return reject(
                    "ImageAugmentation",
                    "a crop of \(lengths[0]) × \(lengths[1]) from \(images.summary) with \(padding) around: it must be positive and fit",
                    meant: [images.shape[0], images.shape[1], lengths[0], lengths[1]], images.dtype)
            }
            let draws = numbers(images.shape[0], 2, &generator)
            return copied(images, size: (lengths[0], lengths[1]), fill: fill) { sample in
                Placement(
                    row: Int(draws[2 * sample] * Double(rooms[0] + 1)) - padding,
                    column: Int(draws[2 * sample + 1] * Double(rooms[1] + 1)) - padding, flip: Flip())
            }
        }
    }

    /// Turns by an angle up to so many degrees in either direction: see ``rotated(_:degrees:fill:)``.
    public static func rotation(upTo degrees: Double, fill: Double = 0) -> Self {
        guard degrees >= 0, degrees.isFinite else { fail("ImageAugmentation", "the angle \(degrees) is negative") }
        return Self { images, generator in
            let draws = numbers(images.shape[0], 1, &generator)
            return rotated(images, degrees: draws.map { (2 * $0 - 1) * degrees }, fill: fill)
        }
    }

    /// Adds independent normal numbers of this deviation to every value.
    public static func noise(deviation: Double) -> Self {
        Self { images, generator in
            images + Tensor.normal(images.shape, deviation: deviation, dtype: images.dtype, using: &generator)
        }
    }

    /// Multiplies each image by a number of 1 − strength … 1 + strength. Values may leave 0…1.
    public static func brightness(_ strength: Double) -> Self {
        Self { images, generator in images * factors(strength, images, &generator) }
    }

    /// Multiplies each image's distances from its mean by a number of 1 − strength … 1 + strength. Values may leave 0…1.
    public static func contrast(_ strength: Double) -> Self {
        Self { images, generator in
            let factors = factors(strength, images, &generator)
            let means = mean(images, axes: [1, 2, 3], keepingAxes: true)
            return (images - means) * factors + means
        }
    }

    /// A change of one's own: a function of images and a generator.
    public static func custom(_ apply: @escaping @Sendable (Tensor, inout PhiloxGenerator) -> Tensor) -> Self {
        Self(apply)
    }
}

/// Uniform numbers in 0..<1, `count` for each image: the same for float32 and float64 images.
private func numbers(_ batch: Int, _ count: Int, _ generator: inout PhiloxGenerator) -> [Double] {
    let draws = Tensor.uniform([batch, count], dtype: .float64, using: &generator)
    return draws.isAbstract ? [Double](repeating: 0, count: batch * count) : draws.doubles
}

private func factors(_ strength: Double, _ images: Tensor, _ generator: inout PhiloxGenerator) -> Tensor {
    let draws = numbers(images.shape[0], 1, &generator).map { 1 + (2 * $0 - 1) * strength }
    return Tensor(draws, shape: [draws.count, 1, 1, 1]).cast(to: images.dtype)
}
