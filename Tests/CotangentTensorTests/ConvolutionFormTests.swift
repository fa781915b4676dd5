import CotangentTensor
import TestSupport
import Testing

/// Every fast form of a convolution against the definition, ``ConvolutionAlgorithm/plain`` in float64: the full product
/// of options at small sizes, and random shapes up to 70 channels and lengths of 40.
@Suite struct ConvolutionFormTests {
    struct Geometry: Sendable, CustomStringConvertible {
        var batch = 1
        var inputs = 1
        var outputs = 1
        var groups = 1
        var lengths: [Int]
        var kernel: [Int]
        var stride: SpatialSize = 1
        var padding: Padding = 0
        var dilation: SpatialSize = 1

        var x: Shape { Shape([batch, inputs] + lengths) }
        var weight: Shape { Shape([outputs, inputs / groups] + kernel) }
        var description: String {
            "\(x) by \(weight), groups \(groups), stride \(stride), padding \(padding), dilation \(dilation)"
        }

        func forms(_ algorithm: ConvolutionAlgorithm, _ dtype: DType) -> [String]? {
            algorithm.forms(
                x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups, dtype: dtype)
        }

        func apply(_ x: Tensor, _ weight: Tensor, _ algorithm: ConvolutionAlgorithm) -> Tensor {
            let convolution = [conv1d, conv2d, conv3d][lengths.count - 1]
            return convolution(x, weight, nil, stride, padding, dilation, groups, false, algorithm)
        }
    }

    /// Holds value and both gradients, in both dtypes, of every algorithm that serves. Says what is wrong, at most ten
    /// times, and returns how many results it held. The plain form in float32 is slow, and left out where `isLarge`.
    private func compare(_ geometries: [Geometry], seed: UInt64, isLarge: Bool = false) -> Int {
        var generator = PhiloxGenerator(seed: seed)
        var (held, wrong) = (0, 0)
        for geometry in geometries where geometry.forms(.plain, .float64) != nil {
            // Values that float32 holds, so that both dtypes have the same exact result.
            let x = Tensor.normal(geometry.x, dtype: .float32, using: &generator)
            let weight = Tensor.normal(geometry.weight, dtype: .float32, using: &generator)
            let (y, pullback) = run(geometry, x, weight, .plain, .float64)
            let dy = Tensor.normal(y.shape, dtype: .float32, using: &generator)
            let expected = [y] + pullback(dy.cast(to: .float64))
            for algorithm in ConvolutionAlgorithm.allCases {
                for dtype in [DType.float64, .float32] {
                    if algorithm == .plain && (dtype == .float64 || isLarge) { continue }
                    guard let forms = geometry.forms(algorithm, dtype) else { continue }
                    let (y, pullback) = run(geometry, x, weight, algorithm, dtype)
                    let found = [y] + pullback(dy.cast(to: dtype))
                    for (pass, form) in forms.enumerated() {
                        let tolerance = dtype == .float64 ? 1e-10 : form.hasPrefix("Winograd") ? 1e-4 : 1e-5
                        let distance = relativeDistance(found[pass], expected[pass])
                        held += 1
                        if distance <= tolerance { continue }
                        wrong += 1
                        if wrong > 10 { continue }
                        let name = ["value", "input's gradient", "weight's gradient"][pass]
                        Issue.record("\(geometry): \(name) by \(algorithm) (\(form)), \(dtype): off by \(distance)")
                    }
                }
            }
        }
        #expect(wrong == 0, "of \(held)")
        return held
    }

    private func run(
        _ geometry: Geometry, _ x: Tensor, _ weight: Tensor, _ algorithm: ConvolutionAlgorithm, _ dtype: DType
    ) -> (Tensor, (Tensor) -> [Tensor]) {
        let inputs = [x.cast(to: dtype), weight.cast(to: dtype)]
        return vjp(at: inputs) { geometry.apply($0[0], $0[1], algorithm) }
    }

    private static let strides: [SpatialSize] = [1, 2, 3, [2, 1]]
    private static let paddings: [Padding] = [0, 1, [2, 1], .sides(before: [0, 2], after: [1, 0]), .same]
    private static let channels = [(3, 5, 1), (4, 6, 2), (4, 4, 4), (3, 6, 3)]

    @Test(arguments: strides) func imagesByEveryOption(_ stride: SpatialSize) {
        var all: [Geometry] = []
        for padding in Self.paddings {
            for dilation: SpatialSize in [1, 2, [1, 2]] {
                for (inputs, outputs, groups) in Self.channels {
                    for kernel in [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [3, 2], [1, 3]] {
                        for lengths in [[5, 7], [8, 6], [9, 9]] {
                            for batch in [1, 3] where batch == 1 || lengths != [9, 9] {
                                all.append(
                                    Geometry(
                                        batch: batch, inputs: inputs, outputs: outputs, groups: groups,
                                        lengths: lengths, kernel: kernel, stride: stride, padding: padding,
                                        dilation: dilation))
                            }
                        }
                    }
                }
            }
        }
        #expect(compare(all, seed: 1) > 10_000)
    }

    @Test func signalsByEveryOption() {
        var all: [Geometry] = []
        for stride: SpatialSize in [1, 2, 3] {
            for padding: Padding in [0, 1, .sides(before: 0, after: 2), .same] {
                for dilation: SpatialSize in [1, 2] {
                    for (inputs, outputs, groups) in Self.channels {
                        for kernel in 1...4 {
                            for length in [7, 12] {
                                all.append(
                                    Geometry(
                                        batch: 2, inputs: inputs, outputs: outputs, groups: groups, lengths: [length],
                                        kernel: [kernel], stride: stride, padding: padding, dilation: dilation))
                            }
                        }
                    }
                }
            }
        }
        #expect(compare(all, seed: 2) > 5_000)
    }

    @Test func volumesByEveryOption() {
        var all: [Geometry] = []
        for stride: SpatialSize in [1, 2, [1, 2, 3]] {
            for padding: Padding in [0, 1, .sides(before: [0, 1, 0], after: [2, 0, 1]), .same] {
                for dilation: SpatialSize in [1, [2, 1, 2]] {
                    for (inputs, outputs, groups) in Self.channels {
                        for kernel in [[1, 1, 1], [3, 3, 3], [2, 3, 1], [1, 3, 3]] {
                            all.append(
                                Geometry(
                                    batch: 2, inputs: inputs, outputs: outputs, groups: groups, lengths: [5, 4, 6],
                                    kernel: kernel, stride: stride, padding: padding, dilation: dilation))
                        }
                    }
                }
            }
        }
        #expect(compare(all, seed: 3) > 2_000)
    }

    /// Kernels of 3×3 with stride 1 at every size about the tiles', with every padding and channels about a vector's
    /// width.
    @Test func tilesAtEverySize() {
        var all: [Geometry] = []
        for height in 1...10 {
            for width in [1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 17] {
                for (index, (inputs, outputs)) in [(1, 16), (3, 17), (16, 3), (17, 8), (20, 1)].enumerated() {
                    let paddings: [Padding] = [0, 1, 2, [1, 0], .sides(before: [1, 0], after: [2, 1]), .same]
                    all.append(
                        Geometry(
                            batch: 1 + (height + width) % 2, inputs: inputs, outputs: outputs,
                            lengths: [height, width],
                            kernel: [3, 3], padding: paddings[(height + width + index) % paddings.count]))
                }
            }
        }
        #expect(compare(all, seed: 4) > 8_000)
    }

    /// Rows that fill their last vector badly, well and just, for each number of rows that a block may have.
    @Test func rowsAboutAVectorsWidth() {
        var all: [Geometry] = []
        for width in [15, 16, 17, 24, 28, 31, 32, 33, 47] {
            for outputs in [1, 2, 3, 5, 6, 8, 9] {
                for kernel in [1, 3, 5] where kernel <= 3 || width % 2 == 0 {
                    all.append(
                        Geometry(
                            batch: 1, inputs: 3, outputs: outputs, lengths: [7, width], kernel: [kernel, kernel],
                            padding: Padding(integerLiteral: kernel / 2)))
                }
            }
        }
        #expect(compare(all, seed: 8) > 4_000)
    }

    /// Larger shapes, whose work is cut among threads and blocks.
    @Test(arguments: [5, 6, 7] as [UInt64]) func randomShapes(_ seed: UInt64) {
        var generator = PhiloxGenerator(seed: seed)
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &generator)] }
        var all: [Geometry] = []
        while all.count < 12 {
            let groups = pick([1, 1, 1, 2, 5])
            var geometry = Geometry(
                batch: .random(in: 1...5, using: &generator),
                inputs: groups * .random(in: 1...70 / groups, using: &generator),
                outputs: groups * .random(in: 1...70 / groups, using: &generator), groups: groups,
                lengths: (0..<2).map { _ in .random(in: 1...40, using: &generator) }, kernel: [3, 3],
                padding: pick([0, 1, 2, .sides(before: [1, 0], after: [0, 2]), .same]))
            // Every second one for Winograd's forms.
            if all.count % 2 == 1 {
                geometry.kernel = pick([[3, 3], [1, 1], [5, 5], [2, 4], [7, 3]])
                geometry.stride = pick([1, 1, 2, [1, 3]])
                geometry.dilation = pick([1, 1, 2])
            }
            if pick([0, 1, 2, 3]) == 0 {
                // Depthwise.
                geometry.groups = geometry.inputs
                geometry.outputs = geometry.inputs * pick([1, 2])
            }
            let products = geometry.batch * geometry.weight.elementCount * geometry.lengths.reduce(1, *)
            if (100_000...6_000_000).contains(products), geometry.forms(.plain, .float64) != nil {
                all.append(geometry)
            }
        }
        #expect(compare(all, seed: seed, isLarge: true) > 200)
    }
}
