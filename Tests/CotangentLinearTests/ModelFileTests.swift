import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct ModelFileTests {
    private let x = LinearFixture.standardIris
    private let y = LinearFixture.iris.y
    private let base = LogisticRegression(penalty: .l2(0.01))

    private func comesBack<Model: StorableModel & Equatable>(_ model: Model) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try model.write(to: path)
        #expect(try Model(path: path) == model)
        #expect(try Model(decoding: model.encoded()) == model)
        let file = try Safetensors(path: path)
        #expect(file.metadata["cotangent.kind"] == Model.kind && file.metadata["cotangent.version"] == "1")
    }

    @Test func everyModelComesBack() throws {
        try comesBack(try LinearRegression().fit(LinearFixture.diabetes.x, LinearFixture.diabetes.y))
        try comesBack(try LinearRegression(hasBias: false).fit(LinearFixture.linnerud.x, LinearFixture.linnerud.y))
        try comesBack(try Lasso(penalty: 1).fit(LinearFixture.diabetes.x, LinearFixture.diabetes.y))
        try comesBack(try Ridge(penalty: 1).fit(x.cast(to: .float32), x[0..., ..<2].cast(to: .float32)))
        try comesBack(try base.fit(x, y))
        try comesBack(try LogisticRegression().fit(x[50...], y[50...]))
        try comesBack(try PCA(components: .count(2), whitens: true).fit(x))
        let (all, one) = (try OneVsAll(base).fit(x, y), try OneVsOne(base).fit(x, y))
        let read = try OneVsAllModel<LogisticModel>(decoding: all.encoded())
        #expect(read.models == all.models && read.classes == all.classes && read.decisions(x) == all.decisions(x))
        let pairs = try OneVsOneModel<LogisticModel>(decoding: one.encoded())
        #expect(pairs.models == one.models && pairs.decisions(x) == one.decisions(x))
    }

    /// Each file lacks something, or says something else than a model.
    @Test func whatIsNoModelIsRefused() throws {
        let model = try LinearRegression().fit(LinearFixture.diabetes.x, LinearFixture.diabetes.y)
        let good = try Safetensors(decoding: model.encoded())
        func refused(
            without name: String? = nil, with extra: [(name: String, tensor: Tensor)] = [],
            words: [String: String?] = [:], _ message: String
        ) throws {
            var metadata = good.metadata
            for (key, word) in words { metadata[key] = word }
            let replaced = Set(extra.map(\.name))
            let kept = try good.tensors().filter { $0.name != name && !replaced.contains($0.name) }
            let bytes = try Safetensors(tensors: kept + extra, metadata: metadata).encoded()
            do {
                _ = try LinearModel(decoding: bytes, name: "model.safetensors")
                Issue.record("taken: \(message)")
            } catch let error as ModelFileError {
                #expect("\(error)".contains(message) && error.file == "model.safetensors", "\(error)")
            }
        }
        try refused(words: ["cotangent.kind": nil], "not what model they belong to")
        try refused(words: ["cotangent.kind": "logistic"], "of kind 'logistic', not 'linear'")
        try refused(words: ["cotangent.version": "2"], "version '2', and version 1 is read")
        try refused(words: ["vector": nil], "'vector' is missing")
        try refused(words: ["vector": "maybe"], "'vector' is 'maybe', not true or false")
        try refused(without: "weight", "there is no tensor 'weight'")
        try refused(without: "bias", "there is no tensor 'bias'")
        try refused(without: "statistics.weightT", "there is no tensor 'statistics.weightT'")
        try refused(words: ["statistics.degreesOfFreedom": "-1"], "'statistics.degreesOfFreedom' is '-1'")
        try refused(with: [("weight", Tensor.zeros([10]))], "tensor 'weight' is float32 [10]")
        try refused(with: [("weight", Tensor([1, 2], shape: [1, 2]))], "tensor 'weight' is int64 [1, 2]")
        try refused(with: [("bias", Tensor.zeros([2], dtype: .float64))], "they must be [outputs, inputs] and [outputs]")
        try refused(with: [("bias", Tensor([Double.nan]))], "NaN or infinite")
        try refused(
            with: [("weight", Tensor.zeros([2, 10], dtype: .float64)), ("bias", Tensor.zeros([2], dtype: .float64))],
            "2 outputs cannot be predicted without an axis of outputs")
        #expect(throws: FormatError.self) { try LinearModel(decoding: Array("not a file".utf8)) }
        #expect(throws: FormatError.self) { try LinearModel(path: "/nowhere/model.safetensors") }
    }

    @Test func otherModelsAreCheckedToo() throws {
        func refused<Model: StorableModel>(
            _ model: Model, _ tensors: [(name: String, tensor: Tensor)], words: [String: String] = [:], _ message: String
        ) throws {
            let good = try Safetensors(decoding: model.encoded())
            let names = Set(tensors.map(\.name))
            let bytes = try Safetensors(
                tensors: good.tensors().filter { !names.contains($0.name) } + tensors,
                metadata: good.metadata.merging(words) { $1 }
            ).encoded()
            do {
                _ = try Model(decoding: bytes)
                Issue.record("taken: \(message)")
            } catch let error as ModelFileError { #expect("\(error)".contains(message), "\(error)") }
        }
        let logistic = try base.fit(x, y)
        try refused(logistic, [("classes", Tensor([0, 2, 1]))], "do not rise")
        try refused(logistic, [("classes", Tensor([0]))], "fewer than two")
        try refused(logistic, [("classes", Tensor([0, 1]))], "1 rows, and one dtype, are expected of 2 classes")
        try refused(logistic, [("weightErrors", Tensor.zeros([3, 4], dtype: .float64))], "no tensor 'biasErrors'")
        let all = try OneVsAll(base).fit(x, y)
        try refused(all, [("models.2.bias", Tensor.zeros([3]))], "3")
        try refused(all, [("classes", Tensor([0, 1, 2, 3]))], "'models.3.classes'")
        try refused(all, [], words: ["base": "pca"], "kind 'pca', not 'logistic'")
        // Models that could not be asked together.
        try refused(
            all,
            [
                ("models.1.classes", Tensor([0, 1, 2])), ("models.1.weight", Tensor.zeros([3, 4], dtype: .float64)),
                ("models.1.bias", Tensor.zeros([3], dtype: .float64)),
            ], "'models.1' tells 3 classes apart by a weight float64 [3, 4]")
        try refused(
            all, [("models.2.weight", Tensor.zeros([1, 5], dtype: .float64))],
            "'models.2' tells 2 classes apart by a weight float64 [1, 5]")
        // Nothing is made of 2 billion models that are claimed.
        let one = try OneVsOne(base).fit(x, y)
        try refused(one, [("classes", Tensor(Array(0..<65_000)))], "'models.3.classes'")
        let pca = try PCA(components: .count(2), whitens: true).fit(x)
        try refused(pca, [("variances", Tensor([1.0, -1]))], "negative, or 0 where it is divided by")
        try refused(pca, [("mean", Tensor.zeros([5], dtype: .float64))], "they do not fit")
    }
}
