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
        let parts = nested("models").parts
        // A file may claim more models than it holds: no room is made before they are there.
        var models: [Model] = []
        for place in 0..<count {
            models.append(try Model(from: parts["\(place)"] ?? nested("models.\(place)")))
        }
        if let models = models as? [LogisticModel] { try requireAlike(models) }
        return models
    }

    /// Models that could not be asked together would end the process at the first prediction.
    private func requireAlike(_ models: [LogisticModel]) throws {
        let first = models[0].weight
        for (place, model) in models.enumerated() {
            let weight = model.weight
            guard model.classes.count == 2, weight.shape == first.shape, weight.dtype == first.dtype else {
                throw problem(
                    "'models.\(place)' tells \(model.classes.count) classes apart by a weight \(weight.summary): two, by one like the first model's, \(first.summary), are expected"
                )
            }
        }
    }
}
