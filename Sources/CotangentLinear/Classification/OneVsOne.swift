import CotangentTensor

/// A classifier of many classes of one of two: a model for each pair of classes, fitted to their samples alone, and the
/// class that wins most pairs wins.
///
/// K (K − 1) / 2 models, each of two classes' samples: usually more reliable than ``OneVsAll``, since two classes are
/// easier to tell apart than one from a mixture. With samples spread evenly all fits together see each sample K − 1 times,
/// where one-vs-all sees it K times; but there are more models to keep and to ask, and their number grows as K².
public struct OneVsOne<Base: BinaryClassifier>: Estimator {
    public var base: Base

    public init(_ base: Base) { self.base = base }

    /// - Parameters:
    ///   - x: [samples, features]
    ///   - y: labels, int64 [samples]; any numbers.
    /// - Throws: ``FitError`` where there is a single class, and as the base does.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> OneVsOneModel<Base.Fitted> {
        let data = try LabelledData("OneVsOne", x, y)
        var rows = [[Int]](repeating: [], count: data.classes.count)
        for (row, place) in data.places.enumerated() { rows[place].append(row) }
        return OneVsOneModel(
            classes: data.classes,
            models: try pairs(data.classes.count).map { first, second in
                let chosen = rows[first] + rows[second]
                return try base.fit(
                    gather(x, Tensor(chosen)), Tensor(chosen.map { data.places[$0] == second ? 1 : 0 }))
            })
    }
}

/// (0, 1), (0, 2), …, (1, 2), …
private func pairs(_ count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { first in (first + 1..<max(count, first + 1)).map { (first, $0) } }
}

/// A fitted ``OneVsOne``.
public struct OneVsOneModel<Base: BinaryModel>: Predictor {
    /// The labels, rising.
    public let classes: [Int]
    /// For each pair, (0, 1), (0, 2), …, (1, 2), …, the model whose decision is positive for the second.
    public let models: [Base]

    /// For each row and class the pairs that it wins, and, so that equal counts are told apart, what all its pairs'
    /// decisions add up to, c, as c / (3 (|c| + 1)), which is less than a third of a vote: [samples, classes]. scikit-learn
    /// does the same.
    public func decisions(_ x: Tensor) -> Tensor {
        var votes = [Tensor?](repeating: nil, count: classes.count)
        var sums = votes
        func add(_ value: Tensor, to total: inout Tensor?) { total = total.map { $0 + value } ?? value }
        for ((first, second), model) in zip(pairs(classes.count), models) {
            let decision = model.decision(x)
            let wins = greater(decision, 0).cast(to: decision.dtype)
            add(1 - wins, to: &votes[first])
            add(wins, to: &votes[second])
            add(-decision, to: &sums[first])
            add(decision, to: &sums[second])
        }
        let confidence = stack(sums.map { $0! }, axis: 1)
        return stack(votes.map { $0! }, axis: 1) + confidence / (3 * (abs(confidence) + 1))
    }

    /// The labels, int64 [samples].
    public func predict(_ x: Tensor) -> Tensor { LabelledData.predicted(decisions(x), classes) }

    /// The share of rows that get their label.
    public func score(_ x: Tensor, _ y: Tensor) -> Double { accuracy("OneVsOne", predict(x), y) }
}

extension OneVsOneModel: StorableModel where Base: StorableModel {
    public static var kind: String { "one-vs-one" }

    public func store(in record: inout ModelRecord) { record.store(classes, models) }

    public init(from record: ModelRecord) throws {
        classes = try record.classes("classes")
        guard classes.count < 1 << 16 else { throw record.problem("\(classes.count) classes are too many pairs") }
        models = try record.models(count: classes.count * (classes.count - 1) / 2)
    }
}
