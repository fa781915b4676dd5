import Cotangent
import TestSupport
import Testing

@Suite struct SamplingTests {
    /// Probabilities 0.1, 0.4, 0.2, 0.3, whatever is added to all logits.
    private let logits = log(Tensor([0.1, 0.4, 0.2, 0.3])) + 5

    /// Worked out by hand.
    @Test func probabilities() {
        func expect(_ sampling: Sampling, _ expected: [Double], _ place: SourceLocation = #_sourceLocation) {
            let expected = Tensor(expected) / expected.reduce(0, +)
            #expect(largestDifference(sampling.probabilities(logits), expected) < 1e-15, sourceLocation: place)
        }
        expect(Sampling(), [0.1, 0.4, 0.2, 0.3])
        expect(Sampling(temperature: 0.5), [0.01, 0.16, 0.04, 0.09])
        expect(.greedy, [0, 1, 0, 0])
        expect(Sampling(topK: 1), [0, 1, 0, 0])
        expect(Sampling(topK: 2), [0, 4, 0, 3])
        expect(Sampling(topK: 9), [0.1, 0.4, 0.2, 0.3])
        // The token that crosses p stays.
        expect(Sampling(topP: 0.01), [0, 1, 0, 0])
        expect(Sampling(topP: 0.39), [0, 1, 0, 0])
        expect(Sampling(topP: 0.41), [0, 4, 0, 3])
        expect(Sampling(topP: 0.69), [0, 4, 0, 3])
        expect(Sampling(topP: 0.71), [0, 4, 2, 3])
        expect(Sampling(topP: 1), [0.1, 0.4, 0.2, 0.3])
        // p is of what k has left, 0.9: 0.44 · 0.9 < 0.4.
        expect(Sampling(topK: 3, topP: 0.44), [0, 1, 0, 0])
        expect(Sampling(topK: 3, topP: 0.45), [0, 4, 0, 3])
        // Temperature first: 16/30 reaches a half, 0.4 does not.
        expect(Sampling(temperature: 0.5, topP: 0.5), [0, 1, 0, 0])
        expect(Sampling(temperature: 0.5, topK: 2), [0, 16, 0, 9])
    }

    @Test func tiesAndExcluded() {
        let equal = Tensor.zeros([4])
        #expect(Sampling(topK: 2).probabilities(equal).doubles == [0.5, 0.5, 0, 0])
        let third = 1.0 / 3
        #expect(Sampling(topP: 0.6).probabilities(equal).doubles == [third, third, third, 0])
        #expect(Sampling.greedy.probabilities(equal).doubles == [1, 0, 0, 0])
        let some = Tensor([-Double.infinity, 0, -.infinity, 0])
        #expect(Sampling(temperature: 2).probabilities(some).doubles == [0, 0.5, 0, 0.5])
        // Logits far apart, and temperatures near 0, overflow nowhere.
        let far = Tensor([Float(-3e38), 3e38, 0])
        #expect(Sampling(temperature: 1e-300).probabilities(far).doubles == [0, 1, 0])
    }

    /// Pearson's χ² of 20 000 draws; the bounds are its 0.999 quantiles for 1, 2 and 3 degrees of freedom.
    @Test(arguments: [
        Sampling(), Sampling(temperature: 0.6), Sampling(temperature: 2, topK: 3), Sampling(topP: 0.65),
        Sampling(temperature: 1.5, topK: 3, topP: 0.8),
    ]) func draws(_ sampling: Sampling) {
        var generator = PhiloxGenerator(seed: 11)
        let count = 20_000
        let drawn = sampling.draw(from: logits.broadcast(to: [100, count / 100, 4]), using: &generator)
        #expect(drawn.shape == [100, count / 100] && drawn.dtype == .int64)
        let tokens = drawn.ints
        let exact = sampling.probabilities(logits).doubles
        var statistic = 0.0
        for (token, probability) in exact.enumerated() {
            let found = Double(tokens.count { $0 == token })
            if probability == 0 {
                #expect(found == 0)
            } else {
                let expected = probability * Double(count)
                statistic += (found - expected) * (found - expected) / expected
            }
        }
        let freedom = exact.count { $0 > 0 } - 1
        #expect(statistic < [10.83, 13.82, 16.27][freedom - 1])
    }

    @Test func towardsGreedy() {
        var generator = PhiloxGenerator(seed: 12)
        let logits = Tensor.normal([50, 30], using: &generator)
        let greedy = Sampling.greedy.draw(from: logits, using: &generator)
        #expect(greedy == argmax(logits, axis: -1))
        #expect(Sampling(temperature: 1e-6).draw(from: logits, using: &generator) == greedy)
        #expect(Sampling(topK: 1).draw(from: logits, using: &generator) == greedy)
        #expect(Sampling(topP: 1e-9).draw(from: logits, using: &generator) == greedy)
        #expect(Sampling().draw(from: logits, using: &generator) != greedy)
        let before = generator
        _ = Sampling.greedy.draw(from: logits, using: &generator)
        #expect(generator == before)
    }

    @Test func refusals() async {
        let number = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Sampling().probabilities(Tensor([0, Double.nan]))
        }
        #expect(text(number).contains("Sampling: the largest logit of row 0 of float64 [2] is nan"))
        let temperature = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Sampling(temperature: -1)
        }
        #expect(text(temperature).contains("the temperature -1.0 is negative"))
        let nucleus = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Sampling(topP: 0)
        }
        #expect(text(nucleus).contains("topP 0.0 is not within 0...1"))
    }
}
