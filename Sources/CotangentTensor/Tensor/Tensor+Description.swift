extension Tensor: CustomStringConvertible {
    /// Dtype, shape and the elements, as nested rows; of long axes the first and last three.
    public var description: String {
        if isAbstract { return "Tensor(\(summary), shape only)" }
        if rank == 0 { return "Tensor(\(element(0)), \(dtype))" }
        var texts: [String] = []
        collect(axis: 0, offset: 0, &texts)
        let width = texts.map(\.count).max() ?? 0
        var next = 0
        let body = rows(axis: 0, indent: 1) { () -> String in
            defer { next += 1 }
            return String(repeating: " ", count: width - texts[next].count) + texts[next]
        }
        return "Tensor(\(body), \(dtype) \(shape))"
    }

    private static let shown = 3

    private func places(_ axis: Int) -> [Int?] {
        let length = shape[axis]
        if length <= 2 * Self.shown + 1 { return Array(0..<length) }
        return Array(0..<Self.shown) + [nil] + Array((length - Self.shown)..<length)
    }

    private func collect(axis: Int, offset: Int, _ texts: inout [String]) {
        if axis == rank { return texts.append(element(offset)) }
        let step = layout.strides[axis]
        for case let place? in places(axis) { collect(axis: axis + 1, offset: offset + place * step, &texts) }
    }

    private func rows(axis: Int, indent: Int, _ next: () -> String) -> String {
        if axis == rank { return next() }
        let items = places(axis).map { $0 == nil ? "…" : rows(axis: axis + 1, indent: indent + 1, next) }
        let gap = axis == rank - 1 ? ", " : ",\n" + String(repeating: " ", count: indent + "Tensor(".count)
        return "[" + items.joined(separator: gap) + "]"
    }

    /// The element `offset` behind the first, as text: floating point with about six digits.
    private func element(_ offset: Int) -> String {
        let pointer = rawPointer + offset * dtype.size
        switch dtype {
        case .float32: return Self.text(Double(pointer.load(as: Float.self)))
        case .float64: return Self.text(pointer.load(as: Double.self))
        case .int64: return String(pointer.load(as: Int64.self))
        case .bool: return pointer.load(as: UInt8.self) == 0 ? "false" : "true"
        }
    }

    private static func text(_ value: Double) -> String {
        if !value.isFinite || value == 0 { return "\(value)" }
        let exponent = Int(Double.log10(value.magnitude).rounded(.down))
        if exponent < -4 || exponent > 15 {
            return "\((value / Double.pow10(exponent) * 1e5).rounded() / 1e5)e\(exponent)"
        }
        let scale = Double.pow10(Swift.max(0, 5 - exponent))
        return "\((value * scale).rounded() / scale)"
    }
}

extension Double {
    fileprivate static func pow10(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent.magnitude { result *= 10 }
        return exponent < 0 ? 1 / result : result
    }

    /// The decimal exponent by comparison: exact enough to place a decimal point.
    fileprivate static func log10(_ value: Double) -> Double {
        var exponent = 0.0
        var value = value
        while value >= 10 {
            value /= 10
            exponent += 1
        }
        while value < 1 {
            value *= 10
            exponent -= 1
        }
        return exponent
    }
}
