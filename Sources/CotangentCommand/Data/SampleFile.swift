import Cotangent

/// Samples as a file gave them, with what is to be learnt of them.
struct SampleFile {
    /// float32 [rows, …]
    var x: Tensor
    /// The inputs' names, where the file is a table.
    var columns: [String] = []
    /// What is to be predicted, column by column; empty where the file has none.
    var targets: [TargetColumn] = []

    /// One thing to predict, by its name.
    struct TargetColumn {
        let name: String
        let values: Values

        enum Values {
            case numbers(Tensor)
            case words([String])
        }
    }

    var count: Int { x.shape[0] }

    func rows(_ range: Range<Int>) -> SampleFile {
        SampleFile(
            x: x[range], columns: columns,
            targets: targets.map { column in
                switch column.values {
                case .numbers(let numbers): TargetColumn(name: column.name, values: .numbers(numbers[range]))
                case .words(let words): TargetColumn(name: column.name, values: .words(Array(words[range])))
                }
            })
    }
}

extension SampleFile {
    /// - Parameters:
    ///   - columns: the inputs that a model asks for; nil to take what the options or the file say.
    ///   - targets: what a model predicts, unless the options say otherwise; taken where the file has it.
    init(_ options: DataOptions, columns: [String]? = nil, targets: [String] = []) throws {
        let path = options.data
        let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let wanted = options.target.isEmpty ? targets : options.target
        switch ending {
        case "npz": self = try Self.npz(path, options, wanted)
        case "npy": self = try Self.arrays(NPY(path: path).tensor(), options) { try NPY(path: $0).tensor() }
        case "idx", "gz": self = try Self.idx(path, options)
        case _ where path.hasSuffix("-ubyte"): self = try Self.idx(path, options)
        default: self = try Self.csv(path, ending == "tsv" ? "\t" : ",", options, columns, wanted)
        }
        if let rows = options.rows { self = self.rows(try rows.indices(of: count, in: path)) }
        guard count > 0 else { throw Problem(description: "\(path) has no rows.") }
    }

    private static func csv(
        _ path: String, _ separator: Character, _ options: DataOptions, _ columns: [String]?, _ targets: [String]
    ) throws -> SampleFile {
        let missing = try options.missingValues()
        // Which columns hold words is found by reading twice, which a pipe does not allow.
        let bytes = path == "-" ? try StandardInput.contents() : try StandardInput.ofPipe(path)
        let table =
            try bytes.map {
                try CSV(
                    parsing: $0, name: path == "-" ? "standard input" : path, separator: separator, missing: missing,
                    textColumns: .detected)
            } ?? CSV(path: path, separator: separator, missing: missing, textColumns: .detected)
        let found = targets.filter(table.columnNames.contains)
        if let absent = options.target.first(where: { !table.columnNames.contains($0) }) {
            throw Problem(
                description: "\(path) has no column '\(absent)'. It has: \(table.columnNames.joined(separator: ", ")).")
        }
        let words = Set(table.textColumnNames)
        let inputs =
            columns ?? options.inputs?.split(separator: ",").map { String($0.trimmed) }
            ?? table.columnNames.filter { !found.contains($0) }
        if let text = inputs.first(where: words.contains) {
            throw Problem(
                description: """
                    Column '\(text)' of \(path) holds words, and a network takes numbers. Leave it out with --inputs, or \
                    turn it into numbers first.
                    """)
        }
        return SampleFile(
            x: try table.tensor(columns: inputs), columns: inputs,
            targets: try found.map { name in
                TargetColumn(
                    name: name,
                    values: words.contains(name)
                        ? .words(try table.texts(name)) : .numbers(try table.tensor(column: name, dtype: .float64)))
            })
    }

    private static func npz(_ path: String, _ options: DataOptions, _ targets: [String]) throws -> SampleFile {
        let file = try NPZ(path: path)
        let known = (x: ["x", "X", "x_train", "images", "arr_0"], y: ["y", "Y", "y_train", "labels", "arr_1"])
        guard let x = options.inputs ?? known.x.first(where: file.names.contains) else {
            throw Problem(
                description:
                    "Name the array of samples in \(path) with --inputs. It has: \(file.names.joined(separator: ", "))."
            )
        }
        let y = options.target.first ?? (targets + known.y).first(where: file.names.contains)
        return try paired(
            path, try file.tensor(named: x), try y.map { try file.tensor(named: $0) },
            name: targets.first ?? "class")
    }

    private static func idx(_ path: String, _ options: DataOptions) throws -> SampleFile {
        try arrays(IDX(path: path).tensor(), options) { try IDX(path: $0).tensor() }
    }

    private static func arrays(
        _ x: Tensor, _ options: DataOptions, _ read: (String) throws -> Tensor
    ) throws -> SampleFile {
        try paired(options.data, x, try options.labels.map(read), name: options.target.first ?? "class")
    }

    private static func paired(_ path: String, _ x: Tensor, _ y: Tensor?, name: String) throws -> SampleFile {
        guard x.rank >= 2 else {
            throw Problem(
                description: "\(path): the samples are \(x.shape), and one axis for each sample's numbers is wanted.")
        }
        guard let y else { return SampleFile(x: x.cast(to: .float32)) }
        guard y.rank >= 1, y.rank <= 2, y.shape[0] == x.shape[0] else {
            throw Problem(
                description:
                    "\(path): the samples are \(x.shape), the targets \(y.shape): as many rows are wanted, and one or two axes."
            )
        }
        let columns = y.rank == 1 ? [y] : (0..<y.shape[1]).map { y[.all, $0] }
        return SampleFile(
            x: x.cast(to: .float32),
            targets: columns.enumerated().map { index, column in
                TargetColumn(
                    name: columns.count == 1 ? name : "\(name) \(index)", values: .numbers(column.cast(to: .float64)))
            })
    }
}

extension Substring {
    /// Without spaces at either end.
    var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[first...last]
    }
}
