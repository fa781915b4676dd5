import CCotangentKernels
import CotangentBLAS
import Testing

/// The loops of filters: every width about a vector's, and nothing written outside of the rows.
@Suite struct FilteringKernelTests {
    /// Small whole numbers, whose sums of products are exact.
    private static func numbers(_ count: Int, seed: Int) -> [Float] {
        (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 19 - 9) }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 130, 1000])
    func correlateEqualsThePlainForm(_ columns: Int) {
        let (rows, kernelRows, kernelColumns, gap) = (3, 2, 4, 5)
        let (ldx, ldy) = (columns + kernelColumns - 1 + 2, columns + gap)
        let x = Self.numbers((rows + kernelRows - 1) * ldx, seed: 1)
        let k = Self.numbers(kernelRows * kernelColumns, seed: 2)
        var expected = [Float](repeating: -0.5, count: rows * ldy)
        for m in 0..<rows {
            for n in 0..<columns {
                expected[m * ldy + n] = 0
                for i in 0..<kernelRows {
                    for j in 0..<kernelColumns {
                        expected[m * ldy + n] += x[(m + i) * ldx + n + j] * k[i * kernelColumns + j]
                    }
                }
            }
        }
        var y = [Float](repeating: -0.5, count: rows * ldy)
        ct_correlate_f32(rows, columns, kernelRows, kernelColumns, k, x, ldx, &y, ldy)
        #expect(y == expected)
        var wide = [Double](repeating: -0.5, count: rows * ldy)
        ct_correlate_f64(
            rows, columns, kernelRows, kernelColumns, k.map(Double.init), x.map(Double.init), ldx, &wide, ldy)
        #expect(wide == expected.map(Double.init))
    }

    @Test(arguments: [0, 1, 7, 8, 9, 16, 17, 31, 32, 33, 1000]) func matchEqualsThePlainForm(_ columns: Int) {
        let (rows, ldx, ldy) = (3, columns + 2, columns + 1)
        let (x, y) = (Self.numbers(rows * ldx, seed: 3), Self.numbers(rows * ldy, seed: 4))
        var expected: Float = 0
        for m in 0..<rows { for n in 0..<columns { expected += x[m * ldx + n] * y[m * ldy + n] } }
        var total = Float.nan
        ct_match_f32(rows, columns, x, ldx, y, ldy, &total)
        #expect(total == expected)
        var wide = Double.nan
        ct_match_f64(rows, columns, x.map(Double.init), ldx, y.map(Double.init), ldy, &wide)
        #expect(wide == Double(expected))
    }

    /// Two rows of three, with a row of zeros above, and columns from both ends and from nowhere; then the way back.
    @Test func extendAndFold() {
        let x: [Float] = [1, 2, 3, 4, 5, 6]
        let (rowMap, left, right) = ([-1, 1, 0, 1], [2, -1], [0])
        var y = [Float](repeating: -0.5, count: 4 * 6 + 1)
        ct_extend_f32(4, rowMap, 2, left, 3, 0, 1, right, 3, x, &y)
        #expect(y == [0, 0, 0, 0, 0, 0, 6, 0, 4, 5, 6, 4, 3, 0, 1, 2, 3, 1, 6, 0, 4, 5, 6, 4, -0.5])
        var back = [Float](repeating: 0, count: 7)
        ct_fold_f32(4, rowMap, 2, left, 3, 0, 1, right, 3, y, &back)
        #expect(back == [2, 2, 6, 16, 10, 24, 0])
    }
}
