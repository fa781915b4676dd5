import CotangentTensor

/// How often values fall into buckets of one width between the smallest and the largest, as TensorBoard's own writers
/// cut them: bucket i of n holds the x with ⌊(x − smallest) / width⌋ = i, the last one the largest as well. Values that
/// are all alike have one bucket. NaN and infinities are left out.
package struct Histogram: Equatable {
    package private(set) var count = 0
    package private(set) var smallest = 0.0
    package private(set) var largest = 0.0
    package private(set) var sum = 0.0
    package private(set) var sumOfSquares = 0.0
    /// The buckets' upper ends; the first one begins at `smallest`.
    package private(set) var limits: [Double] = []
    package private(set) var counts: [Int] = []

    package init(_ values: Tensor, buckets: Int) {
        let values = values.detached
        switch values.dtype {
        case .float32: values.withUnsafeBufferPointer(as: Float.self) { take($0, buckets) }
        case .float64: values.withUnsafeBufferPointer(as: Double.self) { take($0, buckets) }
        default: values.doubles.withUnsafeBufferPointer { take($0, buckets) }
        }
    }

    private mutating func take<T: BinaryFloatingPoint>(_ values: UnsafeBufferPointer<T>, _ buckets: Int) {
        (smallest, largest) = (.infinity, -.infinity)
        for value in values where value.isFinite {
            let value = Double(value)
            count += 1
            smallest = Swift.min(smallest, value)
            largest = Swift.max(largest, value)
            sum += value
            sumOfSquares += value * value
        }
        guard count > 0 else {
            (smallest, largest) = (0, 0)
            return
        }
        guard smallest < largest else {
            limits = [largest]
            counts = [count]
            return
        }
        // By halves, a range that is no number is one.
        let scale = (largest - smallest).isFinite ? 1 : 0.5
        let width = (largest * scale - smallest * scale) / Double(buckets)
        counts = Array(repeating: 0, count: buckets)
        for value in values where value.isFinite {
            let place = (Double(value) * scale - smallest * scale) / width
            // False for a width that is rounded to 0.
            counts[place < Double(buckets) ? Int(place) : buckets - 1] += 1
        }
        limits = (1..<buckets).map { smallest + Double($0) * width / scale } + [largest]
    }

    var proto: ProtoHistogramProto {
        var proto = ProtoHistogramProto()
        proto.min = smallest
        proto.max = largest
        proto.num = Double(count)
        proto.sum = sum
        proto.sumSquares = sumOfSquares
        proto.bucketLimit = limits
        proto.bucket = counts.map(Double.init)
        return proto
    }
}
