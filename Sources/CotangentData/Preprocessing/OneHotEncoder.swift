import CotangentTensor

/// Words as numbers: which category a word is, or a column for each category with a 1 where it is that.
///
/// ```swift
/// let encoder = OneHotEncoder(fitting: try table.texts("city"))
/// let x = concatenate([try table.tensor(excluding: ["city"]), try encoder(table.texts("city"))], axis: 1)
/// ```
///
/// Categories are those of the training part in alphabetical order, as in scikit-learn.
public struct OneHotEncoder: Sendable, Equatable {
    /// What becomes of a word that is no category.
    public enum Unknown: Sendable { case refused, zeros }

    public let names: [String]
    public let unknown: Unknown
    private let places: [String: Int]

    public init(fitting texts: [String], unknown: Unknown = .refused) {
        self.init(names: Set(texts).sorted(), unknown: unknown)
    }

    /// Categories in an order of one's own, each once.
    public init(names: [String], unknown: Unknown = .refused) {
        self.names = names
        self.unknown = unknown
        places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        if places.count < names.count { fail("OneHotEncoder", "a name is there twice: \(listed(names))") }
    }

    /// The categories' numbers, int64 [texts].
    ///
    /// - Throws: ``CategoryError`` where a text is no category, whatever ``unknown`` says.
    public func labels(_ texts: [String]) throws(CategoryError) -> Tensor {
        var labels: [Int] = []
        labels.reserveCapacity(texts.count)
        for (row, text) in texts.enumerated() {
            guard let place = places[text] else { throw CategoryError(text: text, row: row, names: names) }
            labels.append(place)
        }
        return Tensor(labels)
    }

    /// A 1 where the category is, 0 elsewhere: [texts, names].
    ///
    /// - Throws: ``CategoryError`` where a text is no category and ``unknown`` refuses it.
    public func callAsFunction(_ texts: [String], dtype: DType = .float32) throws(CategoryError) -> Tensor {
        var values = [Double](repeating: 0, count: texts.count * names.count)
        for (row, text) in texts.enumerated() {
            if let place = places[text] {
                values[row * names.count + place] = 1
            } else if unknown == .refused {
                throw CategoryError(text: text, row: row, names: names)
            }
        }
        return Tensor(values, shape: [texts.count, names.count]).cast(to: dtype)
    }
}

/// A word that is none of the categories that an encoder knows.
public struct CategoryError: Error, Sendable, Equatable, CustomStringConvertible {
    public let text: String
    /// From 0.
    public let row: Int
    public let names: [String]

    public var description: String {
        "row \(row + 1) is '\(text.prefix(40))', which is none of the categories \(listed(names)): fit the encoder to all that may come, or let unknown ones be `.zeros`"
    }
}
