import CCotangentKernels

/// The C loops that convert from one element type to another.
package enum Casts {
    // In the order float32, float64, int64, bool, which is that of a dtype's raw value.
    private static let loops: [[UnaryLoop?]] = [
        [
            nil,
            unsafeBitCast(
                ct_cast_f32_f64 as @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Double>?) -> Void,
                to: UnaryLoop.self),
            unsafeBitCast(
                ct_cast_f32_i64 as @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Int64>?) -> Void,
                to: UnaryLoop.self),
            unsafeBitCast(
                ct_cast_f32_u8 as @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<UInt8>?) -> Void,
                to: UnaryLoop.self),
        ],
        [
            unsafeBitCast(
                ct_cast_f64_f32 as @convention(c) (Int, UnsafePointer<Double>?, UnsafeMutablePointer<Float>?) -> Void,
                to: UnaryLoop.self),
            nil,
            unsafeBitCast(
                ct_cast_f64_i64 as @convention(c) (Int, UnsafePointer<Double>?, UnsafeMutablePointer<Int64>?) -> Void,
                to: UnaryLoop.self),
            unsafeBitCast(
                ct_cast_f64_u8 as @convention(c) (Int, UnsafePointer<Double>?, UnsafeMutablePointer<UInt8>?) -> Void,
                to: UnaryLoop.self),
        ],
        [
            unsafeBitCast(
                ct_cast_i64_f32 as @convention(c) (Int, UnsafePointer<Int64>?, UnsafeMutablePointer<Float>?) -> Void,
                to: UnaryLoop.self),
            unsafeBitCast(
                ct_cast_i64_f64 as @convention(c) (Int, UnsafePointer<Int64>?, UnsafeMutablePointer<Double>?) -> Void,
                to: UnaryLoop.self),
            nil,
            unsafeBitCast(
                ct_cast_i64_u8 as @convention(c) (Int, UnsafePointer<Int64>?, UnsafeMutablePointer<UInt8>?) -> Void,
                to: UnaryLoop.self),
        ],
        [
            unsafeBitCast(
                ct_cast_u8_f32 as @convention(c) (Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<Float>?) -> Void,
                to: UnaryLoop.self),
            unsafeBitCast(
                ct_cast_u8_f64 as @convention(c) (Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<Double>?) -> Void,
                to: UnaryLoop.self),
            unsafeBitCast(
                ct_cast_u8_i64 as @convention(c) (Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<Int64>?) -> Void,
                to: UnaryLoop.self),
            nil,
        ],
    ]

    /// The loop between two different types, named by their place in that order.
    package static func loop(from: Int, to: Int) -> UnaryLoop { loops[from][to]! }
}
