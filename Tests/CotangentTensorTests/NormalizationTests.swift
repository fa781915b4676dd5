import CotangentTensor
import TestSupport
import Testing

/// Normalisations against PyTorch's values and gradients: Fixtures/normalization.py made them.
struct NormalizationCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let note: String
    let options: JSONValue
    let input: FixtureTensor
    let weight: FixtureTensor?
    let bias: FixtureTensor?
    let figures: [FixtureTensor]
    let output: FixtureTensor
    let cotangent: FixtureTensor
    let gradients: [String: FixtureTensor?]

    static let all: [NormalizationCase] = {
        struct File: Decodable { let operations: [NormalizationCase] }
        return try! Fixtures.decoded("normalization.json", as: File.self).operations
    }()

    var testDescription: String {
        "\(name) \(input.shape)\(weight == nil ? "" : " weight")\(bias == nil ? "" : " bias") \(note)"
    }

    func inputs(_ type: DType) -> [Tensor] { [input, weight, bias].compactMap { $0?.tensor(type) } }

    /// The gradients for `inputs`, in their order.
    func expected(_ type: DType) -> [Tensor] {
        ["input", "weight", "bias"].compactMap { gradients[$0]??.tensor(type) }
    }

    /// Of the input and, where there are any, weight and bias.
    func apply(_ inputs: [Tensor]) -> Tensor {
        let x = inputs[0]
        let weight = weight == nil ? nil : inputs[1]
        let bias = bias == nil ? nil : inputs.last
        let epsilon = options["epsilon"]!.double!
        switch name {
        case "batchNorm": return batchNorm(x, weight: weight, bias: bias, epsilon: epsilon)
        case "batchNorm.given":
            let (mean, variance) = (figures[0].tensor(x.dtype), figures[1].tensor(x.dtype))
            return batchNorm(x, mean: mean, variance: variance, weight: weight, bias: bias, epsilon: epsilon)
        case "layerNorm":
            let shape = Shape(input.shape.suffix(options["axes"]!.int!))
            return layerNorm(x, normalizedShape: shape, weight: weight, bias: bias, epsilon: epsilon)
        case "groupNorm":
            return groupNorm(x, groups: options["groups"]!.int!, weight: weight, bias: bias, epsilon: epsilon)
        case "instanceNorm": return instanceNorm(x, weight: weight, bias: bias, epsilon: epsilon)
        default: fatalError("no operation '\(name)'")
        }
    }
}

@Suite struct NormalizationTests {
    static let cases = NormalizationCase.all

    @Test func everyOperationHasAKnownAnswer() {
        #expect(
            Set(Self.cases.map(\.name)) == [
                "batchNorm", "batchNorm.given", "layerNorm", "groupNorm", "instanceNorm",
            ])
        #expect(Self.cases.count { $0.note == "large mean" } == 4)
    }

    private func tolerance(_ type: DType) -> Double { type == .float64 ? 1e-10 : 1e-6 }

    @Test(arguments: cases) func value(_ test: NormalizationCase) {
        for type in [DType.float64, .float32] {
            let expected = test.output.tensor(type)
            for inputs in [test.inputs(type), test.inputs(type).map(scatteredView)] {
                let y = test.apply(inputs)
                #expect(y.dtype == type)
                #expect(relativeDistance(y, expected) <= tolerance(type))
            }
        }
    }

    /// Where terms cancel, their size counts as well.
    private func expectGradients(_ found: [Tensor], _ test: NormalizationCase, _ type: DType) {
        let expected = test.expected(type)
        #expect(found.count == expected.count)
        for (found, wanted) in zip(found, expected) {
            let scale = Swift.max(1, wanted.doubles.map { $0 * $0 }.reduce(0, +).squareRoot())
            #expect(found.dtype == type)
            #expect(largestDifference(found, wanted) <= 2 * tolerance(type) * scale, "\(found)\n\(wanted)")
        }
    }

    @Test(arguments: cases) func pullback(_ test: NormalizationCase) {
        for type in [DType.float64, .float32] {
            let (inputs, dy) = (test.inputs(type), test.cotangent.tensor(type))
            for (at, dy) in [(inputs, dy), (inputs.map(scatteredView), scatteredView(of: dy))] {
                expectGradients(vjp(at: at) { test.apply($0) }.pullback(dy), test, type)
            }
        }
    }

    /// Only what is asked for, one input at a time: the others are constants.
    @Test(arguments: cases) func pullbackOfOne(_ test: NormalizationCase) {
        let (inputs, dy) = (test.inputs(.float64), test.cotangent.tensor(.float64))
        let found = inputs.indices.map { place in
            vjp(at: inputs[place]) { x in
                var moved = inputs
                moved[place] = x
                return test.apply(moved)
            }.pullback(dy)
        }
        expectGradients(found, test, .float64)
    }

    /// Within a nested recording, where the pullback takes its composed form.
    @Test(arguments: cases) func nestedPullback(_ test: NormalizationCase) {
        for type in [DType.float64, .float32] {
            let inputs = test.inputs(type)
            var nested: [Tensor] = []
            _ = gradient(at: inputs[0]) { x in
                nested = vjp(at: [x] + inputs.dropFirst()) { test.apply($0) }.pullback(test.cotangent.tensor(type))
                return sum(nested[0])
            }
            expectGradients(nested, test, type)
        }
    }

    static let checked = cases.filter { $0.note.isEmpty && $0.input.values.count <= 90 }

    @Test(arguments: checked) func firstOrder(_ test: NormalizationCase) throws {
        try gradientCheck(at: test.inputs(.float64)) { test.apply($0) }
    }

    /// The differences are taken of the fused pullback, the gradient of the composed one.
    @Test(arguments: checked) func secondOrder(_ test: NormalizationCase) throws {
        let cotangent = test.cotangent.tensor(.float64)
        try gradientCheck(at: test.inputs(.float64) + [cotangent], absolute: 1e-7, seed: 1) { values in
            let gradients = vjp(at: Array(values.dropLast())) { test.apply($0) }.pullback(values.last!)
            return concatenate(gradients.map(\.flattened))
        }
    }

    /// A mean and a variance that are recorded get gradients too.
    @Test func givenFiguresHaveGradients() throws {
        var generator = PhiloxGenerator(seed: 4)
        let x = Tensor.normal([2, 3, 4], dtype: .float64, using: &generator)
        let weight = Tensor.normal([3], dtype: .float64, using: &generator)
        let mean = Tensor.normal([3], dtype: .float64, using: &generator)
        let variance = Tensor.uniform([3], in: 0.5...2, dtype: .float64, using: &generator)
        func f(_ values: [Tensor]) -> Tensor {
            batchNorm(
                values[0], mean: values[1], variance: values[2], weight: values[3], bias: values[3], epsilon: 1e-3)
        }
        try gradientCheck(at: [x, mean, variance, weight], of: f)
        #expect(
            relativeDistance(
                vjp(at: [x, mean, variance, weight], of: f).value, f([x, mean, variance, weight])) < 1e-14)
        // By the batch's own figures, it is what it is in training.
        let own = batchNorm(
            x, mean: CotangentTensor.mean(x, axes: [0, 2]), variance: CotangentTensor.variance(x, axes: [0, 2]),
            weight: weight)
        #expect(relativeDistance(own, batchNorm(x, weight: weight)) < 1e-12)
    }

    @Test(arguments: cases) func shapesAlone(_ test: NormalizationCase) {
        let real = test.apply(test.inputs(.float32))
        for given in [
            test.inputs(.float32).map { Tensor(abstract: $0.shape, $0.dtype) }, test.inputs(.float32),
            test.inputs(.float32).map(scatteredView),
        ] {
            let run = AbstractRun()
            let y = run.run { test.apply(given) }
            #expect(y.shape == real.shape && y.dtype == real.dtype && y.isAbstract)
            #expect(run.problem == nil)
        }
    }

    /// No elements, no trap; weights get the gradient 0.
    @Test func empty() {
        let weight = Tensor.ones([3])
        for shape: Shape in [[0, 3], [0, 3, 4], [0, 3, 5, 5], [2, 3, 0]] {
            let x = Tensor.zeros(shape)
            for f: (Tensor, Tensor) -> Tensor in [
                { batchNorm($0, weight: $1, bias: $1) }, { groupNorm($0, groups: 3, weight: $1, bias: $1) },
                { batchNorm($0, mean: weight, variance: weight, weight: $1) },
                { layerNorm($0, normalizedShape: Shape(Array($0.shape.dropFirst()))) + sum($1) },
                { $0.rank > 2 ? instanceNorm($0, weight: $1) : $0 * $1.reshaped([1, 3]) },
            ] {
                let (dx, dweight) = gradient(at: x, weight) { sum(f($0, $1)) }
                #expect(f(x, weight).shape == shape && dx.shape == shape)
                #expect(dweight == Tensor.zeros([3]))
            }
        }
    }
}
