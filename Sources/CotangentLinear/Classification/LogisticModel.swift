import CotangentTensor

/// A fitted ``LogisticRegression``.
public struct LogisticModel: BinaryModel, StorableModel, Equatable {
    public static let kind = "logistic"

    /// The labels, rising.
    public let classes: [Int]
    /// W: [1, features] for two classes, whose second it speaks for; [classes, features] for more.
    public let weight: Tensor
    /// b, of as many elements as W has rows; zeros where the model was fitted without.
    public let bias: Tensor
    /// Standard errors of W by the inverse of the information matrix, float64; of two classes without penalty, else nil.
    public let weightErrors: Tensor?
    /// Standard errors of b likewise; 0 where there is none.
    public let biasErrors: Tensor?

    init(classes: [Int], weight: Tensor, bias: Tensor, errors: (weight: Tensor, bias: Tensor)?) {
        self.classes = classes
        self.weight = weight
        self.bias = bias
        (weightErrors, biasErrors) = (errors?.weight, errors?.bias)
    }

    /// W x + b, [samples, 1] or [samples, classes]: the logarithms of odds, or of probabilities but for a constant of each
    /// row.
    public func scores(_ x: Tensor) -> Tensor {
        guard x.rank == 2, x.shape[1] == weight.shape[1], x.dtype == weight.dtype else {
            return reject(
                "LogisticModel", "predicts of \(x.summary), and \(weight.dtype) [samples, \(weight.shape[1])] is expected",
                meant: Shape([x.shape.first ?? 0, weight.shape[0]]), weight.dtype)
        }
        return matmul(x, weight.transposed) + bias
    }

    /// Of each class for each row of `x`: [samples, classes]. Gradients by `x` pass through.
    public func probabilities(_ x: Tensor) -> Tensor {
        let scores = scores(x)
        if classes.count > 2 { return softmax(scores, axis: 1) }
        return concatenate([sigmoid(-scores), sigmoid(scores)], axis: 1)
    }

    /// log (p / (1 − p)) for the second of two classes, [samples].
    public func decision(_ x: Tensor) -> Tensor {
        if classes.count > 2 {
            fail("LogisticModel", "a decision is between two classes, and there are \(classes.count): ask for scores")
        }
        return scores(x).squeezed(axes: [1])
    }

    /// The most likely labels, int64 [samples].
    public func predict(_ x: Tensor) -> Tensor {
        classes.count > 2
            ? LabelledData.predicted(scores(x), classes)
            : gather(Tensor(classes), greater(decision(x), 0).cast(to: .int64))
    }

    /// The share of rows that get their label.
    public func score(_ x: Tensor, _ y: Tensor) -> Double { accuracy("LogisticModel", predict(x), y) }

    // MARK: Files

    public func store(in record: inout ModelRecord) {
        record["classes"] = Tensor(classes)
        record["weight"] = weight
        record["bias"] = bias
        record["weightErrors"] = weightErrors
        record["biasErrors"] = biasErrors
    }

    public init(from record: ModelRecord) throws {
        classes = try record.classes("classes")
        weight = try record.floatingPoint("weight", rank: 2)
        bias = try record.floatingPoint("bias", rank: 1)
        let rows = classes.count == 2 ? 1 : classes.count
        guard weight.shape[0] == rows, bias.shape == [rows], bias.dtype == weight.dtype else {
            throw record.problem(
                "the weight is \(weight.summary), the bias \(bias.summary): \(rows) rows, and one dtype, are expected of \(classes.count) classes"
            )
        }
        let hasErrors = record["weightErrors"] != nil || record["biasErrors"] != nil
        weightErrors = hasErrors ? try record.float64("weightErrors", shape: weight.shape) : nil
        biasErrors = hasErrors ? try record.float64("biasErrors", shape: bias.shape) : nil
    }
}
