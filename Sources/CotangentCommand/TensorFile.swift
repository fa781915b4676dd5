import Cotangent

/// The tensors of an .npz or .safetensors file.
struct TensorFile {
    struct Row: Encodable {
        let name: String
        let dtype: String
        let shape: [Int]
    }

    let tensors: [(name: String, tensor: Tensor)]
    let metadata: [String: String]
    let rows: [Row]

    init(path: String) throws {
        if path.hasSuffix(".npz") {
            let file = try NPZ(path: path)
            tensors = try file.tensors()
            metadata = [:]
            rows = try file.names.map { name in
                let array = try file.array(named: name)
                return Row(name: name, dtype: "\(array.dtypeInFile)", shape: array.shape.dimensions)
            }
        } else if path.hasSuffix(".safetensors") {
            let file = try Safetensors(path: path)
            tensors = try file.tensors()
            metadata = file.metadata
            rows = file.names.map { name in
                Row(name: name, dtype: "\(file.dtypeInFile(of: name)!)", shape: file.shape(of: name)!.dimensions)
            }
        } else {
            throw Problem(description: "\(path): the name must end in .npz or .safetensors.")
        }
    }

    var table: String {
        let cells = [["Name", "Type", "Shape"]] + rows.map { [$0.name, $0.dtype, "\(Shape($0.shape))"] }
        let widths = (0..<2).map { column in cells.map { $0[column].count }.max()! }
        let lines = cells.map { row in
            (0..<2).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }.joined(separator: "  ")
                + "  " + row[2]
        }
        let count = rows.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return (lines + ["\(rows.count) tensors, \(count) numbers"]).joined(separator: "\n")
    }
}
