import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct IDXTests {
    static let files = FormatFixture.names { $0.contains("idx") && !$0.hasSuffix(".gz") }
    private let images = try! IDX(decoding: FormatFixture.named("images-idx3-ubyte").bytes)
    private let expected = FormatFixture.named("images-idx3-ubyte").arrays[0].tensor

    @Test(arguments: files) func readsEveryType(_ name: String) throws {
        let file = FormatFixture.named(name)
        let array = file.arrays[0]
        let folder = try TemporaryFolder()
        let path = try folder.write(file.bytes, name)
        for read in [try IDX(path: path), try IDX(path: path, isMapped: false), try IDX(decoding: file.bytes)] {
            #expect(
                read.shape == Shape(array.shape) && read.dtypeInFile == array.stored && read.count == array.shape[0])
            #expect(areSame(read.tensor(), array.tensor))
            for dtype in DType.allCases {
                #expect(areSame(read.tensor(as: dtype), array.tensor.cast(to: dtype)))
                #expect(areSame(read.rows([2, 0], as: dtype), gather(array.tensor, Tensor([2, 0])).cast(to: dtype)))
            }
        }
    }

    @Test func thereAreFilesOfAllTypes() {
        #expect(
            Set(Self.files.map { FormatFixture.named($0).arrays[0].stored })
                == [.uint8, .int8, .int16, .int32, .float32, .float64])
    }

    @Test func picturesAndLabels() throws {
        #expect(images.tensor(as: .float32) == expected.cast(to: .float32))
        let scaled = images.tensor(isScaled: true)
        #expect(areSame(scaled, expected.cast(to: .float32) / 255) && scaled.shape == [5, 4, 3])
        #expect(areSame(images.tensor(as: .float64, isScaled: true), expected.cast(to: .float64) / 255))
        #expect(areSame(images.rows(1..<4, isScaled: true), scaled[1..<4]))
        #expect(areSame(images.rows([4, 4, 0], isScaled: true), gather(scaled, Tensor([4, 4, 0]))))
        let labels = try IDX(decoding: FormatFixture.named("labels-idx1-ubyte").bytes)
        #expect(labels.tensor() == FormatFixture.named("labels-idx1-ubyte").arrays[0].tensor)
        #expect(labels.tensor().dtype == .int64 && labels.rows(2..<3).shape == [1])
    }

    @Test func traps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let file = try IDX(decoding: FormatFixture.named("idx9").bytes)
            _ = file.tensor(isScaled: true)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            text.contains("IDX: bytes alone are scaled, to floating point; the file has int8, and float32"), "\(text)")
    }

    @Test(
        arguments: [
            ([], 0, .cutOff, "the file has 0 bytes, and the header begins with 4"),
            ([0, 0, 8], 3, .cutOff, "the file has 3 bytes"),
            ([0, 1, 8, 1, 0, 0, 0, 0], 0, .unknownFormat, "the file does not begin with two zero bytes"),
            ([0, 0, 10, 1, 0, 0, 0, 0], 2, .unsupported, "10 is not a type of elements: 8, 9, 11, 12, 13 and 14"),
            ([0, 0, 8, 0], 3, .unsupported, "0 axes are claimed; 1 to 64 are read"),
            ([0, 0, 8, 65], 3, .unsupported, "65 axes are claimed"),
            ([0, 0, 8, 2, 0, 0, 0, 0, 0, 0], 10, .cutOff, "the lengths of 2 axes take 8 bytes: the file is cut off"),
            ([0, 0, 8, 1, 0, 0, 0, 2, 7], 9, .cutOff, "uint8 [2] takes 2 bytes, and 1 follow the header"),
            ([0, 0, 8, 1, 0, 0, 0, 1, 7, 7], 9, .corrupt, "1 bytes follow the array"),
            ([0, 0, 14, 1, 0xFF, 0xFF, 0xFF, 0xFF], 8, .cutOff, "float64 [4294967295] takes 34359738360 bytes, and 0"),
            (
                [0, 0, 14, 3, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 4, .tooLarge,
                "the shape [0, 4294967295, 4294967295] has more bytes than can be counted"
            ),
        ] as [([UInt8], Int, FormatError.Reason, String)])
    func refusals(_ bytes: [UInt8], _ offset: Int, _ reason: FormatError.Reason, _ message: String) throws {
        let error = #expect(throws: FormatError.self) { try IDX(decoding: bytes, name: "a") }
        #expect(error?.reason == reason && error?.offset == offset && error?.file == "a", "\(error!)")
        #expect(error?.message.contains(message) == true, "\(error!)")
    }

    @Test func damagedFiles() {
        let good = FormatFixture.named("images-idx3-ubyte").bytes
        let counts = readDamaged(good) { _ = try IDX(decoding: $0).tensor().ints }
        // All 60 elements may change, in 5 ways, and the type from bytes to signed ones.
        #expect(counts.prefixes == 0 && counts.changed == 301, "\(counts)")
    }

    #if Zlib
        @Test(arguments: ["images-idx3-ubyte.gz", "two-members.gz"]) func packedFiles(_ name: String) throws {
            let bytes = FormatFixture.named(name).bytes
            #expect(areSame(try IDX(decoding: bytes).tensor(), expected))
            for limit in [76, Int.max] {
                #expect(areSame(try IDX(decoding: bytes, limit: limit).tensor(), expected))
            }
            let error = #expect(throws: FormatError.self) { try IDX(decoding: bytes, limit: 75) }
            #expect(error?.reason == .tooLarge && error?.message.contains("it unpacks to more than 75 bytes") == true)
            let more = #expect(throws: FormatError.self) { try IDX(decoding: bytes + [0, 0]) }
            #expect(more?.reason == .corrupt && more?.message.contains("2 bytes follow the packed ones") == true)
            #expect(more?.offset == bytes.count)
        }

        @Test func damagedPackedFiles() {
            let good = FormatFixture.named("images-idx3-ubyte.gz").bytes
            let counts = readDamaged(good) { _ = try IDX(decoding: $0).tensor().ints }
            // The header's date, flags and system alone may change: its 10 bytes have no checksum.
            #expect(counts.prefixes == 0 && counts.changed < 50, "\(counts)")
            for count in 2..<good.count {
                let error = #expect(throws: FormatError.self) { try IDX(decoding: Array(good[..<count])) }
                #expect(error?.reason == .cutOff, "\(error!)")
            }
        }
    #else
        @Test func saysHowToBuild() {
            let error = #expect(throws: FormatError.self) {
                try IDX(decoding: FormatFixture.named("images-idx3-ubyte.gz").bytes)
            }
            #expect(error?.reason == .withoutZlib && error?.message.contains("build with --traits Zlib") == true)
        }
    #endif
}
