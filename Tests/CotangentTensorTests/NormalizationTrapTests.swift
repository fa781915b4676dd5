import CotangentTensor
import Testing

/// What normalisations refuse, in whole sentences; on shapes alone it is noted instead.
@Suite struct NormalizationTrapTests {
    private static let x = Tensor.zeros([2, 3, 4])
    private static let three = Tensor.ones([3])

    static let cases: [(message: String, body: @Sendable () -> Tensor)] = [
        (
            "batchNorm: the input is float32 [3]: it must be [batch, channels, …] in floating point",
            { batchNorm(three) }
        ),
        (
            "batchNorm: the input is float32 [2, 3, 4], the weight float32 [4]: it must be [batch, channels, …] in floating point, weight and bias [channels] in its dtype",
            { batchNorm(x, weight: Tensor.ones([4])) }
        ),
        (
            "batchNorm: the input is float32 [2, 3, 4], the weight float32 [3], the bias float64 [3]",
            { batchNorm(x, weight: three, bias: Tensor.ones([3], dtype: .float64)) }
        ),
        (
            "batchNorm: expected more than 1 value per channel in training, got float32 [1, 3, 1, 1]",
            { batchNorm(Tensor.zeros([1, 3, 1, 1])) }
        ),
        (
            "batchNorm: the input is float32 [2, 3, 4], the mean float32 [3], the variance float32 [1]: they must be [3], one for each channel, in the input's dtype",
            { batchNorm(x, mean: three, variance: Tensor.ones([1])) }
        ),
        (
            "layerNorm: the input is float32 [2, 3, 4]: its last axes must be [3], in floating point",
            { layerNorm(x, normalizedShape: [3]) }
        ),
        (
            "layerNorm: the input is float32 [2, 3, 4], the weight float32 [4]: its last axes must be [3, 4]",
            { layerNorm(x, normalizedShape: [3, 4], weight: Tensor.ones([4])) }
        ),
        ("layerNorm: the input is float32 [3]: its last axes must be []", { layerNorm(three, normalizedShape: []) }),
        (
            "groupNorm: the input is float32 [2, 3, 4]: it must be [batch, channels, …] in floating point, with channels that 2 groups divide",
            { groupNorm(x, groups: 2) }
        ),
        ("groupNorm: the input is int64 [2, 2]", { groupNorm(Tensor([1, 2, 3, 4], shape: [2, 2]), groups: 1) }),
        ("instanceNorm: the input is float32 [2, 3]: it must be", { instanceNorm(Tensor.zeros([2, 3])) }),
        (
            "instanceNorm: expected more than 1 spatial element, got float32 [2, 3, 1]",
            { instanceNorm(Tensor.zeros([2, 3, 1])) }
        ),
    ]

    @Test(arguments: cases.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            _ = NormalizationTrapTests.cases[index].body()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = "Cotangent: " + Self.cases[index].message
        #expect(text.contains(message), "expected '\(message)' in '\(text.prefix(400))'")
    }

    @Test(arguments: cases.indices) func noted(_ index: Int) {
        let run = AbstractRun()
        let y = run.run { Self.cases[index].body() }
        #expect(y.isAbstract)
        #expect(run.problem?.message.hasPrefix(Self.cases[index].message) == true)
    }
}
