import CotangentTensor

/// Stochastic gradient descent on C(p) = (1/N) Σₙ Cₙ(p), in the lecture's words:
///
/// - a **batch** B is a random subset of the N samples, whose mean gradient (1/|B|) Σ ∇Cₙ stands for that of all;
/// - an **iteration** is one step, p ← p − η (1/|B|) Σ ∇Cₙ(p), by one batch;
/// - an **epoch** goes through the whole training set: it is split at random into ⌈N / batchSize⌉ batches, the last of
///   which has what is left.
///
/// With `.independently` each batch is drawn anew from all samples, with replacement; an epoch is then as many
/// iterations, and may miss samples.
///
/// At a constant rate p ends up in a cloud around the minimiser, whose size falls with η and with the batch's size; a
/// rate that falls with the epochs (``rateFactor``) lets it converge.
public struct StochasticGradientDescent: Sendable {
    /// How a batch's samples are chosen.
    public enum Sampling: Sendable, Hashable {
        /// Each epoch is split into batches, so that each sample comes once in it.
        case split
        /// Each batch is drawn with replacement.
        case independently
    }

    /// η of the first epoch.
    public var learningRate: Double
    /// N_B
    public var batchSize: Int
    public var epochs: Int
    /// μ of v ← μ v + g, p ← p − η v; 0 for none.
    public var momentum: Double
    public var sampling: Sampling
    public var recordsPath: Bool
    /// What the learning rate is multiplied by in each epoch, counted from 0: `{ 1 / (1 + 0.1 * Double($0)) }`.
    public var rateFactor: @Sendable (_ epoch: Int) -> Double

    public init(
        learningRate: Double, batchSize: Int, epochs: Int, momentum: Double = 0, sampling: Sampling = .split,
        recordsPath: Bool = false, rateFactor: @escaping @Sendable (_ epoch: Int) -> Double = { _ in 1 }
    ) {
        guard learningRate > 0, learningRate.isFinite, batchSize > 0, epochs >= 0, (0..<1).contains(momentum) else {
            fail(
                "StochasticGradientDescent",
                """
                learning rate \(learningRate), batches of \(batchSize), \(epochs) epochs, momentum \(momentum): rate and \
                batch must be positive, epochs not negative, the momentum in 0..<1
                """)
        }
        self.learningRate = learningRate
        self.batchSize = batchSize
        self.epochs = epochs
        self.momentum = momentum
        self.sampling = sampling
        self.recordsPath = recordsPath
        self.rateFactor = rateFactor
    }

    /// Walks from `start` down the mean over samples, of which `x` and `y` hold one each along their first axes.
    ///
    /// The result's value and gradient are those of all samples where the walk ended, computed once; a path has the
    /// batches' (see ``Minimization/PathPoint``).
    ///
    /// ```swift
    /// let found = StochasticGradientDescent(learningRate: 0.1, batchSize: 32, epochs: 20)
    ///     .minimize(from: Tensor.zeros([10]), over: x, y, using: &generator) { w, x, y in
    ///         mean(square(matmul(x, w) - y))
    ///     }
    /// ```
    /// - Parameter f: the mean of Cₙ over the samples that it is given.
    public func minimize(
        from start: [Tensor], over x: Tensor, _ y: Tensor, using generator: inout PhiloxGenerator,
        _ f: ([Tensor], _ x: Tensor, _ y: Tensor) throws -> Tensor
    ) rethrows -> Minimization<[Tensor]> {
        let samples = requireSamples(x, y)
        let flat = FlatPoint(start, "StochasticGradientDescent")
        var walk = Walk(flat, recordsPath: recordsPath)
        func evaluate(_ vector: Tensor, _ x: Tensor, _ y: Tensor) throws -> Evaluation {
            try walk.evaluate(at: vector) { p in try valueAndGradient(at: p) { try f($0, x, y) } }
        }
        func end(_ stop: MinimizationStop, _ point: Tensor) throws -> Minimization<[Tensor]> {
            let place = try evaluate(point, x, y)
            return walk.end(stop, at: place)
        }

        var point = flat.vector(start)
        var lastFinite = point
        var velocity: Tensor?
        for epoch in 0..<epochs {
            let rate = learningRate * rateFactor(epoch)
            for batch in batches(of: samples, using: &generator) {
                let here = try evaluate(point, gather(x, batch), gather(y, batch))
                if walk.iterations == 0 { walk.visit(here) }
                guard here.isFinite else { return try end(.notFinite, lastFinite) }
                lastFinite = point
                var step = here.gradient
                if momentum > 0 {
                    step = velocity.map { $0 * momentum + here.gradient } ?? here.gradient
                    velocity = step
                }
                point = flat.rounded(here.point - step * rate)
                walk.iterations += 1
                walk.visit(Evaluation(point: point, value: here.value, gradient: here.gradient))
            }
        }
        return try end(.iterationLimit, point)
    }

    /// The same for a function of one tensor.
    public func minimize(
        from start: Tensor, over x: Tensor, _ y: Tensor, using generator: inout PhiloxGenerator,
        _ f: (Tensor, _ x: Tensor, _ y: Tensor) throws -> Tensor
    ) rethrows -> Minimization<Tensor> {
        try minimize(from: [start], over: x, y, using: &generator) { try f($0[0], $1, $2) }.map { $0[0] }
    }

    /// One epoch's batches of the numbers 0..<count.
    private func batches(of count: Int, using generator: inout PhiloxGenerator) -> [Tensor] {
        let order =
            switch sampling {
            case .split: Tensor.permutation(count, using: &generator)
            case .independently: Tensor((0..<count).map { _ in Int.random(in: 0..<count, using: &generator) })
            }
        return stride(from: 0, to: count, by: batchSize).map { order[$0..<min($0 + batchSize, count)] }
    }

    private func requireSamples(_ x: Tensor, _ y: Tensor) -> Int {
        guard x.rank > 0, y.rank > 0, x.shape[0] == y.shape[0], x.shape[0] > 0 else {
            fail(
                "StochasticGradientDescent",
                "samples are \(x.summary) and \(y.summary): the first axes must be equally long, and not empty")
        }
        return x.shape[0]
    }
}
