import Cotangent
import TestSupport
import Testing

/// State that changes in the forward pass is kept once, when the outermost scope succeeds.
@Suite struct BufferTests {
    private struct Counting: Layer {
        let count = Buffer(Tensor(scalar: 0.0))
        let weight = Parameter(Tensor([2.0]))
        func callAsFunction(_ x: Tensor) -> Tensor {
            count.value = count.value + 1
            return x * weight.value
        }
    }

    private struct Failure: Error {}
    private let x = Tensor([3.0])

    @Test func outsideOfScopesAtOnce() {
        let model = Counting()
        _ = model(x)
        #expect(model.count.value.item == 1)
    }

    @Test func seenInsideAndKeptOnSuccess() {
        let model = Counting()
        let (_, gradients) = valueAndGradients(of: model) {
            let y = model(model(x))
            #expect(model.count.value.item == 2)
            return sum(y)
        }
        #expect(model.count.value.item == 2 && gradients[model.weight]?.item == 12)
    }

    @Test func notKeptAfterAnError() {
        let model = Counting()
        #expect(throws: Failure.self) {
            try valueAndGradients(of: model) {
                _ = model(x)
                throw Failure()
            }
        }
        #expect(model.count.value.item == 0)
        // A nested scope that fails takes its own changes along, and leaves those around it.
        running(in: .training) {
            _ = model(x)
            try? running(in: .training) {
                _ = model(x)
                #expect(model.count.value.item == 2)
                throw Failure()
            }
            #expect(model.count.value.item == 1)
        }
        #expect(model.count.value.item == 1)
    }

    @Test func nestedScopesCommitAtTheOutermost() throws {
        let model = Counting()
        #expect(throws: Failure.self) {
            try running(in: .training) {
                _ = valueAndGradients(of: model) { sum(model(x)) }
                #expect(model.count.value.item == 1)
                throw Failure()
            }
        }
        #expect(model.count.value.item == 0)
        _ = gradient(at: x) { x in sum(gradient(at: x) { sum(square(model($0))) }) }
        #expect(model.count.value.item == 1)
    }

    @Test func checkpointCountsOnce() {
        let model = Counting()
        let (_, gradients) = valueAndGradients(of: model) { sum(checkpoint { square(model(x)) }) }
        #expect(model.count.value.item == 1)
        #expect(gradients[model.weight]?.item == 36)  // d (3 w)²/dw = 18 w
    }

    @Test func otherThreadsSeeTheCommittedValue() throws {
        let model = Counting()
        try running(in: .training) {
            _ = model(x)
            let elsewhere = try onThreads(1) { _ in model.count.value.item }
            #expect(elsewhere == [0])
        }
        #expect(try onThreads(1) { _ in model.count.value.item } == [1])
    }

    @Test func keepsItsShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Buffer(Tensor.zeros([2])).value = Tensor.zeros([2, 1])
        }
        #expect(text(result).contains("Buffer: its value is float32 [2], and cannot become float32 [2, 1]"))
    }
}
