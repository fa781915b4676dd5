import CCotangentKernels

/// The loops of the direct form of convolution, for `Float` and `Double`: see ct_convolution.h and convolution_direct.c.
package protocol DirectScalar: BLASScalar {
    static func band(
        _ band: ct_band, channels: Int, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
    static func directPack(
        rows: Int, rowStride: Int, depth: Int, depthStride: Int, taps: [Int32], _ weight: UnsafePointer<Self>,
        _ packed: UnsafeMutablePointer<Self>)
    static func directMultiply(
        _ product: ct_direct, _ box: UnsafePointer<Self>, _ packed: UnsafePointer<Self>, _ bias: UnsafePointer<Self>?,
        _ y: UnsafeMutablePointer<Self>)
    static func directCorrelate(
        _ product: ct_direct, _ box: UnsafePointer<Self>, _ y: UnsafePointer<Self>, _ w: UnsafeMutablePointer<Self>,
        stride: Int)
    static func directStore(
        rows: Int, height: Int, columns: Int, _ x: UnsafePointer<Self>, line: Int, width: Int,
        bias: UnsafePointer<Self>?, relu: Bool, _ y: UnsafeMutablePointer<Self>, plane: Int, pitch: Int, step: Int)
    static func directLoad(
        rows: Int, height: Int, columns: Int, _ x: UnsafePointer<Self>, plane: Int, pitch: Int,
        _ y: UnsafeMutablePointer<Self>, line: Int, width: Int)
}

extension Float: DirectScalar {
    package static func band(
        _ band: ct_band, channels: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: band) { ct_band_f32($0, channels, x, y) }
    }

    package static func directPack(
        rows: Int, rowStride: Int, depth: Int, depthStride: Int, taps: [Int32], _ weight: UnsafePointer<Float>,
        _ packed: UnsafeMutablePointer<Float>
    ) {
        ct_direct_pack_f32(rows, rowStride, depth, depthStride, taps.count, taps, weight, packed)
    }

    package static func directMultiply(
        _ product: ct_direct, _ box: UnsafePointer<Float>, _ packed: UnsafePointer<Float>,
        _ bias: UnsafePointer<Float>?,
        _ y: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: product) { ct_direct_multiply_f32($0, box, packed, bias, y) }
    }

    package static func directCorrelate(
        _ product: ct_direct, _ box: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        withUnsafePointer(to: product) { ct_direct_correlate_f32($0, box, y, w, stride) }
    }

    package static func directStore(
        rows: Int, height: Int, columns: Int, _ x: UnsafePointer<Float>, line: Int, width: Int,
        bias: UnsafePointer<Float>?, relu: Bool, _ y: UnsafeMutablePointer<Float>, plane: Int, pitch: Int, step: Int
    ) {
        ct_direct_store_f32(rows, height, columns, x, line, width, bias, relu ? 1 : 0, y, plane, pitch, step)
    }

    package static func directLoad(
        rows: Int, height: Int, columns: Int, _ x: UnsafePointer<Float>, plane: Int, pitch: Int,
        _ y: UnsafeMutablePointer<Float>, line: Int, width: Int
    ) {
        ct_direct_load_f32(rows, height, columns, x, plane, pitch, y, line, width)
    }
}

extension Double: DirectScalar {
    package static func band(
        _ band: ct_band, channels: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
    ) {
        withUnsafePointer(to: band) { ct_band_f64($0, channels, x, y) }
    }

    package static func directPack(
        rows: Int, rowStride: Int, depth: Int, depthStride: Int, taps: [Int32], _ weight: UnsafePointer<Double>,
        _ packed: UnsafeMutablePointer<Double>
    ) {
        ct_direct_pack_f64(rows, rowStride, depth, depthStride, taps.count, taps, weight, packed)
    }

    package static func directMultiply(
        _ product: ct_direct, _ box: UnsafePointer<Double>, _ packed: UnsafePointer<Double>,
        _ bias: UnsafePointer<Double>?,
        _ y: UnsafeMutablePointer<Double>
    ) {
        withUnsafePointer(to: product) { ct_direct_multiply_f64($0, box, packed, bias, y) }
    }

    package static func directCorrelate(
        _ product: ct_direct, _ box: UnsafePointer<Double>, _ y: UnsafePointer<Double>,
        _ w: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        withUnsafePointer(to: product) { ct_direct_correlate_f64($0, box, y, w, stride) }
    }

    package static func directStore(
        rows: Int, height: Int, columns: Int, _ x: UnsafePointer<Double>, line: Int, width: Int,
        bias: UnsafePointer<Double>?, relu: Bool, _ y: UnsafeMutablePointer<Double>, plane: Int, pitch: Int, step: Int
    ) {
        ct_direct_store_f64(rows, height, columns, x, line, width, bias, relu ? 1 : 0, y, plane, pitch, step)
    }

    package static func directLoad(
        rows: Int, height: Int, columns: Int, _ x: UnsafePointer<Double>, plane: Int, pitch: Int,
        _ y: UnsafeMutablePointer<Double>, line: Int, width: Int
    ) {
        ct_direct_load_f64(rows, height, columns, x, plane, pitch, y, line, width)
    }
}
