import Cotangent

/// The readers of what comes from outside, as functions of bytes: each gives something or throws. `Scripts/fuzz` feeds them
/// with what coverage leads it to, `CorpusTests` with what it has found.
public enum FuzzedReader: String, CaseIterable, Sendable {
    case csv, csvWords, npy, npz, idx, safetensors, checkpoint, image, architecture, linearModel

    /// Whether the bytes were taken. All that a user would look at is looked at.
    @discardableResult
    public func takes(_ bytes: [UInt8]) -> Bool {
        do {
            try read(bytes)
            return true
        } catch { return false }
    }

    private func read(_ bytes: [UInt8]) throws {
        switch self {
        case .csv: _ = try CSV(parsing: bytes, missing: .nan).tensor(dtype: .float64).count
        case .csvWords:
            let table = try CSV(parsing: bytes, missing: .median, textColumns: .detected)
            for name in table.textColumnNames { _ = try table.categories(name) }
        case .npy:
            let file = try NPY(decoding: bytes)
            touch(try file.tensor())
            if file.shape.rank > 0, file.shape[0] > 0 { touch(try file.rows([file.shape[0] - 1, 0])) }
        case .npz:
            for (_, tensor) in try NPZ(decoding: bytes, limit: 1 << 22).tensors() { touch(tensor) }
        case .idx:
            let file = try IDX(decoding: bytes, limit: 1 << 22)
            touch(file.tensor())
            if file.count > 0 { touch(file.rows([file.count - 1, 0])) }
        case .safetensors:
            let file = try Safetensors(decoding: bytes)
            for (_, tensor) in try file.tensors() { touch(tensor) }
            // What was read can be written and read.
            _ = try Safetensors(decoding: file.encoded(storing: .bfloat16))
        case .checkpoint: _ = try Checkpoint(decoding: bytes).state.history.epochs.count
        case .image: touch(try Image(decoding: bytes).pixels)
        case .architecture:
            let architecture = try Architecture(parsing: String(decoding: bytes, as: UTF8.self))
            _ = try Architecture(parsing: architecture.json)
        case .linearModel: try readLinearModel(bytes)
        }
    }

    /// Whichever kind of model the file says that it holds.
    private func readLinearModel(_ bytes: [UInt8]) throws {
        func model<Model: StorableModel>(_: Model.Type) throws -> Model {
            let model = try Model(decoding: bytes)
            // What was read can be written and read.
            return try Model(decoding: model.encoded())
        }
        func rows(for weight: Tensor) -> Tensor { Tensor.zeros([2, weight.shape[1]], dtype: weight.dtype) }
        switch try Safetensors(decoding: bytes).metadata["cotangent.kind"] {
        case LogisticModel.kind:
            let model = try model(LogisticModel.self)
            touch(model.predict(rows(for: model.weight)))
            touch(model.probabilities(rows(for: model.weight)))
        case OneVsAllModel<LogisticModel>.kind:
            let model = try model(OneVsAllModel<LogisticModel>.self)
            touch(model.predict(rows(for: model.models[0].weight)))
        case OneVsOneModel<LogisticModel>.kind:
            let model = try model(OneVsOneModel<LogisticModel>.self)
            touch(model.predict(rows(for: model.models[0].weight)))
        case PCAModel.kind:
            let model = try model(PCAModel.self)
            touch(model.inverse(model(rows(for: model.components))))
            touch(model.shares)
        default:
            let model = try model(LinearModel.self)
            touch(model.predict(rows(for: model.weight)))
            if let statistics = model.statistics { [statistics.weightP, statistics.biasP].forEach(touch) }
        }
    }

    /// Reads every element.
    private func touch(_ x: Tensor) {
        if x.dtype == .bool { _ = x.bools.count } else { _ = x.dtype == .int64 ? x.ints.count : x.doubles.count }
    }
}
