extension Textbook {
    /// The mean over the batch of −log softmax(logits)[label], and its gradient (softmax − one-hot)/batch.
    ///
    /// - Parameter logits: `[labels.count, classes]`
    public static func crossEntropy(
        _ logits: [Float], labels: [Int], classes: Int
    ) -> (loss: Float, gradient: [Float]) {
        let batch = labels.count
        var gradient = softmax(logits, rows: batch, columns: classes)
        var loss: Float = 0
        for b in 0..<batch {
            loss -= logSoftmax(logits, row: b, classes: classes, label: labels[b])
            gradient[b * classes + labels[b]] -= 1
            for j in 0..<classes { gradient[b * classes + j] /= Float(batch) }
        }
        return (loss / Float(batch), gradient)
    }

    /// xₗ − max − log Σₖ e^(xₖ − max), which stays finite where softmax itself rounds to 0.
    private static func logSoftmax(_ x: [Float], row: Int, classes: Int, label: Int) -> Float {
        var largest = -Float.infinity
        for j in 0..<classes { largest = max(largest, x[row * classes + j]) }
        var sum: Float = 0
        for j in 0..<classes { sum += cExp(x[row * classes + j] - largest) }
        return x[row * classes + label] - largest - cLog(sum)
    }
}

extension Plain {
    /// The mean over the batch of −log softmax(logits)[label]; its gradient (softmax − one-hot)/batch goes into
    /// `gradient`.
    ///
    /// - Parameter logits: `[labels.count, classes]`, as is `gradient`
    public static func crossEntropy(
        _ logits: UnsafePointer<Float>, labels: [Int], classes: Int, gradient: UnsafeMutablePointer<Float>
    ) -> Float {
        let scale = 1 / Float(labels.count)
        var loss: Float = 0
        for b in 0..<labels.count {
            let x = logits + b * classes
            let g = gradient + b * classes
            var largest = -Float.infinity
            for j in 0..<classes { largest = x[j] > largest ? x[j] : largest }
            var sum: Float = 0
            for j in 0..<classes {
                let e = cExp(x[j] - largest)
                g[j] = e
                sum += e
            }
            let factor = scale / sum
            for j in 0..<classes { g[j] *= factor }
            g[labels[b]] -= scale
            loss -= x[labels[b]] - largest - cLog(sum)
        }
        return loss * scale
    }
}
