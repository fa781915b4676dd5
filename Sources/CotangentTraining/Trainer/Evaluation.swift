import CotangentData
import CotangentNN
import CotangentTensor

extension Trainer {
    /// The mean loss over all samples, without penalties, and the metrics, "loss" first. The model runs in inference,
    /// with the weights that it has, and nothing is recorded.
    ///
    /// - Throws: what loader and loss throw.
    public func evaluate<Source: BatchSource>(
        _ source: Source
    ) throws -> [NamedValue] where Source.Batch == Batch {
        if !metrics.isEmpty, !givesPredictions {
            fail("Trainer.evaluate", "metrics need predictions: give the trainer `predict:` or `forward:`")
        }
        var figures = metrics
        for index in figures.indices { figures[index].reset() }
        var (lossSum, samples) = (0.0, 0)
        var batches = source.batches(epoch: 0, from: 0)
        while let batch = try batches.next() {
            if batch.count == 0 { continue }
            let pass = try running(in: .inference) { try forward(model, batch, !figures.isEmpty) }
            lossSum += pass.loss.item * Double(batch.count)
            samples += batch.count
            for index in figures.indices { figures[index].update(pass.predictions!, pass.targets!) }
        }
        return [NamedValue("loss", lossSum / Double(samples))] + figures.map { NamedValue($0.name, $0.value) }
    }

    /// What the model gives for all samples, in their batches' order, joined along the first axis, in inference.
    ///
    /// - Throws: what loader and loss throw.
    public func predict<Source: BatchSource>(_ source: Source) throws -> Tensor where Source.Batch == Batch {
        guard givesPredictions else {
            fail("Trainer.predict", "it needs predictions: give the trainer `predict:` or `forward:`")
        }
        var parts: [Tensor] = []
        var batches = source.batches(epoch: 0, from: 0)
        while let batch = try batches.next() {
            parts.append(try running(in: .inference) { try forward(model, batch, true).predictions! })
        }
        if parts.isEmpty { fail("Trainer.predict", "there are no batches") }
        return concatenate(parts, axis: 0)
    }
}
