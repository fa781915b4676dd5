import CCotangentKernels

/// Kernels for ``convolve(_:_:extent:border:)``, by name.
///
/// They are written for convolution, which flips: `convolve(image, FilterKernel.sobelX())` is **positive where the
/// image grows brighter to the right**, and so K reads [1 0 −1]. sobelY is positive where it grows brighter downward,
/// since rows count downward. Most tables print kernels for correlation, turned by 180°; where a kernel is symmetric
/// (boxes, Gaussians, Laplacians, sharpening) both are the same. With ``correlate(_:_:extent:border:)`` derivatives
/// change sign.
///
/// Kernels that blur or sharpen sum to 1, so that an even surface stays as it is; those that find edges sum to 0.
public enum FilterKernel {
    /// 1 in the middle of `size` × `size` zeros: the image itself.
    public static func identity(size: Int = 1, dtype: DType = .float32) -> Tensor {
        odd("identity", size)
        return kernel(radius: size / 2, dtype) { $0 == 0 && $1 == 0 ? 1 : 0 }
    }

    /// The mean of `size` × `size` values: 1/size² everywhere.
    public static func box(_ size: Int, dtype: DType = .float32) -> Tensor {
        guard size >= 1 else { fail("FilterKernel.box", "size \(size) is not positive") }
        return Tensor.full([size, size], 1 / (Double(size) * Double(size)), dtype: dtype)
    }

    /// e^(−(i² + j²) / 2σ²) for −radius ≤ i, j ≤ radius, divided by the sum of all.
    ///
    /// Its rows' sums are the kernel for signals: `sum(FilterKernel.gaussian(deviation: σ), axes: [0])`.
    ///
    /// - Parameters:
    ///   - deviation: σ, in pixels.
    ///   - radius: by default ⌈3σ⌉, beyond which 0.3 % of the weight along an axis would lie. `scipy.ndimage`'s
    ///     `gaussian_filter` has ⌊4σ + ½⌋.
    public static func gaussian(deviation: Double, radius: Int? = nil, dtype: DType = .float32) -> Tensor {
        guard deviation > 0, deviation.isFinite, (radius ?? 0) >= 0, 3 * deviation < 1e6 else {
            fail(
                "FilterKernel.gaussian",
                "deviation \(deviation), radius \(radius ?? 0): a deviation is above 0 and below 333333, a radius not negative")
        }
        let radius = radius ?? Int((3 * deviation).rounded(.up))
        let offsets = Tensor((-radius...radius).map { Double($0) })
        // Divided before it is squared: the square of a small deviation may be 0.
        let line = exp(square(offsets / deviation) * -0.5)
        let normal = line / sum(line)
        return (normal.expandingAxis(1) * normal).cast(to: dtype)
    }

    /// The image plus what makes it differ from its four neighbours:
    ///
    ///      0 −1  0
    ///     −1  5 −1
    ///      0 −1  0
    ///
    /// The identity less ``laplacian(neighbours:dtype:)``.
    public static func sharpen(dtype: DType = .float32) -> Tensor {
        Tensor(rows: [[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]).cast(to: dtype)
    }

    /// Unsharp masking, I + amount · (I − blurred I): the identity plus `amount` times what a Gaussian takes away.
    public static func unsharp(
        amount: Double, deviation: Double, radius: Int? = nil, dtype: DType = .float32
    ) -> Tensor {
        let blur = gaussian(deviation: deviation, radius: radius, dtype: .float64)
        return (identity(size: blur.shape[0], dtype: .float64) * (1 + amount) - blur * amount).cast(to: dtype)
    }

    /// The derivative to the right, smoothed downward by 1 2 1 (Sobel and Feldman 1968):
    ///
    ///     1  0  −1
    ///     2  0  −2
    ///     1  0  −1
    ///
    /// An edge from 0 to 1 gives 4.
    public static func sobelX(dtype: DType = .float32) -> Tensor { derivative(smoothing: [1, 2, 1], dtype) }
    /// The derivative downward: ``sobelX(dtype:)`` transposed.
    public static func sobelY(dtype: DType = .float32) -> Tensor { sobelX(dtype: dtype).transposed.copied() }

    /// The derivative to the right, smoothed by 3 10 3, which turns with the image better than Sobel's (Scharr 2000).
    /// An edge from 0 to 1 gives 16.
    public static func scharrX(dtype: DType = .float32) -> Tensor { derivative(smoothing: [3, 10, 3], dtype) }
    /// The derivative downward: ``scharrX(dtype:)`` transposed.
    public static func scharrY(dtype: DType = .float32) -> Tensor { scharrX(dtype: dtype).transposed.copied() }

    /// The derivative to the right, smoothed by 1 1 1 (Prewitt 1970). An edge from 0 to 1 gives 3.
    public static func prewittX(dtype: DType = .float32) -> Tensor { derivative(smoothing: [1, 1, 1], dtype) }
    /// The derivative downward: ``prewittX(dtype:)`` transposed.
    public static func prewittY(dtype: DType = .float32) -> Tensor { prewittX(dtype: dtype).transposed.copied() }

    /// ∂²I/∂x² + ∂²I/∂y² by differences over the 4 neighbours, or over 8:
    ///
    ///     0  1  0        1  1  1
    ///     1 −4  1        1 −8  1
    ///     0  1  0        1  1  1
    ///
    /// Negative where a pixel is brighter than those around it.
    public static func laplacian(neighbours: Int = 4, dtype: DType = .float32) -> Tensor {
        guard neighbours == 4 || neighbours == 8 else {
            fail("FilterKernel.laplacian", "\(neighbours) neighbours: there are 4 or 8")
        }
        let corner = neighbours == 4 ? 0.0 : 1
        return Tensor(rows: [[corner, 1, corner], [1, -Double(neighbours), 1], [corner, 1, corner]]).cast(to: dtype)
    }

    /// A relief lit from the upper left, brightness being height:
    ///
    ///     2   1   0
    ///     1   1  −1
    ///     0  −1  −2
    ///
    /// Where it grows brighter to the lower right, a slope faces the light.
    public static func emboss(dtype: DType = .float32) -> Tensor {
        Tensor(rows: [[2.0, 1, 0], [1, 1, -1], [0, -1, -2]]).cast(to: dtype)
    }

    /// The blur of a camera that moved `length` pixels along a straight line.
    ///
    /// Each pixel weighs max(0, 1 − its distance to the segment of length − 1 pixels through the middle), and all
    /// weights are divided by their sum. Length 1 is the identity; at angle 0 an odd length is a row of 1/length.
    ///
    /// - Parameter angle: in degrees, counterclockwise from the right.
    public static func motion(length: Double, angle: Double = 0, dtype: DType = .float32) -> Tensor {
        guard length >= 1, length < 1e6, angle.isFinite else {
            fail("FilterKernel.motion", "length \(length), angle \(angle): a length is at least 1")
        }
        let half = (length - 1) / 2
        let (dx, dy) = direction(degrees: angle)
        // Weights reach less than one pixel beyond the segment's ends.
        let reach = { (part: Double) in Int((half * Swift.abs(part) + 1).rounded(.up)) - 1 }
        let weights = kernel(radius: reach(dx), rows: reach(dy), .float64) { row, column in
            // Rows count downward.
            let (x, y) = (Double(column), -Double(row))
            let along = Swift.min(Swift.max(x * dx + y * dy, -half), half)
            let (a, b) = (x - along * dx, y - along * dy)
            return Swift.max(0, 1 - (a * a + b * b).squareRoot())
        }
        return (weights / sum(weights)).cast(to: dtype)
    }

    /// Columns [1 0 −1] times `smoothing` downward.
    private static func derivative(smoothing: [Double], _ dtype: DType) -> Tensor {
        (Tensor(smoothing).expandingAxis(1) * Tensor([1.0, 0, -1])).cast(to: dtype)
    }

    private static func kernel(
        radius: Int, rows: Int? = nil, _ dtype: DType, _ value: (_ row: Int, _ column: Int) -> Double
    ) -> Tensor {
        let rows = rows ?? radius
        let values = (-rows...rows).flatMap { row in (-radius...radius).map { value(row, $0) } }
        return Tensor(values, shape: [2 * rows + 1, 2 * radius + 1]).cast(to: dtype)
    }

    /// cos and sin, exact at multiples of 90°.
    private static func direction(degrees: Double) -> (Double, Double) {
        switch degrees.remainder(dividingBy: 360) {
        case 0: return (1, 0)
        case 90: return (0, 1)
        case -90: return (0, -1)
        case 180, -180: return (-1, 0)
        case let angle:
            var radians = angle * Double.pi / 180
            var (x, y) = (0.0, 0.0)
            ct_cos_f64(1, &radians, &x)
            ct_sin_f64(1, &radians, &y)
            return (x, y)
        }
    }

    private static func odd(_ name: String, _ size: Int) {
        guard size >= 1, size % 2 == 1 else { fail("FilterKernel.\(name)", "size \(size) is not odd and positive") }
    }
}

/// √(Gₓ² + G_y²) of ``FilterKernel/sobelX(dtype:)`` and ``FilterKernel/sobelY(dtype:)``: how steep the image is,
/// whichever way. An upright or level edge from 0 to 1 gives 4.
///
/// For the shapes that ``convolve(_:_:extent:border:)`` takes with a kernel of two axes; of the same shape. Where the
/// image is even and the root has no derivative, its gradient is 0.
public func sobelMagnitude(_ image: Tensor, border: FilterBorder = .reflect) -> Tensor {
    guard image.rank >= 2, image.dtype.isFloatingPoint else {
        return reject(
            "sobelMagnitude", "\(image.summary) is not an image [..., height, width] of floating point", meant: image)
    }
    let dx = convolve(image, FilterKernel.sobelX(dtype: image.dtype), border: border)
    let dy = convolve(image, FilterKernel.sobelY(dtype: image.dtype), border: border)
    let squares = square(dx) + square(dy)
    // Not `greater`, which would make 0 of NaN.
    let isEven = equal(squares, 0)
    return Tensor.where(
        isEven, Tensor.zeros(like: squares), sqrt(Tensor.where(isEven, Tensor.ones(like: squares), squares)))
}
