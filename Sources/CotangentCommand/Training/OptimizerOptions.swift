import ArgumentParser
import Cotangent

enum OptimizerKind: String, ExpressibleByArgument, CaseIterable {
    case adam, adamw, sgd, rmsprop, adagrad, adadelta
}

/// How weights are changed.
struct OptimizerOptions: ParsableArguments {
    @Option(help: "Who changes the weights.")
    var optimizer: OptimizerKind = .adam

    @Option(
        help: """
            The learning rate, a number or auto for the finder's. [sgd 0.1, adagrad 0.01, adadelta 1, others 0.001]
            """)
    var learningRate: String?

    @Option(help: "Momentum, of sgd and rmsprop.")
    var momentum = 0.0

    @Option(help: "Weight decay. adamw shrinks weights apart from the gradient. [adamw 0.01, others 0]")
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp(
            """
            How the learning rate goes on: constant, cosine, linear, onecycle, plateau, exponential:FACTOR or \
            step:EPOCHS:FACTOR (per epoch).
            """, valueName: "schedule"))
    var schedule = "constant"

    @Option(help: ArgumentHelp("Let the learning rate rise over so many steps first.", valueName: "steps"))
    var warmUp = 0

    @Option(help: ArgumentHelp("λ Σ|w| added, by steps that make weights exactly 0.", valueName: "λ"))
    var l1 = 0.0

    @Option(help: ArgumentHelp("λ Σw² added to the loss.", valueName: "λ"))
    var l2 = 0.0

    @Option(help: ArgumentHelp("Hold the gradients' common norm at or below this.", valueName: "norm"))
    var clip: Double?

    @Option(help: ArgumentHelp("Take a step each so many batches.", valueName: "batches"))
    var accumulate = 1

    @Option(help: ArgumentHelp("Average the weights over steps with this decay, 0.999 say.", valueName: "decay"))
    var average: Double?

    func validate() throws {
        func require(_ isRight: Bool, _ message: String) throws { if !isRight { throw ValidationError(message) } }
        try require(
            learningRate.map { $0 == "auto" || (Double($0) ?? 0) > 0 } ?? true,
            "--learning-rate must be above 0, or auto.")
        try require((0..<1).contains(momentum), "--momentum must be within 0 and 1.")
        try require(momentum == 0 || optimizer == .sgd || optimizer == .rmsprop, "--momentum is sgd's and rmsprop's.")
        try require(weightDecay ?? 0 >= 0 && l1 >= 0 && l2 >= 0, "--weight-decay, --l1 and --l2 must not be negative.")
        try require(clip ?? 1 > 0, "--clip must be above 0.")
        let most = Train.largestCount
        try require((1...most).contains(accumulate), "--accumulate must be within 1…\(most).")
        try require((0...most).contains(warmUp), "--warm-up must be within 0…\(most).")
        try require((0...1).contains(average ?? 0), "--average must be within 0 and 1.")
        _ = try shape(steps: 1, stepsPerEpoch: 1)
    }

    /// The learning rate that was given, or the usual one.
    var rate: Double {
        if let learningRate, let rate = Double(learningRate) { return rate }
        switch optimizer {
        case .adam, .adamw, .rmsprop: return 0.001
        case .sgd: return 0.1
        case .adagrad: return 0.01
        case .adadelta: return 1
        }
    }

    var findsRate: Bool { learningRate == "auto" }

    func make(for model: Sequential) -> any Optimizer {
        let decay = weightDecay ?? 0
        switch optimizer {
        case .adam: return Adam(model, learningRate: rate, weightDecay: decay)
        case .adamw: return AdamW(model, learningRate: rate, weightDecay: weightDecay ?? 0.01)
        case .sgd: return SGD(model, learningRate: rate, momentum: momentum, weightDecay: decay)
        case .rmsprop: return RMSProp(model, learningRate: rate, weightDecay: decay, momentum: momentum)
        case .adagrad: return Adagrad(model, learningRate: rate, weightDecay: decay)
        case .adadelta: return Adadelta(model, learningRate: rate, weightDecay: decay)
        }
    }

    /// Sets up all of this in `trainer`, whose run takes `epochs` epochs of `stepsPerEpoch` steps.
    func apply(to trainer: Trainer<Sequential, Samples>, epochs: Int, stepsPerEpoch: Int) throws {
        let steps = epochs * stepsPerEpoch
        let shape = try shape(steps: max(1, steps - warmUp), stepsPerEpoch: stepsPerEpoch)
        trainer.schedule = warmUp > 0 ? .warmUp(steps: warmUp).then(shape ?? .constant()) : shape
        if schedule == "plateau" { trainer.plateau = ReduceOnPlateau(patience: 5) }
        if l1 > 0 || l2 > 0 { trainer.penalty = .elasticNet(l1: l1, l2: l2, proximal: l1 > 0) }
        trainer.clipping = clip.map { .norm($0) }
        trainer.accumulation = accumulate
        trainer.averaging = average.map { ExponentialMovingAverage(of: trainer.model, decay: $0) }
    }

    private func shape(steps: Int, stepsPerEpoch: Int) throws -> LearningRateSchedule? {
        let parts = schedule.split(separator: ":").map(String.init)
        switch parts.first ?? "" {
        case "constant" where parts.count == 1, "plateau" where parts.count == 1: return nil
        case "cosine" where parts.count == 1: return .cosine(steps: steps)
        case "linear" where parts.count == 1: return .linear(steps: steps)
        case "onecycle" where parts.count == 1: return .oneCycle(steps: steps)
        case "exponential":
            if parts.count == 2, let factor = Double(parts[1]), factor > 0, factor <= 1 {
                // By steps, so that it can follow a warm-up.
                return LearningRateSchedule { step in power(factor, step / stepsPerEpoch) }
            }
        case "step":
            if parts.count == 3, let every = Int(parts[1]), (1...Train.largestCount).contains(every),
                let factor = Double(parts[2]), factor > 0
            {
                return .step(every: every * stepsPerEpoch, by: factor)
            }
        default: break
        }
        throw ValidationError(
            "--schedule \(schedule) is none of constant, cosine, linear, onecycle, plateau, exponential:FACTOR, step:EPOCHS:FACTOR."
        )
    }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
}
