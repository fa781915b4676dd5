import CotangentTensor
public struct Initializer: Sendable {
    private let make: @Sendable (Shape, DType, inout PhiloxGenerator) -> Tensor
    package init(_ make: @escaping @Sendable (Shape, DType, inout PhiloxGenerator) -> Tensor) { self.make = make }
    public func callAsFunction(_ shape: Shape, dtype: DType = .float32, using generator: inout PhiloxGenerator) -> Tensor {
        make(shape, dtype, &generator)
    }
    /// Uniform in `range`.
    public static func uniform(_ range: ClosedRange<Double>) -> Initializer {
        Initializer { Tensor.uniform($0, in: range, dtype: $1, using: &$2) }
    }
}
