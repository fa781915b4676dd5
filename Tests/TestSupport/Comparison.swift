import CotangentTensor

/// ‖a − b‖ / ‖b‖, and ‖a‖ where b is 0; infinite where shapes differ or a value is not a number.
public func relativeDistance(_ a: Tensor, _ b: Tensor) -> Double {
    guard a.shape == b.shape else { return .infinity }
    return relativeDistance(a.doubles, b.doubles)
}

public func relativeDistance(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    var difference = 0.0
    var size = 0.0
    for (x, y) in zip(a, b) where x != y {
        difference += (x - y) * (x - y)
        if difference.isNaN { return .infinity }
    }
    for y in b { size += y * y }
    return (size > 0 ? difference / size : difference).squareRoot()
}

/// The largest |aᵢ − bᵢ|; infinite where shapes differ or a value is not a number.
public func largestDifference(_ a: Tensor, _ b: Tensor) -> Double {
    guard a.shape == b.shape else { return .infinity }
    var largest = 0.0
    for (x, y) in zip(a.doubles, b.doubles) where x != y {
        let difference = Swift.abs(x - y)
        if difference.isNaN { return .infinity }
        largest = Swift.max(largest, difference)
    }
    return largest
}

/// How far `value` lies from `exact`, in units of the last place of the float32 nearest to it. 0 where both are the
/// same infinity or both NaN, infinite where only one is.
public func ulpDistance(_ value: Float, exact: Double) -> Double {
    if value.isNaN || exact.isNaN { return value.isNaN && exact.isNaN ? 0 : .infinity }
    let nearest = Float(exact)
    if value == nearest { return Swift.abs(nearest.isInfinite ? 0 : Double(value) - exact) / Double(unit(nearest)) }
    // Past the largest finite number the spacing goes on as below it.
    if nearest.isInfinite || value.isInfinite {
        let limit = Double(Float.greatestFiniteMagnitude)
        let spacing = Double(Float.greatestFiniteMagnitude.ulp)
        let a = value.isInfinite ? (limit + spacing) * (value > 0 ? 1 : -1) : Double(value)
        let b = Swift.max(-limit - spacing, Swift.min(limit + spacing, exact))
        return Swift.abs(a - b) / spacing
    }
    return Swift.abs(Double(value) - exact) / Double(unit(nearest))
}

private func unit(_ value: Float) -> Float { value.isInfinite ? Float.greatestFiniteMagnitude.ulp : value.ulp }

/// The same elements as `x` in a view that is anything but contiguous: of a larger tensor with the axes in reverse
/// order, every second element along each axis, from the end, between others that must not be read.
public func scatteredView(of x: Tensor) -> Tensor {
    if x.rank == 0 { return Tensor.full([3], x.item, dtype: x.dtype)[1] }
    var big = Tensor.full(Shape(x.shape.reversed().map { 2 * $0 + 1 }), 0, dtype: x.dtype)
    if x.dtype.isFloatingPoint { big = big * Double.nan + Double.nan } else { big = Tensor.ones(like: big) }
    let slices = x.shape.map { _ in Slice.every(-2, from: -2) }
    big[slices] = x.permuted((0..<x.rank).reversed())
    return big[slices].permuted((0..<x.rank).reversed())
}
