import CotangentTensor
import TestSupport
import Testing

/// Operations on shapes alone.
@Suite struct AbstractRunTests {
    private func inputs(_ test: OperationCase, abstract: Bool) -> [Tensor] {
        abstract ? test.inputs(.float32).map { Tensor(abstract: $0.shape, $0.dtype) } : test.inputs(.float32)
    }

    /// Shape and dtype equal those of the real run; no values are there. The inputs have shapes alone, or values (as
    /// parameters have), or values in views.
    @Test(arguments: OperationCase.all) func shapeEqualsTheRealOne(_ test: OperationCase) {
        let real = test.apply(test.inputs(.float32))
        for given in [
            inputs(test, abstract: true), inputs(test, abstract: false),
            inputs(test, abstract: false).map(scatteredView),
        ] {
            let run = AbstractRun()
            let y = run.run { test.apply(given) }
            #expect(y.shape == real.shape)
            #expect(y.dtype == real.dtype)
            #expect(run.problem == nil)
        }
        let run = AbstractRun()
        #expect(run.run { test.apply(inputs(test, abstract: true)) }.isAbstract)
    }

    @Test func gradientsOfShapesAreNotTaken() {
        // A run on shapes records nothing.
        let run = AbstractRun()
        let recorded = gradient(at: Tensor([1.0, 2])) { x in
            let y = run.run { exp(Tensor(abstract: [2], .float64)) }
            #expect(y.generation == 0)
            return sum(x)
        }
        #expect(recorded == Tensor([1.0, 1]))
        #expect(!AbstractRun.isActive)
    }

    /// Each gives a note instead of ending the process, and a stand-in with which the run goes on.
    static let failures: [(String, @Sendable (Tensor) -> Tensor)] = [
        ("add: the operands are float32 [2, 3] and float32 [4]", { $0 + Tensor.zeros([4]) }),
        ("add: the operands are float32 [2, 3] and float64 []", { $0 + Tensor.zeros([], dtype: .float64) }),
        ("where: the condition is float32 [2, 3], not bool", { Tensor.where($0, $0, $0) }),
        ("matmul: float32 [2, 3] times float32 [4, 5]", { matmul($0, Tensor.zeros([4, 5])) }),
        ("matmul: float32 [2, 3] times float32 [4]", { matmul($0, Tensor.zeros([4])) }),
        ("linear: the input is float32 [2, 3], the weight float32 [4, 5]", { linear($0, Tensor.zeros([4, 5])) }),
        (
            "einsum: \"ij,jk->ik\" of float32 [2, 3] and float32 [4, 5]",
            { einsum("ij,jk->ik", $0, Tensor.zeros([4, 5])) }
        ),
        ("einsum: \"ijk->i\" of float32 [2, 3]", { einsum("ijk->i", $0) }),
        ("reshaped: float32 [2, 3] has 6 elements", { $0.reshaped([4, -1]) }),
        ("broadcast: float32 [2, 3] to [4]", { $0.broadcast(to: [4]) }),
        ("permuted: axes [0] of float32 [2, 3]", { $0.permuted([0]) }),
        ("transposed: float32 [6]", { $0.flattened.transposed }),
        ("swappingAxes: axes [0, 2]", { $0.swappingAxes(0, 2) }),
        ("expandingAxis: axes [5]", { $0.expandingAxis(5) }),
        ("squeezed: axes [0]", { $0.squeezed(axes: [0]) }),
        ("flip: axes [2]", { flip($0, axes: [2]) }),
        ("subscript: [5] of float32 [2, 3]", { $0[5] }),
        ("subscript: [0, 0, 0] of float32 [2, 3]", { $0[0, 0, 0] }),
        (
            "subscript: float32 [4] cannot be assigned",
            { x in
                var y = x
                y[0] = Tensor.zeros([4])
                return y
            }
        ),
        ("concatenate: float32 [2, 3] and float32 [3, 2]", { concatenate([$0, $0.transposed]) }),
        ("stack: float32 [2, 3] and float32 [3, 2]", { stack([$0, $0.transposed]) }),
        ("split: sizes [1] along axis 1", { $0.split(sizes: [1], axis: 1)[0] }),
        ("split: 2 equal parts along axis 1", { $0.split(into: 2, axis: 1)[1] }),
        ("padded: widths [] for float32 [2, 3]", { $0.padded([]) }),
        ("tiled: repeats [2]", { $0.tiled([2]) }),
        ("sum: axes [2]", { sum($0, axes: [2]) }),
        ("mean: does not serve int64 [2, 3]", { mean($0.cast(to: .int64)) }),
        ("max: of no elements", { max($0[0..<0]) }),
        ("argmax: axes [3]", { argmax($0, axis: 3) }),
        ("cumulativeSum: axes [2]", { cumulativeSum($0, axis: 2) }),
        ("logSumExp: axes [2]", { logSumExp($0, axes: [2]) }),
        ("softmax: axes [2]", { softmax($0, axis: 2) }),
        ("exp: does not serve bool [2, 3]", { exp($0.cast(to: .bool)) }),
        ("sort: axes [2]", { sort($0, axis: 2).values }),
        ("topK: the first 9 along axis -1", { topK($0, 9).values }),
        ("gather: the indices are float32 [2, 3], not int64", { gather($0, $0) }),
        ("gather: axes [4]", { gather($0, Tensor([0]), axis: 4) }),
        ("scatterAdd: float32 [2, 3] by indices [1]", { scatterAdd($0, Tensor([0]), into: $0) }),
        ("gatherAlong: float32 [2, 3] by indices [1]", { gatherAlong($0, Tensor([0]), axis: 1) }),
        ("scatterAddAlong: float32 [2, 3] by indices [1]", { scatterAddAlong($0, Tensor([0]), axis: 1, into: $0) }),
        ("oneHot: float32 [2, 3] in 4 classes", { oneHot($0, classes: 4) }),
    ]

    @Test(arguments: failures.indices) func problemIsNoted(_ index: Int) {
        let (message, body) = Self.failures[index]
        let run = AbstractRun()
        run.run { _ = sum(body(Tensor(abstract: [2, 3], .float32))) }
        #expect(
            run.problem?.message.hasPrefix(message) == true,
            "expected '\(message)': \(run.problem?.message ?? "no problem")")
        // With inputs that have values, as parameters do.
        let second = AbstractRun()
        second.run { _ = body(Tensor.zeros([2, 3])) }
        #expect(second.problem?.message.hasPrefix(message) == true)
    }

    @Test func theFirstProblemIsKept() {
        let run = AbstractRun()
        let y = run.run { matmul(Tensor(abstract: [2, 3], .float32), Tensor.zeros([4, 5])) + Tensor.zeros([7]) }
        #expect(run.problem?.message.hasPrefix("matmul") == true)
        #expect(y.isAbstract)
    }

    @Test func creationAndRandomness() {
        let run = AbstractRun()
        run.run {
            var generator = PhiloxGenerator(seed: 1)
            for x in [Tensor.uniform([2, 3], using: &generator), .normal([2, 3], using: &generator), .ones([2, 3])] {
                #expect(x.shape == [2, 3])
                #expect(x.isAbstract)
            }
            #expect(Tensor.bernoulli([2], probability: 0.5, using: &generator).dtype == .bool)
            #expect(Tensor.range(to: 5).shape == [5])
        }
        #expect(run.problem == nil)
    }
}
