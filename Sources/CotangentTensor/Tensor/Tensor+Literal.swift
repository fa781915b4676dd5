extension Tensor: ExpressibleByArrayLiteral {
    /// Nested array literals: `[1, 2, 3]` is a vector, `[[1, 2], [3, 4]]` a matrix. Numbers become float32, whole ones
    /// too (int64 labels are `Tensor([3, 1, 4])`), `true` and `false` bool. Rows of different lengths trap.
    public init(arrayLiteral elements: TensorLiteral...) {
        self.init(literal: .list(elements))
    }

    private init(literal: TensorLiteral) {
        var shape: [Int] = []
        var level = literal
        while case .list(let items) = level {
            shape.append(items.count)
            guard let first = items.first else { break }
            level = first
        }
        var numbers: [Float] = []
        var flags: [Bool] = []
        Self.flatten(literal, shape[...], &numbers, &flags)
        if flags.isEmpty {
            self.init(numbers, shape: Shape(shape))
        } else {
            guard numbers.isEmpty else { fail("Tensor", "an array literal mixes numbers and bools") }
            self.init(flags, shape: Shape(shape))
        }
    }

    private static func flatten(
        _ literal: TensorLiteral, _ shape: ArraySlice<Int>, _ numbers: inout [Float], _ flags: inout [Bool]
    ) {
        switch literal {
        case .number(let value) where shape.isEmpty: numbers.append(Float(value))
        case .flag(let value) where shape.isEmpty: flags.append(value)
        case .list(let items) where shape.first == items.count:
            for item in items { flatten(item, shape.dropFirst(), &numbers, &flags) }
        default: fail("Tensor", "the rows of an array literal differ in length or depth")
        }
    }
}

/// What an array literal of a ``Tensor`` may hold: numbers, bools, and rows of them.
public indirect enum TensorLiteral: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, Sendable
{
    case number(Double)
    case flag(Bool)
    case list([TensorLiteral])

    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    public init(arrayLiteral elements: TensorLiteral...) { self = .list(elements) }
}
