import Cotangent

/// A question that cannot be answered, and why.
struct Refusal: Error {
    let message: String
}

/// A classifier of rows of numbers, loaded once and asked by many requests at a time: a call reads the weights and
/// writes nothing.
struct Predictor: Sendable {
    let trained: TrainedModel
    let classes: [String]
    /// How many numbers a row has.
    let inputs: Int
    /// A call for so many takes some milliseconds at most, in which nobody else gets its thread.
    let maximumRows = 1000

    init(path: String) throws {
        trained = try TrainedModel(path: path)
        guard case .classification(let classes, _) = trained.objective, trained.architecture.input.rank == 1 else {
            throw Refusal(
                message: "\(path): the model must tell classes of rows of numbers, and this one makes \(trained.objective) of \(trained.architecture.input)")
        }
        self.classes = classes
        inputs = trained.architecture.input[0]
        // What is done once, at the first call, is done before the first request.
        _ = try probabilities([[Double](repeating: 0, count: inputs)])
    }

    /// The classes' probabilities, row by row. Whatever rows say, it throws where they cannot be answered and never traps.
    func probabilities(_ rows: [[Double]]) throws(Refusal) -> [[Float]] {
        guard !rows.isEmpty else { throw Refusal(message: "there are no rows") }
        guard rows.count <= maximumRows else {
            throw Refusal(message: "\(rows.count) rows are too many for one request: send \(maximumRows) at most")
        }
        for (index, row) in rows.enumerated() where row.count != inputs {
            throw Refusal(message: "row \(index) has \(row.count) numbers, and the model takes \(inputs)")
        }
        let x = Tensor(rows.flatMap { $0.map { Float($0) } }, shape: [rows.count, inputs])
        let values: [Float]
        do { values = try trained.predict(x).floats } catch { throw Refusal(message: "\(error)") }
        return try rows.indices.map { index throws(Refusal) in
            let probabilities = Array(values[index * classes.count..<(index + 1) * classes.count])
            guard probabilities.allSatisfy(\.isFinite) else {
                throw Refusal(message: "row \(index) has numbers that are too large for the model")
            }
            return probabilities
        }
    }
}
