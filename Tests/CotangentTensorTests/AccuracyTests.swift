import CotangentTensor
import Foundation
import TestSupport
import Testing

/// Float32 functions against the C library's float64, at every 1009th bit pattern: within 2 ulp over the whole range.
@Suite struct AccuracyTests {
    struct Function: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let f: @Sendable (Tensor) -> Tensor
        let exact: @Sendable (Double) -> Double

        init(
            _ name: String, _ f: @escaping @Sendable (Tensor) -> Tensor, _ exact: @escaping @Sendable (Double) -> Double
        ) {
            testDescription = name
            self.f = f
            self.exact = exact
        }
    }

    static let functions: [Function] = [
        Function("exp", { CotangentTensor.exp($0) }, { Foundation.exp($0) }),
        Function("expm1", { CotangentTensor.expm1($0) }, { Foundation.expm1($0) }),
        Function("log", { CotangentTensor.log($0) }, { Foundation.log($0) }),
        Function("log1p", { CotangentTensor.log1p($0) }, { Foundation.log1p($0) }),
        Function("sin", { CotangentTensor.sin($0) }, { Foundation.sin($0) }),
        Function("cos", { CotangentTensor.cos($0) }, { Foundation.cos($0) }),
        Function("tanh", { CotangentTensor.tanh($0) }, { Foundation.tanh($0) }),
        Function("erf", { CotangentTensor.erf($0) }, { Foundation.erf($0) }),
        Function("sqrt", { CotangentTensor.sqrt($0) }, { $0.squareRoot() }),
        Function("rsqrt", { CotangentTensor.rsqrt($0) }, { 1 / $0.squareRoot() }),
        Function("reciprocal", { CotangentTensor.reciprocal($0) }, { 1 / $0 }),
        Function("sigmoid", { CotangentTensor.sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }),
        Function(
            "softplus", { CotangentTensor.softplus($0) },
            { x in
                x.isNaN ? x : Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-Swift.abs(x)))
            }),
        Function("silu", { CotangentTensor.silu($0) }, { $0 == -.infinity ? 0 : $0 / (1 + Foundation.exp(-$0)) }),
        Function(
            "gelu", { CotangentTensor.gelu($0) },
            { $0 == -.infinity ? 0 : 0.5 * $0 * Foundation.erfc(-$0 * 0.5.squareRoot()) }),
        // x/2 (1 + tanh z) = x / (1 + e^(−2z)), without cancellation
        Function(
            "gelu, tanh", { CotangentTensor.gelu($0, approximation: .tanh) },
            { x in
                x == -.infinity
                    ? 0 : x / (1 + Foundation.exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
            }),
        Function(
            "elu", { CotangentTensor.elu($0, alpha: 1.5) }, { $0 > 0 || $0.isNaN ? $0 : 1.5 * Foundation.expm1($0) }),
        Function(
            "selu", { CotangentTensor.selu($0) },
            { x in
                1.0507009873554804934193349852946
                    * (x > 0 || x.isNaN ? x : 1.6732632423543772848170429916717 * Foundation.expm1(x))
            }),
        Function("x^2.5", { CotangentTensor.pow($0, 2.5) }, { Foundation.pow($0, 2.5) }),
        Function("x^-3", { CotangentTensor.pow($0, -3) }, { Foundation.pow($0, -3) }),
        Function("0.75^x", { CotangentTensor.pow(0.75, $0) }, { Foundation.pow(0.75, $0) }),
    ]

    #if DEBUG
        static let step: UInt32 = 100_003
    #else
        static let step: UInt32 = 1009
    #endif

    static let points: [Float] = {
        var points = stride(from: 0, to: UInt32.max - step, by: Int(step)).map { Float(bitPattern: $0) }
        points += [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude]
        points += [.leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1, -1, 0.5, -0.5]
        return points
    }()

    @Test(arguments: functions) func withinTwoUlp(_ function: Function) {
        let values = function.f(Tensor(Self.points)).floats
        var worst = (error: 0.0, x: Float(0), value: Float(0))
        for (x, value) in zip(Self.points, values) {
            let error = ulpDistance(value, exact: function.exact(Double(x)))
            if error > worst.error { worst = (error, x, value) }
        }
        #expect(
            worst.error <= 2,
            "\(worst.error) ulp at \(worst.x): \(worst.value), exact \(function.exact(Double(worst.x)))")
    }

    /// Float64 at a few thousand points of the range where it matters, to 10⁻¹⁴ of the value.
    @Test(arguments: functions) func float64(_ function: Function) {
        let points = (0..<4000).map { Double($0 - 2000) / 97.3 }
        let values = function.f(Tensor(points)).doubles
        for (x, value) in zip(points, values) {
            let exact = function.exact(x)
            if exact.isNaN {
                #expect(value.isNaN, "\(x)")
            } else if exact != value {
                #expect(Swift.abs(value - exact) <= 1e-14 * Swift.abs(exact), "\(x): \(value), exact \(exact)")
            }
        }
    }

    /// The signs of zeros and the values at infinity, as the C standard's annex F has them.
    @Test func specialValues() {
        func bits(_ f: (Tensor) -> Tensor, _ x: Float) -> UInt32 { f(Tensor([x])).floats[0].bitPattern }
        for f in [
            CotangentTensor.sin, CotangentTensor.tanh, CotangentTensor.expm1, CotangentTensor.log1p,
            CotangentTensor.erf, CotangentTensor.sqrt,
        ] {
            #expect(bits(f, 0) == Float(0).bitPattern)
            #expect(bits(f, -0.0) == Float(-0.0).bitPattern)
        }
        let x = Tensor([.infinity, -.infinity, .nan, 0, -0.0] as [Float])
        func same(_ a: Tensor, _ b: [Float]) -> Bool {
            zip(a.floats, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
        }
        #expect(same(exp(x), [.infinity, 0, .nan, 1, 1]))
        #expect(same(log(x), [.infinity, .nan, .nan, -.infinity, -.infinity]))
        #expect(same(tanh(x), [1, -1, .nan, 0, 0]))
        #expect(same(sigmoid(x), [1, 0, .nan, 0.5, 0.5]))
        #expect(same(relu(x), [.infinity, 0, .nan, 0, 0]))
        let log2 = Float(Foundation.log(2.0))
        #expect(same(softplus(x), [.infinity, 0, .nan, log2, log2]))
        #expect(same(sin(x), [.nan, .nan, .nan, 0, 0]))
        #expect(same(sign(x), [1, -1, .nan, 0, 0]))
        #expect(same(clamp(x, -1, 1), [1, -1, .nan, 0, 0]))
        #expect(same(maximum(x, Tensor(scalar: Float(2))), [.infinity, 2, .nan, 2, 2]))
        #expect(same(minimum(Tensor(scalar: Float.nan), x), [.nan, .nan, .nan, .nan, .nan]))
        #expect(max(x).float.isNaN)
        #expect(min(x).float.isNaN)
        #expect(argmax(x).item == 2)
        #expect(same(sort(Tensor([2, .nan, 1] as [Float])).values, [1, 2, .nan]))
        #expect(same(sort(Tensor([1, .nan, 2] as [Float]), descending: true).values, [2, 1, .nan]))
    }

    /// Blocked sums: the error does not grow with the number of elements.
    @Test func sumsKeepTheirDigits() {
        let n = 1_000_000
        let tenth = Double(Float(0.1))
        let total = sum(Tensor.full([n], 0.1)).item
        #expect(Swift.abs(total / (tenth * Double(n)) - 1) < 3e-7)
        let average = mean(Tensor.full([n / 10, 10], 0.1), axes: [0]).doubles[3]
        #expect(Swift.abs(average / tenth - 1) < 3e-7)
        var generator = PhiloxGenerator(seed: 4)
        let x = Tensor.normal([n], mean: 1000, using: &generator)
        let exact = variance(x.cast(to: .float64)).item
        #expect(Swift.abs(variance(x).item / exact - 1) < 1e-5)
    }
}
