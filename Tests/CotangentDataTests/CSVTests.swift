import Cotangent
import Foundation
import Testing

@Suite struct CSVTests {
    @Test func readsNumbers() throws {
        let table = try CSV(parsing: "a,b,label\n1,2.5,0\n-3,4e2,1\n")
        #expect(table.columnNames == ["a", "b", "label"] && table.rowCount == 2)
        #expect(table.tensor() == Tensor(rows: [[Float(1), 2.5, 0], [-3, 400, 1]]))
        #expect(try table.tensor(columns: ["b", "a"], dtype: .float64) == Tensor(rows: [[2.5, 1], [400.0, -3]]))
        #expect(try table.tensor(column: "b") == Tensor([Float(2.5), 400]))
        #expect(try table.tensor(excluding: ["label"]) == Tensor(rows: [[Float(1), 2.5], [-3, 400]]))
        #expect(try table.labels("label") == Tensor([0, 1]))
    }

    @Test(arguments: [
        "a,b\n1,2\n3,4", "a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4", "\u{FEFF}a,b\n1,2\n3,4\n",
        "\n\na,b\n\n1,2\n3,4\n\n\n", "\"a\",\"b\"\n\"1\",\"2\"\n\"3\" , 4 \n", "a,b\n 1 ,\t2\n+3,4.0\n",
        "\u{FEFF}\"a\",b\r\n1,2\r\n3,\"4\"",
    ]) func everyFormOfTheSameTable(_ text: String) throws {
        let table = try CSV(parsing: text)
        #expect(table.columnNames == ["a", "b"])
        #expect(table.tensor() == Tensor(rows: [[Float(1), 2], [3, 4]]))
    }

    @Test func headers() throws {
        #expect(try CSV(parsing: "1,2\n3,4").columnNames == ["0", "1"])
        #expect(try CSV(parsing: "1,2\n3,4").rowCount == 2)
        #expect(try CSV(parsing: "1,2\n3,4", header: .present).columnNames == ["1", "2"])
        #expect(try CSV(parsing: "nan,2\n3,4", header: .detected).rowCount == 2)
        #expect(throws: CSVError.self) { try CSV(parsing: "a,b\n3,4", header: .absent) }
        // Quotes in names: doubled ones, separators and lines' ends.
        let table = try CSV(parsing: "\"the \"\"x\"\"\",\"y, in\nmm\"\n1,2\n")
        #expect(table.columnNames == ["the \"x\"", "y, in\nmm"])
    }

    @Test func separators() throws {
        #expect(try CSV(parsing: "a;b\n1;2", separator: ";").tensor() == Tensor(rows: [[Float(1), 2]]))
        #expect(try CSV(parsing: "a\tb\n1\t2", separator: "\t").tensor() == Tensor(rows: [[Float(1), 2]]))
    }

    @Test func missingValues() throws {
        let table = try CSV(parsing: "a,b\n1,\n,4\n", missing: .nan)
        #expect(table.tensor().floats.map(\.isNaN) == [false, true, true, false])
        let error = #expect(throws: CSVError.self) { try CSV(parsing: "a,b\n1,2\n3,\n") }
        #expect(error?.reason == .notANumber && error?.line == 3 && error?.column == 2)
        #expect("\(error!)".contains("the field of column 'b' is empty"))
    }

    @Test func textColumns() throws {
        let table = try CSV(parsing: "length,species\n1,virginica\n2,setosa\n3,virginica\n", textColumns: ["species"])
        let (labels, names) = try table.categories("species")
        #expect(names == ["setosa", "virginica"] && labels == Tensor([1, 0, 1]))
        #expect(try table.tensor(excluding: ["species"]) == Tensor(rows: [[Float(1)], [2], [3]]))
        #expect(throws: CSVError.self) { try table.tensor(column: "species") }
        #expect(throws: CSVError.self) { try table.categories("length") }
        // Without a header, by place; quotes as everywhere.
        let plain = try CSV(parsing: "1,\"a \"\"b\"\"\"\n2,c", textColumns: ["1"])
        #expect(try plain.categories("1").names == ["a \"b\"", "c"])
    }

    @Test(
        arguments: [
            ("a,b\n1,2\n3\n", CSVError.Reason.fieldCount, 3, nil, "the line has 1 field, the first line 2"),
            ("a,b\n1,2,5\n", .fieldCount, 2, nil, "the line has 3 fields, the first line 2"),
            ("a,b\n1,2\n3,x4\n", .notANumber, 3, 2, "column 'b' has 'x4', which is not a number"),
            ("a,b\n1,0x10\n", .notANumber, 2, 2, "'0x10'"),
            ("a,b\n1,1e\n", .notANumber, 2, 2, "'1e'"),
            ("a,b\n1,--1\n", .notANumber, 2, 2, "'--1'"),
            ("a,b\n1,.\n", .notANumber, 2, 2, "'.'"),
            ("a,b\n1,1 2\n", .notANumber, 2, 2, "'1 2'"),
            ("", .empty, nil, nil, "the file is empty"),
            ("\n\r\n", .empty, nil, nil, "the file is empty"),
            ("a,b\n", .empty, nil, nil, "there is a header and no line of numbers"),
            ("a,b\n1,\"2\n3,4\n", .unterminatedQuote, 2, 2, "never closed"),
            ("a,b\n1,\"2\"3\n", .textAfterQuote, 2, 2, "'3"),
            ("a,a\n1,2\n", .duplicateColumn, 1, 2, "the name 'a' is column 1's already"),
        ] as [(String, CSVError.Reason, Int?, Int?, String)])
    func errorsSayWhere(_ text: String, _ reason: CSVError.Reason, _ line: Int?, _ column: Int?, _ message: String) {
        let error = #expect(throws: CSVError.self) { try CSV(parsing: text, name: "table.csv") }
        #expect(error?.reason == reason && error?.line == line && error?.column == column && error?.file == "table.csv")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.description.hasPrefix("table.csv") == true)
    }

    @Test func linesAreCountedInsideOfQuotes() {
        let error = #expect(throws: CSVError.self) { try CSV(parsing: "\"a\nb\"\r\n1\r\nx\r\n") }
        #expect(error?.line == 4)
    }

    @Test func columnsThatDoNotExist() throws {
        let table = try CSV(parsing: "a,b\n1,2.5\n")
        let error = #expect(throws: CSVError.self) { try table.tensor(columns: ["a", "c"]) }
        #expect(error?.reason == .missingColumn && error?.message == "there is no column 'c'; there are 'a', 'b'")
        #expect(throws: CSVError.self) { try table.tensor(excluding: ["c"]) }
        let label = #expect(throws: CSVError.self) { try table.labels("b") }
        #expect(label?.reason == .notAnInteger && label?.message.contains("is 2.5") == true)
        #expect(throws: CSVError.self) { try CSV(parsing: "a\n1", textColumns: ["b"]) }
    }

    /// Every prefix and every single changed byte of a good file either reads or throws.
    @Test func damagedFiles() throws {
        let good = Array("\u{FEFF}\"x\",y\r\n\"1\",2.5e3\r\n-3,\"4\"\r\n".utf8)
        for length in 0...good.count { _ = try? CSV(parsing: Array(good[..<length])) }
        for index in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = good
                bytes[index] = byte
                do { _ = try CSV(parsing: bytes) } catch { #expect(!error.description.isEmpty) }
            }
        }
    }

    // MARK: Files

    @Test func readsFiles() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "cotangent-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: path) }
        // Larger than the reader's first block.
        let rows = (0..<30_000).map { "\($0),\(Double($0) / 8)" }
        try Data(("i,x\n" + rows.joined(separator: "\n")).utf8).write(to: path)
        let table = try CSV(path: path.path(percentEncoded: false))
        #expect(table.rowCount == 30_000)
        #expect(try table.labels("i").ints == Array(0..<30_000))
        #expect(try table.tensor(column: "x", dtype: .float64).doubles.last == 29_999.0 / 8)
    }

    @Test func unreadableFiles() {
        let missing = #expect(throws: CSVError.self) { try CSV(path: "/nonexistent/data.csv") }
        #expect(missing?.reason == .unreadableFile)
        #expect("\(missing!)".hasPrefix("/nonexistent/data.csv: the file cannot be read: No such file or directory"))
        let folder = #expect(throws: CSVError.self) { try CSV(path: FileManager.default.temporaryDirectory.path) }
        #expect(folder?.reason == .unreadableFile)
    }

    // MARK: Numbers

    /// Rounded as the C library's strtod rounds, bit for bit: short and long ones, halves, the ends of the range.
    @Test func roundsCorrectly() throws {
        var texts = [
            "0", "-0", "0.1", ".5", "5.", "-.5", "00012.500", "1e22", "1e23", "9007199254740993", "9007199254740992",
            "9007199254740991", "0.3", "123456789012345678", "1234567890123456789", "12345678901234567890",
            "1.7976931348623157e308",
            "4.9e-324", "2.2250738585072011e-308", "1e-400", "0.000000000000000000000001",
            "0.0000000000000000000000123",
            "179769313486231580793728971405301e276", "6.02214076e23", "3.141592653589793238462643383279", "+2.5", "1E5",
            "1e+5",
        ]
        var generator = PhiloxGenerator(seed: 1)
        for _ in 0..<2000 {
            let value = Double(bitPattern: generator.next())
            if value.isFinite { texts.append("\(value)") }
            texts.append(
                "\(Int.random(in: -1_000_000...1_000_000, using: &generator)).\(UInt32.random(in: 0...9999, using: &generator))"
            )
        }
        let table = try CSV(parsing: texts.joined(separator: "\n"), header: .absent)
        for (text, value) in zip(texts, table.tensor(dtype: .float64).doubles) {
            #expect(value.bitPattern == strtod(text, nil).bitPattern, "\(text)")
        }
    }

    @Test func specialNumbers() throws {
        let values = try CSV(parsing: "nan\ninf\n-Infinity\nNaN", header: .absent).tensor(dtype: .float64).doubles
        #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity && values[3].isNaN)
        #expect(try CSV(parsing: "1e999", header: .absent).tensor(dtype: .float64).item == .infinity)
    }
}
