import CotangentTensor
import TestSupport
import Testing

/// Beyond the cases of Fixtures/operations.py.
@Suite struct EinsumTests {
    private func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.uniform(shape, in: -1...1, dtype: .float64, using: &generator)
    }

    /// Σ over all indices, written as loops.
    @Test func fourOperandsEqualLoops() {
        let (a, b, c, d) = (random([2, 3], 1), random([3, 4], 2), random([4], 3), random([2, 4], 4))
        var expected = [Double](repeating: 0, count: 2)
        for i in 0..<2 {
            for j in 0..<3 {
                for k in 0..<4 { expected[i] += a[i, j].item * b[j, k].item * c[k].item * d[i, k].item }
            }
        }
        #expect(relativeDistance(einsum("ij,jk,k,ik->i", a, b, c, d), Tensor(expected)) < 1e-14)
    }

    @Test func ellipsisThatBroadcasts() {
        let (a, b) = (random([3, 1, 2, 4], 5), random([5, 4, 2], 6))
        #expect(einsum("...ij,...jk->...ik", a, b).shape == [3, 5, 2, 2])
        #expect(einsum("...ij,...jk", a, b).isClose(to: matmul(a, b), relative: 1e-12))
        // Summed over, an axis of length 1 counts once for each of the other's.
        #expect(einsum("...,...->", Tensor([2.0]), Tensor([1.0, 2, 3])).item == 12)
    }

    @Test func implicitOutputIsInAlphabeticalOrder() {
        let x = random([2, 3], 7)
        #expect(einsum("ba", x) == x.transposed)
        // Capital letters come first, as in NumPy.
        #expect(einsum("aB", x) == x.transposed)
        #expect(einsum("ii", random([3, 3], 8)).shape == [])
    }

    @Test func diagonalIsAView() {
        let x = Tensor((0..<9).map(Double.init), shape: [3, 3])
        let d = einsum("ii->i", x)
        #expect(d == Tensor([0.0, 4, 8]))
        #expect(d.storage === x.storage)
        #expect(einsum("ii->i", x[.every(-1)]) == Tensor([6.0, 4, 2]))
    }

    @Test func integersWithoutContraction() {
        #expect(einsum("i,j->ij", Tensor([1, 2]), Tensor([3, 4])) == Tensor([3, 4, 6, 8], shape: [2, 2]))
        #expect(einsum("ij->i", Tensor([1, 2, 3, 4], shape: [2, 2])) == Tensor([3, 7]))
    }

    @Test func emptyAxis() {
        let y = einsum("ij,jk->ik", Tensor.zeros([2, 0]), Tensor.zeros([0, 3]))
        #expect(y == Tensor.zeros([2, 3]))
    }
}
