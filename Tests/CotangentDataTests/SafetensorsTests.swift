import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    private let folder = try! TemporaryFolder()
    static let files = FormatFixture.names { $0.hasSuffix(".safetensors") }

    // MARK: Files that its own library wrote

    @Test(arguments: files) func readsOthersFiles(_ name: String) throws {
        let file = FormatFixture.named(name)
        let path = try folder.write(file.bytes, name)
        for read in [
            try Safetensors(path: path), try Safetensors(path: path, isMapped: false),
            try Safetensors(decoding: file.bytes),
        ] {
            #expect(read.metadata == file.metadata)
            #expect(Set(read.names) == Set(file.arrays.map(\.name)) && read.names.count == file.arrays.count)
            for array in file.arrays {
                let tensor = try read.tensor(named: array.name)
                #expect(areSame(tensor, array.tensor), "\(array.name): \(tensor), not \(array.tensor)")
                #expect(read.dtypeInFile(of: array.name) == array.stored)
                #expect(read.shape(of: array.name) == Shape(array.shape))
            }
        }
    }

    @Test func thereAreFilesOfAllTypes() {
        let stored = Self.files.flatMap { FormatFixture.named($0).arrays.map(\.stored) }
        #expect(Set(stored) == Set(StoredDType.allCases))
    }

    /// Tensors are of another dtype where one is asked for.
    @Test(arguments: DType.allCases) func asOtherTypes(_ dtype: DType) throws {
        let file = FormatFixture.named("kinds.safetensors")
        let read = try Safetensors(decoding: file.bytes)
        for array in file.arrays {
            #expect(
                areSame(try read.tensor(named: array.name, as: dtype), array.tensor.cast(to: dtype)), "\(array.name)")
        }
    }

    /// Elements at any address: the header's padding is taken away byte by byte.
    @Test(arguments: 1...8) func unalignedTensors(_ shift: Int) throws {
        let good = FormatFixture.named("kinds.safetensors").bytes
        let length = good[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = good[8..<8 + length].reversed().drop { $0 == 0x20 }.reversed()
        let padded = Array(header) + [UInt8](repeating: 0x20, count: shift)
        let bytes =
            withUnsafeBytes(of: UInt64(padded.count).littleEndian) { Array($0) } + padded + good[(8 + length)...]
        let path = try folder.write(bytes, "unaligned.safetensors")
        let read = try Safetensors(path: path)
        for array in FormatFixture.named("kinds.safetensors").arrays {
            #expect(areSame(try read.tensor(named: array.name), array.tensor), "\(array.name)")
        }
    }

    /// All 65,536 float16 numbers and all of 8 bits by their definition.
    @Test func shortFloatsByDefinition() throws {
        func value(_ bits: Int, exponent: Int, fraction: Int, hasInfinity: Bool) -> Float {
            let e = bits >> fraction & (1 << exponent - 1)
            let f = bits & (1 << fraction - 1)
            let sign: Double = bits >> (exponent + fraction) == 0 ? 1 : -1
            let bias = 1 << (exponent - 1) - 1
            if e == 1 << exponent - 1, hasInfinity { return f == 0 ? Float(sign) * .infinity : .nan }
            if e == 1 << exponent - 1, f == 1 << fraction - 1 { return .nan }
            let significand = Double(f) / Double(1 << fraction) + (e == 0 ? 0 : 1)
            return Float(sign * significand * Double(sign: .plus, exponent: max(e, 1) - bias, significand: 1))
        }
        let halves = (0..<65_536).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let bytes = (0..<256).map { UInt8($0) }
        let cases: [(code: String, data: [UInt8], value: (Int) -> Float)] = [
            ("F16", halves, { value($0, exponent: 5, fraction: 10, hasInfinity: true) }),
            ("BF16", halves, { Float(bitPattern: UInt32($0) << 16) }),
            ("F8_E5M2", bytes, { value($0, exponent: 5, fraction: 2, hasInfinity: true) }),
            ("F8_E4M3", bytes, { value($0, exponent: 4, fraction: 3, hasInfinity: false) }),
        ]
        for (code, data, value) in cases {
            let count = code.hasPrefix("F8") ? 256 : 65_536
            let header = #"{"x":{"dtype":"\#(code)","shape":[\#(count)],"data_offsets":[0,\#(data.count)]}}"#
            let read = try Safetensors(decoding: Self.file(header, data))
            #expect(areSame(try read.tensor(named: "x"), Tensor((0..<count).map(value))), "\(code)")
        }
    }

    // MARK: Memory

    @Test func sharesTheFilesMemory() throws {
        let x = Tensor((0..<1000).map { Float($0) }, shape: [10, 100])
        let path = folder.path("x.safetensors")
        try Safetensors(tensors: [("b", Tensor([true])), ("x", x)]).write(to: path)
        var read: Safetensors? = try Safetensors(path: path)
        var first = try read!.tensor(named: "x")
        let second = try read!.tensor(named: "x")
        #expect(first.rawPointer == second.rawPointer)
        // Written to, a tensor has memory of its own.
        first[0] = Tensor.zeros([100])
        #expect(first[0] != x[0] && second == x && first.rawPointer != second.rawPointer)
        // Tensors outlive the file, and what takes its place.
        read = nil
        try Safetensors(tensors: [("x", x + 1)]).write(to: path)
        #expect(second == x)
        #expect(try Safetensors(path: path).tensor(named: "x") == x + 1)
        try FileManager.default.removeItem(atPath: path)
        #expect(second == x)
    }

    // MARK: Writing

    private static let some: [(name: String, tensor: Tensor)] = [
        ("mask", Tensor([true, false, true])), ("z", Tensor(scalar: 1.5)), ("größe \"\n\u{1F}", Tensor([1, -2, 3])),
        ("a", Tensor(rows: [[1, 2, 3], [4, 5, 6]] as [[Float]])), ("empty", Tensor.zeros([0, 4])), ("", Tensor([0.1])),
    ]

    @Test func roundTrip() throws {
        let metadata = ["epoch": "3", "": "ö\n\"", "\u{0}": ""]
        let file = Safetensors(tensors: Self.some, metadata: metadata)
        let path = folder.path("some.safetensors")
        try file.write(to: path)
        for read in [try Safetensors(path: path), try Safetensors(decoding: file.encoded())] {
            #expect(read.names == Self.some.map(\.name) && read.metadata == metadata)
            for (read, written) in zip(try read.tensors(), Self.some) {
                #expect(read.name == written.name && areSame(read.tensor, written.tensor))
            }
            // Written again, the same bytes.
            #expect(try read.encoded() == file.encoded())
        }
        #expect(try folder.contents == ["some.safetensors"])
    }

    @Test func writesViewsInRowMajorOrder() throws {
        let x = Tensor.range(to: 24).reshaped(4, 6)
        let views = [("a", x.transposed), ("b", x[0..., .every(2)]), ("c", x[1].broadcast(to: [3, 6]))]
        let read = try Safetensors(decoding: Safetensors(tensors: views).encoded())
        for (name, view) in views { #expect(try read.tensor(named: name) == view) }
    }

    /// float32 alone is rounded.
    @Test(arguments: [StoredDType.float16, .bfloat16]) func roundsToNearest(_ type: StoredDType) throws {
        let rounding = FormatFixture.rounding
        let numbers = Tensor(rounding.numbers)
        let file = Safetensors(tensors: [("x", numbers), ("d", Tensor([0.1])), ("i", Tensor([3]))])
        let bytes = try file.encoded(storing: type)
        let read = try Safetensors(decoding: bytes)
        #expect(read.dtypeInFile(of: "x") == type && read.dtypeInFile(of: "d") == .float64)
        #expect(read.dtypeInFile(of: "i") == .int64)
        #expect(try read.tensor(named: "d") == Tensor([0.1]))
        let data = rounding.bytes(type)
        let expected = try Safetensors(
            decoding: Self.file(
                #"{"x":{"dtype":"\#(type == .float16 ? "F16" : "BF16")","shape":[\#(numbers.count)],"data_offsets":[0,\#(data.count)]}}"#,
                data))
        let wanted = try expected.tensor(named: "x")
        #expect(areSame(try read.tensor(named: "x"), wanted))
        #expect(wanted.floats.contains(.infinity) && wanted.floats.contains { $0.isNaN })
        // What has been read is stored anew without another loss.
        #expect(try read.encoded(storing: type) == bytes)
    }

    /// More than one piece of conversion.
    @Test func largeTensors() throws {
        var generator = PhiloxGenerator(seed: 1)
        let x = Tensor.normal([700, 1001], using: &generator)
        let read = try Safetensors(decoding: Safetensors(tensors: [("x", x)]).encoded(storing: .bfloat16))
        #expect(try read.tensor(named: "x").isClose(to: x, relative: 1 / 256))
        let again = Safetensors(tensors: [("x", try read.tensor(named: "x"))])
        #expect(areSame(try Safetensors(decoding: again.encoded()).tensor(named: "x"), try read.tensor(named: "x")))
    }

    // MARK: Refusals

    static func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }

    private static func entry(_ dtype: String = "\"F32\"", _ shape: String = "[2]", _ places: String = "[0,8]")
        -> String
    {
        #"{"dtype":\#(dtype),"shape":\#(shape),"data_offsets":\#(places)}"#
    }

    @Test(
        arguments: [
            ("", 8, .unknownFormat, "the header does not begin with {: the file is not of the safetensors format"),
            (" {}", 8, .unknownFormat, "the header does not begin with {"),
            ("{\"a\":}", 13, .corrupt, "the header is not JSON: '}' stands where a value is wanted"),
            ("{} x", 11, .corrupt, "the header is not JSON: 'x' follows the end of the value"),
            ("{\"a\":\(entry()),\"a\":\(entry())}", nil, .corrupt, "the name \"a\" is there twice"),
            ("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", nil, .corrupt, "the name \"a\" is there twice"),
            ("{\"__metadata__\":[]}", nil, .corrupt, "__metadata__ is an array, and an object is wanted"),
            ("{\"__metadata__\":{\"a\":1}}", nil, .corrupt, "\"a\" of __metadata__ is a number, and only strings"),
            (
                "{\"a\":1}", nil, .corrupt,
                "tensor \"a\": an object with dtype, shape and data_offsets is wanted, not a num"
            ),
            ("{\"a\":{}}", nil, .corrupt, "tensor \"a\": \"dtype\" is missing, and a string is wanted"),
            ("{\"a\":\(entry("\"F32\"", "{}"))}", nil, .corrupt, "\"shape\" is an object, and an array is wanted"),
            ("{\"a\":\(entry("\"C64\""))}", nil, .unsupported, "the dtype \"C64\" is not read: convert it"),
            ("{\"a\":\(entry("\"F4\""))}", nil, .unsupported, "the dtype \"F4\" is not read"),
            (
                "{\"a\":\(entry("\"f32\""))}", nil, .unsupported,
                "'F64', 'F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2', 'I64'"
            ),
            (
                "{\"a\":\(entry("\"F32\"", "[-2]"))}", nil, .corrupt,
                "\"shape\" must have whole numbers from 0 up to 2⁵³"
            ),
            ("{\"a\":\(entry("\"F32\"", "[1.5]"))}", nil, .corrupt, "\"shape\" must have whole numbers"),
            ("{\"a\":\(entry("\"F32\"", "[9007199254740993]"))}", nil, .corrupt, "\"shape\" must have whole numbers"),
            ("{\"a\":\(entry("\"F32\"", "[1e999]"))}", nil, .corrupt, "\"shape\" must have whole numbers"),
            ("{\"a\":\(entry("\"F32\"", "[\"2\"]"))}", nil, .corrupt, "\"shape\" must have whole numbers"),
            (
                "{\"a\":\(entry("\"F32\"", "[4503599627370496,4503599627370496]"))}", nil, .tooLarge,
                "the shape [4503599627370496, 4503599627370496] has more bytes than can be counted"
            ),
            (
                "{\"a\":\(entry("\"F32\"", "[0,4503599627370496,4503599627370496]", "[0,0]"))}", nil, .tooLarge,
                "has more bytes than can be counted"
            ),
            (
                "{\"a\":\(entry("\"F32\"", "[\(String(repeating: "1,", count: 64))1]", "[0,4]"))}", nil, .tooLarge,
                "the shape has 65 axes, and at most 64 are read"
            ),
            (
                "{\"a\":\(entry("\"F32\"", "[2]", "[0]"))}", nil, .corrupt,
                "\"data_offsets\" is [0], and the first and the"
            ),
            ("{\"a\":\(entry("\"F32\"", "[2]", "[8,0]"))}", nil, .corrupt, "\"data_offsets\" is [8, 0], and the first"),
            ("{\"a\":\(entry("\"F32\"", "[3]"))}", nil, .corrupt, "F32 [3] takes 12 bytes, and data_offsets span 8"),
            (
                "{\"a\":\(entry("\"F32\"", "[2]", "[4,12]"))}", 67, .corrupt,
                "tensor \"a\" leaves 4 bytes behind the header"
            ),
            (
                "{\"a\":\(entry()),\"b\":\(entry("\"F32\"", "[2]", "[4,12]"))}", 120, .corrupt,
                "tensor \"b\" overlaps tensor \"a\" by 4 bytes"
            ),
            (
                "{\"b\":\(entry("\"F32\"", "[2]", "[9,17]")),\"a\":\(entry())}", 125, .corrupt,
                "tensor \"b\" leaves 1 bytes behind tensor \"a\" that belong to no tensor"
            ),
            (
                "{\"a\":\(entry("\"F64\"", "[1250000000]", "[0,10000000000]"))}", nil, .cutOff,
                "the tensors take 10000000000 bytes, and 8 follow the header: the file is cut off"
            ),
            ("{\"a\":\(entry("\"F32\"", "[1]", "[0,4]"))}", 66, .corrupt, "4 bytes follow the last tensor"),
        ] as [(String, Int?, FormatError.Reason, String)])
    func refusals(_ header: String, _ offset: Int?, _ reason: FormatError.Reason, _ message: String) throws {
        let bytes = Self.file(header, [UInt8](repeating: 0, count: 8))
        let path = try folder.write(bytes, "refused.safetensors")
        let error = #expect(throws: FormatError.self) { try Safetensors(path: path) }
        #expect(error?.reason == reason && error?.file == path, "\(error!)")
        #expect(error?.message.contains(message) == true, "\(error!)")
        if let offset { #expect(error?.offset == offset, "\(error!)") }
        let place = error?.offset.map { "byte \($0): " } ?? ""
        #expect(error?.description == "\(path): \(place)\(error!.message)")
    }

    @Test func lengthOfTheHeader() throws {
        for (bytes, reason, message) in [
            ([], .cutOff, "the file has 0 bytes, and the header's length alone takes 8"),
            ([1, 0, 0, 0, 0, 0, 0], .cutOff, "the file has 7 bytes"),
            ([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], .cutOff, "the header claims 3 bytes, and 2 follow"),
            ([0xFF, 0xE0, 0xF5, 5, 0, 0, 0, 0, 0x7B, 0x7D], .cutOff, "the header claims 99999999 bytes, and 2 follow"),
            (
                [1, 0xE1, 0xF5, 5, 0, 0, 0, 0, 0x7B, 0x7D], .tooLarge,
                "claims 100000001 bytes, and at most 100000000 are"
            ),
            ([UInt8](repeating: 255, count: 10), .tooLarge, "the header claims 18446744073709551615 bytes"),
        ] as [([UInt8], FormatError.Reason, String)] {
            let error = #expect(throws: FormatError.self) { try Safetensors(decoding: bytes, name: "a.safetensors") }
            #expect(error?.reason == reason && error?.message.contains(message) == true, "\(error!)")
        }
    }

    @Test func uint64AboveInt64() throws {
        let file = try Safetensors(
            decoding: Self.file(
                "{\"a\":\(Self.entry("\"U64\"", "[2]", "[0,16]"))}", [UInt8](repeating: 1, count: 15) + [128]))
        for dtype in [nil, DType.float32, .int64, .bool] {
            let error = #expect(throws: FormatError.self) { try file.tensor(named: "a", as: dtype) }
            #expect(error?.reason == .value && error?.offset == 8 + 55 + 8, "\(error!)")
            #expect(
                error?.message
                    == "tensor \"a\": the number 9223654615654924545 is more than int64 holds: store it as another type"
            )
        }
    }

    @Test func namesThatAreNotThere() throws {
        let file = Safetensors(tensors: Self.some)
        #expect(file.shape(of: "b") == nil && file.dtypeInFile(of: "b") == nil)
        let error = #expect(throws: FormatError.self) { try file.tensor(named: "b") }
        #expect(
            error?.reason == .name
                && error?.message.hasPrefix("there is no tensor \"b\"; there are 'mask', 'z'") == true)
    }

    @Test func cannotBeWritten() throws {
        let metadata = #expect(throws: FormatError.self) {
            try Safetensors(tensors: [("__metadata__", Tensor([1]))]).write(to: folder.path("a"))
        }
        #expect(metadata?.reason == .name && metadata?.message.contains("no tensor can be called __metadata__") == true)
        let noFolder = #expect(throws: FormatError.self) {
            try Safetensors(tensors: Self.some).write(to: folder.path("none/a"))
        }
        #expect(noFolder?.reason == .unwritableFile && noFolder?.message.contains("No such file or directory") == true)
        let missing = #expect(throws: FormatError.self) { try Safetensors(path: folder.path("none")) }
        #expect(missing?.reason == .unreadableFile)
        let asFolder = #expect(throws: FormatError.self) { try Safetensors(path: folder.path("")) }
        #expect(asFolder?.reason == .unreadableFile)
        let long = #expect(throws: FormatError.self) {
            try Safetensors(tensors: [], metadata: ["a": String(repeating: "x", count: 100_000_000)]).encoded()
        }
        #expect(long?.reason == .tooLarge && long?.message.contains("and the format allows 100000000") == true)
        #expect(try folder.contents == [])
    }

    @Test func damagedFiles() throws {
        for name in ["numpy.safetensors", "shapes.safetensors"] {
            let good = FormatFixture.named(name).bytes
            let counts = readDamaged(good) { bytes in
                let file = try Safetensors(decoding: bytes)
                for (_, tensor) in try file.tensors() { _ = tensor.doubles }
            }
            // A changed number or letter of a name leaves a good file.
            #expect(counts.prefixes == 0 && counts.changed > 100 && counts.changed < 5 * good.count / 2, "\(counts)")
        }
    }

    @Test func programmersMistakes() async {
        await #expect(processExitsWith: .failure) {
            _ = Safetensors(tensors: [("a", Tensor([1])), ("a", Tensor([2]))])
        }
        await #expect(processExitsWith: .failure) {
            _ = try? Safetensors(tensors: [("a", Tensor([1]))]).encoded(storing: .int8)
        }
    }
}
