import Cotangent
import TestSupport
import Testing

/// Fixtures/recurrent_*.json: recurrent networks and cells with PyTorch's weights, by its names.
@Suite struct RecurrentReferenceTests {
    static let dtypes: [(DType, tolerance: Double)] = [(.float64, 1e-10), (.float32, 1e-5)]

    private func expectClose(
        _ found: Tensor, _ wanted: Tensor, _ tolerance: Double, _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let distance = relativeDistance(found, wanted)
        #expect(distance <= tolerance, "\(what), \(found.dtype)", sourceLocation: sourceLocation)
    }

    private func state(_ tensors: [Tensor]) -> RecurrentState? {
        tensors.isEmpty ? nil : RecurrentState(hidden: tensors[0], cell: tensors.count > 1 ? tensors[1] : nil)
    }

    /// Outputs and final state, as one list.
    private func run(_ layer: any RecurrentLayer, _ test: RecurrentCase, _ x: Tensor, _ start: [Tensor]) -> [Tensor] {
        let (outputs, end) = layer(x, state: state(start), lengths: test.lengths)
        return [outputs, end.hidden] + (end.cell.map { [$0] } ?? [])
    }

    private func loss(_ values: [Tensor], _ cotangents: [Tensor]) -> Tensor {
        zip(values, cotangents).map { sum($0 * $1) }.reduce(Tensor(scalar: 0.0).cast(to: values[0].dtype), +)
    }

    /// PyTorch's state_dict has these names in this order, and these shapes.
    @Test(arguments: RecurrentCase.networks) func namesAndShapes(_ test: RecurrentCase) throws {
        let layer = try test.layer(.float32)
        #expect(layer.namedParameters.map(\.name) == test.parameters.map(\.name))
        #expect(layer.parameters.map(\.shape) == test.parameters.map { Shape($0.shape) })
        #expect(layer.inputSize == test.inputSize && layer.hiddenSize == test.hiddenSize)
        #expect(layer.outputSize == test.outputShape[2] && layer.layers == test.layers)
        #expect(layer.isBidirectional == test.isBidirectional)
    }

    /// What nobody records, with final states and, where that is asked for, without.
    @Test(arguments: RecurrentCase.networks) func values(_ test: RecurrentCase) throws {
        let expected = test.expected()
        for (dtype, tolerance) in Self.dtypes {
            let layer = try test.layer(dtype)
            let x = test.input(dtype)
            let found = run(layer, test, x, test.start(dtype))
            #expect(found.count == expected.values.count)
            for (name, (a, b)) in zip(["outputs", "h", "c"], zip(found, expected.values)) {
                expectClose(a, b, tolerance, name)
            }
            if !test.state, test.lengths == nil {
                expectClose(layer(x), expected.values[0], tolerance, "outputs alone")
            }
            // The input as a view, between numbers that must not be read.
            let ofView = run(layer, test, scatteredView(of: x), test.start(dtype).map(scatteredView(of:)))
            #expect(ofView == found)
        }
    }

    /// All gradients at once; those of the parameters alone; those of the input and the state alone.
    @Test(arguments: RecurrentCase.networks) func gradients(_ test: RecurrentCase) throws {
        let expected = test.expected()
        let names = test.parameters.map(\.name)
        for (dtype, tolerance) in Self.dtypes {
            let layer = try test.layer(dtype)
            let (x, start, cotangents) = (test.input(dtype), test.start(dtype), test.cotangents(dtype))
            func all() -> [Tensor] {
                valueAndGradient(at: [x] + start + test.weights(dtype)) { values in
                    let weights = Dictionary(uniqueKeysWithValues: zip(names, values[(1 + start.count)...]))
                    return functionalCall(layer, weights) {
                        loss(run(layer, test, values[0], Array(values[1..<(1 + start.count)])), cotangents)
                    }
                }.gradients
            }
            let wanted = [expected.input] + expected.start + expected.weights
            let titles = ["x", "h", "c"][..<(1 + start.count)] + names
            for (name, (a, b)) in zip(titles, zip(all(), wanted)) { expectClose(a, b, tolerance, name) }
            // Where recordings are nested the network is recorded as its equations, one operation each.
            var composed: [Tensor] = []
            _ = gradient(at: Tensor(scalar: 0.0)) { outer in
                composed = all().map(\.detached)
                return outer
            }
            for (name, (a, b)) in zip(titles, zip(composed, wanted)) {
                expectClose(a, b, tolerance, "\(name), composed")
            }

            let (_, ofWeights) = valueAndGradients(of: layer) { loss(run(layer, test, x, start), cotangents) }
            for ((name, parameter), wanted) in zip(layer.namedParameters, expected.weights) {
                expectClose(try #require(ofWeights[parameter]), wanted, tolerance, "\(name) by valueAndGradients")
            }
            let ofInputs = valueAndGradient(at: [x] + start) {
                loss(run(layer, test, $0[0], Array($0.dropFirst())), cotangents)
            }.gradients
            for (name, (a, b)) in zip(["x", "h", "c"], zip(ofInputs, wanted)) {
                expectClose(a, b, tolerance, "\(name) alone")
            }
        }
    }

    /// The outputs or one of the final states alone have a cotangent: their gradients add up to that of all.
    @Test(arguments: RecurrentCase.networks.filter { $0.state && $0.lengths != nil }) func cotangentsApart(
        _ test: RecurrentCase
    ) throws {
        let layer = try test.layer(.float64)
        let (x, start, cotangents) = (test.input(.float64), test.start(.float64), test.cotangents(.float64))
        let expected = test.expected()
        var total = ([x] + start).map(Tensor.zeros(like:))
        var ofWeights = Gradients()
        for index in cotangents.indices {
            let own = valueAndGradient(at: [x] + start) {
                sum(run(layer, test, $0[0], Array($0.dropFirst()))[index] * cotangents[index])
            }.gradients
            total = zip(total, own).map { $0 + $1 }
            ofWeights +=
                valueAndGradients(of: layer) { sum(run(layer, test, x, start)[index] * cotangents[index]) }
                .gradients
        }
        for (a, b) in zip(total, [expected.input] + expected.start) { expectClose(a, b, 1e-10, "input or state") }
        for ((name, parameter), wanted) in zip(layer.namedParameters, expected.weights) {
            expectClose(try #require(ofWeights[parameter]), wanted, 1e-10, name)
        }
    }

    @Test(arguments: RecurrentCase.cells) func cells(_ test: RecurrentCase) throws {
        let expected = test.expected()
        for (dtype, tolerance) in Self.dtypes {
            let cell = try test.cell(dtype)
            #expect(cell.namedParameters.map(\.name) == test.parameters.map(\.name))
            #expect(cell.inputSize == test.inputSize && cell.hiddenSize == test.hiddenSize)
            let (x, start, cotangents) = (test.input(dtype), test.start(dtype), test.cotangents(dtype))
            func run(_ x: Tensor, _ start: [Tensor]) -> [Tensor] {
                let end = start.isEmpty ? cell(x) : cell(x, state: state(start))
                return [end.hidden] + (end.cell.map { [$0] } ?? [])
            }
            let found = run(x, start)
            #expect(found.count == expected.values.count)
            for (name, (a, b)) in zip(["h", "c"], zip(found, expected.values)) { expectClose(a, b, tolerance, name) }
            let ofInputs = valueAndGradient(at: [x] + start) {
                loss(run($0[0], Array($0.dropFirst())), cotangents)
            }.gradients
            for (name, (a, b)) in zip(["x", "h", "c"], zip(ofInputs, [expected.input] + expected.start)) {
                expectClose(a, b, tolerance, "gradient of \(name)")
            }
            let (_, ofWeights) = valueAndGradients(of: cell) { loss(run(x, start), cotangents) }
            for ((name, parameter), wanted) in zip(cell.namedParameters, expected.weights) {
                expectClose(try #require(ofWeights[parameter]), wanted, tolerance, "gradient of \(name)")
            }
        }
    }
}
