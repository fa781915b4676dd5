import Cotangent
import TestSupport
import Testing

@Suite struct MetricsTests {
    private static let cases = (try? Fixtures.decoded("metrics.json", as: [MetricCase].self)) ?? []

    /// Every figure, of the whole and of batches, which are the same bits.
    @Test(arguments: [DType.float32, .float64]) func againstScikitLearn(_ dtype: DType) {
        #expect(Self.cases.count == 72)
        for (index, test) in Self.cases.enumerated() {
            for difference in test.differences(dtype) { Issue.record("case \(index): \(difference)") }
        }
    }

    @Test func nothingIsNaN() {
        let none = Tensor.zeros([0])
        let metrics: [any Metric] = [
            Accuracy(), TopKAccuracy(2), Precision(), Recall(.macro), F1(.weighted), ConfusionMatrix(), ROCAUC(), MSE(),
            RMSE(), MAE(), R2(), LogLoss(), Perplexity(),
        ]
        for metric in metrics {
            #expect(metric.value.isNaN)
            var metric = metric
            switch metric {
            case is MSE, is RMSE, is MAE, is R2: metric.update(none, none)
            default: metric.update(Tensor.zeros([0, 3]), none.cast(to: .int64))
            }
            #expect(metric.value.isNaN)
        }
        let ignored = Tensor([-100, -100])
        #expect(Accuracy()(Tensor.zeros([2, 3]), ignored).isNaN)
        #expect(ROCAUC()(Tensor.zeros([2]), ignored).isNaN)
    }

    /// NumPy's argmax takes the first of equals; scikit-learn's top_k_accuracy_score ranks the last of them first:
    /// top_k_accuracy_score([0, 1, 2], zeros, k=1) is 1/3, by the sample of class 2.
    @Test func ties() {
        let logits = Tensor.zeros([3, 3])
        #expect(Accuracy()(logits, Tensor([0, 0, 1])) == 2.0 / 3)
        #expect(TopKAccuracy(1)(logits, Tensor([0, 1, 2])) == 1.0 / 3)
        #expect(TopKAccuracy(2)(logits, Tensor([0, 1, 2])) == 2.0 / 3)
        #expect(TopKAccuracy(3)(logits, Tensor([0, 1, 2])) == 1)
        #expect(Accuracy()(Tensor([0.0, 0.5, -0.5]), Tensor([0, 1, 0])) == 1)
        #expect(ROCAUC()(Tensor([0.0, 0, 0]), Tensor([0, 1, 1])) == 0.5)
        #expect(ROCAUC()(Tensor([-0.0, 0, 1]), Tensor([1, 0, 1])) == 0.75)
    }

    @Test func kindsOfPredictions() {
        let labels = Tensor([1, 0, 1, 1])
        let logits = Tensor([2.0, -1, -0.5, 0.25])
        let wanted = 0.75
        #expect(Accuracy()(logits, labels) == wanted)
        #expect(Accuracy()(logits.reshaped(4, 1), labels) == wanted)
        #expect(Accuracy()(logits, labels.cast(to: .bool)) == wanted)
        #expect(Accuracy()(logits, labels.cast(to: .float64)) == wanted)
        #expect(Accuracy()(logits.reshaped(4, 1), labels.cast(to: .float64).reshaped(4, 1)) == wanted)
        #expect(Accuracy(threshold: 0.5)(sigmoid(logits), labels) == wanted)
        #expect(Accuracy()(Tensor([1, 0, 0, 1]), labels) == wanted)
        // Where predictions are classes, the highest that was seen tells how many there are.
        #expect(F1(.macro)(Tensor([4, 0, 1, 1]), Tensor([4, 0, 0, 1])) == (2.0 / 3 + 2.0 / 3 + 1) / 3)
        #expect(F1()(logits, labels) == 0.8)
        #expect(IntersectionOverUnion()(logits, labels) == 2.0 / 3)
        #expect(F1().name == "f1" && Recall(.macro).name == "recall_macro" && TopKAccuracy(5).name == "top_5_accuracy")
    }

    @Test func masks() {
        let logits = Tensor([1.0, 0, 0, 1, 1, 0, 0, 1], shape: [2, 2, 2])
        let labels = Tensor(rows: [[0, 1], [1, 7]])
        let mask = sequenceMask(lengths: [2, 1], steps: 2)
        #expect(Accuracy()(logits, labels, mask: mask) == 2.0 / 3)
        var metric = Accuracy()
        metric.update(logits, labels, mask: mask)
        metric.update(logits[0..<1], labels[0..<1], mask: mask[0..<1])
        #expect(metric.correct == 4 && metric.count == 5)
        let y = Tensor([1.0, 2, 3])
        #expect(MAE()(y, Tensor([1.5, .nan, 5]), mask: Tensor([true, false, true])) == 1.25)
        #expect(MSE()(y, y, mask: Tensor([false, false, false])).isNaN)
    }

    /// Numbers that are no numbers, and infinite ones, end no training run.
    @Test func notFinite() {
        let labels = Tensor([0, 1])
        let logits = Tensor(rows: [[Double.nan, 1], [2, .infinity]])
        #expect(Accuracy()(logits, labels) == 1)
        #expect(TopKAccuracy(1)(logits, labels) == 0.5)
        #expect(ROCAUC()(logits, labels).isNaN)
        #expect(ROCAUC()(Tensor([-Double.infinity, .infinity]), labels) == 1)
        #expect(LogLoss()(Tensor([-Double.infinity, .infinity]), labels) == 0)
        #expect(LogLoss()(logits, labels).isNaN)
        #expect(MSE()(Tensor([Double.infinity, 1]), Tensor([0.0, 1])) == .infinity)
        #expect(R2()(Tensor([Double.nan, 1]), Tensor([0.0, 1])).isNaN)
    }

    @Test func aTable() {
        let predicted = Tensor([0, 0, 1, 2, 2, 2, 1, 12])
        let matrix = ConfusionMatrix(predicted, Tensor([0, 1, 1, 2, 2, 0, 1, 12]), classNames: ["ant", "bumble-bee"])
        #expect(matrix.counts.count == 13 && matrix.count == 8 && matrix.value == 0.75)
        let small = ConfusionMatrix(
            predicted[0..<7], Tensor([0, 1, 1, 2, 2, 0, 1]), classNames: ["ant", "bumble-bee"])
        #expect(
            small.description == """
                actual \\ predicted  ant  bumble-bee  2
                ant                   1           0  1
                bumble-bee            1           2  0
                2                     0           0  2
                """)
    }

    static let refused: [Trap] = [
        Trap(
            "accuracy: predictions are float32 [2, 3], targets int64 [3]: logits [..., classes] with int64 [...] are expected"
        ) { _ = Accuracy()(Tensor.zeros([2, 3]), Tensor([0, 1, 2])) },
        Trap("accuracy: label 3 of sample 1 is not within 0..<3") {
            _ = Accuracy()(Tensor.zeros([2, 3]), Tensor([0, 3]))
        },
        Trap("f1: target 0.5 of sample 0 is neither 0 nor 1") { _ = F1()(Tensor.zeros([1]), Tensor([0.5])) },
        Trap("f1_binary: the average is .binary, and there are 3 classes") {
            _ = F1(.binary)(Tensor.zeros([1, 3]), Tensor([0]))
        },
        Trap("recall: the predictions have 4 classes, those before had 3") {
            var metric = Recall()
            metric.update(Tensor.zeros([1, 3]), Tensor([0]))
            metric.update(Tensor.zeros([1, 4]), Tensor([0]))
        },
        Trap("ConfusionMatrix: there are 100000 classes, and a matrix is kept of at most 8192") {
            _ = ConfusionMatrix()(Tensor([99999]), Tensor([0]))
        },
        Trap("roc_auc: the predictions are classes") { _ = ROCAUC()(Tensor([1]), Tensor([1])) },
        Trap("mse: the predictions are float32 [2], the targets float64 [2]: they must be alike") {
            _ = MSE()(Tensor.zeros([2]), Tensor([1.0, 2]))
        },
        Trap("accuracy: the mask is bool [3], for predictions float32 [2, 3] and targets int64 [2]") {
            _ = Accuracy()(Tensor.zeros([2, 3]), Tensor([0, 1]), mask: Tensor([true, true, false]))
        },
        Trap("TopKAccuracy: k is 0") { _ = TopKAccuracy(0) },
    ]

    @Test(arguments: refused.indices) func refusals(_ index: Int) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            MetricsTests.refused[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Cotangent: " + MetricsTests.refused[index].message), "\(message)")
    }
}
