import CCotangentKernels
import CotangentBLAS

extension Tensor {
    /// Whether any element is NaN or infinite.
    public var hasNonFinite: Bool { firstNonFinite != nil }

    /// The place in row-major order of the first element that is NaN or infinite; nil where there is none, and for tensors
    /// without values.
    package var firstNonFinite: Int? {
        guard dtype.isFloatingPoint, count > 0 else { return nil }
        let x = contiguous
        // In a run on shapes alone the copy of a view that has values has none.
        if x.isAbstract { return nil }
        let grain = 1 << 16
        let chunks = (count + grain - 1) / grain
        if chunks == 1 { return x.firstNonFinite(in: 0..<count) }
        var places = [Int?](repeating: nil, count: chunks)
        places.withUnsafeMutableBufferPointer { places in
            let places = UncheckedPointer(places.baseAddress!)
            parallel(chunks: chunks) { chunk in
                places.pointer[chunk] = x.firstNonFinite(in: chunk * grain..<Swift.min((chunk + 1) * grain, count))
            }
        }
        return places.lazy.compactMap { $0 }.first
    }

    /// The same among a part of a tensor without gaps.
    private func firstNonFinite(in part: Range<Int>) -> Int? {
        let start = rawPointer + part.lowerBound * dtype.size
        let place =
            dtype == .float32
            ? ct_first_nonfinite_f32(part.count, start.assumingMemoryBound(to: Float.self))
            : ct_first_nonfinite_f64(part.count, start.assumingMemoryBound(to: Double.self))
        withExtendedLifetime(storage) {}
        return place == part.count ? nil : part.lowerBound + place
    }
}
