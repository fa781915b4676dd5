import CotangentData
import CotangentTensor

/// The tensors and words that a model is stored as, with names below a prefix: a model may hold others.
public struct ModelRecord: Sendable {
    /// What stands for the file in errors.
    let file: String
    private var tensors: [String: Tensor] = [:]
    private var words: [String: String] = [:]
    private let prefix: String

    /// An empty one, to be filled.
    init() {
        file = "model"
        prefix = ""
    }

    init(_ file: Safetensors, name: String) throws(FormatError) {
        self.file = name
        prefix = ""
        for (name, tensor) in try file.tensors() { tensors[name] = tensor }
        words = file.metadata
    }

    private init(file: String, prefix: String, tensors: [String: Tensor], words: [String: String]) {
        self.file = file
        self.prefix = prefix
        self.tensors = tensors
        self.words = words
    }

    var isEmpty: Bool { tensors.isEmpty && words.isEmpty }

    /// What is written, in the order of the names.
    func safetensors(metadata: [String: String]) -> Safetensors {
        Safetensors(
            tensors: tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) },
            metadata: words.merging(metadata) { _, new in new })
    }

    // MARK: Writing

    /// The tensor called `name`.
    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set { tensors[name] = newValue }
    }

    public subscript(word name: String) -> String? {
        get { words[name] }
        set { words[name] = newValue }
    }

    subscript(flag name: String) -> Bool {
        get { words[name] == "true" }
        set { words[name] = newValue ? "true" : "false" }
    }

    subscript(integer name: String) -> Int? {
        get { words[name].flatMap { Int($0) } }
        set { words[name] = newValue.map { String($0) } }
    }

    /// Adds a part whose names begin with `name` and a dot.
    public mutating func nest(_ name: String, _ store: (inout ModelRecord) -> Void) {
        var part = ModelRecord()
        store(&part)
        for (key, tensor) in part.tensors { tensors["\(name).\(key)"] = tensor }
        for (key, word) in part.words { words["\(name).\(key)"] = word }
    }

    // MARK: Reading

    /// The part whose names begin with `name` and a dot.
    public func nested(_ name: String) -> ModelRecord {
        let start = "\(name)."
        func below<Value>(_ values: [String: Value]) -> [String: Value] {
            var result: [String: Value] = [:]
            for (key, value) in values where key.hasPrefix(start) { result[String(key.dropFirst(start.count))] = value }
            return result
        }
        return ModelRecord(file: file, prefix: prefix + start, tensors: below(tensors), words: below(words))
    }

    /// All that is nested, by what names begin with up to their first dot: one pass for any number of parts.
    var parts: [String: ModelRecord] {
        var result: [String: ModelRecord] = [:]
        func place(_ key: String, _ store: (inout ModelRecord, String) -> Void) {
            guard let dot = key.firstIndex(of: ".") else { return }
            let part = String(key[..<dot])
            let empty = ModelRecord(file: file, prefix: "\(prefix)\(part).", tensors: [:], words: [:])
            store(&result[part, default: empty], String(key[key.index(after: dot)...]))
        }
        for (key, tensor) in tensors { place(key) { $0.tensors[$1] = tensor } }
        for (key, word) in words { place(key) { $0.words[$1] = word } }
        return result
    }

    /// An error that says what is wrong with the file.
    public func problem(_ message: String) -> ModelFileError { ModelFileError(file: file, message: message) }

    /// The tensor called `name`, in floating point, of `rank` axes, and without NaN.
    public func floatingPoint(_ name: String, rank: Int) throws(ModelFileError) -> Tensor {
        guard let tensor = tensors[name] else { throw problem("there is no tensor '\(prefix)\(name)'") }
        guard tensor.dtype.isFloatingPoint, tensor.rank == rank, tensor.count > 0 else {
            throw problem(
                "tensor '\(prefix)\(name)' is \(tensor.summary): floating point of \(rank) ax\(rank == 1 ? "is" : "es"), not empty, is expected"
            )
        }
        if tensor.hasNonFinite {
            throw problem("tensor '\(prefix)\(name)' has a value that is NaN or infinite")
        }
        return tensor
    }

    /// The tensor called `name`, of a known shape; NaN and infinities may be in it.
    func float64(_ name: String, shape: Shape) throws(ModelFileError) -> Tensor {
        guard let tensor = tensors[name] else { throw problem("there is no tensor '\(prefix)\(name)'") }
        guard tensor.dtype == .float64, tensor.shape == shape else {
            throw problem("tensor '\(prefix)\(name)' is \(tensor.summary), and float64 \(shape) is expected")
        }
        return tensor
    }

    /// Numbers that rise: the labels of classes.
    func classes(_ name: String) throws(ModelFileError) -> [Int] {
        guard let tensor = tensors[name], tensor.dtype == .int64, tensor.rank == 1 else {
            throw problem("tensor '\(prefix)\(name)', int64 [classes], is missing or of another type")
        }
        let classes = tensor.ints
        guard classes.count >= 2, zip(classes, classes.dropFirst()).allSatisfy(<) else {
            throw problem("the classes in '\(prefix)\(name)' do not rise, or are fewer than two: \(classes.prefix(10))")
        }
        return classes
    }

    func flag(_ name: String) throws(ModelFileError) -> Bool {
        switch words[name] {
        case "true": return true
        case "false": return false
        case let found: throw problem("'\(prefix)\(name)' is \(found.map { "'\($0.prefix(40))'" } ?? "missing"), not true or false")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ModelFileError) -> Int {
        guard let number = self[integer: name], range.contains(number) else {
            throw problem(
                "'\(prefix)\(name)' is \(words[name].map { "'\($0.prefix(40))'" } ?? "missing"), not a whole number in \(range)")
        }
        return number
    }
}

/// A file that does not hold the model that is read.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// What was found, and what was expected.
    public let message: String

    public var description: String { "\(file): \(message)" }
}
