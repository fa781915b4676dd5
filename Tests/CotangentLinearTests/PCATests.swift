import Cotangent
import TestSupport
import Testing

@Suite struct PCATests {
    private let expected = LinearFixture.values["pca"]!
    private let x = LinearFixture.iris.x
    private var tenth: Tensor { gather(x, Tensor(Array(stride(from: 0, to: 150, by: 10)))) }

    @Test func components() throws {
        let pca = try PCA().fit(x)
        #expect(agree(pca.components, expected["components"]!.tensor, digits: 10))
        #expect(agree(pca.variances, expected["variance"]!.tensor, digits: 10))
        #expect(agree(pca.shares, expected["ratio"]!.tensor, digits: 10))
        #expect(agree(pca.mean, expected["mean"]!.tensor, digits: 12))
        #expect(largestDifference(pca(tenth), expected["transformed"]!.tensor) < 1e-12)
        #expect(largestDifference(pca.inverse(pca(tenth)), tenth) < 1e-12)
    }

    @Test func whitening() throws {
        let pca = try PCA(components: .count(2), whitens: true).fit(x)
        #expect(largestDifference(pca(tenth), expected["whitened"]!.tensor) < 1e-12)
        #expect(largestDifference(pca.inverse(pca(tenth)), expected["reconstructed"]!.tensor) < 1e-12)
        let z = pca(x)
        #expect(largestDifference(matmul(z.transposed, z) / 149, Tensor.identity(2, dtype: .float64)) < 1e-12)
    }

    @Test func shareOfTheVariance() throws {
        #expect(try PCA(components: .share(0.95)).fit(x).components.shape[0] == expected["countFor95"]!.int)
        #expect(try PCA(components: .share(0.99)).fit(x).components.shape[0] == expected["countFor99"]!.int)
        #expect(try PCA(components: .share(1)).fit(x).components.shape[0] == 4)
    }

    @Test func fewerSamplesThanFeaturesAndFloat32() throws {
        let few = try PCA().fit(x[..<3])
        #expect(few.components.shape == [3, 4] && few.variances.doubles[2] < 1e-28)
        let small = try PCA(components: .count(2)).fit(x.cast(to: .float32))
        #expect(small.components.dtype == .float32 && small(x.cast(to: .float32)).dtype == .float32)
    }

    @Test func errors() throws {
        do {
            _ = try PCA(whitens: true).fit(concatenate([x, x], axis: 1))
            Issue.record("nothing was whitened")
        } catch let error as FitError { #expect(error.message.contains("keep 4 components at most"), "\(error)") }
        #expect(throws: FitError.self) { try PCA().fit(x[..<1]) }
        var bad = x
        bad[0, 0] = Tensor(scalar: Double.infinity)
        #expect(throws: FitError.self) { try PCA().fit(bad) }
    }
}
