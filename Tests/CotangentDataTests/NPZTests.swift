import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct NPZTests {
    private let folder = try! TemporaryFolder()

    private func check(_ name: String) throws {
        let file = FormatFixture.named(name)
        let path = try folder.write(file.bytes, name)
        for read in [try NPZ(path: path), try NPZ(path: path, isMapped: false), try NPZ(decoding: file.bytes)] {
            #expect(read.names == file.arrays.map(\.name))
            for array in file.arrays {
                #expect(areSame(try read.tensor(named: array.name), array.tensor), "\(array.name)")
                #expect(try read.array(named: array.name).dtypeInFile == array.stored)
            }
            #expect(try read.tensors().map(\.name) == read.names)
        }
    }

    @Test(arguments: ["stored.npz", "empty.npz"]) func readsNumPysFiles(_ name: String) throws { try check(name) }

    // MARK: Writing

    private static let some: [(name: String, tensor: Tensor)] = [
        ("x", Tensor(rows: [[1, 2, 3], [4, 5, 6]] as [[Float]])), ("labels/größe", Tensor([1, -2])),
        ("mask", Tensor([true, false, true])), ("scalar", Tensor(scalar: 2.5)), ("empty", Tensor.zeros([0, 3])),
        ("view", Tensor.range(to: 600).reshaped(20, 30).transposed), (".npy", Tensor([1])),
    ]

    @Test func roundTrip() throws {
        let path = folder.path("some.npz")
        let file = NPZ(arrays: Self.some)
        try file.write(to: path)
        for read in [try NPZ(path: path), try NPZ(decoding: file.encoded())] {
            #expect(read.names == Self.some.map(\.name))
            for (read, written) in zip(try read.tensors(), Self.some) {
                #expect(areSame(read.tensor, written.tensor), "\(written.name)")
            }
            #expect(try read.encoded() == file.encoded())
        }
        #expect(try folder.contents == ["some.npz"])
        // In place, so without a copy.
        let read = try NPZ(path: path)
        let (first, second) = (try read.tensor(named: "x"), try read.tensor(named: "x"))
        #expect(first.rawPointer == second.rawPointer)
        #expect(try NPZ(decoding: NPZ(arrays: []).encoded()).names == [])
    }

    /// More entries than 16 bits count: the directory is ZIP64's.
    @Test func manyArrays() throws {
        let count = 70_000
        let bytes = try NPZ(arrays: (0..<count).map { ("\($0)", Tensor(scalar: Float($0))) }).encoded()
        let read = try NPZ(decoding: bytes)
        #expect(read.names.count == count)
        #expect(try read.tensor(named: "69999").item == 69_999)
    }

    /// An accent behind a slash makes one character of both, and the slash is one for the file system all the same.
    @Test(arguments: [
        "", "/x", "../x", "a/../b", "a/..", "..", "a\\b", "a\u{0}", "/\u{301}x", "../\u{301}x", "a/../\u{301}b",
    ]) func namesThatLeadOutside(_ name: String) {
        let error = #expect(throws: FormatError.self) {
            try NPZ(arrays: [(name, Tensor([1]))]).write(to: folder.path("a.npz"))
        }
        #expect(
            error?.reason == .name && error?.message.contains("a program that unpacks the archive could write") == true)
    }

    /// Read, such names are keys.
    @Test(arguments: ["../xy", "/etc/x", "a/../b", "a\\..\\b"]) func namesAreKeys(_ name: String) throws {
        let harmless = String(repeating: "q", count: name.utf8.count)
        var bytes = try NPZ(arrays: [(harmless, Tensor([1, 2]))]).encoded()
        while let place = bytes.firstRange(of: Array(harmless.utf8)) {
            bytes.replaceSubrange(place, with: Array(name.utf8))
        }
        let read = try NPZ(decoding: bytes)
        #expect(read.names == [name])
        #expect(try read.tensor(named: name) == Tensor([1, 2]))
        #expect(try folder.contents == [])
    }

    @Test func otherEntriesArePassedOver() throws {
        var bytes = try NPZ(arrays: [("a", Tensor([1])), ("b", Tensor([2]))]).encoded()
        while let place = bytes.firstRange(of: Array("a.npy".utf8)) {
            bytes.replaceSubrange(place, with: Array("a.txt".utf8))
        }
        let read = try NPZ(decoding: bytes)
        #expect(read.names == ["b"])
        #expect(try read.tensor(named: "b") == Tensor([2]))
    }

    // MARK: Refusals

    private static let good = try! NPZ(arrays: [("ab", Tensor([1.5])), ("cd", Tensor([2.5, 3]))]).encoded()
    /// Where the directory's two entries begin, and the record at the end.
    private static let directory = good.firstRange(of: [0x50, 0x4B, 1, 2])!.lowerBound
    private static let second = directory + 46 + 6
    private static let end = good.count - 22

    private func refused(_ place: Int, _ bytes: [UInt8], _ reason: FormatError.Reason, _ message: String) {
        var damaged = Self.good
        damaged.replaceSubrange(place..<place + bytes.count, with: bytes)
        let error = #expect(throws: FormatError.self, "\(message)") {
            try NPZ(decoding: damaged, name: "a.npz").tensors()
        }
        #expect(error?.reason == reason && error?.message.contains(message) == true, "\(error!)")
        #expect(error?.file == "a.npz" && error?.offset != nil)
    }

    @Test func refusals() throws {
        let (directory, second, end) = (Self.directory, Self.second, Self.end)
        refused(0, [0x93, 0x4E], .unknownFormat, "the file does not begin with PK: it is not a zip archive, as NPZ is")
        refused(end, [0], .cutOff, "the archive's directory is missing at the end: the file is cut off")
        refused(end + 4, [1], .unsupported, "the archive is one of several parts")
        refused(end + 10, [200], .corrupt, "200 entries are more than a directory of 104 bytes holds")
        refused(end + 12, [0xFF], .corrupt, "the directory is said to take 255 bytes from byte")
        refused(directory, [0], .corrupt, "an entry of the directory is expected")
        refused(directory + 8, [1], .unsupported, "the entry \"ab.npy\" is encrypted")
        refused(directory + 10, [12], .unsupported, "is packed by method 12; 0, stored, and 8, deflate, are read")
        refused(directory + 28, [0xFF], .corrupt, "an entry goes beyond the directory's end")
        refused(directory + 46, [0xFF], .unsupported, "an entry's name is not UTF-8")
        refused(
            directory + 46, Array("xx".utf8), .corrupt, "the entry \"xx.npy\" has another name where its bytes stand")
        refused(directory + 20, [0xFF, 0xFF, 0xFF, 0x7F], .corrupt, "goes beyond the directory's begin")
        refused(directory + 20, [10], .corrupt, "the stored entry \"ab.npy\" has 10 bytes, and 136 are claimed")
        refused(directory + 42, [1], .corrupt, "the entry \"ab.npy\" is not where the directory says")
        refused(
            directory + 42, [0xFF, 0xFF, 0xFF, 0x7F], .corrupt, "the entry \"ab.npy\" is not where the directory says")
        refused(directory + 16, [0, 0], .checksum, "the checksum of the array \"ab\" is not that of its bytes")
        refused(199, [9], .checksum, "the checksum of the array \"ab\" is not that of its bytes")
        // An entry longer than it is reaches into the next one.
        refused(directory + 20, [200, 0, 0, 0, 200], .corrupt, "the entry \"ab.npy\" overlaps what stands behind it")
        // Both entries at one place and of one name.
        var twice = Self.good
        twice.replaceSubrange(second..<second + 46, with: twice[directory..<directory + 46])
        #expect(throws: FormatError.self) { try NPZ(decoding: twice) }
        while let place = twice.firstRange(of: Array("cd.npy".utf8)) {
            twice.replaceSubrange(place, with: Array("ab.npy".utf8))
        }
        let error = #expect(throws: FormatError.self) { try NPZ(decoding: twice) }
        #expect(error?.message.contains("overlaps") == true, "\(error!)")
        // Of one name at two places.
        var named = Self.good
        while let place = named.firstRange(of: Array("cd.npy".utf8)) {
            named.replaceSubrange(place, with: Array("ab.npy".utf8))
        }
        let again = #expect(throws: FormatError.self) { try NPZ(decoding: named) }
        #expect(again?.reason == .name && again?.message == "the name \"ab.npy\" is there twice")
    }

    @Test func arraysThatAreNoArrays() throws {
        var bytes = Self.good
        let place = bytes.firstRange(of: [0x93, 0x4E])!.lowerBound
        bytes[place] = 0x92
        // With the checksum made right again.
        let contents = Array(bytes[place..<place + 136])
        let sum = contents.withUnsafeBytes { StoredElements.checksum(0, $0) }
        withUnsafeBytes(of: sum.littleEndian) {
            bytes.replaceSubrange(Self.directory + 16..<Self.directory + 20, with: Array($0))
        }
        let read = try NPZ(decoding: bytes)
        let error = #expect(throws: FormatError.self) { try read.tensor(named: "ab") }
        #expect(error?.reason == .unknownFormat && error?.offset == place)
        #expect(error?.message.hasPrefix("array \"ab\": the file does not begin with \\x93NUMPY") == true)
        #expect(try read.tensor(named: "cd") == Tensor([2.5, 3]))
    }

    @Test func namesThatAreNotThere() throws {
        for file in [NPZ(arrays: Self.some), try NPZ(decoding: Self.good)] {
            let error = #expect(throws: FormatError.self) { try file.tensor(named: "nobody") }
            #expect(
                error?.reason == .name && error?.message.hasPrefix("there is no array \"nobody\"; there are '") == true)
        }
    }

    @Test func checksums() {
        #expect(Array("123456789".utf8).withUnsafeBytes { StoredElements.checksum(0, $0) } == 0xCBF4_3926)
        let bytes = (0..<100).map { UInt8($0 * 7 & 255) }
        let whole = bytes.withUnsafeBytes { StoredElements.checksum(0, $0) }
        for cut in 0...100 {
            let first = Array(bytes[..<cut]).withUnsafeBytes { StoredElements.checksum(0, $0) }
            #expect(Array(bytes[cut...]).withUnsafeBytes { StoredElements.checksum(first, $0) } == whole)
        }
    }

    private static func readAll(_ bytes: [UInt8]) throws {
        let file = try NPZ(decoding: bytes, limit: 1 << 20)
        for (_, tensor) in try file.tensors() { _ = tensor.doubles }
    }

    @Test func damagedFiles() throws {
        let own = try NPZ(arrays: [("x", Tensor([1.5])), ("é", Tensor([true]))]).encoded()
        let counts = readDamaged(own, Self.readAll)
        // What a reader does not look at: dates, padding, attributes.
        #expect(counts.prefixes == 0 && counts.changed < 2 * own.count, "\(counts)")
    }

    #if Zlib
        @Test func readsCompressedFiles() throws { try check("compressed.npz") }

        @Test func compressedRoundTrip() throws {
            let file = NPZ(arrays: Self.some + [("zeros", Tensor.zeros([1000, 1000]))])
            let bytes = try file.encoded(isCompressed: true)
            #expect(bytes.count < 20_000)
            let path = folder.path("a.npz")
            try file.write(to: path, isCompressed: true)
            #expect(try Array(Data(contentsOf: URL(filePath: path))) == bytes)
            for (read, written) in zip(try NPZ(path: path).tensors(), Self.some) {
                #expect(read.name == written.name && areSame(read.tensor, written.tensor))
            }
            // Above the limit, and with another size than it has.
            let small = try NPZ(path: path, limit: 100_000)
            #expect(try small.tensor(named: "x") == Self.some[0].tensor)
            let error = #expect(throws: FormatError.self) { try small.tensor(named: "zeros") }
            #expect(
                error?.reason == .tooLarge && error?.message.contains("at most 100000 are unpacked") == true,
                "\(error!)")
            for (claim, message) in [
                (
                    3_000_000,
                    "array \"zeros\": it unpacks to more than 3000000 bytes, and that is what the archive claims"
                ),
                (4_000_129, "array \"zeros\": 4000129 bytes are claimed, and it unpacks to 4000128"),
                (Int(Int32.max), "cannot hold the 2147483647 that are claimed"),
            ] {
                var bytes = bytes
                let place = bytes.lastRange(of: Array("zeros.npy".utf8))!.lowerBound - 46 + 24
                withUnsafeBytes(of: UInt32(claim).littleEndian) {
                    bytes.replaceSubrange(place..<place + 4, with: Array($0))
                }
                let error = #expect(throws: FormatError.self) { try NPZ(decoding: bytes).tensor(named: "zeros") }
                #expect(error?.reason == .corrupt && error?.message.contains(message) == true, "\(error!)")
            }
        }

        @Test func damagedCompressedFiles() throws {
            let good = FormatFixture.named("compressed.npz").bytes
            let counts = readDamaged(good, changes: [0x01, 0x80, 0xFF], Self.readAll)
            #expect(counts.prefixes == 0 && counts.changed < good.count, "\(counts)")
        }
    #else
        @Test func saysHowToBuild() throws {
            let read = try NPZ(decoding: FormatFixture.named("compressed.npz").bytes)
            #expect(read.names.contains("x"))
            let reading = #expect(throws: FormatError.self) { try read.tensor(named: "x") }
            let writing = #expect(throws: FormatError.self) {
                try NPZ(arrays: Self.some).write(to: folder.path("a.npz"), isCompressed: true)
            }
            for error in [reading, writing] {
                #expect(error?.reason == .withoutZlib && error?.message.contains("build with --traits Zlib") == true)
            }
            #expect(try folder.contents == [])
        }
    #endif
}
