import CotangentNN
import CotangentTensor
import CotangentTraining
import Testing

@Suite struct BestWeightsTests {
    private let model = Linear(weight: Tensor(rows: [[0.0]]))

    /// Gives the weight each value in turn, with its figure, and the best back.
    private func restored(_ figures: [Double], higherIsBetter: Bool = false) -> (weight: Double, kept: [Bool]) {
        var best = BestWeights(of: model, higherIsBetter: higherIsBetter)
        let kept = figures.enumerated().map { index, figure in
            model.weight.value = Tensor(rows: [[Double(index)]])
            return best.keep(ifBetter: figure)
        }
        best.restore()
        return (model.weight.value.item, kept)
    }

    @Test func theLeastFigureAndTheFirstOfEquals() {
        let (weight, kept) = restored([3, 1, 2, 1])
        #expect(weight == 1)
        #expect(kept == [true, true, false, false])
    }

    @Test func theGreatestFigure() {
        #expect(restored([0.2, 0.9, 0.9, 0.4], higherIsBetter: true).weight == 1)
    }

    @Test func notANumberIsNeverTheBest() {
        let (weight, kept) = restored([.nan, 2, .nan, .infinity])
        #expect(weight == 1)
        #expect(kept == [false, true, false, false])
    }

    @Test func withoutAFigureNothingIsPutBack() {
        #expect(restored([]).weight == 0)
        #expect(restored([.nan, .nan]).weight == 1)
    }
}
