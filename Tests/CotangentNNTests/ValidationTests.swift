import Cotangent
import TestSupport
import Testing

/// Running a model on shapes alone: bad requests throw, with the layer's name, and leave nothing behind.
@Suite struct ValidationTests {
    private func network() -> Sequential {
        var generator = PhiloxGenerator(seed: 1)
        return Sequential {
            Flatten()
            Linear(64, 32, using: &generator)
            ReLU()
            Dropout()
            Linear(32, 10, using: &generator)
        }
    }

    /// Looks at shapes in its own code.
    private struct Custom: Layer {
        let body: Sequential
        let head: Linear
        init() {
            var generator = PhiloxGenerator(seed: 2)
            body = Sequential {
                Linear(6, 8, using: &generator)
                ReLU()
                Softmax(axis: 1)
            }
            head = Linear(16, 3, using: &generator)
        }
        func callAsFunction(_ x: Tensor) -> Tensor {
            let (batch, time) = (x.shape[0], x.shape[1])
            let pooled = body(x).reshaped([batch, time / 2, 16])
            return softmax(head(pooled[.all, -1]))
        }
    }

    @Test func givesTheOutputShape() throws {
        let model = network()
        #expect(try model.validate(inputShape: [32, 64]) == [32, 10])
        #expect(try model.validate(inputShape: [5, 8, 8]) == [5, 10])
        #expect(try model.validate(inputShape: [0, 64]) == [0, 10])
        #expect(try Custom().validate(inputShape: [4, 6, 6]) == [4, 3])
        #expect(try Embedding(weight: Tensor.zeros([9, 4])).validate(inputShape: [2, 3], dtype: .int64) == [2, 3, 4])
    }

    @Test func namesTheLayer() throws {
        let model = network()
        let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: [32, 60]) }
        #expect(error?.layer == "1" && error?.inputShape == [32, 60])
        #expect(
            "\(error!)".hasPrefix(
                "input [32, 60], layer '1': linear: the input is float32 [32, 60], the weight float32 [32, 64]"))
        // A layer without parameters is named by its place.
        #expect(throws: ShapeError.self) { try model.validate(inputShape: [64]) }
        do { try model.validate(inputShape: [64]) } catch {
            #expect(error.layer == "0" && error.message.hasPrefix("Flatten: "))
        }
        do { try model.validate(inputShape: [2, 64], dtype: .float64) } catch { #expect(error.layer == "1") }
        do { try model.validate(inputShape: [2, 64], dtype: .int64) } catch { #expect(error.layer == "1") }
        let table = Embedding(weight: Tensor.zeros([9, 4]))
        do { try table.validate(inputShape: [2]) } catch {
            #expect(error.layer == nil && error.message.contains("not int64"))
        }
        #expect(throws: ShapeError.self) { try table.validate(inputShape: [2]) }
    }

    @Test func namesLayersInsideOfStructs() {
        func layer(_ shape: Shape) -> String? {
            do {
                try Custom().validate(inputShape: shape)
                return "none"
            } catch { return "\(error.layer ?? "nil"): \(error)" }
        }
        #expect(layer([4, 6, 5])?.hasPrefix("body.0: input [4, 6, 5], layer 'body.0': linear: ") == true)
        // The model's own code refuses: behind the last layer that ran, and with none before it.
        #expect(layer([4, 5, 6])?.contains("reshaped: ") == true)
        #expect(layer([4])?.contains("shape: axis 1 of [4], which has 1 axis") == true)
        #expect(layer([])?.contains("shape: axis 0 of []") == true)
    }

    @Test(arguments: [[-1, 64], [1 << 40, 1 << 40], [.max, .max, .max], [1 << 62]] as [Shape]) func hostileShapes(
        _ shape: Shape
    ) {
        let error = #expect(throws: ShapeError.self) { try network().validate(inputShape: shape) }
        #expect(error?.message.contains("lengths must not be negative") == true)
    }

    /// Nothing is computed: an input of a terabyte takes no time.
    @Test func computesNothing() throws {
        #expect(try network().validate(inputShape: [1 << 32, 64]) == [1 << 32, 10])
    }

    @Test func aGoodCallWorksAfterwardsOnManyThreads() throws {
        let model = network()
        var generator = PhiloxGenerator(seed: 3)
        let x = Tensor.normal([7, 64], using: &generator)
        let expected = model(x)
        let right = try onThreads(8) { thread in
            for round in 0..<50 {
                do {
                    try model.validate(inputShape: [7, 63 - thread])
                    return false
                } catch let error as ShapeError {
                    if error.layer != "1" || error.inputShape != [7, 63 - thread] { return false }
                }
                if try model.validate(inputShape: [round, 64]) != [round, 10] { return false }
                if model(x) != expected { return false }
            }
            return true
        }
        #expect(right == Array(repeating: true, count: 8))
    }

    @Test func leavesStateAlone() throws {
        struct Counting: Layer {
            let count = Buffer(Tensor(scalar: 0.0))
            func callAsFunction(_ x: Tensor) -> Tensor {
                count.value = count.value + 1
                return x
            }
        }
        let model = Counting()
        try model.validate(inputShape: [3])
        _ = model.summary(inputShape: [3])
        #expect(model.count.value.item == 0)
    }

    // MARK: Summary

    @Test func summaryListsLayers() {
        let model = network()
        model.freeze { $0 == "4.bias" }
        let summary = model.summary(inputShape: [32, 8, 8])
        #expect(summary.rows.map(\.name) == ["0", "1", "2", "3", "4"])
        #expect(summary.rows.map(\.layer) == ["Flatten", "Linear(64 → 32)", "ReLU", "Dropout(0.5)", "Linear(32 → 10)"])
        #expect(summary.rows.map(\.outputShape) == [[32, 64], [32, 32], [32, 32], [32, 32], [32, 10]])
        #expect(summary.rows.map(\.parameterCount) == [0, 2080, 0, 0, 330])
        #expect(summary.outputShape == [32, 10] && summary.parameterCount == 2410 && summary.frozenCount == 10)
        #expect(summary.byteCount == 2410 * 4)
        #expect(
            summary.description == """
                Name  Layer            Output      Parameters
                ─────────────────────────────────────────────
                      input            [32, 8, 8]
                0     Flatten          [32, 64]
                1     Linear(64 → 32)  [32, 32]         2,080
                2     ReLU             [32, 32]
                3     Dropout(0.5)     [32, 32]
                4     Linear(32 → 10)  [32, 10]           330
                ─────────────────────────────────────────────
                2,410 parameters: 2,400 trainable, 10 frozen; 9,640 bytes
                """)
    }

    @Test func summaryNamesNestedAndSharedLayers() {
        struct Model: Layer {
            let body = Custom()
            let scale = Parameter(Tensor.ones([3], dtype: .float32))
            let shared = Linear(weight: Tensor.zeros([3, 3]))
            let table = Buffer(Tensor.zeros([4], dtype: .float64))
            func callAsFunction(_ x: Tensor) -> Tensor { shared(shared(body(x) * scale.value)) }
        }
        let summary = Model().summary(inputShape: [4, 6, 6])
        #expect(
            summary.rows.map(\.name) == [
                "body.body.0", "body.body.1", "body.body.2", "body.head", "shared", "shared", "scale",
            ])
        #expect(summary.rows.map(\.parameterCount) == [56, 0, 0, 51, 9, 0, 3])
        #expect(summary.parameterCount == 119 && summary.byteCount == 119 * 4 + 32)
    }
}
