import Cotangent
import Testing

@Suite struct BatchesTests {
    private let x = Tensor.range(to: 20).reshaped(10, 2)
    private let y = Tensor(Array(0..<10))

    @Test func inOrder() {
        let all = batches(of: 4, x, y)
        #expect(all.count == 3)
        #expect(all.map(\.y) == [Tensor([0, 1, 2, 3]), Tensor([4, 5, 6, 7]), Tensor([8, 9])])
        #expect(all.map(\.x.shape) == [[4, 2], [4, 2], [2, 2]])
        #expect(concatenate(all.map(\.x)) == x)
        #expect(batches(of: 4, x, y, droppingLast: true).map(\.y.count) == [4, 4])
        #expect(batches(of: 5, x, y, droppingLast: true).count == 2)
        #expect(batches(of: 100, x, y).count == 1 && batches(of: 100, x, y, droppingLast: true).count == 0)
        #expect(Array(batches(of: 3, x[0..<0], y[0..<0])).isEmpty)
    }

    @Test func shuffled() {
        var generator = PhiloxGenerator(seed: 4)
        var same = PhiloxGenerator(seed: 4)
        let first = Array(batches(of: 3, x, y, shuffledBy: &generator))
        #expect(first.map(\.y) == batches(of: 3, x, y, shuffledBy: &same).map(\.y))
        // Each sample once, with its own target.
        #expect(first.flatMap(\.y.ints).sorted() == Array(0..<10))
        for (x, y) in first { #expect(x[.all, 0].ints == y.ints.map { $0 * 2 }) }
        // The next epoch's order is another one.
        let second = batches(of: 3, x, y, shuffledBy: &generator).flatMap(\.y.ints)
        #expect(first.flatMap(\.y.ints) != second)
        #expect(batches(of: 4, x, y, shuffledBy: &generator, droppingLast: true).map(\.y.count) == [4, 4])
    }

    @Test func lengthsMustAgree() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = batches(of: 2, Tensor.zeros([3, 2]), Tensor.zeros([4]))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("batches: of 2, float32 [3, 2] and float32 [4]"))
    }
}
