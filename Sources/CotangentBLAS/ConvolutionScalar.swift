import CCotangentKernels

/// A scalar that convolutions compute with: the C loops behind them, for `Float` and `Double`. See ct_convolution.h.
package protocol ConvolutionScalar: WinogradScalar, DirectScalar {
    static func columns(
        _ window: ct_window, _ panel: ct_panel, channels: Int, _ x: UnsafePointer<Self>,
        scratch: UnsafeMutablePointer<Self>, _ columns: UnsafeMutablePointer<Self>, line: Int)
    static func addColumns(
        _ window: ct_window, _ panel: ct_panel, channels: Int, _ columns: UnsafePointer<Self>, line: Int,
        scratch: UnsafeMutablePointer<Self>, _ x: UnsafeMutablePointer<Self>)
    static func addChannelBias(
        _ rows: Int, _ columns: Int, _ bias: UnsafePointer<Self>?, relu: Bool, _ y: UnsafeMutablePointer<Self>,
        line: Int)
}

extension Float: ConvolutionScalar {
    package static func columns(
        _ window: ct_window, _ panel: ct_panel, channels: Int, _ x: UnsafePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, _ columns: UnsafeMutablePointer<Float>, line: Int
    ) {
        withUnsafePointer(to: window) { window in
            withUnsafePointer(to: panel) { ct_columns_f32(window, $0, channels, x, scratch, columns, line) }
        }
    }

    package static func addColumns(
        _ window: ct_window, _ panel: ct_panel, channels: Int, _ columns: UnsafePointer<Float>, line: Int,
        scratch: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: window) { window in
            withUnsafePointer(to: panel) { ct_add_columns_f32(window, $0, channels, columns, line, scratch, x) }
        }
    }

    package static func addChannelBias(
        _ rows: Int, _ columns: Int, _ bias: UnsafePointer<Float>?, relu: Bool, _ y: UnsafeMutablePointer<Float>,
        line: Int
    ) {
        ct_channel_bias_f32(rows, columns, bias, relu ? 1 : 0, y, line)
    }
}

extension Double: ConvolutionScalar {
    package static func columns(
        _ window: ct_window, _ panel: ct_panel, channels: Int, _ x: UnsafePointer<Double>,
        scratch: UnsafeMutablePointer<Double>, _ columns: UnsafeMutablePointer<Double>, line: Int
    ) {
        withUnsafePointer(to: window) { window in
            withUnsafePointer(to: panel) { ct_columns_f64(window, $0, channels, x, scratch, columns, line) }
        }
    }

    package static func addColumns(
        _ window: ct_window, _ panel: ct_panel, channels: Int, _ columns: UnsafePointer<Double>, line: Int,
        scratch: UnsafeMutablePointer<Double>, _ x: UnsafeMutablePointer<Double>
    ) {
        withUnsafePointer(to: window) { window in
            withUnsafePointer(to: panel) { ct_add_columns_f64(window, $0, channels, columns, line, scratch, x) }
        }
    }

    package static func addChannelBias(
        _ rows: Int, _ columns: Int, _ bias: UnsafePointer<Double>?, relu: Bool, _ y: UnsafeMutablePointer<Double>,
        line: Int
    ) {
        ct_channel_bias_f64(rows, columns, bias, relu ? 1 : 0, y, line)
    }
}
