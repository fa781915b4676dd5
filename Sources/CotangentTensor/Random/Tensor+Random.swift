import CCotangentKernels
import CotangentBLAS

extension Tensor {
    /// Independent values, uniform in `range` (the upper end excluded).
    public static func uniform(
        _ shape: Shape, in range: ClosedRange<Double> = 0...1, dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) -> Tensor {
        draw(
            "uniform", shape, dtype, &generator, ct_philox_uniform_f32, ct_philox_uniform_f64, range.lowerBound,
            range.upperBound)
    }

    /// Independent values of the normal distribution.
    public static func normal(
        _ shape: Shape, mean: Double = 0, deviation: Double = 1, dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) -> Tensor {
        draw("normal", shape, dtype, &generator, ct_philox_normal_f32, ct_philox_normal_f64, mean, deviation)
    }

    /// Independent bools, true with the given probability.
    public static func bernoulli(
        _ shape: Shape, probability: Double, using generator: inout PhiloxGenerator
    ) -> Tensor {
        guard (0...1).contains(probability) else {
            fail("bernoulli", "the probability \(probability) is not within 0...1")
        }
        let y = Tensor(uninitialized: shape, .bool)
        let (key, stream) = (generator.key, generator.nextStream())
        if y.isAbstract { return y }
        let target = y.rawPointer.assumingMemoryBound(to: UInt8.self)
        parallel(over: y.count) { part in
            ct_philox_bernoulli_u8(
                key, stream, UInt64(part.lowerBound / 4), part.count, probability, target + part.lowerBound)
        }
        return y
    }

    /// 0..<count in random order (Fisher and Yates), as int64.
    public static func permutation(_ count: Int, using generator: inout PhiloxGenerator) -> Tensor {
        var order = Array(0..<count)
        order.shuffle(using: &generator)
        return Tensor(order)
    }

    private static func draw(
        _ name: String, _ shape: Shape, _ dtype: DType, _ generator: inout PhiloxGenerator,
        _ float32: @convention(c) (UInt64, UInt64, UInt64, Int, Float, Float, UnsafeMutablePointer<Float>?) -> Void,
        _ float64: @convention(c) (UInt64, UInt64, UInt64, Int, Double, Double, UnsafeMutablePointer<Double>?) -> Void,
        _ a: Double, _ b: Double
    ) -> Tensor {
        let y = Tensor(uninitialized: shape, dtype)
        let (key, stream) = (generator.key, generator.nextStream())
        if y.isAbstract { return y }
        // Parts begin at whole blocks: the cut over the pool is at multiples of 64 elements.
        switch dtype {
        case .float32:
            let target = y.rawPointer.assumingMemoryBound(to: Float.self)
            parallel(over: y.count) { part in
                float32(
                    key, stream, UInt64(part.lowerBound / 4), part.count, Float(a), Float(b), target + part.lowerBound)
            }
        case .float64:
            let target = y.rawPointer.assumingMemoryBound(to: Double.self)
            parallel(over: y.count) { part in
                float64(key, stream, UInt64(part.lowerBound / 2), part.count, a, b, target + part.lowerBound)
            }
        default:
            fail(name, "gives float32 or float64, not \(dtype)")
        }
        return y
    }
}
