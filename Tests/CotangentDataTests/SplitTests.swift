import Cotangent
import Testing

@Suite struct SplitTests {
    private let fixture = DataFixture.all

    @Test func sizesAreScikitLearns() throws {
        #expect(fixture.splits.count > 40)
        for test in fixture.splits {
            for method in [SplitMethod.random(seed: 3), .inOrder] {
                let parts = try splitIndices(test.count, [1 - test.test, test.test], method)
                #expect(parts.map(\.count) == test.sizes, "\(test)")
                #expect(parts.flatMap { $0 }.sorted() == Array(0..<test.count))
            }
        }
        for test in fixture.partialSplits {
            let parts = try splitIndices(test.count, [test.train!, test.test], .random(seed: 3))
            #expect(parts.map(\.count) == test.sizes, "\(test)")
            let all = parts.flatMap { $0 }
            #expect(Set(all).count == all.count && all.allSatisfy { (0..<test.count).contains($0) })
        }
    }

    @Test func randomOrders() throws {
        let first = try splitIndices(50, [0.5, 0.3, 0.2], .random(seed: 1))
        #expect(try first == splitIndices(50, [0.5, 0.3, 0.2], .random(seed: 1)))
        #expect(try first != splitIndices(50, [0.5, 0.3, 0.2], .random(seed: 2)))
        #expect(first.map(\.count) == [25, 15, 10] && first.flatMap { $0 } != Array(0..<50))
        #expect(
            try splitIndices(10, [0.5, 0.3, 0.2], .inOrder) == [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9]])
    }

    @Test func classesKeepTheirProportions() throws {
        #expect(fixture.stratified.count > 20)
        for test in fixture.stratified {
            let labels = Tensor(test.labels)
            let method = SplitMethod.stratified(by: labels, seed: 7)
            let parts = try splitIndices(test.labels.count, [1 - test.test, test.test], method)
            #expect(parts.flatMap { $0 }.sorted() == Array(test.labels.indices))
            for (part, counts) in zip(parts, test.counts) {
                #expect(counts.indices.map { c in part.count { test.labels[$0] == c } } == counts, "\(test.test)")
            }
            // Which of a class, and in which order, is random.
            #expect(parts[1] != parts[1].sorted())
            let other = try splitIndices(
                test.labels.count, [1 - test.test, test.test], .stratified(by: labels, seed: 8))
            #expect(other.map { Set($0) } != parts.map { Set($0) })
        }
        // Three parts, within one sample of the exact share each.
        let labels = (0..<300).map { $0 % 10 < 7 ? 0 : $0 % 10 < 9 ? 1 : 2 }
        let parts = try splitIndices(300, [0.6, 0.25, 0.15], .stratified(by: Tensor(labels), seed: 1))
        #expect(parts.map(\.count) == [180, 75, 45])
        for (part, fraction) in zip(parts, [0.6, 0.25, 0.15]) {
            for (c, size) in [210.0, 60, 30].enumerated() {
                #expect(abs(Double(part.count { labels[$0] == c }) - size * fraction) < 1)
            }
        }
    }

    @Test func foldsAreScikitLearns() throws {
        for test in fixture.folds {
            #expect(try foldIndices(test.count, test.k, .inOrder) == test.folds)
            let shuffled = try foldIndices(test.count, test.k, .random(seed: 2))
            #expect(shuffled.map(\.count) == test.folds.map(\.count) && shuffled != test.folds)
            #expect(shuffled.flatMap { $0 }.sorted() == Array(0..<test.count))
        }
        #expect(fixture.stratifiedFolds.count > 4)
        for test in fixture.stratifiedFolds {
            let folds = try foldIndices(60, test.k, .stratified(by: Tensor(test.labels), seed: 4))
            let counts = folds.map { fold in [-1, 3, 7].map { c in fold.count { test.labels[$0] == c } } }
            #expect(counts == test.counts)
            #expect(folds.flatMap { $0 }.sorted() == Array(0..<60))
            #expect(try folds != foldIndices(60, test.k, .stratified(by: Tensor(test.labels), seed: 5)))
        }
    }

    @Test func dataSetsInParts() throws {
        let data = TensorDataset(Tensor.range(to: 10).reshaped(10, 1), Tensor(Array(0..<10)))
        let parts = try data.split([0.7, 0.3], .random(seed: 1))
        #expect(parts.map(\.count) == [7, 3])
        #expect(concatenate(parts.map(\.samples.y)).ints.sorted() == Array(0..<10))
        #expect(parts[1].batch([2, 0]).y.ints == [parts[1].indices[2], parts[1].indices[0]])
        for (training, validation) in try data.kFold(3, .random(seed: 1)) {
            #expect(training.indices == training.indices.sorted())
            #expect((training.indices + validation.indices).sorted() == Array(0..<10))
        }
        #expect(try data.kFold(3, .inOrder).map(\.validation.count) == [4, 3, 3])
    }

    @Test func impossibleSplitsThrow() {
        let few = #expect(throws: SplitError.self) { try splitIndices(1, [0.5, 0.5], .random(seed: 1)) }
        #expect(few?.reason == .tooFewSamples && "\(few!)".contains("1 samples cannot be split by [0.5, 0.5]"))
        #expect(throws: SplitError.self) { try splitIndices(0, [1], .inOrder) }
        let rare = #expect(throws: SplitError.self) {
            try splitIndices(5, [0.5, 0.5], .stratified(by: Tensor([0, 0, 0, 0, 9]), seed: 1))
        }
        #expect(rare?.reason == .tooFewOfClass && "\(rare!)".contains("class 9 has 1 sample for 2 parts"))
        #expect(throws: SplitError.self) { try foldIndices(3, 4, .inOrder) }
        #expect(throws: SplitError.self) {
            try foldIndices(6, 3, .stratified(by: Tensor([0, 0, 0, 0, 1, 1]), seed: 1))
        }
    }
}
