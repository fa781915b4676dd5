import Cotangent

/// Handwritten digits, twice their size, pasted into pieces of a photograph: black or white, half transparent, one to
/// three in a scene, wherever they happen to lie. What is to be found is which pixels have ink.
struct Scenes {
    /// [count, 1, 32, 32], 0 black and 1 white.
    let images: Tensor
    /// int64 [count, 32, 32]: 1 where ink covers more than half of a pixel.
    let masks: Tensor
    static let side = 32

    /// - Parameters:
    ///   - digits: [any, 64], from 0 for no ink to 1.
    ///   - clutter: a gray image [height, width], of which pieces are taken.
    init(_ count: Int, digits: Tensor, clutter: Tensor, using generator: inout PhiloxGenerator) {
        let (side, inkSide) = (Self.side, 16)
        let (height, width) = (clutter.shape[0], clutter.shape[1])
        let background = clutter.floats
        let ink = upsample(digits.reshaped(-1, 1, 8, 8), scale: 2, mode: .linear()).floats

        var pixels: [Float] = []
        var masks = [Int](repeating: 0, count: count * side * side)
        pixels.reserveCapacity(masks.count)
        for scene in 0..<count {
            let top = Int.random(in: 0...height - side, using: &generator)
            let left = Int.random(in: 0...width - side, using: &generator)
            let isMirrored = Bool.random(using: &generator)
            for row in 0..<side {
                let line = background[(top + row) * width + left..<(top + row) * width + left + side]
                pixels += isMirrored ? line.reversed() : Array(line)
            }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let digit = Int.random(in: 0..<digits.shape[0], using: &generator)
                let color: Float = Bool.random(using: &generator) ? 1 : 0
                let opacity = Float.random(in: 0.5...0.9, using: &generator)
                let x = Int.random(in: 0...side - inkSide, using: &generator)
                let y = Int.random(in: 0...side - inkSide, using: &generator)
                for row in 0..<inkSide {
                    for column in 0..<inkSide {
                        let cover = ink[(digit * inkSide + row) * inkSide + column]
                        let place = (scene * side + y + row) * side + x + column
                        pixels[place] += cover * opacity * (color - pixels[place])
                        if cover > 0.5 { masks[place] = 1 }
                    }
                }
            }
        }
        images = Tensor(pixels, shape: [count, 1, side, side])
        self.masks = Tensor(masks, shape: [count, side, side])
    }
}
