import CCotangentKernels
import Foundation
import Testing

/// C loops at lengths around the vector width: they equal a plain form and write nothing outside. Every function's
/// accuracy over its whole range is the tensor tests' matter.
@Suite struct KernelTests {
    static let counts = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 1000]
    private static let guardValue: Float = 12_345

    /// Runs `loop` over inputs and into the middle of a guarded buffer, also in place.
    private func check(
        _ name: String, _ loop: (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void,
        _ plain: (Float) -> Float, ulps: Float = 0
    ) {
        for n in Self.counts {
            let x = (0..<n).map { Float($0 % 41 - 20) / 4 }
            var y = [Float](repeating: Self.guardValue, count: n + 32)
            var same = x
            y.withUnsafeMutableBufferPointer { loop(n, x, $0.baseAddress! + 16) }
            same.withUnsafeMutableBufferPointer { loop(n, $0.baseAddress, $0.baseAddress) }
            for i in 0..<n {
                let want = plain(x[i])
                #expect(abs(y[16 + i] - want) <= ulps * want.ulp, "\(name) of \(x[i]) at \(i) of \(n)")
                #expect(same[i] == y[16 + i], "\(name) in place at \(i) of \(n)")
            }
            #expect((y[..<16] + y[(16 + n)...]).allSatisfy { $0 == Self.guardValue }, "\(name) wrote outside at \(n)")
        }
    }

    @Test func unary() {
        check("neg", ct_neg_f32) { -$0 }
        check("relu", ct_relu_f32) { max($0, 0) }
        check("exp", ct_exp_f32, { Float(exp(Double($0))) }, ulps: 2)
        check("tanh", ct_tanh_f32, { Float(tanh(Double($0))) }, ulps: 2)
        check("sin", ct_sin_f32, { Float(sin(Double($0))) }, ulps: 2)
        check("erf", ct_erf_f32, { Float(erf(Double($0))) }, ulps: 2)
        check("mul_scalar", { ct_mul_scalar_f32($0, $1, 3, $2) }) { $0 * 3 }
        check("clamp", { ct_clamp_f32($0, $1, -1, 2, $2) }) { min(max($0, -1), 2) }
    }

    @Test(arguments: [0, 1, 3], [0, 1, 3])
    func binarySteps(_ stepA: Int, _ stepB: Int) {
        for n in Self.counts {
            let a = (0..<max(1, n * 3)).map { Float($0 % 13) - 6 }
            let b = (0..<max(1, n * 3)).map { Float($0 % 7) + 1 }
            var sum = [Float](repeating: Self.guardValue, count: n + 16)
            var isLess = [UInt8](repeating: 9, count: n + 16)
            ct_add_f32(n, a, stepA, b, stepB, &sum)
            ct_less_f32(n, a, stepA, b, stepB, &isLess)
            for i in 0..<n {
                #expect(sum[i] == a[i * stepA] + b[i * stepB])
                #expect(isLess[i] == (a[i * stepA] < b[i * stepB] ? 1 : 0))
            }
            #expect(sum[n...].allSatisfy { $0 == Self.guardValue } && isLess[n...].allSatisfy { $0 == 9 })
        }
    }

    /// A repeated operand is read once, though the result overwrites it.
    @Test func inPlaceOverARepeatedOperand() {
        let b = (0..<12).map { Float($0) }
        for step in [1, 3] {
            var y: [Float] = [6, 0, 0, 0]
            y.withUnsafeMutableBufferPointer { ct_add_f32(4, $0.baseAddress, 0, b, step, $0.baseAddress) }
            #expect(y == (0..<4).map { 6 + b[$0 * step] })
        }
    }

    @Test func reductionsOverTheMiddleAxis() {
        for n in Self.counts {
            for (outer, inner) in [(1, 1), (3, 1), (1, 17), (2, 5)] {
                let x = (0..<outer * n * inner).map { Float($0 % 19 - 9) }
                var sum = [Float](repeating: Self.guardValue, count: outer * inner + 8)
                ct_sum_f32(outer, n, inner, x, &sum)
                var largest = [Float](repeating: Self.guardValue, count: outer * inner + 8)
                var place = [Int64](repeating: -1, count: outer * inner + 8)
                if n > 0 {
                    ct_max_f32(outer, n, inner, x, &largest)
                    ct_argmax_f32(outer, n, inner, x, &place)
                }
                for o in 0..<outer {
                    for i in 0..<inner {
                        let line = (0..<n).map { x[(o * n + $0) * inner + i] }
                        #expect(sum[o * inner + i] == line.reduce(0, +))
                        if let most = line.max() {
                            #expect(largest[o * inner + i] == most)
                            #expect(place[o * inner + i] == Int64(line.firstIndex(of: most)!))
                        }
                    }
                }
                #expect(sum[(outer * inner)...].allSatisfy { $0 == Self.guardValue })
            }
        }
    }

    @Test func softmaxRows() {
        for n in Self.counts where n > 0 {
            let x = (0..<3 * n).map { Float($0 % 23) / 3 + 80 }
            var y = [Float](repeating: Self.guardValue, count: 3 * n + 16)
            ct_softmax_f32(3, n, x, &y)
            for row in 0..<3 {
                let line = x[row * n..<(row + 1) * n].map(Double.init)
                let most = line.max()!
                let total = line.reduce(0) { $0 + exp($1 - most) }
                for i in 0..<n {
                    let want = exp(line[i] - most) / total
                    #expect(abs(Double(y[row * n + i]) - want) <= 1e-6 * want)
                }
            }
            #expect(y[(3 * n)...].allSatisfy { $0 == Self.guardValue })
        }
    }
}
