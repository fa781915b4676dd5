extension CSV {
    /// Whether the first line names the columns.
    public enum Header: Sendable {
        case present, absent
        /// It does where any of its fields is neither a number nor empty, unless that is a text column's.
        case detected
    }

    /// Which columns hold words instead of numbers: a list of names, or found out.
    public enum TextColumns: Sendable, ExpressibleByArrayLiteral {
        case named(Set<String>)
        /// Those in which anything is neither a number nor missing. The file is read twice where there are any. A typing
        /// error in a column of numbers makes it one of words; by names it would be an error that tells the line.
        case detected

        public init(arrayLiteral names: String...) { self = .named(Set(names)) }

        var names: Set<String> { if case .named(let names) = self { names } else { [] } }
    }

    /// What stands for a value that is not there, and what becomes of it.
    ///
    /// ```swift
    /// try CSV(path: "survey.csv", missing: .mean)
    /// try CSV(path: "survey.csv", missing: .nan.spelled(["", "-", "-999"]))
    /// ```
    ///
    /// In text columns such a field is a text like others, but for ``droppingRows``.
    public struct MissingValues: Sendable, Equatable {
        enum Treatment: Equatable {
            case refused
            case value(Double)
            case mean, median, dropped
        }

        let treatment: Treatment
        /// The fields, without the spaces around them, that mean that there is no value, whether in large letters or
        /// small ones.
        public private(set) var texts = ["", "NA", "N/A", "nan", "null", "?"]

        private init(_ treatment: Treatment) { self.treatment = treatment }

        /// Nothing is missing: an empty field throws, and `nan` is a number.
        public static let refused = MissingValues(.refused)
        /// Not a number, for the program to deal with: an ``Imputer`` that is fitted on the training part, say.
        public static let nan = MissingValues(.value(.nan))
        public static func value(_ value: Double) -> MissingValues { MissingValues(.value(value)) }
        /// The mean of the values that the column has in this file. Figures of samples that are to be tested on are in
        /// it: where that matters take ``nan`` and an ``Imputer``.
        public static let mean = MissingValues(.mean)
        /// The median of the values that the column has in this file.
        public static let median = MissingValues(.median)
        /// Rows in which any field is missing are left out.
        public static let droppingRows = MissingValues(.dropped)

        /// The same with other texts that mean it.
        public func spelled(_ texts: [String]) -> MissingValues {
            var result = self
            result.texts = texts
            return result
        }
    }
}

/// The texts that mean that there is no value, as bytes to compare with.
struct MissingTexts {
    private let texts: [[UInt8]]
    /// Whether one of them is a number, which would be taken for one.
    let includesNumbers: Bool

    init(_ missing: CSV.MissingValues) {
        texts = missing.treatment == .refused ? [] : missing.texts.map { $0.utf8.map(Self.lowercase) }
        includesNumbers = texts.contains { !$0.isEmpty && parseDecimal($0[...]) != nil && $0 != Array("nan".utf8) }
    }

    func contains(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        texts.contains { text in
            text.count == field.count && zip(text, field).allSatisfy { $0 == Self.lowercase($1) }
        }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
