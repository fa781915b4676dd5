import CotangentBLAS
import CotangentTensor
import TestSupport
import Testing

@Suite struct PoolingTests {
    private func expect(_ found: Tensor, _ wanted: Tensor, exactly: Bool, _ type: DType) {
        #expect(found.shape == wanted.shape && found.dtype == type)
        if exactly {
            #expect(isSame(found, wanted), "\(found)\n\(wanted)")
        } else {
            #expect(relativeDistance(found, wanted) < (type == .float64 ? 1e-14 : 1e-6), "\(found)\n\(wanted)")
        }
    }

    /// PyTorch's values and gradients, of contiguous inputs and of views; in inference, recorded, and within a nested
    /// recording, where pullbacks take their composed form.
    @Test(arguments: PoolingCase.pooling) func againstPyTorch(_ test: PoolingCase) {
        for type in [DType.float64, .float32] {
            for (x, dy) in [
                (test.x(type), test.dy(type)), (scatteredView(of: test.x(type)), scatteredView(of: test.dy(type))),
            ] {
                expect(test.apply(x), test.y(type), exactly: test.isExact, type)
                let (y, pullback) = vjp(at: x) { test.apply($0) }
                expect(y, test.y(type), exactly: test.isExact, type)
                expect(pullback(dy), test.dx(type), exactly: test.isExact, type)
                _ = gradient(at: x) { x in
                    let dx = vjp(at: x) { test.apply($0) }.pullback(dy)
                    expect(dx.detached, test.dx(type), exactly: test.isExact, type)
                    return sum(dx)
                }
            }
        }
    }

    @Test(arguments: PoolingCase.pooling.filter { $0.winners != nil }) func indices(_ test: PoolingCase) {
        for type in [DType.float64, .float32] {
            let (values, indices) = test.applyWithIndices(test.x(type))
            #expect(isSame(values, test.y(type)))
            #expect(indices == test.winners)
            // The values have the same gradient.
            let dx = vjp(at: test.x(type)) { test.applyWithIndices($0).values }.pullback(test.dy(type))
            #expect(isSame(dx, test.dx(type)))
        }
    }

    @Test(arguments: PoolingCase.smooth) func firstOrder(_ test: PoolingCase) throws {
        try gradientCheck(at: test.x(.float64)) { test.apply($0) }
    }

    /// The gradient for a cotangent u as a function of input and u.
    @Test(arguments: PoolingCase.smooth) func secondOrder(_ test: PoolingCase) throws {
        try gradientCheck(at: [test.x(.float64), test.dy(.float64)], seed: 1) { values in
            vjp(at: values[0]) { square(test.apply($0)) }.pullback(values[1])
        }
    }

    /// Windows of 2 × 2 with stride 2 over a 4 × 4 matrix, by hand: the largest of each quarter, and its mean.
    @Test func byHand() {
        let x = Tensor(rows: [[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]).reshaped(1, 4, 4)
        #expect(maxPool2d(x, kernelSize: 2) == Tensor([6.0, 8, 3, 4], shape: [1, 2, 2]))
        #expect(averagePool2d(x, kernelSize: 2) == Tensor([3.25, 5.25, 2, 2], shape: [1, 2, 2]))
        let (values, indices) = maxPool2dWithIndices(x, kernelSize: 2)
        #expect(values == Tensor([6.0, 8, 3, 4], shape: [1, 2, 2]))
        #expect(indices == Tensor([5, 7, 8, 15], shape: [1, 2, 2]))
        let winners = Tensor(rows: [[0.0, 0, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]).reshaped(1, 4, 4)
        #expect(gradient(at: x) { sum(maxPool2d($0, kernelSize: 2)) } == winners)
    }

    /// Of equals the first wins, also in the forms that are computed side by side.
    @Test func ties() {
        for shape in [[1, 4, 40], [2, 6, 10], [1, 3, 3]] as [Shape] {
            for type in [DType.float32, .float64] {
                let x = Tensor.ones(shape, dtype: type)
                let dx = gradient(at: x) { sum(maxPool2d($0, kernelSize: 2)) }
                let places = dx.shape[2]
                for (place, value) in dx.doubles.enumerated() {
                    let (row, column) = (place / places % dx.shape[1], place % places)
                    let whole = row / 2 * 2 + 1 < dx.shape[1] && column / 2 * 2 + 1 < places
                    #expect(value == (whole && row % 2 == 0 && column % 2 == 0 ? 1 : 0))
                }
            }
        }
    }

    /// The output has the same bits at any number of threads.
    @Test func threads() {
        let before = Runtime.threadCount
        defer { Runtime.threadCount = before }
        var generator = PhiloxGenerator(seed: 1)
        for dtype in [DType.float32, .float64] {
            let x = Tensor.normal([5, 13, 57, 58], dtype: dtype, using: &generator)
            var first: [Tensor]?
            for threads in [1, 2, 4] {
                Runtime.threadCount = threads
                let forms: [(Tensor) -> Tensor] = [
                    { maxPool2d($0, kernelSize: 2) }, { maxPool2d($0, kernelSize: 3, stride: 2, padding: 1) },
                    { averagePool2d($0, kernelSize: 3, stride: 2, padding: 1) },
                    { adaptiveMaxPool2d($0, outputSize: 7) },
                    { adaptiveAveragePool2d($0, outputSize: 7) }, { upsample($0, scale: 1.5, mode: .linear()) },
                    { globalAveragePool($0) }, { globalMaxPool($0) },
                ]
                let results = forms.flatMap { f in
                    let (y, dx) = valueAndGradient(at: x) { sum(square(f($0))) }
                    return [f(x), y, dx]
                }
                if let first { #expect(zip(results, first).allSatisfy { $0 == $1 }) } else { first = results }
            }
        }
    }

    @Test func samePaddingKeepsTheLength() {
        let x = Tensor([3.0, 1, 2, 5, 4]).reshaped(1, 5)
        #expect(maxPool1d(x, kernelSize: 3, stride: 1, padding: .same).doubles == [3, 3, 5, 5, 5])
        #expect(maxPool1d(x, kernelSize: 2, stride: 1, padding: .same).doubles == [3, 2, 5, 5, 4])
        #expect(
            averagePool1d(x, kernelSize: 2, stride: 1, padding: .same, countsPadding: false).doubles
                == [2, 1.5, 3.5, 4.5, 4])
    }

    @Test func emptyBatch() {
        let x = Tensor.zeros([0, 3, 9, 9])
        #expect(maxPool2d(x, kernelSize: 2).shape == [0, 3, 4, 4])
        #expect(adaptiveAveragePool2d(x, outputSize: 2).shape == [0, 3, 2, 2])
        #expect(adaptiveMaxPool2d(x, outputSize: 2).shape == [0, 3, 2, 2])
        #expect(globalAveragePool(x).shape == [0, 3] && globalMaxPool(x).shape == [0, 3])
        #expect(upsample(x, scale: 2).shape == [0, 3, 18, 18])
        for f in [
            { sum(maxPool2d($0, kernelSize: 2)) }, { sum(globalMaxPool($0)) },
            { sum(adaptiveMaxPool2d($0, outputSize: 2)) },
            { sum(upsample($0, scale: 2)) },
        ] as [(Tensor) -> Tensor] {
            #expect(gradient(at: x, of: f).shape == x.shape)
        }
        #expect(globalMaxPool(Tensor.ones([2, 3, 4, 5]), keepingAxes: true).shape == [2, 3, 1, 1])
        #expect(globalAveragePool(Tensor.ones([2, 3, 4]), keepingAxes: true).shape == [2, 3, 1])
    }

    // MARK: What is refused

    private static let image = Tensor.zeros([2, 3, 4, 5])

    static let traps: [(message: String, body: @Sendable () -> Tensor)] = [
        ("maxPool2d: a kernel of [6, 6] is larger than the padded input, [4, 5]", { maxPool2d(image, kernelSize: 6) }),
        (
            "maxPool2d: the padding 2 is more than half of the kernel size 3",
            { maxPool2d(image, kernelSize: 3, padding: 2) }
        ),
        (
            "averagePool2d: the padding [0, 2] is more than half of the kernel size 2",
            { averagePool2d(image, kernelSize: 2, padding: [0, 2]) }
        ),
        ("maxPool2d: the stride 0 must be at least 1", { maxPool2d(image, kernelSize: 2, stride: 0) }),
        ("averagePool2d: the kernel size 0 must be at least 1", { averagePool2d(image, kernelSize: 0) }),
        ("averagePool2d: the divisor must not be 0", { averagePool2d(image, kernelSize: 2, divisor: 0) }),
        (
            "maxPool2d: the kernel size [2, 2, 2] does not fit 2 spatial axes",
            { maxPool2d(image, kernelSize: [2, 2, 2]) }
        ),
        (
            "maxPool1d: windows of 2 with dilation 3 and padding 1 miss the input [1, 2]",
            { maxPool1d(Tensor.zeros([1, 2]), kernelSize: 2, stride: 1, padding: 1, dilation: 3) }
        ),
        (
            "maxPool3d: the input is float32 [2, 3, 4]: [batch, channels, depth, height, width] or [channels, depth, height, width] is expected",
            { maxPool3d(Tensor.zeros([2, 3, 4]), kernelSize: 2) }
        ),
        (
            "maxPool1d: does not serve int64 [2, 3]",
            { maxPool1d(Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3]), kernelSize: 2) }
        ),
        (
            "maxPool2dWithIndices: the stride 0 must be at least 1",
            { maxPool2dWithIndices(image, kernelSize: 2, stride: 0).values }
        ),
        (
            "adaptiveAveragePool2d: the output size [2, 0] must be 2 positive lengths",
            { adaptiveAveragePool2d(image, outputSize: [2, 0]) }
        ),
        (
            "adaptiveMaxPool1d: float32 [1, 2, 0] has no elements to pool",
            { adaptiveMaxPool1d(Tensor.zeros([1, 2, 0]), outputSize: 2) }
        ),
        (
            "globalMaxPool: the input is float32 [2, 3]: floating point [batch, channels, spatial…] is expected",
            { globalMaxPool(Tensor.zeros([2, 3])) }
        ),
        (
            "upsample: the input is float32 [2, 3, 0]: floating point [batch, channels, spatial…] is expected",
            { upsample(Tensor.zeros([2, 3, 0]), scale: 2) }
        ),
        ("upsample: the scale -1.0 must be positive", { upsample(image, scale: -1) }),
        (
            "upsample: nothing would be left of float32 [2, 3, 4, 5] with the scale 0.2",
            { upsample(image, scale: 0.2) }
        ),
        ("upsample: the output size [4] must be 2 positive lengths", { upsample(image, outputSize: [4]) }),
    ]

    @Test(arguments: traps.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            _ = PoolingTests.traps[index].body()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = "Cotangent: " + Self.traps[index].message
        #expect(text.contains(message), "expected '\(message)' in '\(text.prefix(400))'")
    }

    /// On shapes alone the same problem is noted, and the run goes on.
    @Test(arguments: traps.indices) func problemIsNoted(_ index: Int) {
        let run = AbstractRun()
        run.run { _ = sum(Self.traps[index].body()) }
        #expect(run.problem?.message.hasPrefix(Self.traps[index].message) == true, "\(run.problem?.message ?? "none")")
    }

    @Test func shapesAlone() {
        let run = AbstractRun()
        run.run {
            let x = Tensor(abstract: [1 << 30, 3, 9, 11], .float32)
            #expect(maxPool2d(x, kernelSize: 2).shape == [1 << 30, 3, 4, 5])
            #expect(maxPool2dWithIndices(x, kernelSize: 2).indices.shape == [1 << 30, 3, 4, 5])
            #expect(averagePool2d(x, kernelSize: 3, stride: 2, padding: 1).shape == [1 << 30, 3, 5, 6])
            #expect(adaptiveMaxPool2d(x, outputSize: 4).shape == [1 << 30, 3, 4, 4])
            #expect(adaptiveAveragePool2d(x, outputSize: 4).shape == [1 << 30, 3, 4, 4])
            #expect(globalAveragePool(x).shape == [1 << 30, 3] && globalMaxPool(x).shape == [1 << 30, 3])
            #expect(upsample(x, scale: 2).shape == [1 << 30, 3, 18, 22])
        }
        #expect(run.problem == nil)
    }
}
