import CotangentTensor

/// What a model consists of, as ``Layer/summary(inputShape:dtype:)`` finds it. Printed, it is a table.
public struct ModelSummary: Sendable, CustomStringConvertible {
    public struct Row: Sendable {
        /// The layer's name in the model: "body.0".
        public let name: String
        /// What it is: "Linear(64 → 128)".
        public let layer: String
        /// nil for a parameter of the model's own, which belongs to no layer.
        public let outputShape: Shape?
        /// How many numbers in it are trained or frozen. 0 where an earlier row has counted them: a layer that runs twice,
        /// tied weights.
        public let parameterCount: Int
    }

    public let inputShape: Shape
    public let outputShape: Shape
    /// The layers in the order in which they ran, then parameters that belong to none.
    public let rows: [Row]
    public let trainableCount: Int
    public let frozenCount: Int
    /// Of all parameters and buffers.
    public let byteCount: Int

    public var parameterCount: Int { trainableCount + frozenCount }

    public var description: String {
        var cells = [["Name", "Layer", "Output", "Parameters"]]
        cells.append(["", "input", "\(inputShape)", ""])
        for row in rows {
            cells.append([
                row.name, row.layer, row.outputShape.map(\.description) ?? "",
                row.parameterCount == 0 ? "" : grouped(row.parameterCount),
            ])
        }
        let (lines, width) = alignedColumns(cells, rightFrom: 3)
        let rule = String(repeating: "─", count: width)
        let total =
            "\(grouped(parameterCount)) parameters: \(grouped(trainableCount)) trainable, \(grouped(frozenCount)) frozen; \(grouped(byteCount)) bytes"
        return ([lines[0], rule] + lines.dropFirst() + [rule, total]).joined(separator: "\n")
    }
}

extension Layer {
    /// The layers in the order in which they run, with the shapes that they give for an input of `inputShape` (all axes
    /// included, the batch's too), and how many parameters each has. The model runs on shapes alone.
    ///
    /// An input that the model cannot take traps; ``validate(inputShape:dtype:)`` throws for it.
    public func summary(inputShape: Shape, dtype: DType = .float32) -> ModelSummary {
        var entries: [LayerTrace.Entry] = []
        let trace = LayerTrace(self) { entries.append($0) }
        let outputShape: Shape
        do {
            outputShape = try shapesOnly(self, inputShape, dtype, trace)
        } catch {
            fail("summary", error.description)
        }
        let structure = Structure(of: self)
        var counted: Set<ObjectIdentifier> = []
        var rows = entries.map { entry in
            let own = Structure(of: entry.layer).parameters.map(\.parameter)
            let new = own.filter { counted.insert(ObjectIdentifier($0)).inserted }
            return ModelSummary.Row(
                name: entry.path,
                layer: describe(layer: entry.layer),
                outputShape: entry.output.shape, parameterCount: new.reduce(0) { $0 + $1.shape.elementCount })
        }
        for (name, parameter) in structure.parameters where !counted.contains(ObjectIdentifier(parameter)) {
            rows.append(
                ModelSummary.Row(
                    name: name, layer: "Parameter \(parameter.shape)", outputShape: nil,
                    parameterCount: parameter.shape.elementCount))
        }
        let parameters = structure.parameters.map(\.parameter)
        func count(trainable: Bool) -> Int {
            parameters.reduce(0) { $1.isTrainable == trainable ? $0 + $1.shape.elementCount : $0 }
        }
        let values = parameters.map(\.stored) + structure.buffers.map(\.buffer.value)
        return ModelSummary(
            inputShape: inputShape, outputShape: outputShape, rows: rows, trainableCount: count(trainable: true),
            frozenCount: count(trainable: false), byteCount: values.reduce(0) { $0 + $1.count * $1.dtype.size })
    }
}
