import CotangentTensor
import TestSupport
import Testing

/// A case of Fixtures/operations.json: inputs, options and what they give.
struct OperationCase: Decodable, Sendable, CustomTestStringConvertible {
    let operation: String
    let note: String
    let options: JSONValue
    let inputs: [FixtureTensor]
    let output: FixtureTensor
    let cotangent: FixtureTensor?
    let gradients: [FixtureTensor?]?

    static let all: [OperationCase] = {
        struct File: Decodable { let cases: [OperationCase] }
        do { return try Fixtures.decoded("operations.json", as: File.self).cases } catch {
            fatalError("operations.json: \(error)")
        }
    }()

    static let differentiable = all.filter { $0.gradients != nil }

    var testDescription: String {
        "\(operation) \(inputs.map(\.shape)) \(options.brief)\(note.isEmpty ? "" : " (\(note))")"
    }

    func inputs(_ type: DType) -> [Tensor] { inputs.map { $0.tensor(type) } }

    func apply(_ inputs: [Tensor]) -> Tensor {
        guard let f = operations[operation] else { fatalError("no operation '\(operation)' in the table") }
        return f(inputs, options)
    }

    /// The operation as a function of its floating-point inputs alone, and those.
    func differentiableForm(_ type: DType) -> (at: [Tensor], of: ([Tensor]) -> Tensor) {
        let all = inputs(type)
        let places = inputs.indices.filter { inputs[$0].isFloatingPoint }
        return (
            places.map { all[$0] },
            { moved in
                var inputs = all
                for (place, x) in zip(places, moved) { inputs[place] = x }
                return apply(inputs)
            }
        )
    }
}

extension JSONValue {
    fileprivate var brief: String {
        switch self {
        case .null: "nil"
        case .bool(let value): "\(value)"
        case .number(let value): value == value.rounded() ? "\(Int(value))" : "\(value)"
        case .string(let value): value
        case .array(let values): "[\(values.map(\.brief).joined(separator: ", "))]"
        case .object(let members):
            members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.brief)" }.joined(separator: ", ")
        }
    }

    fileprivate var axes: [Int]? { self["axes"]?.ints }
    fileprivate var axis: Int { self["axis"]!.int! }
    fileprivate var keepingAxes: Bool { self["keepingAxes"]?.bool ?? false }
    fileprivate var scalar: Double { self["scalar"]!.double! }
    fileprivate var shape: Shape { Shape(self["shape"]!.ints!) }

    /// A subscript: [from, to, step] for a range, a number for an index, or a name.
    fileprivate var slices: [Slice] {
        self["subscript"]!.array!.map { entry in
            switch entry {
            case .string("all"): return .all
            case .string("newAxis"): return .newAxis
            case .string("ellipsis"): return .ellipsis
            case .number(let index): return Int(index).slice
            default: return .every(entry.array![2].int!, from: entry.array![0].int, to: entry.array![1].int)
            }
        }
    }
}

typealias Operation = @Sendable ([Tensor], JSONValue) -> Tensor

private func unary(_ f: @escaping @Sendable (Tensor) -> Tensor) -> Operation { { x, _ in f(x[0]) } }
private func binary(_ f: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Operation { { x, _ in f(x[0], x[1]) } }
private func scalar(_ f: @escaping @Sendable (Tensor, Double) -> Tensor) -> Operation { { x, o in f(x[0], o.scalar) } }

/// Every operation by the name under which the fixtures have it.
let operations: [String: Operation] = [
    "add": binary { $0 + $1 }, "subtract": binary { $0 - $1 }, "multiply": binary { $0 * $1 },
    "divide": binary { $0 / $1 }, "negate": unary { -$0 }, "maximum": binary(maximum), "minimum": binary(minimum),
    "pow": binary { pow($0, $1) },
    "addScalar": scalar { $0 + $1 }, "subtractScalar": scalar { $0 - $1 }, "scalarSubtract": scalar { $1 - $0 },
    "multiplyScalar": scalar { $0 * $1 }, "divideScalar": scalar { $0 / $1 }, "scalarDivide": scalar { $1 / $0 },
    "powScalar": scalar { pow($0, $1) }, "scalarPow": scalar { pow($1, $0) },
    "cast": { x, o in x[0].cast(to: o["to"]!.string == "int64" ? .int64 : .bool) },

    "equal": binary { equal($0, $1) }, "notEqual": binary { notEqual($0, $1) }, "less": binary { less($0, $1) },
    "lessEqual": binary { lessEqual($0, $1) }, "greater": binary { greater($0, $1) },
    "greaterEqual": binary { greaterEqual($0, $1) },
    "equalScalar": scalar { equal($0, $1) }, "notEqualScalar": scalar { notEqual($0, $1) },
    "lessScalar": scalar { less($0, $1) }, "lessEqualScalar": scalar { lessEqual($0, $1) },
    "greaterScalar": scalar { greater($0, $1) }, "greaterEqualScalar": scalar { greaterEqual($0, $1) },
    "logicalAnd": binary(logicalAnd), "logicalOr": binary(logicalOr), "logicalXor": binary(logicalXor),
    "logicalNot": unary(logicalNot), "where": { x, _ in Tensor.where(x[0], x[1], x[2]) },
    "clamp": { x, o in clamp(x[0], o["low"]!.double!, o["high"]!.double!) },

    "abs": unary(abs), "sign": unary(sign), "floor": unary(floor), "ceil": unary(ceil), "round": unary(round),
    "square": unary(square), "sqrt": unary(sqrt), "rsqrt": unary(rsqrt), "reciprocal": unary(reciprocal),
    "exp": unary(exp), "expm1": unary(expm1), "log": unary(log), "log1p": unary(log1p), "sin": unary(sin),
    "cos": unary(cos), "erf": unary(erf), "tanh": unary(tanh), "sigmoid": unary(sigmoid), "softplus": unary(softplus),
    "logSigmoid": unary(logSigmoid), "relu": unary(relu), "silu": unary(silu), "selu": unary(selu),
    "gelu": unary { gelu($0) }, "geluTanh": unary { gelu($0, approximation: .tanh) },
    "leakyReLU": { x, o in leakyReLU(x[0], slope: o["slope"]!.double!) },
    "elu": { x, o in elu(x[0], alpha: o["alpha"]!.double!) },

    "sum": { x, o in sum(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "mean": { x, o in mean(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "variance": { x, o in
        variance(x[0], axes: o.axes, correction: o["correction"]!.double!, keepingAxes: o.keepingAxes)
    },
    "standardDeviation": { x, o in
        standardDeviation(x[0], axes: o.axes, correction: o["correction"]!.double!, keepingAxes: o.keepingAxes)
    },
    "product": { x, o in product(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "max": { x, o in max(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "min": { x, o in min(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "logSumExp": { x, o in logSumExp(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "argmax": { x, o in argmax(x[0], axis: o["axis"]?.int, keepingAxis: o["keepingAxis"]?.bool ?? false) },
    "argmin": { x, o in argmin(x[0], axis: o["axis"]?.int, keepingAxis: o["keepingAxis"]?.bool ?? false) },
    "anyTrue": { x, o in anyTrue(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "allTrue": { x, o in allTrue(x[0], axes: o.axes, keepingAxes: o.keepingAxes) },
    "cumulativeSum": { x, o in cumulativeSum(x[0], axis: o.axis) },
    "softmax": { x, o in softmax(x[0], axis: o.axis) }, "logSoftmax": { x, o in logSoftmax(x[0], axis: o.axis) },
    "sort": { x, o in sort(x[0], axis: o.axis, descending: o["descending"]!.bool!).values },
    "sortIndices": { x, o in sort(x[0], axis: o.axis, descending: o["descending"]!.bool!).indices },
    "topK": { x, o in topK(x[0], o["count"]!.int!, axis: o.axis, largest: o["largest"]!.bool!).values },
    "topKIndices": { x, o in topK(x[0], o["count"]!.int!, axis: o.axis, largest: o["largest"]!.bool!).indices },

    "reshaped": { x, o in x[0].reshaped(o.shape) }, "permuted": { x, o in x[0].permuted(o.axes!) },
    "transposed": unary(\.transposed), "swappingAxes": { x, o in x[0].swappingAxes(o.axes![0], o.axes![1]) },
    "broadcast": { x, o in x[0].broadcast(to: o.shape) }, "expandingAxis": { x, o in x[0].expandingAxis(o.axis) },
    "squeezed": { x, o in x[0].squeezed(axes: o.axes) }, "flip": { x, o in flip(x[0], axes: o.axes!) },
    "slice": { x, o in x[0][o.slices] },
    "replace": { x, o in
        var y = x[0]
        y[o.slices] = x[1]
        return y
    },
    "concatenate": { x, o in concatenate(x, axis: o.axis) }, "stack": { x, o in stack(x, axis: o.axis) },
    "split": { x, o in
        let parts =
            o["into"]?.int.map { x[0].split(into: $0, axis: o.axis) }
            ?? x[0].split(sizes: o["sizes"]!.ints!, axis: o.axis)
        return parts[o["part"]!.int!]
    },
    "padded": { x, o in
        x[0].padded(o["widths"]!.array!.map { ($0.ints![0], $0.ints![1]) }, with: o["value"]!.double!)
    },
    "tiled": { x, o in x[0].tiled(o["repeats"]!.ints!) },

    "gather": { x, o in gather(x[0], x[1], axis: o.axis) },
    "scatterAdd": { x, o in scatterAdd(x[0], x[1], axis: o.axis, into: x[2]) },
    "gatherAlong": { x, o in gatherAlong(x[0], x[1], axis: o.axis) },
    "scatterAddAlong": { x, o in scatterAddAlong(x[0], x[1], axis: o.axis, into: x[2]) },
    "oneHot": { x, o in oneHot(x[0], classes: o["classes"]!.int!) },

    "matmul": binary(matmul),
    "linear": { x, o in linear(x[0], x[1], x.count > 2 ? x[2] : nil, relu: o["relu"]!.bool!) },
    "einsum": { x, o in einsum(o["equation"]!.string!, x) },
]
