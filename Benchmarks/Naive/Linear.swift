extension Textbook {
    /// y = x·Wᵀ + bias.
    ///
    /// - Parameters:
    ///   - x: `[batch, inputSize]`
    ///   - weight: `[outputSize, inputSize]`
    ///   - bias: `[outputSize]`
    /// - Returns: `[batch, outputSize]`
    public static func linear(
        _ x: [Float], weight: [Float], bias: [Float], batch: Int, inputSize: Int, outputSize: Int
    ) -> [Float] {
        var y = [Float](repeating: 0, count: batch * outputSize)
        for b in 0..<batch {
            for o in 0..<outputSize {
                var sum = bias[o]
                for i in 0..<inputSize { sum += x[b * inputSize + i] * weight[o * inputSize + i] }
                y[b * outputSize + o] = sum
            }
        }
        return y
    }

    /// The gradients dW = cotangentᵀ·x and dbias = Σ over the batch of the cotangent.
    ///
    /// - Parameter cotangent: of y, `[batch, outputSize]`
    public static func linearParameterGradients(
        _ cotangent: [Float], x: [Float], batch: Int, inputSize: Int, outputSize: Int
    ) -> (weight: [Float], bias: [Float]) {
        var weight = [Float](repeating: 0, count: outputSize * inputSize)
        var bias = [Float](repeating: 0, count: outputSize)
        for o in 0..<outputSize {
            for i in 0..<inputSize {
                var sum: Float = 0
                for b in 0..<batch { sum += cotangent[b * outputSize + o] * x[b * inputSize + i] }
                weight[o * inputSize + i] = sum
            }
            for b in 0..<batch { bias[o] += cotangent[b * outputSize + o] }
        }
        return (weight, bias)
    }

    /// The gradient dx = cotangent·W.
    public static func linearInputGradient(
        _ cotangent: [Float], weight: [Float], batch: Int, inputSize: Int, outputSize: Int
    ) -> [Float] {
        var gradient = [Float](repeating: 0, count: batch * inputSize)
        for b in 0..<batch {
            for i in 0..<inputSize {
                var sum: Float = 0
                for o in 0..<outputSize { sum += cotangent[b * outputSize + o] * weight[o * inputSize + i] }
                gradient[b * inputSize + i] = sum
            }
        }
        return gradient
    }
}

// The weight is transposed here, [inputSize, outputSize]: forward and weight gradient then add multiples of rows.
extension Plain {
    /// y = x·weight + bias.
    ///
    /// - Parameters:
    ///   - x: `[batch, inputSize]`
    ///   - weight: `[inputSize, outputSize]`
    ///   - bias: `[outputSize]`
    ///   - y: `[batch, outputSize]`
    public static func linear(
        _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        into y: UnsafeMutablePointer<Float>, batch: Int, inputSize: Int, outputSize: Int
    ) {
        for b in 0..<batch { (y + b * outputSize).update(from: bias, count: outputSize) }
        // [batch, inputSize] · [inputSize, outputSize]
        addProduct(m: batch, n: outputSize, k: inputSize, x, rowStride: inputSize, columnStride: 1, weight, to: y)
    }

    /// The gradients dweight = xᵀ·cotangent, `[inputSize, outputSize]`, and dbias = Σ over the batch of the cotangent.
    public static func linearParameterGradients(
        _ cotangent: UnsafePointer<Float>, x: UnsafePointer<Float>,
        weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>,
        batch: Int, inputSize: Int, outputSize: Int
    ) {
        weight.update(repeating: 0, count: inputSize * outputSize)
        // [inputSize, batch] (x transposed) · [batch, outputSize]
        addProduct(
            m: inputSize, n: outputSize, k: batch, x, rowStride: 1, columnStride: inputSize, cotangent, to: weight)
        bias.update(repeating: 0, count: outputSize)
        for b in 0..<batch {
            let row = cotangent + b * outputSize
            for o in 0..<outputSize { bias[o] += row[o] }
        }
    }

    /// The gradient dx = cotangent·weightᵀ, `[batch, inputSize]`.
    public static func linearInputGradient(
        _ cotangent: UnsafePointer<Float>, weight: UnsafePointer<Float>,
        into gradient: UnsafeMutablePointer<Float>, batch: Int, inputSize: Int, outputSize: Int
    ) {
        for b in 0..<batch {
            for i in 0..<inputSize {
                gradient[b * inputSize + i] = dot(
                    cotangent + b * outputSize, weight + i * outputSize, count: outputSize)
            }
        }
    }
}
