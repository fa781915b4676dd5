import CotangentBLAS
import CotangentTensor

/// How a parameter gets its first values: a function of shape, dtype and generator.
///
/// ```swift
/// Linear(64, 128, initializer: .heNormal(), using: &generator)
/// ```
///
/// Fans are counted as in PyTorch: of a weight [out, in, k…], fan in is in · Πk and fan out is out · Πk. Initializers that
/// need them trap for fewer than two axes.
public struct Initializer: Sendable {
    private let make: @Sendable (Shape, DType, inout PhiloxGenerator) -> Tensor

    /// An initializer of the caller's own. The tensor that `make` returns must be of the shape and dtype that it is given.
    public init(_ make: @escaping @Sendable (Shape, DType, inout PhiloxGenerator) -> Tensor) { self.make = make }

    public func callAsFunction(_ shape: Shape, dtype: DType = .float32, using generator: inout PhiloxGenerator)
        -> Tensor
    {
        let values = make(shape, dtype, &generator)
        guard values.shape == shape, values.dtype == dtype else {
            fail("Initializer", "gave \(values.summary) where \(dtype) \(shape) was asked for")
        }
        return values
    }
}

// MARK: Without regard to the shape

extension Initializer {
    public static var zeros: Initializer { constant(0) }

    public static func constant(_ value: Double) -> Initializer {
        Initializer { shape, dtype, _ in Tensor.full(shape, value, dtype: dtype) }
    }

    /// Uniform in `range`, the upper end excluded.
    public static func uniform(_ range: ClosedRange<Double>) -> Initializer {
        Initializer { Tensor.uniform($0, in: range, dtype: $1, using: &$2) }
    }

    public static func normal(mean: Double = 0, deviation: Double = 1) -> Initializer {
        Initializer { Tensor.normal($0, mean: mean, deviation: deviation, dtype: $1, using: &$2) }
    }

    /// Normal, but nothing further than `limit` deviations from the mean: what falls outside is drawn again.
    ///
    /// `deviation` is that of the normal distribution before the cut; what is left varies less (0.88 of it for a limit
    /// of 2).
    public static func truncatedNormal(mean: Double = 0, deviation: Double = 1, within limit: Double = 2) -> Initializer
    {
        guard limit > 0, deviation >= 0 else {
            fail("truncatedNormal", "the limit \(limit) must be positive, the deviation \(deviation) not negative")
        }
        return Initializer { shape, dtype, generator in
            var values = Tensor.normal(shape, dtype: .float64, using: &generator).doubles
            var outside = values.indices.filter { Swift.abs(values[$0]) > limit }
            while !outside.isEmpty {
                let fresh = Tensor.normal([outside.count], dtype: .float64, using: &generator).doubles
                for (index, value) in zip(outside, fresh) { values[index] = value }
                outside.removeAll { Swift.abs(values[$0]) <= limit }
            }
            return Tensor(values.map { mean + deviation * $0 }, shape: shape).cast(to: dtype)
        }
    }
}

// MARK: By fans

/// A weight's inputs to one output, or its outputs from one input.
public enum Fan: Sendable { case `in`, out }

/// What stands behind a layer, and the factor that keeps the deviation of its values through it: PyTorch's
/// `calculate_gain`.
public enum Nonlinearity: Sendable {
    case linear, sigmoid, tanh, relu, selu
    case leakyReLU(slope: Double = 0.01)

    public var gain: Double {
        switch self {
        case .linear, .sigmoid: 1
        case .tanh: 5.0 / 3
        case .relu: 2.0.squareRoot()
        case .selu: 0.75
        case .leakyReLU(let slope): (2 / (1 + slope * slope)).squareRoot()
        }
    }
}

extension Initializer {
    /// Uniform in ± gain · √(6 / (fan in + fan out)) (Glorot and Bengio, 2010). PyTorch's `xavier_uniform_`.
    public static func glorotUniform(gain: Double = 1) -> Initializer {
        uniform { gain * (6 / Double($0.in + $0.out)).squareRoot() }
    }

    /// Normal with deviation gain · √(2 / (fan in + fan out)) (Glorot and Bengio, 2010). PyTorch's `xavier_normal_`.
    public static func glorotNormal(gain: Double = 1) -> Initializer {
        normal { gain * (2 / Double($0.in + $0.out)).squareRoot() }
    }

    /// Uniform in ± gain · √(3 / fan), for layers before a ReLU or its like (He et al., 2015). PyTorch's
    /// `kaiming_uniform_`.
    public static func heUniform(_ nonlinearity: Nonlinearity = .relu, fan: Fan = .in) -> Initializer {
        uniform { nonlinearity.gain * (3 / Double(fan == .in ? $0.in : $0.out)).squareRoot() }
    }

    /// Normal with deviation gain / √fan, for layers before a ReLU or its like (He et al., 2015). PyTorch's
    /// `kaiming_normal_`.
    public static func heNormal(_ nonlinearity: Nonlinearity = .relu, fan: Fan = .in) -> Initializer {
        normal { nonlinearity.gain / Double(fan == .in ? $0.in : $0.out).squareRoot() }
    }

    /// Uniform in ± √(3 / fan in) (LeCun et al., "Efficient backprop", 1998).
    public static var leCunUniform: Initializer { heUniform(.linear) }

    /// Normal with deviation 1/√(fan in), as SELU wants it (LeCun et al., "Efficient backprop", 1998).
    public static var leCunNormal: Initializer { heNormal(.linear) }

    private typealias Fans = (in: Int, out: Int)

    private static func uniform(bound: @escaping @Sendable (Fans) -> Double) -> Initializer {
        Initializer { shape, dtype, generator in
            let bound = bound(fans(shape))
            return Tensor.uniform(shape, in: -bound...bound, dtype: dtype, using: &generator)
        }
    }

    private static func normal(deviation: @escaping @Sendable (Fans) -> Double) -> Initializer {
        Initializer { shape, dtype, generator in
            Tensor.normal(shape, deviation: deviation(fans(shape)), dtype: dtype, using: &generator)
        }
    }

    private static func fans(_ shape: Shape) -> Fans {
        guard shape.rank >= 2 else {
            fail("Initializer", "a shape of \(shape) has no fans: two axes or more are wanted")
        }
        let window = shape.dropFirst(2).reduce(1, *)
        return (shape[1] * window, shape[0] * window)
    }
}

// MARK: Orthogonal

extension Initializer {
    /// The weight as a matrix [out, rest] has orthonormal rows (or columns, where there are fewer), times `gain` (Saxe,
    /// McClelland, Ganguli, 2014).
    ///
    /// Q of the QR decomposition of normal values, by LAPACK's `geqrf` and `orgqr`, with the signs of R's diagonal, which
    /// make it uniform over the orthogonal matrices. As PyTorch's `orthogonal_`.
    public static func orthogonal(gain: Double = 1) -> Initializer {
        Initializer { shape, dtype, generator in
            guard shape.rank >= 2 else {
                fail("orthogonal", "a shape of \(shape) is no matrix: two axes or more are wanted")
            }
            let (rows, columns) = (shape[0], shape.dropFirst().reduce(1, *))
            if rows * columns == 0 { return Tensor.zeros(shape, dtype: dtype) }
            // The tall form has the orthonormal columns.
            let tall = Tensor.normal([max(rows, columns), min(rows, columns)], dtype: dtype, using: &generator)
            let q = dtype == .float32 ? orthonormal(tall, Float.self) : orthonormal(tall, Double.self)
            return ((rows < columns ? q.transposed : q) * gain).reshaped(shape)
        }
    }

    /// The Q of a tall matrix.
    private static func orthonormal<T: BLASScalar & TensorElement>(_ x: Tensor, _: T.Type) -> Tensor {
        var q = x
        let (m, n) = (x.shape[0], x.shape[1])
        var tau = [T](repeating: 0, count: n)
        q.withUnsafeMutableBufferPointer(as: T.self) { q in
            let a = q.baseAddress!
            var info = T.geqrf(m, n, a, n, &tau)
            guard info == 0 else { fail("orthogonal", "LAPACK's geqrf gave info \(info)") }
            let signs = (0..<n).map { a[$0 * n + $0] < 0 ? T(-1) : 1 }
            info = T.orgqr(m, n, n, a, n, tau)
            guard info == 0 else { fail("orthogonal", "LAPACK's orgqr gave info \(info)") }
            for row in 0..<m {
                for column in 0..<n { a[row * n + column] *= signs[column] }
            }
        }
        return q
    }
}
