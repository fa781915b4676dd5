import CotangentTensor
import Testing

extension DeterminismTests {
    struct Convolution: Sendable, CustomStringConvertible {
        var x: Shape
        var weight: Shape
        var stride: SpatialSize = 1
        var padding: Padding = 0
        var dilation: SpatialSize = 1
        var groups = 1

        var description: String {
            "\(x) by \(weight), stride \(stride), padding \(padding), dilation \(dilation), groups \(groups)"
        }
    }

    /// Many images and few, many channels and few, long rows: what decides along which axis work is cut.
    static let convolutions = [
        Convolution(x: [9, 16, 21, 19], weight: [24, 16, 3, 3], padding: 1),
        Convolution(x: [1, 33, 30, 30], weight: [20, 33, 3, 3], padding: 1),
        Convolution(x: [2, 3, 61, 70], weight: [16, 3, 3, 3]),
        Convolution(x: [3, 40, 7, 7], weight: [70, 40, 3, 3], padding: 2),
        Convolution(x: [5, 64, 14, 14], weight: [48, 64, 1, 1]),
        Convolution(x: [3, 3, 64, 64], weight: [16, 3, 7, 7], stride: 2, padding: 3),
        Convolution(x: [1, 1, 9, 700], weight: [8, 1, 5, 5], padding: .same),
        Convolution(x: [4, 32, 28, 28], weight: [32, 1, 3, 3], padding: 1, groups: 32),
        Convolution(x: [2, 16, 25, 25], weight: [24, 4, 3, 3], stride: [2, 1], padding: 1, dilation: 2, groups: 4),
        Convolution(x: [3, 12, 2500], weight: [16, 12, 5], padding: 2),
        Convolution(x: [2, 6, 12, 14, 15], weight: [8, 6, 3, 3, 3], padding: 1),
    ]

    /// The same bits at 1, 2 and 4 threads: value, gradients of all inputs, and the transposed form with its own.
    @Test(arguments: convolutions) func convolution(_ test: Convolution) {
        var generator = PhiloxGenerator(seed: 4)
        let rank = test.x.count - 2
        // The plain form runs on one thread.
        for algorithm in ConvolutionAlgorithm.allCases where algorithm != .plain {
            for dtype in [DType.float32, .float64] {
                let forms = algorithm.forms(
                    test.x, test.weight, stride: test.stride, padding: test.padding, dilation: test.dilation,
                    groups: test.groups, dtype: dtype)
                guard let forms else { continue }
                let x = Tensor.normal(test.x, dtype: dtype, using: &generator)
                let weight = Tensor.normal(test.weight, dtype: dtype, using: &generator)
                let bias = Tensor.normal([test.weight[0]], dtype: dtype, using: &generator)
                var cotangent: Tensor?
                expectSame("\(algorithm) (\(forms)), \(dtype)") {
                    let convolution = [conv1d, conv2d, conv3d][rank - 1]
                    let (y, pullback) = vjp(at: [x, weight, bias]) {
                        convolution(
                            $0[0], $0[1], $0[2], test.stride, test.padding, test.dilation, test.groups, true, algorithm)
                    }
                    let dy = cotangent ?? Tensor.normal(y.shape, dtype: dtype, using: &generator)
                    cotangent = dy
                    return [y] + pullback(dy)
                }
                if test.padding == .same { continue }
                // y's channels back to x's.
                let transposed = [convTranspose1d, convTranspose2d, convTranspose3d][rank - 1]
                expectSame("transposed, \(algorithm), \(dtype)") {
                    let (z, pullback) = vjp(at: [cotangent!, weight]) {
                        transposed(
                            $0[0], $0[1], nil, test.stride, test.padding, 0, test.dilation, test.groups, algorithm)
                    }
                    return [z] + pullback(z)
                }
            }
        }
    }
}
