import Cotangent
import Foundation
import TestSupport
import Testing

/// Missing values, columns of text, and files that are hard to read.
@Suite struct CSVColumnsTests {
    // MARK: Missing values

    private static let holes = "a,b,c\n1,2,x\n?,NA,y\n3, nan ,\n,8,z\n"

    @Test func missingValuesAreFilled() throws {
        func rows(_ missing: CSV.MissingValues) throws -> [Double] {
            let table = try CSV(parsing: Self.holes, missing: missing, textColumns: ["c"])
            #expect(try table.texts("c") == ["x", "y", "", "z"])
            return try table.tensor(columns: ["a", "b"], dtype: .float64).doubles
        }
        #expect(try rows(.value(-1)) == [1, 2, -1, -1, 3, -1, -1, 8])
        #expect(try rows(.mean) == [1, 2, 2, 5, 3, 5, 2, 8])
        #expect(try rows(.median) == [1, 2, 2, 5, 3, 5, 2, 8])
        let kept = try rows(.nan)
        #expect(kept.map(\.isNaN) == [false, false, true, true, false, true, true, false])
        let error = #expect(throws: CSVError.self) { try CSV(parsing: Self.holes, textColumns: ["c"]) }
        #expect(
            error?.line == 3 && error?.column == 1 && error?.message.contains("has '?', which is not a number") == true)
    }

    /// As scikit-learn fills them.
    @Test func meansAndMedians() throws {
        let fixture = DataFixture.all.imputing
        let text = fixture.rows.map { $0.map { $0.map { "\($0)" } ?? "NA" }.joined(separator: ",") }.joined(
            separator: "\n")
        for (missing, expected) in [(CSV.MissingValues.mean, fixture.mean), (.median, fixture.median)] {
            let table = try CSV(parsing: text, header: .absent, missing: missing).tensor(dtype: .float64)
            #expect(relativeDistance(table, Tensor(rows: expected)) < 1e-14)
        }
        let error = #expect(throws: CSVError.self) { try CSV(parsing: "a,b\n1,\n2,\n", missing: .mean) }
        #expect(error?.message.contains("all 2 values of column 'b' are missing") == true)
    }

    @Test func rowsAreDropped() throws {
        let table = try CSV(parsing: Self.holes + "5,6,w\n", missing: .droppingRows, textColumns: ["c"])
        #expect(table.rowCount == 2)
        #expect(try table.texts("c") == ["x", "w"])
        // Texts of dropped rows are no categories.
        let (labels, names) = try table.categories("c")
        #expect(names == ["w", "x"] && labels.ints == [1, 0])
        #expect(try table.tensor(column: "a").floats == [1, 5])
        let error = #expect(throws: CSVError.self) { try CSV(parsing: "a\nNA\n", missing: .droppingRows) }
        #expect(error?.reason == .empty && error?.message.contains("all 1 rows have a missing value") == true)
    }

    @Test func otherWordsForMissing() throws {
        // Numbers too, and capital letters alike.
        let table = try CSV(parsing: "a,b\n-999,1\n2,None\n", missing: .value(0).spelled(["-999", "none"]))
        #expect(table.tensor().floats == [0, 1, 2, 0])
        #expect(throws: CSVError.self) { try CSV(parsing: "a\nNA\n", missing: .nan.spelled(["?"])) }
        // In a first line they are no names.
        #expect(try CSV(parsing: "1,NA\n2,3", missing: .value(9)).rowCount == 2)
        #expect(try CSV(parsing: "1,\"?\"\n2,3", missing: .value(9)).tensor().floats == [1, 9, 2, 3])
    }

    // MARK: Text

    @Test func textIsFoundOut() throws {
        let text = "id,city,size,note\n1,Bonn,2,\n2,Kiel,3,7\n3,5,4,x\n"
        let table = try CSV(parsing: text, textColumns: .detected)
        #expect(table.textColumnNames == ["city", "note"])
        #expect(try table.texts("city") == ["Bonn", "Kiel", "5"] && (try table.texts("note")) == ["", "7", "x"])
        #expect(try table.tensor(columns: ["id", "size"]).floats == [1, 2, 2, 3, 3, 4])
        // Only an empty field is no text.
        let error = #expect(throws: CSVError.self) { try CSV(parsing: "a,b\n1,2\n3,\n", textColumns: .detected) }
        #expect(error?.line == 3 && error?.column == 2)
        #expect(try CSV(parsing: "a,b\n1,2\n", textColumns: .detected).textColumnNames == [])
        #expect(try CSV(parsing: "a,b\nx,\ny,4\n", missing: .nan, textColumns: .detected).textColumnNames == ["a"])
        // From a file, which is read twice, with a long first line.
        let folder = try TemporaryFolder()
        let path = folder.path("table.csv")
        let name = String(repeating: "n", count: 300_000)
        let rows = (0..<50_000).map { "\($0),t\($0 % 3)\r\n" }.joined()
        try Data("\u{FEFF}\r\n\(name),b\r\n\(rows)".utf8).write(to: URL(filePath: path))
        let large = try CSV(path: path, textColumns: .detected)
        #expect(large.rowCount == 50_000 && large.columnNames == [name, "b"])
        #expect(try large.labels(name).ints == Array(0..<50_000))
        #expect(try large.categories("b").names == ["t0", "t1", "t2"])
    }

    /// What Python's csv module writes and reads.
    @Test func readsWhatPythonWrites() throws {
        #expect(DataFixture.all.csv.count == 18)
        for file in DataFixture.all.csv {
            let table = try CSV(
                parsing: file.text, separator: Character(file.separator), textColumns: ["a, \"word\""])
            #expect(try table.texts("a, \"word\"") == file.words)
            #expect(try table.tensor(column: "x", dtype: .float64).doubles == file.x)
            #expect(try table.tensor(column: "y", dtype: .float64).doubles == file.y)
        }
    }

    // MARK: Reading in pieces

    /// The file's blocks end anywhere: in numbers, in quotes, between CR and LF.
    @Test func blocksEndAnywhere() throws {
        let folder = try TemporaryFolder()
        let row = "-12.5e-1,\"a \"\"b\"\"\r\nc\", 7 ,\"8\"\r\n"
        // The reader's blocks are of 256 KiB.
        let count = (1 << 18) / row.utf8.count + 3
        for shift in 0..<row.utf8.count {
            let path = folder.path("\(shift).csv")
            let header = "w" + String(repeating: "x", count: shift) + ",t,y,z\r\n"
            try Data((header + String(repeating: row, count: count)).utf8).write(to: URL(filePath: path))
            let table = try CSV(path: path, textColumns: ["t"])
            #expect(table.rowCount == count)
            #expect(Set(try table.texts("t")) == ["a \"b\"\r\nc"])
            for (column, value) in zip([table.columnNames[0], "y", "z"], [-1.25, 7, 8]) {
                #expect(Set(try table.tensor(column: column, dtype: .float64).doubles) == [value])
            }
            let error = #expect(throws: CSVError.self) {
                try Data((header + String(repeating: row, count: count) + "1,2,3\r\n").utf8).write(
                    to: URL(filePath: path))
                _ = try CSV(path: path, textColumns: ["t"])
            }
            #expect(error?.line == 2 * count + 2 && error?.reason == .fieldCount)
        }
    }

    /// A million fields in a row, rows longer than a block, a quote that is never closed, and nothing but separators.
    @Test func hostileFiles() throws {
        let wide = [String](repeating: "1", count: 300_000).joined(separator: ",")
        #expect(try CSV(parsing: "\(wide)\n\(wide)").tensor().shape == [2, 300_000])
        let field = #expect(throws: CSVError.self) { try CSV(parsing: "a,b\n1,2\n" + wide) }
        #expect(field?.message.hasPrefix("the line has 300000 fields, the first line 2") == true)
        let quote = #expect(throws: CSVError.self) {
            try CSV(parsing: "a,b\n1,\"" + String(repeating: "x\n", count: 400_000))
        }
        #expect(quote?.reason == .unterminatedQuote && quote?.line == 2)
        let long = #expect(throws: CSVError.self) { try CSV(parsing: "a\n" + String(repeating: "z", count: 600_000)) }
        #expect(long?.message.count ?? 1000 < 200)
        #expect(throws: CSVError.self) { try CSV(parsing: String(repeating: ",", count: 1000) + "\n,") }
        #expect(throws: CSVError.self) { try CSV(parsing: [0xFF, 0xFE, 0x31, 0x00, 0x0A, 0x00]) }
        #expect(throws: CSVError.self) { try CSV(parsing: [UInt8](repeating: 0, count: 100)) }
        // Digits without end are a number.
        let digits = "0." + String(repeating: "3", count: 500_000)
        #expect(try CSV(parsing: "x\n" + digits).tensor(dtype: .float64).item == 1.0 / 3)
        #expect(
            try CSV(parsing: "x\n0." + String(repeating: "0", count: 400_000) + "1e400000").tensor(dtype: .float64).item
                == 0.1)
        #expect(
            try CSV(parsing: "x\n1e99999999999999999999\n-1e-99999999999999999999\n").tensor().doubles == [
                .infinity, 0,
            ])
    }

    // MARK: Numbers

    /// As strtod rounds: numbers between two floats and next to that, and powers of ten on either side of what integers
    /// hold.
    @Test func hardRoundings() throws {
        var texts: [String] = []
        var generator = PhiloxGenerator(seed: 3)
        let five = [1, 5, 25, 125, 625]
        for _ in 0..<500 {
            // 54 bits: halfway between two floats. Times 5ᵏ/10ᵏ it is an integer over a power of two.
            let half = UInt64.random(in: 1 << 53..<1 << 54, using: &generator) | 1
            for k in 0...3 where half.multipliedReportingOverflow(by: UInt64(five[k])).overflow == false {
                for nudge in [0, 1, UInt64.max] { texts.append("\(half &* UInt64(five[k]) &+ nudge)e-\(k)") }
            }
        }
        for exponent in -345...310 {
            for digits in [1, 5, 16, 17, 18, 19, 20, 25, 40] {
                let text = (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
                texts.append("\(text)e\(exponent)")
                let point = text.index(text.startIndex, offsetBy: Int.random(in: 0...digits, using: &generator))
                texts.append("-\(text[..<point]).\(text[point...])e\(exponent)")
            }
        }
        let values = try CSV(parsing: texts.joined(separator: "\n"), header: .absent).tensor(dtype: .float64).doubles
        for (text, value) in zip(texts, values) {
            #expect(value.bitPattern == strtod(text, nil).bitPattern, "\(text)")
        }
    }

    @Test func numbersThatAreNone() {
        for text in ["1e", "1e+", "e5", "1.2.3", "+", "+-1", "1_000", "0x1p3", "1f", "infinit", "nan(1)", "１", "1 e5"] {
            #expect(throws: CSVError.self, "\(text)") { try CSV(parsing: text, header: .absent) }
        }
    }
}
