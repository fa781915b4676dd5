import Cotangent
import TestSupport
import Testing

@Suite(.serialized) struct TrainerTests {
    // MARK: PyTorch's run

    /// Momentum, warm-up and cosine, L2, clipping by norm, averaged weights and their validation, over five epochs.
    @Test(arguments: [DType.float32, .float64]) func followsPyTorch(_ dtype: DType) throws {
        let expected = dtype == .float32 ? TrainingFixture.all.float32 : TrainingFixture.all.float64
        let tolerance = dtype == .float32 ? 1e-5 : 1e-10
        let model = TrainingFixture.network(dtype)
        let trainer = Trainer(model, SGD(model, learningRate: 0.2, momentum: 0.9), loss: { crossEntropy($0, $1) })
        trainer.schedule = .warmUp(steps: 10, from: 0.1).then(.cosine(steps: 35))
        trainer.penalty = .l2(1e-3)
        trainer.clipping = .norm(0.5)
        trainer.averaging = ExponentialMovingAverage(of: model, decay: 0.9)
        let recorder = Recorder()
        trainer.callbacks = [recorder]
        var last: [Tensor] = []
        trainer.checkpointing = { moment in
            if case .end = moment { last = model.parameters.map(\.value) }
        }
        let history = try trainer.fit(
            TrainingFixture.loader(0..<9, dtype), validation: TrainingFixture.loader(9..<10, dtype), epochs: 5)

        func expectClose(_ ours: [Double], _ theirs: [Double], _ name: String) {
            let distance = relativeDistance(ours, theirs)
            #expect(distance < tolerance, "\(name): \(distance)")
        }
        expectClose(recorder.steps.map(\.learningRate), expected.rates, "learning rates")
        expectClose(recorder.steps.map(\.loss), expected.losses, "losses")
        expectClose(recorder.steps.map { $0.gradientNorm! }, expected.norms, "norms")
        expectClose(history.validation("loss"), expected.validation, "validation")
        for (index, parameter) in model.parameters.enumerated() {
            expectClose(last[index].doubles, expected.last[index], "parameter \(index)")
            // At the end of a whole run the model has the averages, which were measured.
            expectClose(parameter.value.doubles, expected.average[index], "average \(index)")
        }
        // All batches have 32 samples: an epoch's loss is its steps' mean.
        expectClose(
            history.training("loss"),
            (0..<5).map { epoch in expected.losses[epoch * 9..<epoch * 9 + 9].reduce(0, +) / 9 }, "epochs")
    }

    /// The trainer adds nothing to what the plain loop does: the same bits.
    @Test func equalsThePlainLoop() throws {
        let (a, b) = (TrainingFixture.network(), TrainingFixture.network())
        let loader = DataLoader(TensorDataset(TrainingFixture.samples(0..<4)), batchSize: 24, seed: 3)
        try Trainer(a, Adam(a), loss: { crossEntropy($0, $1) }).fit(loader, epochs: 3)
        let optimizer = Adam(b)
        for epoch in 0..<3 {
            for batch in loader.batches(epoch: epoch) {
                let (_, gradients) = valueAndGradients(of: b) { crossEntropy(b(batch.x), batch.y) }
                optimizer.update(with: gradients)
            }
        }
        #expect(a.snapshot() == b.snapshot())
    }

    // MARK: Figures

    /// A last batch of another size counts by its samples.
    @Test func figuresAreOverSamples() throws {
        let model = TrainingFixture.network(.float64)
        let samples = TrainingFixture.samples(0..<2, .float64)
        let trainer = Trainer(model, SGD(model, learningRate: 0), loss: { crossEntropy($0, $1) })
        trainer.metrics = [Accuracy()]
        let loader = TrainingFixture.loader(0..<2, .float64, size: 27)  // 27, 27 and 10
        let history = try trainer.fit(loader, validation: loader, epochs: 1)
        let loss = crossEntropy(model(samples.x), samples.y).item
        let accuracy = mean(equal(argmax(model(samples.x), axis: -1), samples.y).cast(to: .float64)).item
        for figures in [history.epochs[0].training, history.epochs[0].validation, try trainer.evaluate(loader)] {
            #expect(figures.map(\.name) == ["loss", "accuracy"])
            #expect(Swift.abs(figures[0].value / loss - 1) < 1e-13)
            #expect(figures[1].value == accuracy)
        }
        #expect(try trainer.predict(loader).isClose(to: model(samples.x), relative: 1e-13))
    }

    private struct Noisy: Layer {
        let body: Sequential
        let drop = Dropout(rate: 0.5)
        func callAsFunction(_ x: Tensor) -> Tensor { body(drop(x)) }
    }

    /// Validation runs in inference: dropout is off, so its loss is the plain call's.
    @Test func validationIsInference() throws {
        let model = Noisy(body: TrainingFixture.network(.float64))
        let samples = TrainingFixture.samples(0..<1, .float64)
        let trainer = Trainer(model, SGD(model, learningRate: 0), loss: { crossEntropy($0, $1) })
        let loader = TrainingFixture.loader(0..<1, .float64)
        let history = try trainer.fit(loader, validation: loader, epochs: 2)
        let plain = crossEntropy(model(samples.x), samples.y).item
        #expect(history.validation("loss") == [plain, plain])
        // Each step has its own randomness.
        let training = history.training("loss")
        #expect(training[0] != plain && training[0] != training[1])
    }

    @Test func penaltiesAreInTrainingsLossAlone() throws {
        let model = TrainingFixture.network(.float64)
        let trainer = Trainer(model, SGD(model, learningRate: 0), loss: { crossEntropy($0, $1) })
        trainer.penalty = .l2(0.5)
        let loader = TrainingFixture.loader(0..<1, .float64)
        let epoch = try trainer.fit(loader, validation: loader, epochs: 1).epochs[0]
        let expected = epoch.validation[0].value + trainer.penalty!(model).item
        #expect(Swift.abs(epoch.training[0].value / expected - 1) < 1e-14)
    }

    /// Loss and predictions of separate closures: figures of predictions are taken in validation alone.
    @Test func closuresOfTheCaller() throws {
        let model = TrainingFixture.network()
        let loader = TrainingFixture.loader(0..<1)
        let separate = Trainer(
            model, SGD(model, learningRate: 0.1),
            loss: { model, batch in crossEntropy(model(batch.x), batch.y, labelSmoothing: 0.1) })
        separate.metrics = [Accuracy()]
        let epoch = try separate.fit(loader, validation: loader, epochs: 1).epochs[0]
        #expect(epoch.training.map(\.name) == ["loss"] && epoch.validation.map(\.name) == ["loss", "accuracy"])
        let together = Trainer(
            model, SGD(model, learningRate: 0.1),
            forward: { (model: Sequential, batch: Samples) in
                let logits = model(batch.x)
                return (crossEntropy(logits, batch.y), logits, batch.y)
            })
        together.metrics = [Accuracy()]
        #expect(try together.fit(loader, epochs: 1).epochs[0].training.map(\.name) == ["loss", "accuracy"])
    }

    // MARK: Steps

    /// Two batches of 32 and one of 16 make one step, which is the step of all 80 samples.
    @Test(arguments: [DType.float32, .float64]) func accumulatedIsTheLargeBatch(_ dtype: DType) throws {
        let all = TrainingFixture.samples(0..<3, dtype)
        let samples = Samples(x: all.x[..<80], y: all.y[..<80])
        var losses: [[Double]] = []
        var weights: [Snapshot] = []
        for (size, accumulation) in [(32, 3), (80, 1)] {
            let model = TrainingFixture.network(dtype)
            let trainer = Trainer(model, SGD(model, learningRate: 0.1, momentum: 0.9), loss: { crossEntropy($0, $1) })
            trainer.accumulation = accumulation
            trainer.penalty = .l1(1e-3)
            trainer.clipping = .norm(0.3)
            let recorder = Recorder()
            trainer.callbacks = [recorder]
            try trainer.fit(
                DataLoader(TensorDataset(samples), batchSize: size, shuffle: false), epochs: 4)
            #expect(recorder.steps.map(\.samples) == [80, 80, 80, 80])
            #expect(recorder.steps.map(\.stepOfEpoch) == [1, 1, 1, 1])
            losses.append(recorder.steps.map(\.loss))
            weights.append(model.snapshot())
        }
        let tolerance = dtype == .float32 ? 1e-5 : 1e-12
        #expect(relativeDistance(losses[0], losses[1]) < tolerance)
        for name in weights[0].names {
            #expect(relativeDistance(weights[0][name]!, weights[1][name]!) < tolerance, "\(name)")
        }
    }

    @Test func whatIsLeftOfAnEpochMakesAStep() throws {
        let model = TrainingFixture.network()
        let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: { crossEntropy($0, $1) })
        trainer.accumulation = 2
        let recorder = Recorder()
        trainer.callbacks = [recorder]
        try trainer.fit(TrainingFixture.loader(0..<3), epochs: 2)
        #expect(recorder.steps.map(\.samples) == [64, 32, 64, 32])
        #expect(recorder.steps.map(\.stepOfEpoch) == [1, 2, 1, 2])
        #expect(recorder.steps.map(\.step) == [1, 2, 3, 4])
    }

    /// Each optimizer moves its own part, by its own rule; the schedule acts on both.
    @Test func severalOptimizers() throws {
        let (a, b) = (TrainingFixture.network(.float64), TrainingFixture.network(.float64))
        func parts(_ model: Sequential) -> (SGD, Adam) {
            let parameters = model.parameters
            return (
                SGD(groups: [ParameterGroup(Array(parameters[..<2]), learningRate: 0.1)]),
                Adam(groups: [ParameterGroup(Array(parameters[2...]), learningRate: 0.01)])
            )
        }
        let loader = TrainingFixture.loader(0..<3, .float64)
        let (first, second) = parts(a)
        let trainer = Trainer(a, first, second, loss: { crossEntropy($0, $1) })
        trainer.schedule = .exponential(by: 0.5)
        try trainer.fit(loader, epochs: 1)
        #expect(first.learningRate == 0.1 && second.learningRate == 0.01)
        let (sgd, adam) = parts(b)
        for (step, batch) in loader.batches(epoch: 0).enumerated() {
            let gradients = valueAndGradients(of: b) { crossEntropy(b(batch.x), batch.y) }.gradients
            sgd.learningRate = 0.1 * [1, 0.5, 0.25][step]
            adam.learningRate = 0.01 * [1, 0.5, 0.25][step]
            sgd.update(with: gradients)
            adam.update(with: gradients)
        }
        #expect(a.snapshot() == b.snapshot())
    }

    @Test func schedulesByEpochAndPlateausMultiply() throws {
        let model = TrainingFixture.network()
        let trainer = Trainer(model, SGD(model, learningRate: 1e-9), loss: { crossEntropy($0, $1) })
        trainer.schedule = LearningRateSchedule.exponential(by: 0.5).perEpoch
        trainer.plateau = ReduceOnPlateau(patience: 1)
        let recorder = Recorder()
        trainer.callbacks = [recorder]
        let loader = TrainingFixture.loader(0..<2)
        try trainer.fit(loader, validation: loader, epochs: 4)
        // Nothing moves: the third epoch is the second without a better figure.
        let factors: [Double] = [1, 0.5, 0.25, 0.125 * 0.1]
        #expect(
            relativeDistance(recorder.steps.map(\.learningRate), factors.flatMap { [$0 * 1e-9, $0 * 1e-9] }) < 1e-14)
    }

    @Test func clippingByValue() throws {
        let model = TrainingFixture.network(.float64)
        let before = model.snapshot()
        let trainer = Trainer(model, SGD(model, learningRate: 1), loss: { crossEntropy($0, $1) })
        trainer.clipping = .value(1e-3)
        trainer.measuresGradientNorm = true
        let recorder = Recorder()
        trainer.callbacks = [recorder]
        try trainer.fit(TrainingFixture.loader(0..<1, .float64), epochs: 1)
        var largest = 0.0
        for name in before.names {
            largest = Swift.max(largest, largestDifference(model.snapshot()[name]!, before[name]!))
        }
        #expect(Swift.abs(largest - 1e-3) < 1e-15)
        #expect(recorder.steps[0].gradientNorm! > 0.05)
    }

    /// Every second batch has no samples.
    private struct Gaps: BatchSource {
        let samples = TrainingFixture.samples(0..<2)
        var batchCount: Int? { nil }
        func batches(epoch: Int, from batch: Int) -> BatchIterator<Samples, Never> {
            var number = batch - 1
            return BatchIterator(prefetch: 0) { [samples] in
                number += 1
                if number == 4 { return nil }
                let rows = number % 2 == 0 ? 0..<0 : number * 16..<number * 16 + 16
                return Samples(x: samples.x[rows], y: samples.y[rows])
            }
        }
    }

    @Test func batchesWithoutSamplesAreNoSteps() throws {
        for accumulation in [1, 2] {
            let model = TrainingFixture.network()
            let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: crossEntropy)
            trainer.metrics = [Accuracy()]
            trainer.accumulation = accumulation
            let recorder = Recorder()
            trainer.callbacks = [recorder]
            let history = try trainer.fit(Gaps(), validation: Gaps(), epochs: 2)
            #expect(recorder.steps.map(\.samples) == [16, 16, 16, 16])
            #expect(history.epochs.allSatisfy { $0.training[1].value.isFinite && $0.validation[0].value.isFinite })
            #expect(trainer.state.step == 4 && trainer.state.batchesTaken == 8)
        }
    }

    @Test func noSamplesAtAll() throws {
        let model = TrainingFixture.network()
        let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: { crossEntropy($0, $1) })
        let none = Samples(x: Tensor.zeros([0, 64]), y: Tensor([Int]()))
        let history = try trainer.fit(
            DataLoader(TensorDataset(none), batchSize: 4), validation: TrainingFixture.loader(0..<1), epochs: 1)
        #expect(history.epochs[0].training[0].value.isNaN && history.epochs[0].validation[0].value.isFinite)
        #expect(trainer.state.step == 0)
    }
}
