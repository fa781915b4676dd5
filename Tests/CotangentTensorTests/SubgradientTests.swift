import CotangentTensor
import Testing

/// What is documented for points where functions have no derivative.
@Suite struct SubgradientTests {
    private func slope(_ x: [Double], _ f: (Tensor) -> Tensor) -> [Double] {
        gradient(at: Tensor(x)) { sum(f($0)) }.doubles
    }

    /// The same from the composed pullback, as an outer recording uses it.
    private func nestedSlope(_ x: [Double], _ f: (Tensor) -> Tensor) -> [Double] {
        var result: [Double] = []
        _ = gradient(at: Tensor(x)) { x in
            let dx = gradient(at: x) { sum(f($0)) }
            result = dx.doubles
            return sum(dx)
        }
        return result
    }

    private func expectSlope(
        _ x: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation, _ f: (Tensor) -> Tensor
    ) {
        #expect(slope(x, f) == expected, sourceLocation: sourceLocation)
        #expect(nestedSlope(x, f) == expected, sourceLocation: sourceLocation)
    }

    @Test func kinks() {
        expectSlope([-1, 0, -0.0, 1], [0, 0, 0, 1]) { relu($0) }
        expectSlope([-1, 0, 1], [-1, 0, 1]) { abs($0) }
        expectSlope([-1, 0, 1], [0.25, 0.25, 1]) { leakyReLU($0, slope: 0.25) }
        expectSlope([0, 1], [1.5, 1]) { elu($0, alpha: 1.5) }
        expectSlope([0, 1], [1.6732632423543772 * 1.0507009873554805, 1.0507009873554805]) { selu($0) }
        expectSlope([-3, -2, 0, 1, 2], [0, 1, 1, 1, 0]) { clamp($0, -2, 1) }
    }

    @Test func stepsHaveNoSlope() {
        for f in [sign, floor, ceil, round] { expectSlope([-1.5, 0, 0.25, 2], [0, 0, 0, 0], f) }
    }

    /// As in PyTorch's amax: (1, 3, 3) gives (0, ½, ½).
    @Test func largestSharesEqually() {
        expectSlope([1, 3, 3], [0, 0.5, 0.5]) { max($0) }
        expectSlope([1, 1, 1, 5], [1.0 / 3, 1.0 / 3, 1.0 / 3, 0]) { min($0) }
        let x = Tensor([2.0, 2, 1, 7, 7, 7], shape: [2, 3])
        #expect(
            gradient(at: x) { sum(max($0, axes: [1])) }
                == Tensor([0.5, 0.5, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3], shape: [2, 3]))
    }

    @Test func tiesOfTwoTakeHalves() {
        let (a, b) = (Tensor([1.0, 2, 3]), Tensor([2.0, 2, 2]))
        let (da, db) = gradient(at: a, b) { sum(maximum($0, $1)) }
        #expect(da == Tensor([0, 0.5, 1]))
        #expect(db == Tensor([1, 0.5, 0]))
        let (ea, eb) = gradient(at: a, b) { sum(minimum($0, $1)) }
        #expect(ea == Tensor([1, 0.5, 0]))
        #expect(eb == Tensor([0, 0.5, 1]))
    }

    @Test func edgesOfPowers() {
        expectSlope([0, 2], [0, 0]) { pow($0, 0) }
        expectSlope([0, 2], [1, 1]) { pow($0, 1) }
        expectSlope([0, 2], [0, 4]) { pow($0, 2) }
        #expect(slope([0], sqrt) == [.infinity])
        // aᵇ at a = 0: 0 for b, where b is not negative.
        let (da, db) = gradient(at: Tensor([0.0, 0]), Tensor([2.0, 0])) { sum(pow($0, $1)) }
        #expect(da == Tensor([0.0, 0]))
        #expect(db == Tensor([0.0, 0]))
    }

    @Test func productWithZeros() {
        expectSlope([0, 2, 3], [6, 0, 0]) { product($0) }
        expectSlope([0, 0, 3], [0, 0, 0]) { product($0) }
        // ∂²(xyz) at (0, 0, 3): only ∂x∂y = z is not 0.
        let h = hessian(at: Tensor([0.0, 0, 3])) { product($0) }
        #expect(h == Tensor([0.0, 3, 0, 3, 0, 0, 0, 0, 0], shape: [3, 3]))
    }

    /// A sort's gradient goes to where each element stood; equal ones keep their order.
    @Test func sortOfTies() {
        let x = Tensor([2.0, 1, 2])
        #expect(gradient(at: x) { sum(sort($0).values * Tensor([1.0, 2, 3])) } == Tensor([2.0, 1, 3]))
        #expect(gradient(at: x) { sum(topK($0, 1).values) } == Tensor([1.0, 0, 0]))
    }
}
