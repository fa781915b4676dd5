import CotangentTensor

/// A classifier of many classes of one of two: for each class, a model that tells it from all others, and the class whose
/// model is surest wins.
///
/// K models, each of all samples, so cost grows with K. The models are fitted apart, and nothing makes their scores
/// comparable: ``OneVsOne`` is usually more reliable.
public struct OneVsAll<Base: BinaryClassifier>: Estimator {
    public var base: Base

    public init(_ base: Base) { self.base = base }

    /// - Parameters:
    ///   - x: [samples, features]
    ///   - y: labels, int64 [samples]; any numbers.
    /// - Throws: ``FitError`` where there is a single class, and as the base does.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> OneVsAllModel<Base.Fitted> {
        let data = try LabelledData("OneVsAll", x, y)
        return OneVsAllModel(
            classes: data.classes,
            models: try data.classes.indices.map { place in
                try base.fit(x, Tensor(data.places.map { $0 == place ? 1 : 0 }))
            })
    }
}

/// A fitted ``OneVsAll``.
public struct OneVsAllModel<Base: BinaryModel>: Predictor {
    /// The labels, rising.
    public let classes: [Int]
    /// For each class the model that tells it from the others.
    public let models: [Base]

    /// What the models say of each row: [samples, classes].
    public func decisions(_ x: Tensor) -> Tensor { stack(models.map { $0.decision(x) }, axis: 1) }

    /// The labels, int64 [samples]. Of equal decisions the first class wins.
    public func predict(_ x: Tensor) -> Tensor { LabelledData.predicted(decisions(x), classes) }

    /// The share of rows that get their label.
    public func score(_ x: Tensor, _ y: Tensor) -> Double { accuracy("OneVsAll", predict(x), y) }
}

extension OneVsAllModel: StorableModel where Base: StorableModel {
    public static var kind: String { "one-vs-all" }

    public func store(in record: inout ModelRecord) { record.store(classes, models) }

    public init(from record: ModelRecord) throws {
        classes = try record.classes("classes")
        models = try record.models(count: classes.count)
    }
}

extension ModelRecord {
    /// Labels, and a part for each model.
    mutating func store<Model: StorableModel>(_ classes: [Int], _ models: [Model]) {
        self["classes"] = Tensor(classes)
        self[word: "base"] = Model.kind
        for (place, model) in models.enumerated() { nest("models.\(place)") { model.store(in: &$0) } }
    }

    func models<Model: StorableModel>(count: Int) throws -> [Model] {
        guard self[word: "base"] == Model.kind else {
            throw problem(
                "its models are of kind '\((self[word: "base"] ?? "unknown").prefix(40))', not '\(Model.kind)'")
        }
        return try (0..<count).map { try Model(from: nested("models.\($0)")) }
    }
}
