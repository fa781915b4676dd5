import CotangentTensor

/// The type of the elements in a file. Tensors have fewer types, and every value of these has its equal among them:
///
/// - float64, float32, int64 and bool are a tensor's own;
/// - float16, bfloat16 and the two of 8 bits become float32;
/// - shorter integers, and unsigned ones up to Int64's largest, become int64. A larger one is an error.
///
/// Of bools every byte but 0 is true.
public enum StoredDType: String, Sendable, Hashable, CaseIterable, Codable {
    case float64, float32, float16
    /// The upper half of a float32.
    case bfloat16
    /// Sign, 4 bits of exponent, 3 of fraction: no infinities, and 448 is the largest (arXiv:2209.05433, E4M3).
    case float8E4M3
    /// Sign, 5 bits of exponent, 2 of fraction: the upper half of a float16 (arXiv:2209.05433, E5M2).
    case float8E5M2
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8
    case bool

    /// Bytes an element.
    public var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float8E4M3, .float8E5M2, .int8, .uint8, .bool: 1
        }
    }

    /// The dtype of tensors that are read from it, where no other is asked for.
    public var dtype: DType {
        switch self {
        case .float64: .float64
        case .float32, .float16, .bfloat16, .float8E4M3, .float8E5M2: .float32
        case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8: .int64
        case .bool: .bool
        }
    }

    /// That which holds a dtype's values as they are.
    public init(_ dtype: DType) {
        switch dtype {
        case .float32: self = .float32
        case .float64: self = .float64
        case .int64: self = .int64
        case .bool: self = .bool
        }
    }
}

extension StoredDType: CustomStringConvertible {
    public var description: String { rawValue }
}
