import Cotangent
import TestSupport
import Testing

@Suite(.serialized) struct TrainingTests {
    // MARK: PyTorch's loss curve

    /// `noise` of networks.py.
    private static func noise(_ index: Int, _ salt: Int, _ count: Int) -> Int {
        var h = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ salt &* 2_246_822_519)
        h ^= h >> 15
        h &*= 3_266_489_917
        return Int(h >> 16) % count
    }

    /// `digits_like` of networks.py.
    private static func batch(_ batch: Int) -> (Tensor, Tensor) {
        let labels = (0..<32).map { noise(batch * 32 + $0, 1, 10) }
        var x: [Float] = []
        for (n, label) in labels.enumerated() {
            for j in 0..<64 {
                let value = noise(label * 64 + j, 2, 17) + noise((batch * 32 + n) * 64 + j, 3, 9) - 4
                x.append(Float(Swift.min(16, Swift.max(0, value))) / 16)
            }
        }
        return (Tensor(x, shape: [32, 64]), Tensor(labels))
    }

    private static func network() -> Sequential {
        func weights(_ salt: Int, _ shape: Shape) -> Tensor {
            Tensor((0..<shape.elementCount).map { Float(noise($0, 10 + salt, 257) - 128) / 1024 }, shape: shape)
        }
        return Sequential {
            Linear(weight: weights(0, [32, 64]), bias: weights(1, [32]))
            ReLU()
            Linear(weight: weights(2, [10, 32]), bias: weights(3, [10]))
        }
    }

    /// 100 steps in float32 from the same weights on the same batches.
    @Test(arguments: ["SGD", "Adam"]) func followsPyTorch(_ name: String) throws {
        let model = Self.network()
        let optimizer: any Optimizer = name == "SGD" ? SGD(model, learningRate: 0.1) : Adam(model, learningRate: 0.003)
        let batches = (0..<10).map(Self.batch)
        for (step, expected) in try #require(NetworkFixtures.all.training[name]).enumerated() {
            let (x, labels) = batches[step % 10]
            let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), labels) }
            optimizer.update(with: gradients)
            #expect(Swift.abs(loss.item / expected - 1) < 1e-5, "step \(step): \(loss.item), PyTorch \(expected)")
        }
    }

    @Test func overfitsATinyBatch() {
        var generator = PhiloxGenerator(seed: 21)
        let model = Sequential {
            Linear(5, 32, using: &generator)
            ReLU()
            Linear(32, 3, using: &generator)
        }
        let x = Tensor.normal([8, 5], using: &generator)
        let labels = Tensor([0, 1, 2, 0, 1, 2, 0, 1])
        let optimizer = Adam(model, learningRate: 0.02)
        var last = Double.infinity
        for _ in 0..<200 {
            let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), labels) }
            optimizer.update(with: gradients)
            last = loss.item
        }
        #expect(last < 0.005)
        #expect(argmax(model(x), axis: 1) == labels)
    }

    // MARK: Threads

    /// Large enough that products, element-wise loops, draws and optimizer steps are cut into several parts.
    private static func train(seed: UInt64, steps: Int, sizes: (Int, Int, Int), batch: Int) -> (
        losses: [Double], Snapshot
    ) {
        var generator = PhiloxGenerator(seed: seed)
        let model = Sequential {
            Linear(sizes.0, sizes.1, initializer: .heNormal(), using: &generator)
            ReLU()
            Dropout(rate: 0.2)
            Linear(sizes.1, sizes.2, using: &generator)
        }
        let x = Tensor.normal([batch, sizes.0], using: &generator)
        let labels = Tensor((0..<batch).map { $0 % sizes.2 })
        let optimizer = Adam(model)
        var losses: [Double] = []
        for _ in 0..<steps {
            let (loss, gradients) = valueAndGradients(of: model, using: &generator) { crossEntropy(model(x), labels) }
            optimizer.update(with: gradients)
            losses.append(loss.item)
        }
        return (losses, model.snapshot())
    }

    /// The same seed gives the same bits at any number of threads.
    @Test func threadsDoNotMatter() {
        let before = Runtime.threadCount
        defer { Runtime.threadCount = before }
        let runs = [1, 2, 4].map { threads in
            Runtime.threadCount = threads
            return Self.train(seed: 31, steps: 5, sizes: (256, 512, 10), batch: 256)
        }
        #expect(runs[0].losses == runs[1].losses && runs[0].losses == runs[2].losses)
        #expect(runs[0].1 == runs[1].1 && runs[0].1 == runs[2].1)
        #expect(Self.train(seed: 32, steps: 1, sizes: (256, 512, 10), batch: 256).losses[0] != runs[0].losses[0])
    }

    @Test func twoThreadsTrainTwoModels() throws {
        let alone = (0..<2).map { Self.train(seed: 40 + UInt64($0), steps: 20, sizes: (64, 96, 10), batch: 64) }
        let together = try onThreads(2) { Self.train(seed: 40 + UInt64($0), steps: 20, sizes: (64, 96, 10), batch: 64) }
        for (a, b) in zip(alone, together) { #expect(a.losses == b.losses && a.1 == b.1) }
    }

    @Test func eightThreadsCallOneModel() throws {
        var generator = PhiloxGenerator(seed: 50)
        let model = Sequential {
            Linear(64, 300, using: &generator)
            ReLU()
            Linear(300, 10, using: &generator)
        }
        let inputs = (0..<8).map { Tensor.normal([20 * ($0 + 1), 64], using: &generator) }
        let expected = inputs.map { model($0) }
        let right = try onThreads(8) { thread in
            (0..<50).allSatisfy { _ in model(inputs[thread]) == expected[thread] }
        }
        #expect(right == Array(repeating: true, count: 8))
    }

    /// Readers see each parameter whole, before or after a step.
    @Test func readersWhileTraining() throws {
        let parameter = Parameter(Tensor.zeros([1000]))
        struct One: Module { let p: Parameter }
        let model = One(p: parameter)
        let right = try onThreads(4) { thread in
            if thread == 0 {
                let optimizer = SGD(model, learningRate: 1)
                for _ in 0..<300 {
                    optimizer.update(with: valueAndGradients(of: model) { sum(parameter.value) }.gradients)
                }
                return true
            }
            return (0..<300).allSatisfy { _ in Set(parameter.value.floats).count == 1 }
        }
        #expect(right == Array(repeating: true, count: 4))
        #expect(parameter.value.floats[0] == -300)
    }
}
