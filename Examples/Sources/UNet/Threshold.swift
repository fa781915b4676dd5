import Cotangent

/// What finds ink without learning: a pixel has some where a feature of it is above a threshold.
struct Threshold {
    let name: String
    let value: Double
    private let feature: (Tensor) -> Tensor

    /// int64 [count, height, width] of images [count, 1, height, width].
    func callAsFunction(_ images: Tensor) -> Tensor {
        greater(feature(images), value).cast(to: .int64).reshaped(images.shape[0], images.shape[2], images.shape[3])
    }

    /// The feature and the threshold that cover the masks of the first 200 scenes best.
    static func best(on scenes: Scenes) -> Threshold {
        var features: [(String, (Tensor) -> Tensor)] = [("brightness", { $0 }), ("darkness", { 1 - $0 })]
        for deviation in [2.0, 4, 8] {
            features.append(
                (
                    "difference from its surroundings (σ = \(deviation))",
                    { abs($0 - convolve($0, FilterKernel.gaussian(deviation: deviation), border: .reflect)) }
                ))
        }
        let (images, masks) = (scenes.images[..<200], scenes.masks[..<200])
        let candidates = features.flatMap { name, feature in
            (0..<50).map { Threshold(name: name, value: Double($0) / 50, feature: feature) }
        }
        return candidates.map { ($0, IntersectionOverUnion()($0(images), masks)) }.max { $0.1 < $1.1 }!.0
    }
}
