extension Textbook {
    /// yᵢⱼ = e^(xᵢⱼ − maxᵢ) / Σₖ e^(xᵢₖ − maxᵢ) for each row i of `x`, `[rows, columns]`.
    public static func softmax(_ x: [Float], rows: Int, columns: Int) -> [Float] {
        var y = [Float](repeating: 0, count: rows * columns)
        for i in 0..<rows {
            var largest = -Float.infinity
            for j in 0..<columns { largest = max(largest, x[i * columns + j]) }
            var sum: Float = 0
            for j in 0..<columns {
                y[i * columns + j] = cExp(x[i * columns + j] - largest)
                sum += y[i * columns + j]
            }
            for j in 0..<columns { y[i * columns + j] /= sum }
        }
        return y
    }
}

extension Plain {
    /// yᵢⱼ = e^(xᵢⱼ − maxᵢ) / Σₖ e^(xᵢₖ − maxᵢ) for each row i of `x`, `[rows, columns]`.
    public static func softmax(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        for i in 0..<rows {
            let x = x + i * columns
            let y = y + i * columns
            var largest = -Float.infinity
            for j in 0..<columns { largest = x[j] > largest ? x[j] : largest }
            var sum: Float = 0
            for j in 0..<columns {
                let e = cExp(x[j] - largest)
                y[j] = e
                sum += e
            }
            let scale = 1 / sum
            for j in 0..<columns { y[j] *= scale }
        }
    }
}
