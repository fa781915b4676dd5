extension Vocabulary {
    /// Writes a JSON file, which ``init(path:)``, a JSON decoder and other languages read:
    ///
    /// ```json
    /// {"format": "cotangent-vocabulary", "version": 1, "specials": ["<pad>"], "tokens": ["<pad>", "the", "of"]}
    /// ```
    ///
    /// The file is written beside under another name and then renamed: nothing half-written takes its place.
    ///
    /// - Throws: ``TextError`` where it cannot be written.
    public func write(to path: String) throws(TextError) {
        let specials = form.specials.map { JSON.quoted($0) }.joined(separator: ", ")
        let tokens = tokens.map { "\n    " + JSON.quoted($0) }.joined(separator: ",")
        let text = """
            {
              "format": \(JSON.quoted(form.format)),
              "version": \(form.version),
              "specials": [\(specials)],
              "tokens": [\(tokens)\(tokens.isEmpty ? "" : "\n  ")]
            }

            """
        do { try CotangentData.write(Array(text.utf8), to: path) } catch {
            throw TextError(.unwritableFile, file: path, error.message)
        }
    }

    /// Reads a file that ``write(to:)`` wrote.
    ///
    /// - Throws: ``TextError`` where it cannot be read, is no JSON, is of another format or version, has a token twice, or
    ///   its special tokens are not the first ones in their order.
    public init(path: String) throws(TextError) {
        let bytes: [UInt8]
        do { bytes = try contents(of: path) } catch {
            throw TextError(.unreadableFile, file: path, error.message)
        }
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch {
            throw TextError(.corrupt, file: path, line: error.line, "the file is not JSON: \(error.message)")
        }
        do { self = try Vocabulary(Form(json)) } catch {
            throw TextError(.corrupt, file: path, error.message)
        }
    }
}

extension Vocabulary: Codable {
    public func encode(to encoder: any Encoder) throws { try form.encode(to: encoder) }

    /// The same checks as a file's: what breaks the rules throws a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let form = try Form(from: decoder)
        do { self = try Vocabulary(form) } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: error.message))
        }
    }
}

/// What of a vocabulary is written.
private struct Form: Codable {
    static let format = "cotangent-vocabulary"
    static let version = 1

    var format = Self.format
    var version = Self.version
    let specials: [String]
    let tokens: [String]
}

private struct FormProblem: Error {
    let message: String
}

extension Vocabulary {
    private var form: Form { Form(specials: Array(tokens.prefix(specials.count)), tokens: tokens) }

    private init(_ form: Form) throws(FormProblem) {
        guard form.format == Form.format else {
            throw FormProblem(message: "the format is \(quoted(form.format)), not \"\(Form.format)\"")
        }
        guard form.version == Form.version else {
            throw FormProblem(
                message: "the version is \(form.version), and this program reads version \(Form.version): update it")
        }
        var places: [CodePoints: Int] = [:]
        for (index, token) in form.tokens.enumerated() {
            if let first = places.updateValue(index, forKey: CodePoints(token)) {
                throw FormProblem(message: "token \(quoted(token)) is there twice, as number \(first) and \(index)")
            }
        }
        var specials: Set<Special> = []
        for (index, name) in form.specials.enumerated() {
            guard let special = Special(rawValue: name) else {
                let known = Special.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
                throw FormProblem(message: "\(quoted(name)) is not a special token: there are \(known)")
            }
            guard specials.insert(special).inserted else {
                throw FormProblem(message: "the special token \"\(name)\" is there twice")
            }
            guard index < form.tokens.count, form.tokens[index] == name else {
                let found = index < form.tokens.count ? "that is \(quoted(form.tokens[index]))" : "the list ends before"
                throw FormProblem(message: "the special token \"\(name)\" must be token number \(index), but \(found)")
            }
        }
        let order = Special.allCases.filter(specials.contains).map(\.rawValue)
        guard order == form.specials else {
            throw FormProblem(
                message:
                    "the special tokens must come in this order: \(listed(order)); the file has \(listed(form.specials))"
            )
        }
        self.init(form.tokens, specials)
    }
}

extension Form {
    fileprivate init(_ json: JSON) throws(FormProblem) {
        guard case .object(let members) = json else {
            throw FormProblem(message: "an object with \"format\", \"tokens\" and so on is wanted, not \(json.kind)")
        }
        guard case .string(let format) = members["format"] else { throw wrong(members, "format", "a string") }
        guard case .number(let number) = members["version"], let version = Int(exactly: number) else {
            throw wrong(members, "version", "an integer")
        }
        self.init(
            format: format, version: version, specials: try strings(members, "specials"),
            tokens: try strings(members, "tokens"))
    }
}

private func strings(_ members: [String: JSON], _ name: String) throws(FormProblem) -> [String] {
    guard case .array(let elements) = members[name] else { throw wrong(members, name, "an array of strings") }
    var strings: [String] = []
    strings.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
        guard case .string(let string) = element else {
            throw FormProblem(message: "number \(index) of \"\(name)\" is \(element.kind), not a string")
        }
        strings.append(string)
    }
    return strings
}

private func wrong(_ members: [String: JSON], _ name: String, _ wanted: String) -> FormProblem {
    guard let value = members[name] else { return FormProblem(message: "\"\(name)\" is missing: \(wanted) is wanted") }
    return FormProblem(message: "\"\(name)\" is \(value.kind), and \(wanted) is wanted")
}
