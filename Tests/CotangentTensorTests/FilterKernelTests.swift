import CotangentTensor
import TestSupport
import Testing

/// The gallery of kernels against scipy.ndimage and printed tables, and what tells kernels of rank one.
@Suite struct FilterKernelTests {
    typealias Kernels = FilterKernel

    /// Each filters the fixture's image as scipy.ndimage does, with its border `reflect`.
    static let filters: [(String, @Sendable (DType) -> Tensor)] = [
        ("sobelX", { Kernels.sobelX(dtype: $0) }), ("sobelY", { Kernels.sobelY(dtype: $0) }),
        ("prewittX", { Kernels.prewittX(dtype: $0) }), ("prewittY", { Kernels.prewittY(dtype: $0) }),
        ("scharrX", { Kernels.scharrX(dtype: $0) }), ("scharrY", { Kernels.scharrY(dtype: $0) }),
        ("laplacian4", { Kernels.laplacian(dtype: $0) }),
        ("laplacian8", { Kernels.laplacian(neighbours: 8, dtype: $0) }),
        ("box3", { Kernels.box(3, dtype: $0) }), ("box5", { Kernels.box(5, dtype: $0) }),
        ("sharpen", { Kernels.sharpen(dtype: $0) }), ("emboss", { Kernels.emboss(dtype: $0) }),
        ("gaussian1.5 radius 5", { Kernels.gaussian(deviation: 1.5, dtype: $0) }),
        ("unsharp1.2 of 0.8", { Kernels.unsharp(amount: 1.2, deviation: 0.8, dtype: $0) }),
    ]

    @Test(arguments: filters.indices) func equalsSciPy(_ index: Int) {
        let (name, kernel) = Self.filters[index]
        let image = FilterFixtures.gallery("image")
        let expected = FilterFixtures.gallery(name)
        let y = convolve(image, kernel(.float64), border: .reflect)
        #expect(relativeDistance(y, expected) < 1e-11, "\(name)")
        let single = convolve(image.cast(to: .float32), kernel(.float32), border: .reflect)
        #expect(relativeDistance(single, expected) < 1e-6, "\(name)")
    }

    @Test func kernelsThemselves() {
        let blur = Kernels.gaussian(deviation: 2, dtype: .float64)
        #expect(relativeDistance(blur, FilterFixtures.gallery("gaussian kernel 2")) < 1e-10)
        #expect(Kernels.gaussian(deviation: 0.5, radius: 4).shape == [9, 9])
        #expect(Kernels.gaussian(deviation: 0.1).shape == [3, 3])
        #expect(Kernels.gaussian(deviation: 1e-170) == Kernels.identity(size: 3))
        #expect(Kernels.sobelX() == Tensor(rows: [[Float(1), 0, -1], [2, 0, -2], [1, 0, -1]]))
        #expect(Kernels.box(2) == Tensor.full([2, 2], 0.25))
        #expect(Kernels.identity() == Tensor.ones([1, 1]))
        #expect(Kernels.identity(size: 3) == Tensor(rows: [[Float(0), 0, 0], [0, 1, 0], [0, 0, 0]]))
        #expect(Kernels.motion(length: 1, dtype: .float64) == Tensor(rows: [[1.0]]))
        for (length, angle) in [(5.0, 0.0), (5, 90), (4, 0), (9, 30), (7, 135)] {
            let expected = FilterFixtures.gallery("motion \(Int(length)) at \(Int(angle))")
            let kernel = Kernels.motion(length: length, angle: angle, dtype: .float64)
            #expect(kernel.shape == expected.shape, "\(length) at \(angle)")
            #expect(largestDifference(kernel, expected) < 1e-7, "\(length) at \(angle)")
            // Half a turn is the same line.
            #expect(
                largestDifference(Kernels.motion(length: length, angle: angle - 180, dtype: .float64), kernel) < 1e-14)
        }
    }

    @Test func sumsAreOneOrZero() {
        for (name, kernel) in Self.filters {
            let isEdge = ["sobel", "prewitt", "scharr", "laplacian"].contains { name.hasPrefix($0) }
            #expect(Swift.abs(sum(kernel(.float64)).item - (isEdge ? 0 : 1)) < 1e-14, "\(name)")
        }
    }

    /// The sign that the documentation promises, for edges both ways.
    @Test func sobelFindsAnEdge() {
        // Dark to the left, bright to the right, from column 4 on.
        let upright = Tensor((0..<48).map { Float($0 % 8 < 4 ? 0 : 1) }, shape: [6, 8])
        let dx = convolve(upright, Kernels.sobelX(), border: .replicate)
        let expected = Tensor((0..<48).map { Float($0 % 8 == 3 || $0 % 8 == 4 ? 4 : 0) }, shape: [6, 8])
        #expect(dx == expected)
        #expect(convolve(upright, Kernels.sobelY(), border: .replicate) == Tensor.zeros([6, 8]))
        #expect(correlate(upright, Kernels.sobelX(), border: .replicate) == -expected)
        #expect(convolve(flip(upright, axes: [1]), Kernels.sobelX(), border: .replicate) == -expected)
        // Brighter downward.
        #expect(convolve(upright.transposed, Kernels.sobelY(), border: .replicate) == expected.transposed)
        #expect(sobelMagnitude(upright) == expected && sobelMagnitude(upright.transposed) == expected.transposed)
        // Brighter to the lower right faces the light.
        let slope = Tensor((0..<25).map { Float($0 / 5 + $0 % 5) }, shape: [5, 5])
        let relief = convolve(slope, Kernels.emboss())[1..<4, 1..<4] - slope[1..<4, 1..<4]
        #expect(greater(relief, 0).bools.allSatisfy { $0 })
    }

    @Test func sobelMagnitudeEqualsSciPy() throws {
        let image = FilterFixtures.gallery("image")
        let expected = FilterFixtures.gallery("sobelMagnitude")
        #expect(relativeDistance(sobelMagnitude(image), expected) < 1e-11)
        #expect(relativeDistance(sobelMagnitude(image.cast(to: .float32)), expected) < 1e-6)
        try gradientCheck(at: image) { sobelMagnitude($0) }
        #expect(sobelMagnitude(Tensor.full([3, 3], Float.nan)).floats.allSatisfy { $0.isNaN })
        // On an even surface the gradient is 0, not NaN.
        #expect(gradient(at: Tensor.ones([4, 4])) { sum(sobelMagnitude($0)) } == Tensor.zeros([4, 4]))
    }

    // MARK: Rank one

    private func isSeparable(_ kernel: Tensor) -> Bool {
        RankOneFactors(of: kernel.reshaped([1, kernel.shape[0], kernel.shape[1]]), plane: 0) != nil
    }

    @Test func separableKernelsAreFound() {
        var generator = PhiloxGenerator(seed: 1)
        for dtype in [DType.float32, .float64] {
            let outer =
                Tensor.normal([6, 1], dtype: dtype, using: &generator)
                * Tensor.normal([1, 9], dtype: dtype, using: &generator)
            for kernel in [
                Kernels.gaussian(deviation: 1.3, dtype: dtype), Kernels.box(4, dtype: dtype),
                Kernels.sobelX(dtype: dtype),
                Kernels.sobelY(dtype: dtype), Kernels.scharrX(dtype: dtype), Kernels.prewittY(dtype: dtype),
                Kernels.identity(size: 3, dtype: dtype), outer, flip(outer, axes: [0, 1]).copied(),
            ] {
                #expect(isSeparable(kernel), "\(kernel)")
            }
            var almost = Kernels.gaussian(deviation: 1.3, dtype: dtype)
            almost[0, 0] = almost[0, 0] + (dtype == .float32 ? 1e-6 : 1e-15)
            var hole = Kernels.box(3, dtype: dtype)
            hole[1, 1] = Tensor(scalar: Double.nan).cast(to: dtype)
            for kernel in [
                Kernels.emboss(dtype: dtype), Kernels.laplacian(dtype: dtype),
                Kernels.laplacian(neighbours: 8, dtype: dtype),
                Kernels.sharpen(dtype: dtype), Kernels.unsharp(amount: 1, deviation: 1, dtype: dtype),
                Kernels.motion(length: 5, angle: 30, dtype: dtype), almost, hole, Tensor.zeros([3, 3], dtype: dtype),
                Tensor.full([2, 2], Double.infinity, dtype: dtype), Tensor.ones([1, 4], dtype: dtype),
            ] {
                #expect(!isSeparable(kernel), "\(kernel)")
            }
        }
    }

    /// Two passes against one over all taps, which a kernel takes that another row keeps from rank one.
    @Test func separablePassesEqualTheDirectForm() {
        var generator = PhiloxGenerator(seed: 2)
        for dtype in [DType.float32, .float64] {
            let image = Tensor.uniform([2, 70, 90], dtype: dtype, using: &generator)
            for kernel in [
                Kernels.gaussian(deviation: 2, dtype: dtype), Kernels.sobelX(dtype: dtype),
                Kernels.box(6, dtype: dtype),
            ] {
                // The same kernel beside one more column of numbers, minus what that column does.
                let extra = Tensor.normal([kernel.shape[0], 1], dtype: dtype, using: &generator) * 0.01
                let wide = concatenate([kernel, extra], axis: 1)
                #expect(isSeparable(kernel) && !isSeparable(wide))
                let direct = convolve(image, wide, extent: .full)[.ellipsis, 0..<89 + kernel.shape[1]]
                let rest = convolve(image, extra, extent: .full)
                var corrected = direct
                corrected[.ellipsis, kernel.shape[1]...] =
                    direct[.ellipsis, kernel.shape[1]...] - rest[.ellipsis, 0..<89]
                let distance = relativeDistance(convolve(image, kernel, extent: .full), corrected)
                #expect(distance < (dtype == .float32 ? 5e-7 : 1e-15), "\(kernel.shape), \(dtype)")
            }
        }
    }
}
