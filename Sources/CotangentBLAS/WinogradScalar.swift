import CCotangentKernels

/// Winograd's transforms, for `Float` and `Double`: see ct_convolution.h and winograd.c.
package protocol WinogradScalar: BLASScalar {
    static func winogradInput(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ x: UnsafePointer<Self>, scratch: UnsafeMutablePointer<Self>,
        _ transforms: UnsafeMutablePointer<Self>, plane: Int, line: Int)
    static func winogradCotangent(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ dy: UnsafePointer<Self>, scratch: UnsafeMutablePointer<Self>,
        _ transforms: UnsafeMutablePointer<Self>, plane: Int, line: Int)
    static func winogradOutput(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ transforms: UnsafePointer<Self>, plane: Int, line: Int,
        _ bias: UnsafePointer<Self>?, relu: Bool, scratch: UnsafeMutablePointer<Self>, _ y: UnsafeMutablePointer<Self>)
    static func winogradWeight(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ weight: UnsafePointer<Self>,
        _ transforms: UnsafeMutablePointer<Self>, plane: Int, line: Int)
    static func winogradTurnedWeight(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ weight: UnsafePointer<Self>,
        _ transforms: UnsafeMutablePointer<Self>, plane: Int, line: Int)
    static func winogradWeightGradient(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ transforms: UnsafePointer<Self>, plane: Int,
        line: Int, _ dw: UnsafeMutablePointer<Self>)
}

extension Float: WinogradScalar {
    package static func winogradInput(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
        _ transforms: UnsafeMutablePointer<Float>, plane: Int, line: Int
    ) {
        withUnsafePointer(to: w) { ct_winograd_input_f32($0, row, rows, x, scratch, transforms, plane, line) }
    }

    package static func winogradCotangent(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ dy: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
        _ transforms: UnsafeMutablePointer<Float>, plane: Int, line: Int
    ) {
        withUnsafePointer(to: w) { ct_winograd_cotangent_f32($0, row, rows, dy, scratch, transforms, plane, line) }
    }

    package static func winogradOutput(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ transforms: UnsafePointer<Float>, plane: Int, line: Int,
        _ bias: UnsafePointer<Float>?, relu: Bool, scratch: UnsafeMutablePointer<Float>,
        _ y: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: w) {
            ct_winograd_output_f32($0, row, rows, transforms, plane, line, bias, relu ? 1 : 0, scratch, y)
        }
    }

    package static func winogradWeight(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ weight: UnsafePointer<Float>,
        _ transforms: UnsafeMutablePointer<Float>, plane: Int, line: Int
    ) {
        ct_winograd_weight_f32(
            m, inputs, outputs, range.lowerBound, range.upperBound, weight, transforms, plane, line)
    }

    package static func winogradTurnedWeight(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ weight: UnsafePointer<Float>,
        _ transforms: UnsafeMutablePointer<Float>, plane: Int, line: Int
    ) {
        ct_winograd_turned_weight_f32(
            m, inputs, outputs, range.lowerBound, range.upperBound, weight, transforms, plane, line)
    }

    package static func winogradWeightGradient(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ transforms: UnsafePointer<Float>, plane: Int,
        line: Int, _ dw: UnsafeMutablePointer<Float>
    ) {
        ct_winograd_weight_gradient_f32(
            m, inputs, outputs, range.lowerBound, range.upperBound, transforms, plane, line, dw)
    }
}

extension Double: WinogradScalar {
    package static func winogradInput(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ x: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
        _ transforms: UnsafeMutablePointer<Double>, plane: Int, line: Int
    ) {
        withUnsafePointer(to: w) { ct_winograd_input_f64($0, row, rows, x, scratch, transforms, plane, line) }
    }

    package static func winogradCotangent(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ dy: UnsafePointer<Double>, scratch: UnsafeMutablePointer<Double>,
        _ transforms: UnsafeMutablePointer<Double>, plane: Int, line: Int
    ) {
        withUnsafePointer(to: w) { ct_winograd_cotangent_f64($0, row, rows, dy, scratch, transforms, plane, line) }
    }

    package static func winogradOutput(
        _ w: ct_winograd, _ row: Int, _ rows: Int, _ transforms: UnsafePointer<Double>, plane: Int, line: Int,
        _ bias: UnsafePointer<Double>?, relu: Bool, scratch: UnsafeMutablePointer<Double>,
        _ y: UnsafeMutablePointer<Double>
    ) {
        withUnsafePointer(to: w) {
            ct_winograd_output_f64($0, row, rows, transforms, plane, line, bias, relu ? 1 : 0, scratch, y)
        }
    }

    package static func winogradWeight(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ weight: UnsafePointer<Double>,
        _ transforms: UnsafeMutablePointer<Double>, plane: Int, line: Int
    ) {
        ct_winograd_weight_f64(
            m, inputs, outputs, range.lowerBound, range.upperBound, weight, transforms, plane, line)
    }

    package static func winogradTurnedWeight(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ weight: UnsafePointer<Double>,
        _ transforms: UnsafeMutablePointer<Double>, plane: Int, line: Int
    ) {
        ct_winograd_turned_weight_f64(
            m, inputs, outputs, range.lowerBound, range.upperBound, weight, transforms, plane, line)
    }

    package static func winogradWeightGradient(
        _ m: Int, _ inputs: Int, _ outputs: Int, _ range: Range<Int>, _ transforms: UnsafePointer<Double>, plane: Int,
        line: Int, _ dw: UnsafeMutablePointer<Double>
    ) {
        ct_winograd_weight_gradient_f64(
            m, inputs, outputs, range.lowerBound, range.upperBound, transforms, plane, line, dw)
    }
}
