import CotangentBLAS
import CotangentTensor
import Foundation
import TestSupport
import Testing

/// Normalisations at sizes where the work is cut, against the formula in plain loops and the composed pullback.
@Suite(.serialized) struct NormalizationSizeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let shape: Shape
        var groups = 0
        var testDescription: String { "\(name) \(shape) \(groups)" }

        var affineShape: Shape { name == "layerNorm" ? [shape.last!] : [shape[1]] }

        func apply(_ values: [Tensor]) -> Tensor {
            let (x, weight, bias) = (values[0], values[1], values[2])
            switch name {
            case "batchNorm": return batchNorm(x, weight: weight, bias: bias)
            case "batchNorm.given":
                let mean = Tensor.full([shape[1]], 0.25, dtype: x.dtype)
                return batchNorm(x, mean: mean, variance: mean * 5, weight: weight, bias: bias)
            case "groupNorm": return groupNorm(x, groups: groups, weight: weight, bias: bias)
            default: return layerNorm(x, normalizedShape: affineShape, weight: weight, bias: bias)
            }
        }

        /// The set and the channel of element `index`.
        func place(_ index: Int) -> (set: Int, channel: Int) {
            if name == "layerNorm" { return (index / shape.last!, index % shape.last!) }
            let plane = shape.dropFirst(2).reduce(1, *)
            let channel = index / plane % shape[1]
            if name != "groupNorm" { return (channel, channel) }
            let element = index / plane / shape[1]
            return (element * groups + channel / (shape[1] / groups), channel)
        }

        /// y in two passes of plain loops.
        func plain(_ values: [Tensor], epsilon: Double = 1e-5) -> [Double] {
            let (x, weight, bias) = (values[0].doubles, values[1].doubles, values[2].doubles)
            let places = x.indices.map(place)
            let sets = (places.map(\.set).max() ?? 0) + 1
            var count = [Double](repeating: 0, count: sets)
            var means = count
            var variances = count
            for (value, place) in zip(x, places) {
                count[place.set] += 1
                means[place.set] += value
            }
            for set in 0..<sets { means[set] /= count[set] }
            for (value, place) in zip(x, places) { variances[place.set] += Foundation.pow(value - means[place.set], 2) }
            for set in 0..<sets { variances[set] /= count[set] }
            if name == "batchNorm.given" {
                means = means.map { _ in 0.25 }
                variances = variances.map { _ in 1.25 }
            }
            return zip(x, places).map { value, place in
                (value - means[place.set]) / (variances[place.set] + epsilon).squareRoot() * weight[place.channel]
                    + bias[place.channel]
            }
        }
    }

    static let cases = [
        // few channels, cut along the batch, and within planes
        Case(name: "batchNorm", shape: [40, 3, 60, 61]), Case(name: "batchNorm", shape: [1, 2, 300, 401]),
        Case(name: "batchNorm", shape: [2, 1, 70_001]), Case(name: "batchNorm.given", shape: [3, 2, 211, 203]),
        // many channels; planes of more and of less than a portion
        Case(name: "batchNorm", shape: [2, 20, 71, 67]), Case(name: "batchNorm", shape: [33, 65, 5, 5]),
        // columns: wide, and in bands
        Case(name: "batchNorm", shape: [150, 517]), Case(name: "batchNorm", shape: [90, 70, 3, 3]),
        Case(name: "batchNorm", shape: [20_011, 9]), Case(name: "batchNorm", shape: [9001, 3, 5]),
        Case(name: "batchNorm.given", shape: [20_011, 9]), Case(name: "batchNorm.given", shape: [150, 517]),
        // planes and rows of groups
        Case(name: "groupNorm", shape: [2, 6, 160, 151], groups: 2),
        Case(name: "groupNorm", shape: [1, 3, 70_000], groups: 1),
        Case(name: "groupNorm", shape: [24, 32, 9, 9], groups: 8),
        Case(name: "groupNorm", shape: [300, 30, 7], groups: 5),
        Case(name: "groupNorm", shape: [1500, 48], groups: 3),
        // rows: short ones, and of several portions
        Case(name: "layerNorm", shape: [3000, 33]), Case(name: "layerNorm", shape: [9, 9000]),
        Case(name: "layerNorm", shape: [64, 5, 512]),
    ]

    private func inputs(_ test: Case, _ type: DType, mean: Double = 0.5, deviation: Double = 1.5) -> [Tensor] {
        var generator = PhiloxGenerator(seed: 7)
        return [
            Tensor.normal(test.shape, mean: mean, deviation: deviation, dtype: .float32, using: &generator),
            Tensor.normal(test.affineShape, dtype: .float32, using: &generator),
            Tensor.normal(test.affineShape, dtype: .float32, using: &generator),
        ].map { $0.cast(to: type) }
    }

    private func cotangent(_ test: Case, _ type: DType) -> Tensor {
        var generator = PhiloxGenerator(seed: 8)
        return Tensor.normal(test.shape, dtype: .float32, using: &generator).cast(to: type)
    }

    /// ‖a − b‖ as a part of ‖b‖, or of what it is on average: a sum over few channels may cancel by chance.
    private func distance(_ a: Tensor, _ b: Tensor, _ test: Case) -> Double {
        let (a, b) = (a.cast(to: .float64), b.detached)
        let typical = Double(test.shape.elementCount).squareRoot()
        let size = relativeDistance(b, Tensor.zeros(like: b))
        return relativeDistance(a, b) * size / Swift.max(size, typical)
    }

    @Test(arguments: cases) func againstPlainLoops(_ test: Case) {
        let wanted = test.plain(inputs(test, .float64))
        for (type, tolerance) in [(DType.float64, 1e-13), (.float32, 1e-6)] {
            #expect(relativeDistance(test.apply(inputs(test, type)).doubles, wanted) < tolerance)
        }
    }

    @Test(arguments: cases) func pullbackAgainstComposed(_ test: Case) {
        let values = inputs(test, .float64)
        var composed: [Tensor] = []
        _ = gradient(at: values[0]) { x in
            composed = vjp(at: [x] + values.dropFirst(), of: test.apply).pullback(cotangent(test, .float64))
            return sum(composed[1])
        }
        for (type, tolerance) in [(DType.float64, 1e-12), (.float32, 2e-6)] {
            let fused = vjp(at: inputs(test, type), of: test.apply).pullback(cotangent(test, type))
            for (a, b) in zip(fused, composed) {
                #expect(distance(a, b, test) < tolerance)
            }
        }
    }

    /// About 10000 with a deviation of 0.3, of which float32 holds some 9 bits: no more are lost.
    @Test(arguments: cases.filter { $0.name != "batchNorm.given" }) func largeMean(_ test: Case) {
        let wanted = inputs(test, .float64, mean: 1e4, deviation: 0.3)
        let found = inputs(test, .float32, mean: 1e4, deviation: 0.3)
        #expect(relativeDistance(test.apply(found).doubles, test.plain(wanted)) < 1e-6)
        let (dy, dyExact) = (cotangent(test, .float32), cotangent(test, .float64))
        for (a, b) in zip(
            vjp(at: found, of: test.apply).pullback(dy), vjp(at: wanted, of: test.apply).pullback(dyExact))
        {
            #expect(distance(a, b, test) < 2e-6)
        }
    }

    /// An outlier as the first value must not spoil the rest.
    @Test func outlierFirst() {
        var x = Tensor.full([4, 2, 40, 40], 1e4)
        var generator = PhiloxGenerator(seed: 9)
        x = x + Tensor.normal(x.shape, deviation: 0.3, using: &generator)
        x[0, 0, 0, 0] = Tensor(scalar: Float(0))
        let test = Case(name: "batchNorm", shape: x.shape)
        let (one, zero) = (Tensor.ones([2]), Tensor.zeros([2]))
        #expect(relativeDistance(test.apply([x, one, zero]).doubles, test.plain([x, one, zero])) < 1e-6)
    }

    /// The same bits at any number of threads.
    @Test(arguments: cases) func threads(_ test: Case) {
        let before = Runtime.threadCount
        defer { Runtime.threadCount = before }
        for type in [DType.float32, .float64] {
            let (values, dy) = (inputs(test, type), cotangent(test, type))
            var first: [[Double]]?
            for threads in [1, 2, 4] {
                Runtime.threadCount = threads
                let (y, pullback) = vjp(at: values, of: test.apply)
                let all = ([y] + pullback(dy)).map(\.doubles)
                if let first { #expect(all == first, "\(threads) threads, \(type)") } else { first = all }
            }
        }
    }

    /// Not a number in one set says nothing of the others.
    @Test func notANumberStaysInItsSet() {
        for shape: Shape in [[3, 4, 5, 7], [3, 4, 3], [3, 4]] {
            var x = Tensor.range(to: Double(shape.elementCount)).reshaped(shape)
            let clean = batchNorm(x)
            x[0, 2] = Tensor.full(Shape(Array(shape.dropFirst(2))), Double.nan)
            let y = batchNorm(x)
            for channel in 0..<4 {
                let (a, b) = (y[.all, channel], clean[.all, channel])
                #expect(channel == 2 ? a.floats.allSatisfy(\.isNaN) : a == b)
            }
        }
    }
}
