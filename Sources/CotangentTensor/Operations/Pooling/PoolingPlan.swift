import CotangentBLAS

/// A pooling of the last axes of a tensor, checked: what its kernels and results need to know.
struct PoolingPlan {
    let window: PoolWindow
    /// Batch times channels.
    let planes: Int
    let dtype: DType
    let inputShape: Shape
    let outputShape: Shape
    /// Elements a plane, and places a window.
    let inputCount: Int
    let outputCount: Int
    let kernelCount: Int

    /// - Parameter x: [batch, channels, spatial…] or [channels, spatial…], with `rank` spatial axes.
    init(
        _ x: Tensor, rank: Int, kernelSize: SpatialSize, stride: SpatialSize?, padding: Padding,
        dilation: SpatialSize = 1, roundsUp: Bool
    ) throws(WindowGeometry.Problem) {
        try Self.check(x, rank)
        let geometry = try WindowGeometry(
            input: x.shape.dimensions.suffix(rank), kernel: kernelSize, stride: stride ?? kernelSize, padding: padding,
            dilation: dilation, roundsUp: roundsUp)
        // Every window then has a place inside of the input, unless dilation leaps over it.
        for axis in 3 - rank..<3 {
            let (kernel, gap, before) = (geometry.kernel[axis], geometry.dilation[axis], geometry.before[axis])
            guard Swift.max(before, geometry.after[axis]) <= kernel / 2 else {
                throw WindowGeometry.Problem(
                    message: "the padding \(padding) is more than half of the kernel size \(kernelSize)")
            }
            let starts = Swift.stride(from: 0, to: gap > 1 ? before : 0, by: geometry.stride[axis])
            let leaps = starts.contains { (gap - (before - $0) % gap) % gap >= geometry.input[axis] }
            guard geometry.input[axis] > 0, !leaps else {
                let windows = "windows of \(kernelSize) with dilation \(dilation) and padding \(padding)"
                throw WindowGeometry.Problem(message: "\(windows) miss the input \(x.shape)")
            }
        }
        self.init(
            x, rank,
            PoolWindow(
                input: geometry.input, output: geometry.output, kernel: geometry.kernel, stride: geometry.stride,
                before: geometry.before, after: geometry.after, dilation: geometry.dilation),
            geometry.output, kernelCount: geometry.kernelCount)
    }

    /// The windows that cover the input evenly.
    init(_ x: Tensor, rank: Int, outputSize: SpatialSize) throws(WindowGeometry.Problem) {
        try Self.check(x, rank)
        guard let output = outputSize.resolved(rank: rank, rest: 1), output.min() >= 1 else {
            throw WindowGeometry.Problem(
                message: "the output size \(outputSize) must be \(rank) positive length\(rank == 1 ? "" : "s")")
        }
        var input = SIMD3<Int>(repeating: 1)
        for axis in 3 - rank..<3 { input[axis] = x.shape[x.rank - 3 + axis] }
        guard input.min() >= 1 else { throw WindowGeometry.Problem(message: "\(x.summary) has no elements to pool") }
        let one = SIMD3(repeating: 1)
        self.init(
            x, rank,
            PoolWindow(
                input: input, output: output, kernel: one, stride: one, before: one &- one, after: one &- one,
                dilation: one),
            output, kernelCount: 1)
    }

    private init(_ x: Tensor, _ rank: Int, _ window: PoolWindow, _ output: SIMD3<Int>, kernelCount: Int) {
        self.window = window
        dtype = x.dtype
        inputShape = x.shape
        var shape = x.shape
        var (planes, inputCount) = (1, 1)
        for axis in 0..<x.rank - rank { planes *= shape[axis] }
        for axis in x.rank - rank..<x.rank {
            inputCount *= shape[axis]
            shape[axis] = output[axis - x.rank + 3]
        }
        self.planes = planes
        self.inputCount = inputCount
        outputShape = shape
        outputCount = output[0] * output[1] * output[2]
        self.kernelCount = kernelCount
    }

    private static func check(_ x: Tensor, _ rank: Int) throws(WindowGeometry.Problem) {
        guard x.dtype.isFloatingPoint else { throw WindowGeometry.Problem(message: "does not serve \(x.summary)") }
        guard x.rank == rank + 1 || x.rank == rank + 2 else {
            let axes = ["length", "height, width", "depth, height, width"][rank - 1]
            throw WindowGeometry.Problem(
                message: "the input is \(x.summary): [batch, channels, \(axes)] or [channels, \(axes)] is expected")
        }
    }

    /// Runs `body` over parts of the planes, in parallel where they are large.
    func forPlanes(_ body: (_ window: UnsafePointer<PoolWindow>, _ planes: Range<Int>) -> Void) {
        withUnsafePointer(to: window) { window in
            parallel(over: planes, grain: Swift.max(1, elementwiseGrain / inputCount)) { body(window, $0) }
        }
    }
}

@inline(never)
func rejectPooling(_ name: String, _ x: Tensor, _ problem: WindowGeometry.Problem) -> Tensor {
    reject(name, problem.message, meant: x)
}
