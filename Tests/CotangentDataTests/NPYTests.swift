import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct NPYTests {
    private let folder = try! TemporaryFolder()
    static let files = FormatFixture.names { $0.hasSuffix(".npy") }

    // MARK: Files that NumPy wrote

    @Test(arguments: files) func readsOthersFiles(_ name: String) throws {
        let file = FormatFixture.named(name)
        let expected = file.arrays[0]
        let path = try folder.write(file.bytes, name)
        for read in [try NPY(path: path), try NPY(path: path, isMapped: false), try NPY(decoding: file.bytes)] {
            #expect(read.shape == Shape(expected.shape) && read.dtypeInFile == expected.stored)
            let tensor = try read.tensor()
            #expect(areSame(tensor, expected.tensor), "\(tensor), not \(expected.tensor)")
            for dtype in DType.allCases {
                #expect(areSame(try read.tensor(as: dtype), expected.tensor.cast(to: dtype)), "\(dtype)")
            }
        }
    }

    @Test func thereAreFilesOfAllTypes() {
        let stored = Self.files.map { FormatFixture.named($0).arrays[0].stored }
        let others: Set<StoredDType> = [.bfloat16, .float8E4M3, .float8E5M2]
        #expect(Set(stored) == Set(StoredDType.allCases).subtracting(others))
        #expect(Self.files.count { $0.hasPrefix("big-") } == 9)
    }

    @Test(arguments: files) func someRows(_ name: String) throws {
        let file = FormatFixture.named(name)
        let (read, whole) = (try NPY(decoding: file.bytes), file.arrays[0].tensor)
        guard whole.rank > 0 else { return }
        let n = whole.shape[0]
        let order = [n - 1, 0, n / 2, 0]
        for dtype in DType.allCases {
            #expect(areSame(try read.rows(1..<n, as: dtype), whole[1..<n].cast(to: dtype)))
            #expect(areSame(try read.rows(n..<n, as: dtype), whole[n..<n].cast(to: dtype)))
            #expect(areSame(try read.rows(order, as: dtype), gather(whole, Tensor(order)).cast(to: dtype)))
            #expect(try read.rows([], as: dtype).shape.elementCount == 0)
        }
        #expect(areSame(try read.rows(0..<n), whole))
    }

    /// Many rows, on several threads, and of a file in column-major order too.
    @Test(arguments: [DType.float32, .int64]) func manyRows(_ dtype: DType) throws {
        let x = (Tensor.range(to: 3000 * 70, dtype: .float64) - 100).reshaped(3000, 70).cast(to: dtype)
        let order = (0..<2500).map { $0 * 7919 % 3000 }
        let rowMajor = try NPY(x).encoded()
        // A transposed array's bytes in row-major order are those of the array in column-major order.
        let header = String(decoding: rowMajor[..<128], as: UTF8.self)
        #expect(header.contains("'fortran_order': False, 'shape': (3000, 70)"))
        var columnMajor = try NPY(x.transposed).encoded()
        let text = "'fortran_order': True, 'shape': (3000, 70), } "
        let place = columnMajor.firstRange(of: Array("'fortran_order'".utf8))!.lowerBound
        columnMajor.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8))
        for bytes in [rowMajor, columnMajor] {
            let file = try NPY(decoding: bytes)
            #expect(try file.tensor() == x)
            #expect(try file.rows(order) == gather(x, Tensor(order)))
            #expect(try file.rows(order, as: .float64) == gather(x, Tensor(order)).cast(to: .float64))
            #expect(try file.rows(17..<2900) == x[17..<2900])
        }
    }

    @Test func sharesTheFilesMemory() throws {
        let x = Tensor.range(to: 12, dtype: .float64).reshaped(3, 4)
        let path = folder.path("x.npy")
        try NPY(x).write(to: path)
        let file = try NPY(path: path)
        let (whole, row) = (try file.tensor(), try file.rows(1..<2))
        #expect(row.rawPointer == whole.rawPointer + 32 && row == x[1..<2])
        try FileManager.default.removeItem(atPath: path)
        #expect(whole == x)
    }

    // MARK: Writing

    @Test func roundTrip() throws {
        let path = folder.path("x.npy")
        for x in [
            Tensor(scalar: 1.5), Tensor([1, 2, 3]), Tensor([true, false]), Tensor.zeros([0, 3]), Tensor.zeros([2, 0]),
            Tensor(rows: [[1, -0.0], [.infinity, .nan]] as [[Float]]),
            Tensor.range(to: 24).reshaped(2, 3, 4).transposed,
        ] {
            try NPY(x).write(to: path)
            let read = try NPY(path: path)
            #expect(areSame(try read.tensor(), x))
            #expect(try read.encoded() == NPY(x).encoded())
        }
        #expect(try folder.contents == ["x.npy"])
        let unwritable = #expect(throws: FormatError.self) { try NPY(Tensor([1])).write(to: folder.path("none/x")) }
        #expect(unwritable?.reason == .unwritableFile)
    }

    /// What NumPy writes of the same array, to the byte.
    @Test(arguments: ["little-f8.npy", "little-f4.npy", "little-i8.npy", "little-b1.npy", "scalar.npy", "empty.npy"])
    func sameBytesAsNumPy(_ name: String) throws {
        let file = FormatFixture.named(name)
        #expect(try NPY(file.arrays[0].tensor).encoded() == file.bytes)
    }

    // MARK: Refusals

    private static func file(_ header: String, version: UInt8 = 1, _ data: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0])
        -> [UInt8]
    {
        let length = withUnsafeBytes(of: UInt32(header.utf8.count).littleEndian) { Array($0) }
        let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]
        return magic + length[..<(version == 1 ? 2 : 4)] + Array(header.utf8) + data
    }

    private static func header(_ descr: String = "'<f4'", _ order: String = "False", _ shape: String = "(2,)") -> String
    {
        "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape)}"
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n",
        "{\"shape\":(2L,),'descr':'<f4','fortran_order':False}",
        " { 'fortran_order' : True , 'descr' : '<f4' , 'shape' : ( 2 , ) } \n",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (1, 2)}",
    ]) func waysToWriteAHeader(_ header: String) throws {
        for version in 1...3 as ClosedRange<UInt8> {
            #expect(try NPY(decoding: Self.file(header, version: version)).tensor().count == 2)
        }
    }

    @Test(
        arguments: [
            ("", 10, .corrupt, "the header must be a dictionary, and the end of the header was found"),
            ("{}", 10, .corrupt, "the key 'descr' is missing in the header"),
            ("{'descr': '<f4'}", 10, .corrupt, "the key 'fortran_order' is missing in the header"),
            ("{'descr': '<f4', 'fortran_order': True}", 10, .corrupt, "the key 'shape' is missing in the header"),
            ("{'descr' '<f4'}", 19, .corrupt, "a colon must follow the key \"descr\", and ''' was found"),
            ("{descr: '<f4'}", 11, .corrupt, "'d' stands where a key in quotes is wanted"),
            ("{'descr: 1}", 11, .corrupt, "a string is not closed"),
            ("{'de\\x73cr': '<f4'}", 11, .corrupt, "a string has a backslash or is not UTF-8"),
            ("{'a': 1}", 11, .corrupt, "the key \"a\" is not one of 'descr', 'fortran_order' and 'shape'"),
            ("{'descr': '<f4', 'descr': '<f4'}", 27, .corrupt, "the key \"descr\" is there twice"),
            ("{'descr': '<f4' 'shape': (2,)}", 26, .corrupt, "a comma or } must follow a value, and ''' was found"),
            (header() + "x", 65, .corrupt, "'x' follows the dictionary"),
            (header("'<f4'", "0"), 44, .corrupt, "'0' stands where True or False is wanted"),
            (header("'<f4'", "False", "[2]"), 60, .corrupt, "the shape must be a tuple, and '[' was found"),
            (header("'<f4'", "False", "(2)"), 62, .corrupt, "the shape must be a tuple: a comma is missing"),
            (header("'<f4'", "False", "(2,-1)"), 63, .corrupt, "'-' stands where a length, a whole number from 0"),
            (header("'<f4'", "False", "(2,1.5)"), 64, .corrupt, "a comma or ) must follow a length, and '.' was found"),
            (header("'<f4'", "False", "(9223372036854775808,)"), 61, .tooLarge, "a length of the shape is above 2⁶³"),
            (
                header("'<f4'", "False", "(0,4294967296,4294967296)"), 10, .tooLarge,
                "has more bytes than can be counted"
            ),
            (
                header("'<f4'", "False", "(\(String(repeating: "1,", count: 65)))"), 10, .tooLarge,
                "the shape has 65 axes, and at most 64 are read"
            ),
            (header("'<f4'", "False", "(3,)"), 73, .cutOff, "float32 [3] takes 12 bytes, and 8 follow the header"),
            (
                header("'<f8'", "False", "(1250000000,)"), 82, .cutOff,
                "float64 [1250000000] takes 10000000000 bytes, and 8 follow the header: the file is cut off"
            ),
            (
                header("'<f4'", "False", "(1,)"), 69, .corrupt,
                "4 bytes follow the array; only one array in a file is read"
            ),
            (header("'<f3'"), 10, .unsupported, "elements of the dtype \"<f3\" are not read"),
            (header("'|f4'"), 10, .unsupported, "elements of the dtype \"|f4\" are not read"),
            (
                header("''"), 10, .unsupported,
                "elements of the dtype \"\" are not read: save the array as one of 'f8', 'f4'"
            ),
            (header("3"), 20, .corrupt, "'3' stands where a dtype in quotes is wanted"),
            (header("[('a', '<f4')]"), 20, .unsupported, "arrays of records are not read: save each field"),
            (
                String(repeating: " ", count: 10_001), 8, .tooLarge,
                "the header claims 10001 bytes, and at most 10000 are"
            ),
        ] as [(String, Int, FormatError.Reason, String)])
    func refusals(_ header: String, _ offset: Int, _ reason: FormatError.Reason, _ message: String) throws {
        let error = #expect(throws: FormatError.self) { try NPY(decoding: Self.file(header), name: "a.npy") }
        #expect(error?.reason == reason && error?.offset == offset && error?.file == "a.npy", "\(error!)")
        #expect(error?.message.contains(message) == true, "\(error!)")
        #expect(error?.description == "a.npy: byte \(offset): \(error!.message)")
    }

    /// What NumPy can save and tensors cannot hold.
    @Test(arguments: [
        "objects": "Python objects of the dtype \"|O\" are not read", "strings": "strings of the dtype \"<U2\" are not",
        "bytes": "strings of the dtype \"|S2\" are not read", "complex": "complex numbers of the dtype \"<c8\" are not",
        "time": "dates and times of the dtype \"<M8[D]\" are not read", "structured": "arrays of records are not read",
        "long": "elements of the dtype \"<f16\" are not read",
    ]) func otherKinds(_ name: String, _ message: String) throws {
        let file = try #require(FormatFixture.refused.first { $0.name == name })
        let error = #expect(throws: FormatError.self) { try NPY(decoding: file.bytes) }
        #expect(error?.reason == .unsupported && error?.message.contains(message) == true, "\(error!)")
    }

    @Test func theFirstBytes() {
        for (bytes, offset, reason, message) in [
            ([], 0, .cutOff, "the file ends within its first 6 bytes"),
            ([0x93, 0x4E], 2, .cutOff, "the file ends within its first 6 bytes"),
            (Array("PK\u{3}\u{4}".utf8), 0, .unknownFormat, "the file does not begin with \\x93NUMPY"),
            ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 5], 9, .cutOff, "the file ends before the header"),
            (Self.file("", version: 4), 6, .unsupported, "the version is 4.0, and 1.0, 2.0 and 3.0 are read"),
            ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 9, 0, 0x7B], 8, .cutOff, "claims 9 bytes, and 1 follow"),
        ] as [([UInt8], Int, FormatError.Reason, String)] {
            let error = #expect(throws: FormatError.self) { try NPY(decoding: bytes) }
            #expect(error?.reason == reason && error?.offset == offset, "\(error!)")
            #expect(error?.message.contains(message) == true, "\(error!)")
        }
    }

    @Test func uint64AboveInt64() throws {
        let file = try NPY(
            decoding: Self.file(
                Self.header("'>u8'", "False", "(1, 2)"),
                [UInt8](repeating: 0, count: 8) + [255] + [UInt8](repeating: 0, count: 7)))
        let error = #expect(throws: FormatError.self) { try file.tensor(as: .float32) }
        #expect(
            error?.reason == .value && error?.message.contains("18374686479671623680 is more than int64 holds") == true)
        #expect(try file.rows(0..<0).count == 0)
        #expect(throws: FormatError.self) { try file.rows([0]) }
    }

    @Test func damagedFiles() throws {
        for name in ["fortran-big-i2.npy", "version3.npy", "scalar.npy"] {
            let good = FormatFixture.named(name).bytes
            let counts = readDamaged(good) { bytes in
                let file = try NPY(decoding: bytes)
                _ = try file.tensor(as: .float64).doubles
                if file.shape.rank > 0, file.shape[0] > 1 { _ = try file.rows([1, 0]).doubles }
            }
            #expect(counts.prefixes == 0 && counts.changed > 0, "\(counts)")
        }
    }

    @Test func rowsThatAreNotThere() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let file = try NPY(decoding: try NPY(Tensor([1, 2, 3])).encoded())
            _ = try file.rows([0, 3])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("rows: 0 to 3 are asked for, and the array [3] has rows 0..<3"), "\(text)")
    }
}
