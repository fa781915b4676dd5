extension Textbook {
    /// eˣ of each element.
    public static func exp(_ x: [Float]) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        for i in 0..<x.count { y[i] = cExp(x[i]) }
        return y
    }

    /// tanh x of each element.
    public static func tanh(_ x: [Float]) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        for i in 0..<x.count { y[i] = cTanh(x[i]) }
        return y
    }

    /// 1/(1 + e⁻ˣ) of each element.
    public static func sigmoid(_ x: [Float]) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        for i in 0..<x.count { y[i] = 1 / (1 + cExp(-x[i])) }
        return y
    }

    /// max(x, 0) of each element; NaN stays NaN.
    public static func relu(_ x: [Float]) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        for i in 0..<x.count { y[i] = x[i] < 0 ? 0 : x[i] }
        return y
    }
}

// The C library's exp and tanh are calls, which no compiler turns into vector instructions: only relu is one here.
extension Plain {
    /// eˣ of `count` elements from `x` into `y`.
    public static func exp(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { y[i] = cExp(x[i]) }
    }

    /// tanh x of `count` elements from `x` into `y`.
    public static func tanh(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { y[i] = cTanh(x[i]) }
    }

    /// 1/(1 + e⁻ˣ) of `count` elements from `x` into `y`.
    public static func sigmoid(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { y[i] = 1 / (1 + cExp(-x[i])) }
    }

    /// max(x, 0) of `count` elements from `x` into `y`; NaN stays NaN.
    public static func relu(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { y[i] = x[i] < 0 ? 0 : x[i] }
    }
}
