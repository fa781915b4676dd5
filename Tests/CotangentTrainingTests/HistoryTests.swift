import Cotangent
import Testing

@Suite struct HistoryTests {
    @Test func figuresAreFoundByName() {
        let epochs = (1...3).map {
            EpochReport(
                epoch: $0, step: 10 * $0, training: [NamedValue("loss", 1 / Double($0))],
                validation: $0 == 2 ? [] : [NamedValue("loss", Double($0))], learningRate: 0.1, seconds: 1)
        }
        let history = History(epochs: epochs)
        #expect(history.training("loss") == [1, 0.5, 1.0 / 3])
        #expect(history.validation("loss") == [1, 3])
        #expect(history.training("accuracy").isEmpty)
    }
}
