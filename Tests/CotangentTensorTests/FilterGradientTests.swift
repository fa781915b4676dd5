import CotangentTensor
import TestSupport
import Testing

/// Gradients of filters, and what they refuse.
@Suite struct FilterGradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var signal: Shape
        var kernel: Shape
        var extent: FilterExtent = .same
        var border: FilterBorder = .zero
        var isSeparable = false

        var testDescription: String { "\(signal) by \(kernel), \(extent), \(border)\(isSeparable ? ", rank one" : "")" }

        func inputs(_ dtype: DType = .float64) -> [Tensor] {
            var generator = PhiloxGenerator(seed: 7)
            let x = Tensor.normal(signal, dtype: .float64, using: &generator)
            var k = Tensor.normal(kernel, dtype: .float64, using: &generator)
            if isSeparable { k = k[0..<1] * k[.all, 0..<1] }
            return [x.cast(to: dtype), k.cast(to: dtype)]
        }

        func apply(_ inputs: [Tensor]) -> Tensor {
            convolve(inputs[0], inputs[1], extent: extent, border: border)
                + 2 * correlate(inputs[0], inputs[1], extent: extent, border: border)
        }
    }

    static let cases: [Case] =
        FilterBorder.allCases.flatMap { border in
            [
                Case(signal: [3, 4], kernel: [3, 2], extent: .full, border: border),
                Case(signal: [4, 3], kernel: [2, 3], border: border),
                Case(signal: [2, 3], kernel: [5, 4], border: border),
            ]
        } + [
            Case(signal: [7], kernel: [3]), Case(signal: [5], kernel: [4], extent: .full, border: .reflect),
            Case(signal: [2, 6], kernel: [3], extent: .valid), Case(signal: [5, 4], kernel: [3, 3], extent: .valid),
            Case(signal: [2, 2, 3, 4], kernel: [2, 2], border: .mirror),
            Case(signal: [2, 2, 3, 4], kernel: [2, 2, 3], border: .replicate),
            Case(signal: [3, 4], kernel: [3, 3], border: .reflect, isSeparable: true),
            Case(signal: [1, 1], kernel: [1, 1]),
        ]

    @Test(arguments: cases) func firstOrder(_ test: Case) throws {
        try gradientCheck(at: test.inputs()) { test.apply($0) }
    }

    /// The pullback's own gradients, in the signal, the kernel and the cotangent.
    @Test(arguments: cases) func secondOrder(_ test: Case) throws {
        let inputs = test.inputs()
        var generator = PhiloxGenerator(seed: 8)
        let cotangent = Tensor.normal(test.apply(inputs).shape, dtype: .float64, using: &generator)
        try gradientCheck(at: inputs + [cotangent], absolute: 1e-7, seed: 1) { values in
            let gradients = vjp(at: Array(values.dropLast())) { test.apply($0) }.pullback(values[2])
            return concatenate(gradients.map(\.flattened))
        }
    }

    @Test(arguments: cases) func float32EqualsFloat64(_ test: Case) {
        func gradients(_ dtype: DType) -> [Tensor] {
            let inputs = test.inputs(dtype).map(scatteredView)
            var generator = PhiloxGenerator(seed: 9)
            let cotangent = Tensor.normal(test.apply(inputs).shape, dtype: .float64, using: &generator)
            return vjp(at: inputs) { test.apply($0) }.pullback(scatteredView(of: cotangent.cast(to: dtype)))
        }
        for (single, double) in zip(gradients(.float32), gradients(.float64)) {
            #expect(relativeDistance(single, double) < 1e-6)
        }
    }

    /// Long rows, several tiles and vectors, where the kernel's gradient sums thousands of products.
    @Test func gradientsOfALargeImage() {
        var generator = PhiloxGenerator(seed: 10)
        let image = Tensor.normal([2, 100, 150], dtype: .float64, using: &generator)
        let kernel = Tensor.normal([3, 3], dtype: .float64, using: &generator)
        let cotangent = Tensor.normal([2, 100, 150], dtype: .float64, using: &generator)
        let pullback = vjp(at: [image, kernel]) { correlate($0[0], $0[1]) }.pullback
        let gradients = pullback(cotangent)
        // ⟨dy, F(x, k)⟩ is linear in x and in k: its gradients are adjoints.
        let value = sum(cotangent * correlate(image, kernel)).item
        #expect(Swift.abs(sum(gradients[0] * image).item / value - 1) < 1e-11)
        #expect(Swift.abs(sum(gradients[1] * kernel).item / value - 1) < 1e-11)
        // By hand: tap (i, j) meets the image shifted.
        let padded = image.padded([(0, 0), (1, 1), (1, 1)])
        for (i, j) in [(0, 0), (1, 2), (2, 1)] {
            let expected = sum(padded[.all, i..<i + 100, j..<j + 150] * cotangent).item
            #expect(Swift.abs(gradients[1][i, j].item - expected) < 1e-10)
        }
    }

    @Test func emptyBatch() {
        let kernel = Tensor.ones([2, 3])
        let (dx, dk) = gradient(at: Tensor.zeros([0, 4, 5]), kernel) { sum(convolve($0, $1, border: .reflect)) }
        #expect(dx.shape == [0, 4, 5] && dk == Tensor.zeros([2, 3]))
    }

    // MARK: Shapes alone, and errors

    @Test func shapesAlone() {
        for test in Self.cases {
            let real = test.apply(test.inputs())
            let run = AbstractRun()
            let y = run.run { test.apply([Tensor(abstract: test.signal, .float64), test.inputs()[1]]) }
            #expect(y.shape == real.shape && y.isAbstract && run.problem == nil)
        }
        let run = AbstractRun()
        let y = run.run { sobelMagnitude(Tensor(abstract: [3, 5, 6], .float32)) }
        #expect(y.shape == [3, 5, 6] && run.problem == nil)
    }

    static let failures: [(String, @Sendable () -> Void)] = [
        (
            "convolve: the signal is float32 [4, 4], the kernel float64 [3, 3]: they must be of one floating-point dtype",
            { _ = convolve(Tensor.zeros([4, 4]), Tensor.zeros([3, 3], dtype: .float64)) }
        ),
        (
            "correlate: the signal is int64 [3], the kernel int64 [3]: they must be of one floating-point dtype",
            { _ = correlate(Tensor([1, 2, 3]), Tensor([1, 2, 3])) }
        ),
        (
            "convolve: the signal is float32 [4], the kernel float32 [3, 3]: the kernel must have 1 to 3 axes, the signal at least as many",
            { _ = convolve(Tensor.zeros([4]), Tensor.zeros([3, 3])) }
        ),
        (
            "correlate: the signal is float32 [3, 4, 4], the kernel float32 [2, 3, 3]: a kernel of three axes must have one plane for each channel",
            { _ = correlate(Tensor.zeros([3, 4, 4]), Tensor.zeros([2, 3, 3])) }
        ),
        (
            "convolve: the signal is float32 [0], the kernel float32 [3]: there is nothing to filter along an axis of length 0",
            { _ = convolve(Tensor.zeros([0]), Tensor.zeros([3]), border: .reflect) }
        ),
        (
            "convolve: the signal is float32 [4], the kernel float32 [5]: it does not fit into the signal, so extent .valid leaves nothing",
            { _ = convolve(Tensor.zeros([4]), Tensor.zeros([5]), extent: .valid) }
        ),
        ("sobelMagnitude: float32 [4] is not an image", { _ = sobelMagnitude(Tensor.zeros([4])) }),
        ("FilterKernel.gaussian: deviation 0.0", { _ = FilterKernel.gaussian(deviation: 0) }),
        ("FilterKernel.identity: size 2 is not odd and positive", { _ = FilterKernel.identity(size: 2) }),
        ("FilterKernel.laplacian: 5 neighbours: there are 4 or 8", { _ = FilterKernel.laplacian(neighbours: 5) }),
        ("FilterKernel.motion: length 0.5", { _ = FilterKernel.motion(length: 0.5) }),
        ("FilterKernel.box: size 0 is not positive", { _ = FilterKernel.box(0) }),
    ]

    @Test(arguments: failures.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            FilterGradientTests.failures[index].1()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Cotangent: " + Self.failures[index].0), "'\(text.prefix(300))'")
    }

    /// On shapes alone the operations' problems are noted instead.
    @Test(arguments: 0..<7) func problemIsNoted(_ index: Int) {
        let run = AbstractRun()
        run.run { Self.failures[index].1() }
        #expect(run.problem?.message.hasPrefix(Self.failures[index].0) == true, "\(run.problem?.message ?? "none")")
    }
}
