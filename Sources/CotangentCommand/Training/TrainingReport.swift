import Cotangent
import Foundation

extension TrainingJob {
    func printBeginning(_ resumed: Bool) {
        let model = trainer.model
        print(model.summary(inputShape: Shape([command.batchSize] + architecture.input.dimensions)))
        print("\(training.count) rows train, \(validation?.count ?? 0) validate; \(purpose)")
        if resumed {
            print("goes on from step \(trainer.state.step), epoch \(trainer.state.epoch + 1)")
        }
        // Before the progress on the other stream, in a pipe as well.
        fflush(nil)
    }

    private var purpose: String {
        switch objective {
        case .classification(let classes, let target): "\(classes.count) classes of '\(target)'"
        case .regression(let targets): "regression of \(targets.joined(separator: ", "))"
        }
    }

    func ending(_ history: History) -> String {
        guard let epoch = measured(history) else { return "\(command.output) written, untrained" }
        let figures = (epoch.validation.isEmpty ? epoch.training : epoch.validation)
            .map { "\($0.name) \(short($0.value))" }.joined(separator: ", ")
        let place = epoch.validation.isEmpty ? "training" : "validation"
        return
            "\(command.output) written: the weights of epoch \(epoch.epoch) of \(history.epochs.count), \(place) \(figures)"
    }

    func report(_ history: History) -> String {
        struct Figures: Encodable {
            let epoch: Int
            let training: [String: Double]
            let validation: [String: Double]
        }
        struct Report: Encodable {
            let output: String
            let parameters: Int
            let steps: Int
            let bestEpoch: Int?
            let epochs: [Figures]
        }
        func table(_ values: [NamedValue]) -> [String: Double] {
            Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }
        }
        return JSONText.of(
            Report(
                output: command.output, parameters: trainer.model.parameterCount, steps: trainer.state.step,
                bestEpoch: measured(history)?.epoch,
                epochs: history.epochs.map {
                    Figures(epoch: $0.epoch, training: table($0.training), validation: table($0.validation))
                }))
    }

    /// The epoch whose weights the model has.
    private func measured(_ history: History) -> EpochReport? {
        validation == nil ? history.epochs.last : history.epochs.first { $0.epoch == trainer.state.bestEpoch }
    }
}
