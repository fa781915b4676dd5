import Cotangent
import ExampleSupport

/// 1,797 handwritten digits of 8×8 pixels. By order the first 1,437 train and validate, the last 360 test.
public struct DigitsData {
    /// [1797] and the shape of an image, from 0 for white to 1.
    public let images: Tensor
    /// [1797]
    public let labels: Tensor
    public var test: (x: Tensor, y: Tensor) { (images[1437...], labels[1437...]) }

    /// - Parameter imageShape: [64], or [1, 8, 8] for a network that wants channels, height and width.
    public init(imageShape: [Int] = [64]) throws {
        let table = try CSV(path: dataPath("digits.csv"))
        images = try (table.tensor(excluding: ["label"]) / 16).reshaped(Shape([1797] + imageShape))
        labels = try table.labels("label")
    }

    /// The first 1,437 in random order: 1,300 to learn from, and 137 that say how well that goes.
    public func split(
        using generator: inout PhiloxGenerator
    ) -> (training: (x: Tensor, y: Tensor), validation: (x: Tensor, y: Tensor)) {
        let order = Tensor.permutation(1437, using: &generator)
        func part(_ rows: Tensor) -> (x: Tensor, y: Tensor) { (gather(images, rows), gather(labels, rows)) }
        return (part(order[137...]), part(order[..<137]))
    }
}
