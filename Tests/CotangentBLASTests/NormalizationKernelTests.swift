import CCotangentKernels
import Testing

/// Loops of normalisation at lengths around the vectors' widths: they equal the formula in double, read nothing that is
/// not theirs and write nothing outside.
@Suite struct NormalizationKernelTests {
    static let lengths = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 70, 100, 4095, 4097, 9000]
    private static let outside: Float = 12_345

    /// `blocks` blocks of `length` values; NaN between them, which must not be read as values.
    private func input(_ blocks: Int, _ length: Int, gap: Int, seed: Int) -> [Float] {
        (0..<blocks * (length + gap)).map { place in
            place % (length + gap) < length ? Float((place * 7 + seed * 5 + place / 11) % 37) / 4 - 3 : .nan
        }
    }

    private func places(_ blocks: Int, _ length: Int, gap: Int) -> [Int] {
        (0..<blocks).flatMap { block in (0..<length).map { block * (length + gap) + $0 } }
    }

    private func close(_ a: Double, _ b: Double, of size: Double) -> Bool { abs(a - b) <= 3e-6 * size }

    /// The places outside of the blocks are as they were.
    private func untouched(_ y: [Float], except places: [Int]) -> Bool {
        let inside = Set(places)
        return y.indices.allSatisfy { inside.contains($0) || y[$0] == Self.outside }
    }

    @Test(arguments: lengths, [(1, 0), (3, 0), (3, 5)])
    func blocks(_ length: Int, _ layout: (blocks: Int, gap: Int)) {
        let (blocks, gap) = layout
        let x = input(blocks, length, gap: gap, seed: 1)
        let dy = input(blocks, length, gap: gap, seed: 2)
        let all = places(blocks, length, gap: gap)
        let (step, readable) = (length + gap, x.count)
        let values = all.map { Double(x[$0]) }
        let count = Double(values.count)
        let expected = values.reduce(0, +) / count
        var (mean, squares, sum, dot) = (0.0, 0.0, 0.0, 0.0)
        ct_block_moments_f32(blocks, length, step, readable, x, &mean, &squares)
        #expect(close(mean, expected, of: 10))
        #expect(close(squares, values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) }, of: 10 * count))

        var y = [Float](repeating: Self.outside, count: x.count + 32)
        y.withUnsafeMutableBufferPointer {
            ct_block_affine_f32(blocks, length, step, readable, x, mean, 1.5, -0.25, $0.baseAddress!)
        }
        #expect(all.allSatisfy { close(Double(y[$0]), 1.5 * (Double(x[$0]) - mean) - 0.25, of: 10) })
        #expect(untouched(y, except: all))

        ct_block_sums_f32(blocks, length, step, readable, x, dy, mean, &sum, &dot)
        #expect(close(sum, all.reduce(0) { $0 + Double(dy[$1]) }, of: 5 * count))
        #expect(close(dot, all.reduce(0) { $0 + Double(dy[$1]) * (Double(x[$1]) - mean) }, of: 25 * count))

        y = [Float](repeating: Self.outside, count: x.count + 32)
        y.withUnsafeMutableBufferPointer {
            ct_block_gradient_f32(blocks, length, step, readable, x, dy, mean, 2, -0.5, 0.75, $0.baseAddress!)
        }
        #expect(
            all.allSatisfy {
                close(Double(y[$0]), 2 * Double(dy[$0]) - 0.5 * (Double(x[$0]) - mean) + 0.75, of: 20)
            })
        #expect(untouched(y, except: all))
    }

    @Test(arguments: lengths.filter { $0 <= 100 }, [(1, 0), (3, 0), (70, 5), (200, 0)])
    func columns(_ width: Int, _ layout: (rows: Int, gap: Int)) {
        let (rows, gap) = layout
        let x = input(rows, width, gap: gap, seed: 3)
        let dy = input(rows, width, gap: gap, seed: 4)
        let all = places(rows, width, gap: gap)
        let (step, readable) = (width + gap, x.count)
        var mean = [Double](repeating: 0, count: width)
        var (squares, sum, dot) = (mean, mean, mean)
        ct_column_moments_f32(rows, width, step, readable, x, &mean, &squares)
        ct_column_sums_f32(rows, width, step, readable, x, dy, mean, &sum, &dot)
        for column in 0..<width {
            let down = (0..<rows).map { $0 * step + column }
            let m = down.reduce(0) { $0 + Double(x[$1]) } / Double(rows)
            let size = Double(rows)
            #expect(close(mean[column], m, of: 10))
            #expect(
                close(squares[column], down.reduce(0) { $0 + (Double(x[$1]) - m) * (Double(x[$1]) - m) }, of: 25 * size)
            )
            #expect(close(sum[column], down.reduce(0) { $0 + Double(dy[$1]) }, of: 5 * size))
            #expect(close(dot[column], down.reduce(0) { $0 + Double(dy[$1]) * (Double(x[$1]) - m) }, of: 25 * size))
        }
        let a = (0..<width).map { Double($0 % 5) - 1.5 }
        let b = (0..<width).map { Double($0 % 3) / 2 }
        var y = [Float](repeating: Self.outside, count: x.count + 32)
        ct_column_affine_f32(rows, width, step, readable, x, mean, a, b, &y)
        #expect(
            all.allSatisfy { place in
                let k = place % step
                return close(Double(y[place]), a[k] * (Double(x[place]) - mean[k]) + b[k], of: 20)
            })
        #expect(untouched(y, except: all))
        y = [Float](repeating: Self.outside, count: x.count + 32)
        ct_column_gradient_f32(rows, width, step, readable, x, dy, mean, a, b, a, &y)
        #expect(
            all.allSatisfy { place in
                let k = place % step
                return close(
                    Double(y[place]), a[k] * Double(dy[place]) + b[k] * (Double(x[place]) - mean[k]) + a[k], of: 30)
            })
        #expect(untouched(y, except: all))
    }

    /// Five rows, of which weight and bias have two.
    @Test(arguments: lengths, [false, true])
    func rows(_ n: Int, _ isAffine: Bool) {
        let (rows, period) = (5, 2)
        let x = input(rows, n, gap: 0, seed: 5)
        let dy = input(rows, n, gap: 0, seed: 6)
        let weight = input(period, n, gap: 0, seed: 7)
        let bias = input(period, n, gap: 0, seed: 8)
        var y = [Float](repeating: Self.outside, count: rows * n + 32)
        var dx = y
        var figures = [Double](repeating: -1, count: 2 * rows)
        var dweight = [Float](repeating: 0, count: period * n) + [Self.outside]
        var dbias = dweight
        ct_normalize_rows_f32(rows, n, period, x, isAffine ? weight : nil, isAffine ? bias : nil, 0.5, &y, &figures)
        ct_normalize_rows_gradient_f32(
            rows, n, period, x, isAffine ? weight : nil, dy, 0.5, figures, &dx, &dweight, &dbias)
        var expectedWeight = [Double](repeating: 0, count: period * n)
        var expectedBias = expectedWeight
        for row in 0..<rows {
            let line = (0..<n).map { Double(x[row * n + $0]) }
            let mean = line.reduce(0, +) / Double(n)
            let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
            let scale = 1 / (variance + 0.5).squareRoot()
            #expect(close(figures[2 * row], mean, of: 10) && close(figures[2 * row + 1], variance, of: 25))
            let around = row % period * n
            let g = (0..<n).map { Double(dy[row * n + $0]) * (isAffine ? Double(weight[around + $0]) : 1) }
            let normal = line.map { ($0 - mean) * scale }
            let meanG = g.reduce(0, +) / Double(n)
            let meanDot = zip(g, normal).reduce(0) { $0 + $1.0 * $1.1 } / Double(n)
            for i in 0..<n {
                let wanted = isAffine ? normal[i] * Double(weight[around + i]) + Double(bias[around + i]) : normal[i]
                #expect(close(Double(y[row * n + i]), wanted, of: 20))
                #expect(close(Double(dx[row * n + i]), (g[i] - meanG - normal[i] * meanDot) * scale, of: 60))
                expectedWeight[around + i] += Double(dy[row * n + i]) * normal[i]
                expectedBias[around + i] += Double(dy[row * n + i])
            }
        }
        #expect(zip(dweight, expectedWeight).allSatisfy { close(Double($0), $1, of: 30) })
        #expect(zip(dbias, expectedBias).allSatisfy { close(Double($0), $1, of: 30) })
        #expect(
            y[(rows * n)...].allSatisfy { $0 == Self.outside } && dx[(rows * n)...].allSatisfy { $0 == Self.outside })
        #expect(dweight.last == Self.outside && dbias.last == Self.outside)
    }
}
