import CotangentBLAS

/// The type of a tensor's elements.
public enum DType: UInt8, Sendable, Hashable, CaseIterable, Codable {
    case float32, float64
    /// Labels and indices.
    case int64
    /// Masks.
    case bool

    /// Bytes an element.
    public var size: Int {
        switch self {
        case .float32: 4
        case .float64, .int64: 8
        case .bool: 1
        }
    }

    public var isFloatingPoint: Bool { self == .float32 || self == .float64 }
}

extension DType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .float32: "float32"
        case .float64: "float64"
        case .int64: "int64"
        case .bool: "bool"
        }
    }
}

/// A Swift type that a tensor's memory holds: `Float`, `Double`, `Int64` (and `Int` where it is the same), `Bool`.
public protocol TensorElement: BitwiseCopyable, Sendable {
    static var dtype: DType { get }
}

extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension Int: TensorElement { public static var dtype: DType { .int64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }

extension Kernel {
    @inline(__always)
    func loop(for dtype: DType) -> Loop? {
        switch dtype {
        case .float32: float32
        case .float64: float64
        case .int64: int64
        case .bool: bool
        }
    }
}
