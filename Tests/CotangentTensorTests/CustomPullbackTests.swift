import CotangentTensor
import Testing

@Suite struct CustomPullbackTests {
    private let x = Tensor([-2.0, 0.5, 3])

    @Test func thePullbackStandsInForTheRecordedOne() {
        // The documentation's example: the identity, whose gradient is clipped.
        let dx = gradient(at: x) { x in
            sum(square(withCustomPullback(of: x) { x in (x, { dy in clamp(dy, -1, 1) }) }))
        }
        #expect(dx == Tensor([-1.0, 1, 1]))
    }

    @Test func outsideOfARecordingOnlyTheValueCounts() {
        #expect(withCustomPullback(of: x) { (square($0), { _ in fatalError() }) } == square(x))
    }

    @Test func severalInputs() {
        let y = Tensor([2.0, 2, 2])
        let (dx, dy) = gradient(at: x, y) { x, y in
            sum(withCustomPullback(of: [x, y]) { v in (v[0] * v[1], { [$0 * v[1], $0 * v[0]] }) })
        }
        #expect(dx == y)
        #expect(dy == x)
        // Only one of them is differentiated.
        #expect(
            gradient(at: x) { x in
                sum(withCustomPullback(of: [x, y]) { v in (v[0] * v[1], { [$0 * v[1], $0 * v[0]] }) })
            } == y)
    }

    @Test func gradientsOfGradients() throws {
        func cube(_ x: Tensor) -> Tensor {
            withCustomPullback(of: x) { x in (pow(x, 3), { dy in dy * square(x) * 3 }) }
        }
        #expect(gradient(at: x) { x in sum(gradient(at: x) { sum(cube($0)) }) } == x * 6)
        try gradientCheck(at: x) { cube($0) }
    }
}
