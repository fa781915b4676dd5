import Cotangent
import TestSupport
import Testing

@Suite struct LoadingTests {
    // MARK: PyTorch

    /// A state_dict of PyTorch's loads by name, gives its outputs, and goes back under the same names with the same shapes.
    @Test(arguments: StateDictCase.all, [DType.float32, .float64])
    func stateDictsOfPyTorch(_ test: StateDictCase, _ dtype: DType) throws {
        let model = test.model(dtype)
        let report = try model.load(test.snapshot(dtype))
        #expect(report.missing.isEmpty && report.unexpected.isEmpty && report.mismatched.isEmpty)
        let distance = relativeDistance(
            running(in: .inference) { model(test.input.tensor(dtype)) }, test.output.tensor(dtype))
        #expect(distance < (dtype == .float32 ? 1e-5 : 1e-10), "\(distance)")

        let back = model.snapshot(underAllNames: true)
        #expect(Set(back.names) == Set(test.state.map(\.name)))
        for (name, tensor) in test.state.map({ ($0.name, $0.tensor.tensor(dtype)) }) {
            #expect(back[name] == tensor, "\(name)")
        }
        // All names are of one model.
        let other = test.model(dtype)
        try other.restore(back)
        #expect(other.snapshot() == model.snapshot())
    }

    /// Files older than PyTorch 0.4.1 do not say how many batches were tracked.
    @Test func oldFilesLackBatchesTracked() throws {
        let test = StateDictCase.all[0]
        let model = test.model(.float32)
        let old = test.snapshot(.float32).renamed { $0.hasSuffix("num_batches_tracked") ? nil : $0 }
        let report = try model.load(old)
        #expect(report.missing == ["features.1.num_batches_tracked", "normed.num_batches_tracked"])
        #expect(throws: SnapshotError.self) { try model.restore(old) }
    }

    @Test func tiedWeights() throws {
        let test = StateDictCase.all[2]
        let both = test.snapshot(.float64)
        for left in ["embedding.weight", "decoder.weight"] {
            var one = both
            one[left] = nil
            let model = test.model(.float64)
            let report = try model.load(one)
            #expect(report.loaded.contains("embedding.weight") && !report.loaded.contains("decoder.weight"))
            #expect(model.snapshot(underAllNames: true)["decoder.weight"] == both["embedding.weight"])
        }
        var differing = both
        differing["decoder.weight"] = both["decoder.weight"]! + 1
        let model = test.model(.float64)
        let before = model.snapshot()
        let error = #expect(throws: SnapshotError.self) { try model.load(differing) }
        #expect(
            error?.mismatched == [
                "embedding.weight and decoder.weight are one tensor in the model, and differ in the snapshot"
            ])
        #expect(model.snapshot() == before)
        #expect(before["decoder.weight"] == nil)
        // A NaN does not differ from itself.
        var broken = both
        broken["decoder.weight"] = both["decoder.weight"]! * Double.nan
        broken["embedding.weight"] = broken["decoder.weight"]
        try model.load(broken)
    }

    // MARK: Parts

    private struct Model: Layer {
        let body: Linear
        let head: Linear

        init(_ seed: UInt64, classes: Int = 3, dtype: DType = .float32) {
            var generator = PhiloxGenerator(seed: seed)
            body = Linear(4, 5, dtype: dtype, using: &generator)
            head = Linear(5, classes, dtype: dtype, using: &generator)
        }

        func callAsFunction(_ x: Tensor) -> Tensor { head(relu(body(x))) }
    }

    @Test func strictByDefault() {
        let model = Model(1)
        let before = model.snapshot()
        var other = Model(2, classes: 7).snapshot()
        other["body.bias"] = nil
        other["tail"] = Tensor.zeros([1])
        let error = #expect(throws: SnapshotError.self) { try model.load(other) }
        #expect(error?.missing == ["body.bias"] && error?.unexpected == ["tail"])
        #expect(
            error?.mismatched == [
                "head.weight is float32 [3, 5], in the snapshot float32 [7, 5]",
                "head.bias is float32 [3], in the snapshot float32 [7]",
            ])
        #expect(model.snapshot() == before)
    }

    @Test func allowances() throws {
        let model = Model(1)
        let before = model.snapshot()
        var other = Model(2, classes: 7).snapshot()
        other["body.bias"] = nil
        other["tail"] = Tensor.zeros([1])
        let report = try model.load(other, allowing: .partial)
        #expect(report.loaded == ["body.weight"] && report.missing == ["body.bias"] && report.unexpected == ["tail"])
        #expect(report.mismatched.count == 2)
        #expect(
            model.body.weight.value == other["body.weight"]! && model.snapshot()["head.bias"] == before["head.bias"])
        #expect(
            report.description == """
                1 tensor loaded
                missing in the snapshot, left as they were: body.bias
                not in the model: tail
                of another shape or dtype, left as they were: head.weight is float32 [3, 5], in the snapshot float32 [7, 5]; head.bias is float32 [3], in the snapshot float32 [7]
                """)
        // Only what is not allowed stands in the error.
        let error = #expect(throws: SnapshotError.self) { try model.load(other, allowing: [.missing, .unexpected]) }
        #expect(error?.missing == [] && error?.unexpected == [] && error?.mismatched.count == 2)
    }

    @Test func otherPrecision() throws {
        let (model, other) = (Model(1), Model(2, dtype: .float64).snapshot())
        #expect(throws: SnapshotError.self) { try model.load(other) }
        let report = try model.load(other, allowing: .conversion)
        #expect(report.converted == report.loaded && report.loaded.count == 4)
        #expect(model.body.weight.value == other["body.weight"]!.cast(to: .float32))
    }

    @Test func renaming() throws {
        let (model, other) = (Model(1), Model(2).snapshot())
        let theirs = other.renamed { "module.\($0.replacing("head", with: "fc"))" }
        #expect(theirs.names == ["module.body.weight", "module.body.bias", "module.fc.weight", "module.fc.bias"])
        try model.load(theirs) { $0.replacing("module.", with: "").replacing("fc", with: "head") }
        #expect(model.snapshot() == other)
        let report = try model.load(theirs, allowing: .missing) {
            $0.hasPrefix("module.body") ? String($0.dropFirst(7)) : nil
        }
        #expect(report.leftOut == ["module.fc.weight", "module.fc.bias"] && report.loaded.count == 2)
        let error = #expect(throws: SnapshotError.self) {
            try model.load(theirs, allowing: .partial) { _ in "body.weight" }
        }
        #expect(error?.mismatched.contains("module.body.weight and module.body.bias both become body.weight") == true)
    }

    @Test func prefixes() throws {
        let other = Model(2).snapshot()
        let model = Model(1)
        try model.load(other.renamed { "module.\($0)" }, removingPrefix: "module.")
        #expect(model.snapshot() == other)
        // A part of the saved model.
        var generator = PhiloxGenerator(seed: 3)
        let body = Linear(4, 5, using: &generator)
        let error = #expect(throws: SnapshotError.self) { try body.load(other, removingPrefix: "body.") }
        #expect(error?.unexpected == ["head.weight", "head.bias"])
        try body.load(other, removingPrefix: "body.", allowing: .unexpected)
        #expect(body.weight.value == other["body.weight"]!)
    }

    /// A load that finds nothing is a mistake, whatever it may pass over.
    @Test func nothingToLoad() {
        let model = Model(1)
        let theirs = model.snapshot().renamed { "module.\($0)" }
        let error = #expect(throws: SnapshotError.self) { try model.load(theirs, allowing: .partial) }
        #expect(error?.missing.count == 4 && error?.unexpected.count == 4)
    }
}
