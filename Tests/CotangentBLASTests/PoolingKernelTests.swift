import CCotangentKernels
import CotangentBLAS
import Testing

/// C loops of pooling at widths around those of their vectors: they equal the plain form, and write nothing outside.
@Suite struct PoolingKernelTests {
    struct Geometry: Sendable, CustomTestStringConvertible {
        var kernel = [1, 2, 2]
        var stride = [1, 2, 2]
        var before = [0, 0, 0]
        var dilation = [1, 1, 1]
        var depth = 1

        var testDescription: String { "\(kernel), stride \(stride), padding \(before), dilation \(dilation)" }

        func window(height: Int, width: Int) -> PoolWindow? {
            let input = [depth, height, width]
            let output = (0..<3).map { axis in
                let room = input[axis] + 2 * before[axis] - dilation[axis] * (kernel[axis] - 1) - 1
                return room < 0 ? 0 : room / stride[axis] + 1
            }
            func vector(_ a: [Int]) -> SIMD3<Int> { SIMD3(a) }
            return output.contains(0)
                ? nil
                : PoolWindow(
                    input: vector(input), output: vector(output), kernel: vector(kernel), stride: vector(stride),
                    before: vector(before), after: vector(before), dilation: vector(dilation))
        }
    }

    static let geometries = [
        Geometry(), Geometry(kernel: [1, 1, 2], stride: [1, 1, 2]),
        Geometry(kernel: [2, 2, 2], stride: [2, 2, 2], depth: 5),
        Geometry(kernel: [1, 3, 3], stride: [1, 2, 2], before: [0, 1, 1]),
        Geometry(kernel: [1, 3, 3], stride: [1, 1, 1]),
        Geometry(kernel: [1, 3, 3], stride: [1, 3, 3]), Geometry(kernel: [1, 2, 2], stride: [1, 1, 2]),
        Geometry(kernel: [1, 2, 3], stride: [1, 1, 2], before: [0, 1, 1], dilation: [1, 2, 2]),
        Geometry(kernel: [1, 2, 4], stride: [1, 2, 2], before: [0, 1, 2]),
        Geometry(kernel: [1, 1, 1], stride: [1, 2, 2]),
    ]
    static let widths = [1, 2, 3, 4, 8, 9, 15, 16, 17, 31, 32, 33, 34, 56, 57, 66]
    private static let planes = 2

    @Test(arguments: geometries) func equalsThePlainForm(_ geometry: Geometry) {
        for width in Self.widths {
            for height in [2, 5] {
                guard let window = geometry.window(height: height, width: width) else { continue }
                check(window, Float.self, Kernels.maxPool.float32!, Kernels.maxPoolGradient.float32!)
                check(window, Double.self, Kernels.maxPool.float64!, Kernels.maxPoolGradient.float64!)
            }
        }
    }

    private func check<T: BLASScalar & BitwiseCopyable>(
        _ window: PoolWindow, _: T.Type, _ forward: MaxPoolLoop, _ backward: MaxPoolGradientLoop
    ) {
        let inputCount = Self.planes * window.input.0 * window.input.1 * window.input.2
        let outputCount = Self.planes * window.output.0 * window.output.1 * window.output.2
        // Few values, so that there are ties; some NaN and −∞.
        let x = (0..<inputCount).map { i -> T in
            let draw = (i &* 2_654_435_761) >> 7 & 31
            return draw == 0 ? .nan : draw < 6 ? -.infinity : T(draw % 5)
        }
        let dy = (0..<outputCount).map { T($0 % 13 - 6) }
        let (values, places) = plain(window, x)
        var dx = [T](repeating: 0, count: inputCount)
        for (place, value) in zip(places, dy) { dx[Int(place)] += value }

        let inPlane = places.map { $0 % Int64(inputCount / Self.planes) }

        let guardCount = 40
        var y = [T](repeating: 99, count: outputCount + guardCount)
        var codes = [UInt8](repeating: 99, count: outputCount + guardCount)
        var positions = [Int64](repeating: 99, count: outputCount + guardCount)
        var gradient = [T](repeating: 99, count: inputCount + guardCount)
        func isRight(_ found: [T], _ wanted: [T]) -> Bool {
            zip(found, wanted).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
                && found[wanted.count...].allSatisfy { $0 == 99 }
        }
        withUnsafePointer(to: window) { window in
            forward(window, Self.planes, x, &y, nil, nil)
            #expect(isRight(y, values), "inference: \(window.pointee)")
            y = y.map { _ in 99 }
            forward(window, Self.planes, x, &y, nil, &positions)
            #expect(isRight(y, values) && Array(positions[..<outputCount]) == inPlane, "positions: \(window.pointee)")
            #expect(positions[outputCount...].allSatisfy { $0 == 99 })
            y = y.map { _ in 99 }
            forward(window, Self.planes, x, &y, &codes, nil)
            #expect(isRight(y, values) && codes[outputCount...].allSatisfy { $0 == 99 }, "codes: \(window.pointee)")
            Kernels.maxPoolPositions(window.pointee, Self.planes, codes, &positions)
            #expect(Array(positions[..<outputCount]) == inPlane)
            backward(window, Self.planes, codes, dy, &gradient)
            #expect(isRight(gradient, dx), "gradient: \(window.pointee)")
        }
    }

    /// Means and their adjoint; of whole numbers, with sizes that float32 divides exactly.
    @Test(arguments: [2, 4], [1, 2, 3]) func averages(_ size: Int, _ stride: Int) {
        for width in Self.widths where width >= size {
            let geometry = Geometry(kernel: [1, 2, size], stride: [1, 2, stride])
            let window = geometry.window(height: 5, width: width)!
            let (inputCount, n) = (Self.planes * 5 * width, window.output.2)
            let x = (0..<inputCount).map { Float($0 * 7 % 23 - 11) }
            let dy = (0..<Self.planes * 2 * n).map { Float($0 * 5 % 17 - 8) }
            var means = [Float](repeating: 0, count: dy.count)
            var shares = [Float](repeating: 0, count: inputCount)
            for output in dy.indices {
                let (plane, row, o) = (output / n / 2, output / n % 2, output % n)
                for i in 0..<2 {
                    for k in 0..<size {
                        let place = (plane * 5 + row * 2 + i) * width + o * stride + k
                        means[output] += x[place] / Float(2 * size)
                        shares[place] += dy[output] / Float(2 * size)
                    }
                }
            }
            var y = [Float](repeating: 99, count: dy.count + 40)
            var dx = [Float](repeating: 99, count: inputCount + 40)
            withUnsafePointer(to: window) { window in
                Kernels.averagePool.float32!(window, 1, 0, Self.planes, x, &y)
                Kernels.averagePoolGradient.float32!(window, 1, 0, Self.planes, dy, &dx)
            }
            #expect(Array(y[..<dy.count]) == means, "\(width)")
            #expect(Array(dx[..<inputCount]) == shares, "\(width)")
            #expect((y[dy.count...] + dx[inputCount...]).allSatisfy { $0 == 99 }, "\(width)")
        }
    }

    /// Values, and where they stand in all of x.
    private func plain<T: BLASScalar>(_ w: PoolWindow, _ x: [T]) -> ([T], [Int64]) {
        var values: [T] = []
        var places: [Int64] = []
        for plane in 0..<Self.planes {
            for d in 0..<w.output.0 {
                for h in 0..<w.output.1 {
                    for o in 0..<w.output.2 {
                        var best = -T.infinity
                        var winner: Int?
                        for i in 0..<w.kernel.0 {
                            for j in 0..<w.kernel.1 {
                                for k in 0..<w.kernel.2 {
                                    let a = d * w.stride.0 + i * w.dilation.0 - w.before.0
                                    let b = h * w.stride.1 + j * w.dilation.1 - w.before.1
                                    let c = o * w.stride.2 + k * w.dilation.2 - w.before.2
                                    guard (0..<w.input.0).contains(a), (0..<w.input.1).contains(b),
                                        (0..<w.input.2).contains(c)
                                    else { continue }
                                    let place = ((plane * w.input.0 + a) * w.input.1 + b) * w.input.2 + c
                                    if winner == nil { winner = place }
                                    if x[place] > best || x[place].isNaN {
                                        best = x[place]
                                        winner = place
                                    }
                                }
                            }
                        }
                        values.append(best)
                        places.append(Int64(winner!))
                    }
                }
            }
        }
        return (values, places)
    }
}
