import Cotangent
import TestSupport
import Testing

@Suite struct AugmentationTests {
    private let images = Tensor.range(from: 1, to: 1 + 24 * 2 * 5 * 6, dtype: .float64).reshaped(24, 2, 5, 6)

    private func augmented(_ step: ImageAugmentation.Step, _ seed: UInt64 = 1, _ dtype: DType = .float64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return ImageAugmentation([step])(images.cast(to: dtype), using: &generator)
    }

    @Test(arguments: [DType.float32, .float64]) func rotations(_ dtype: DType) {
        #expect(DataFixture.all.rotations.count == 3)
        for test in DataFixture.all.rotations {
            let images = Tensor(test.images, shape: Shape(test.shape)).cast(to: dtype)
            let tolerance = dtype == .float32 ? 1e-5 : 1e-10
            #expect(relativeDistance(rotated(images, degrees: test.degrees).doubles, test.turned) < tolerance)
            #expect(
                relativeDistance(rotated(images, degrees: test.degrees, fill: 0.75).doubles, test.filled) < tolerance)
            #expect(
                relativeDistance(rotated(scatteredView(of: images), degrees: test.degrees).doubles, test.turned)
                    < tolerance)
        }
    }

    /// A quarter against the clock: rows become columns.
    @Test func quarters() {
        let image = Tensor(rows: [[1.0, 2], [3, 4]]).reshaped(1, 1, 2, 2)
        #expect(relativeDistance(rotated(image, degrees: [90]).doubles, [2, 4, 1, 3]) < 1e-15)
        #expect(rotated(image, degrees: [0]) == image)
        #expect(rotated(image[0..<0], degrees: []).shape == [0, 1, 2, 2])
        // Of a plain image, turned by anything, the middle stays what it was and the corners become the border.
        let white = rotated(Tensor.ones([1, 1, 9, 9]), degrees: [45])
        #expect(white[0, 0, 4, 4].item == 1 && white[0, 0, 0, 0].item == 0)
    }

    @Test func flips() {
        for (step, axis) in [(ImageAugmentation.Step.horizontalFlip(), 3), (.verticalFlip(), 2)] {
            let slices = (0..<4).map { $0 == axis ? Slice.every(-1, from: -1) : Slice.all }
            let flipped = images[slices]
            let result = augmented(step)
            let isFlipped = (0..<24).map { result[$0] == flipped[$0] }
            for i in 0..<24 where !isFlipped[i] { #expect(result[i] == images[i]) }
            #expect((5...19).contains(isFlipped.count { $0 }))
        }
        #expect(augmented(.horizontalFlip(probability: 0)) == images)
        #expect(augmented(.horizontalFlip(probability: 1)) == images[.all, .all, .all, .every(-1, from: -1)])
    }

    @Test func shifts() {
        // What a plain loop over a padded copy gives.
        var padded = Tensor.full([24, 2, 9, 10], 0.5, dtype: .float64)
        padded[.all, .all, 2..<7, 2..<8] = images
        let result = augmented(.shift(upTo: 2, fill: 0.5))
        var places: Set<[Int]> = []
        for i in 0..<24 {
            let found = (0...4).flatMap { y in (0...4).map { x in [y, x] } }.filter { place in
                padded[i, .all, place[0]..<(place[0] + 5), place[1]..<(place[1] + 6)] == result[i]
            }
            #expect(found.count == 1)
            places.formUnion(found)
        }
        #expect(places.count > 10 && Set(places.map { $0[0] }).count == 5 && Set(places.map { $0[1] }).count == 5)
        #expect(augmented(.shift(upTo: 0)) == images)
    }

    @Test func crops() {
        var padded = Tensor.zeros([24, 2, 7, 8], dtype: .float64)
        padded[.all, .all, 1..<6, 1..<7] = images
        let result = augmented(.crop([4, 3], padding: 1))
        #expect(result.shape == [24, 2, 4, 3])
        var places: Set<[Int]> = []
        for i in 0..<24 {
            let found = (0...3).flatMap { y in (0...5).map { x in [y, x] } }.filter { place in
                padded[i, .all, place[0]..<(place[0] + 4), place[1]..<(place[1] + 3)] == result[i]
            }
            #expect(found.count == 1)
            places.formUnion(found)
        }
        #expect(places.count > 8)
        #expect(augmented(.crop([5, 6])) == images)
        // Larger than the image: padding on all sides.
        #expect(augmented(.crop([9, 10], padding: 2))[.all, .all, 2..<7, 2..<8] == images)
    }

    @Test func values() {
        let bright = augmented(.brightness(0.2)) / images
        for i in 0..<24 {
            let factor = bright[i, 0, 0, 0].item
            #expect(abs(factor - 1) <= 0.2 && (max(bright[i]) - min(bright[i])).item < 1e-12)
        }
        #expect(Set((0..<24).map { bright[$0, 0, 0, 0].item }).count == 24)
        let contrast = augmented(.contrast(0.5))
        let means = mean(images, axes: [1, 2, 3])
        #expect(relativeDistance(mean(contrast, axes: [1, 2, 3]), means) < 1e-14)
        let factors = (contrast - means.reshaped(24, 1, 1, 1)) / (images - means.reshaped(24, 1, 1, 1))
        for i in 0..<24 {
            #expect(abs(factors[i, 0, 0, 0].item - 1) <= 0.5 && (max(factors[i]) - min(factors[i])).item < 1e-10)
        }
        let noise = augmented(.noise(deviation: 3)) - images
        #expect(abs(mean(noise).item) < 0.3 && abs(standardDeviation(noise).item - 3) < 0.3)
    }

    private static let everything = ImageAugmentation([
        .horizontalFlip(), .verticalFlip(probability: 0.3), .shift(upTo: 1), .rotation(upTo: 30, fill: 1),
        .crop([4, 4], padding: 1), .noise(deviation: 0.1), .brightness(0.1), .contrast(0.1),
        .custom { images, _ in images + 1 },
    ])

    @Test(arguments: [DType.float32, .float64]) func sameBitsAtAnyThreadCount(_ dtype: DType) {
        let threads = Runtime.threadCount
        defer { Runtime.threadCount = threads }
        let large = Tensor.range(to: 64 * 3 * 32 * 32, dtype: dtype).reshaped(64, 3, 32, 32)
        let results = [1, 2, 4].map { threads in
            Runtime.threadCount = threads
            var generator = PhiloxGenerator(seed: 5)
            return Self.everything(large, using: &generator)
        }
        #expect(results[0] == results[1] && results[0] == results[2] && results[0].shape == [64, 3, 4, 4])
        var generator = PhiloxGenerator(seed: 6)
        #expect(Self.everything(large, using: &generator) != results[0])
    }

    @Test func withALoader() {
        let data = TensorDataset(images, Tensor(Array(0..<24)))
        func run(_ prefetch: Int, _ epoch: Int) -> [Samples] {
            Array(
                DataLoader(data, batchSize: 7, prefetch: prefetch, transform: Self.everything.transform).batches(
                    epoch: epoch))
        }
        #expect(run(0, 2) == run(2, 2) && run(2, 2) != run(2, 3))
        #expect(run(1, 0).map(\.x.shape) == [[7, 2, 4, 4], [7, 2, 4, 4], [7, 2, 4, 4], [3, 2, 4, 4]])
    }

    @Test func noImages() {
        var generator = PhiloxGenerator(seed: 1)
        #expect(Self.everything(images[0..<0], using: &generator).shape == [0, 2, 4, 4])
    }
}
