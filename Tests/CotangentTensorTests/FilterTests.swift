import CotangentBLAS
import CotangentTensor
import TestSupport
import Testing

/// Values of convolve and correlate, all of them from NumPy and SciPy: see Fixtures/filtering.py.
@Suite struct FilterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let signal: Tensor
        let kernel: Tensor
        /// By "operation extent border".
        let results: [String: Tensor]

        var testDescription: String { "\(signal.shape) by \(kernel.shape)" }

        init(_ value: JSONValue) {
            signal = FilterFixtures.tensor(value["signal"]!)
            kernel = FilterFixtures.tensor(value["kernel"]!)
            guard case .object(let results) = value["results"]! else { fatalError("results is no object") }
            self.results = results.mapValues(FilterFixtures.tensor)
        }
    }

    static let cases = FilterFixtures.json["cases"]!.array!.map(Case.init)

    /// Runs "convolve same reflect" and the like.
    private static func apply(_ name: String, _ x: Tensor, _ k: Tensor) -> Tensor {
        let words = name.split(separator: " ")
        let extent: FilterExtent = words[1] == "full" ? .full : words[1] == "same" ? .same : .valid
        let border = FilterBorder(rawValue: String(words[2]))!
        return words[0] == "convolve"
            ? convolve(x, k, extent: extent, border: border) : correlate(x, k, extent: extent, border: border)
    }

    /// Integers: exact in both dtypes.
    @Test(arguments: cases) func equalsSciPy(_ test: Case) {
        for (name, expected) in test.results {
            for dtype in [DType.float32, .float64] {
                let (x, k, y) = (test.signal.cast(to: dtype), test.kernel.cast(to: dtype), expected.cast(to: dtype))
                #expect(Self.apply(name, x, k) == y, "\(name), \(dtype)")
                #expect(Self.apply(name, scatteredView(of: x), scatteredView(of: k)) == y, "\(name), \(dtype), views")
            }
        }
    }

    @Test func everyCaseHasAnswers() {
        #expect(Self.cases.count == 13)
        #expect(Self.cases.reduce(0) { $0 + $1.results.count } == 276)
    }

    /// The lecture's formula, loop by loop, gives the same.
    @Test(arguments: cases.filter { $0.signal.rank == 2 }) func plainFormEqualsSciPy(_ test: Case) {
        for (name, expected) in test.results {
            let words = name.split(separator: " ")
            let y = plainConvolution(
                FilterFixtures.rows(test.signal), FilterFixtures.rows(test.kernel),
                extent: words[1] == "full" ? .full : words[1] == "same" ? .same : .valid,
                border: FilterBorder(rawValue: String(words[2]))!, flipping: words[0] == "convolve")
            #expect(Tensor(rows: y) == expected, "\(name)")
        }
    }

    /// Images that are cut into several tiles and strips, of every width about a vector's, by kernels of rank one and
    /// others.
    @Test(arguments: [(1, 9000), (300, 200), (3, 15), (2, 16), (5, 17), (2, 65), (33, 128), (64, 1)])
    func largeImagesEqualThePlainForm(_ height: Int, _ width: Int) {
        var generator = PhiloxGenerator(seed: 1)
        let image = Tensor.normal([height, width], dtype: .float64, using: &generator)
        let kernels = [
            Tensor.normal([3, 5], dtype: .float64, using: &generator),
            FilterKernel.gaussian(deviation: 1.2, dtype: .float64),
        ]
        for kernel in kernels {
            for border in [FilterBorder.zero, .reflect] {
                let expected = Tensor(
                    rows: plainConvolution(FilterFixtures.rows(image), FilterFixtures.rows(kernel), border: border))
                let y = convolve(image, kernel, border: border)
                #expect(relativeDistance(y, expected) < 1e-14)
                let single = convolve(image.cast(to: .float32), kernel.cast(to: .float32), border: border)
                #expect(relativeDistance(single, expected) < 1e-6)
            }
        }
    }

    @Test func planesAreFilteredOneByOne() {
        var generator = PhiloxGenerator(seed: 2)
        let images = Tensor.normal([2, 3, 6, 7], using: &generator)
        let kernel = Tensor.normal([3, 2], using: &generator)
        let each = Tensor.normal([3, 2, 3], using: &generator)
        for extent in FilterExtent.allCases {
            let y = convolve(images, kernel, extent: extent, border: .mirror)
            let z = correlate(images, each, extent: extent)
            for (batch, channel) in [(0, 0), (1, 0), (0, 2), (1, 2)] {
                let x = images[batch, channel]
                #expect(y[batch, channel] == convolve(x, kernel, extent: extent, border: .mirror))
                #expect(z[batch, channel] == correlate(x, each[channel], extent: extent))
            }
            #expect(convolve(images[1], kernel, extent: extent, border: .mirror) == y[1])
        }
        // A kernel of one axis goes along rows.
        #expect(
            convolve(images[0, 0], kernel[0], extent: .full) == convolve(images[0, 0], kernel[0..<1], extent: .full))
        #expect(convolve(Tensor.zeros([0, 3, 6, 7]), kernel, extent: .full).shape == [0, 3, 8, 8])
        #expect(correlate(Tensor.zeros([0, 3, 6, 7]), each, extent: .valid).shape == [0, 3, 5, 5])
    }

    @Test func convolutionIsCorrelationWithTheKernelTurned() {
        var generator = PhiloxGenerator(seed: 3)
        let image = Tensor.normal([9, 8], using: &generator)
        let kernel = Tensor.normal([3, 5], using: &generator)
        for border in FilterBorder.allCases {
            #expect(
                convolve(image, kernel, border: border) == correlate(image, flip(kernel, axes: [0, 1]), border: border))
        }
        // It commutes and an impulse gives the kernel itself; a correlation gives it turned.
        #expect(relativeDistance(convolve(image, kernel, extent: .full), convolve(kernel, image, extent: .full)) < 1e-6)
        var impulse = Tensor.zeros([5, 7])
        impulse[2, 3] = Tensor(scalar: Float(1))
        #expect(convolve(impulse, kernel)[1..<4, 1..<6] == kernel)
        #expect(correlate(impulse, kernel)[1..<4, 1..<6] == flip(kernel, axes: [0, 1]))
    }

    /// Work is cut by shape: the same bits at any number of threads.
    @Test func sameBitsAtAnyThreadCount() {
        var generator = PhiloxGenerator(seed: 4)
        let before = Runtime.threadCount
        defer { Runtime.threadCount = before }
        for dtype in [DType.float32, .float64] {
            let image = Tensor.normal([3, 331, 517], dtype: dtype, using: &generator)
            let signal = Tensor.normal([100_003], dtype: dtype, using: &generator)
            let kernel = Tensor.normal([5, 4], dtype: dtype, using: &generator)
            let blur = FilterKernel.gaussian(deviation: 1.5, dtype: dtype)
            var first: [Tensor] = []
            for threads in [1, 2, 4] {
                Runtime.threadCount = threads
                let (dImage, dKernel) = gradient(at: image, kernel) { sum(square(convolve($0, $1, border: .reflect))) }
                let values = [
                    convolve(image, kernel, border: .mirror), convolve(image, blur), correlate(signal, kernel[0]),
                    dImage,
                    dKernel,
                ]
                if first.isEmpty { first = values } else { #expect(values == first, "\(dtype), \(threads) threads") }
            }
        }
    }
}

/// The contents of filtering.json.
enum FilterFixtures {
    static let json = try! Fixtures.decoded("filtering.json", as: JSONValue.self)

    static func gallery(_ name: String) -> Tensor { tensor(json["gallery"]![name]!) }

    /// Nested lists of numbers, as float64.
    static func tensor(_ value: JSONValue) -> Tensor {
        guard let outer = value.array, let first = outer.first else { fatalError("no list") }
        if first.array == nil { return Tensor(outer.map { $0.double! }) }
        return Tensor(rows: outer.map { $0.array!.map { $0.double! } })
    }

    static func rows(_ x: Tensor) -> [[Double]] { (0..<x.shape[0]).map { x[$0].doubles } }
}
