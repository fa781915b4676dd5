extension Textbook {
    /// Cross-entropy of each pixel's class: the mean over batch and pixels, and its gradient.
    ///
    /// - Parameters:
    ///   - logits: `[batch, classes, pixels]`
    ///   - labels: `[batch, pixels]`
    public static func pixelCrossEntropy(
        _ logits: [Float], labels: [Int], classes: Int, pixels: Int
    ) -> (loss: Float, gradient: [Float]) {
        // As samples of their own, [batch · pixels, classes].
        var rows = [Float](repeating: 0, count: logits.count)
        for sample in 0..<labels.count {
            let (b, p) = (sample / pixels, sample % pixels)
            for j in 0..<classes { rows[sample * classes + j] = logits[(b * classes + j) * pixels + p] }
        }
        let (loss, rowGradient) = crossEntropy(rows, labels: labels, classes: classes)
        var gradient = rows
        for sample in 0..<labels.count {
            let (b, p) = (sample / pixels, sample % pixels)
            for j in 0..<classes { gradient[(b * classes + j) * pixels + p] = rowGradient[sample * classes + j] }
        }
        return (loss, gradient)
    }
}

extension Plain {
    /// Cross-entropy of each pixel's class: the mean over batch and pixels; its gradient goes into `gradient`.
    ///
    /// - Parameters:
    ///   - logits: `[batch, classes, pixels]`, as is `gradient`
    ///   - labels: `[batch, pixels]`
    public static func pixelCrossEntropy(
        _ logits: UnsafePointer<Float>, labels: [Int], classes: Int, pixels: Int,
        gradient: UnsafeMutablePointer<Float>
    ) -> Float {
        let scale = 1 / Float(labels.count)
        var loss: Float = 0
        for b in 0..<labels.count / pixels {
            // Summed an image at a time: one long sum of floats would lose digits.
            var imageLoss: Float = 0
            for p in 0..<pixels {
                let x = logits + b * classes * pixels + p
                let g = gradient + b * classes * pixels + p
                let label = labels[b * pixels + p]
                var largest = -Float.infinity
                for j in 0..<classes { largest = x[j * pixels] > largest ? x[j * pixels] : largest }
                var sum: Float = 0
                for j in 0..<classes {
                    let e = cExp(x[j * pixels] - largest)
                    g[j * pixels] = e
                    sum += e
                }
                let factor = scale / sum
                for j in 0..<classes { g[j * pixels] *= factor }
                g[label * pixels] -= scale
                imageLoss -= x[label * pixels] - largest - cLog(sum)
            }
            loss += imageLoss
        }
        return loss * scale
    }
}
