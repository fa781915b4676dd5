import Cotangent
import Foundation
import TestSupport
import Testing

#if PNG
    /// PNG through libpng, in builds with the trait: `swift test --traits PNG`.
    @Suite struct PNGTests {
        static let files = ImageFixture.all.filter(\.isPNG).map(\.name)

        @Test(arguments: files) func readsEveryKind(_ name: String) throws {
            let file = ImageFixture.named(name)
            let image = try Image(decoding: file.bytes, name: name)
            #expect(image.pixels == file.pixels && image.bitDepth == file.depth)
        }

        @Test func thereAreFiles() { #expect(Self.files.count == 18) }

        @Test(arguments: [8, 16], 1...4) func roundTrip(_ depth: Int, _ channels: Int) throws {
            var generator = PhiloxGenerator(seed: 1)
            let largest = depth == 16 ? 65_535.0 : 255
            let values = Tensor.uniform([channels, 9, 5], dtype: .float64, using: &generator) * largest
            let samples = values.ints.map { Float($0) / Float(largest) }
            let image = Image(Tensor(samples, shape: [channels, 9, 5]), bitDepth: depth)
            let bytes = try image.encoded(as: .png)
            #expect(try Image(decoding: bytes) == image)
            // The header: width, height, depth, colour type.
            #expect(Array(bytes[16..<26]) == [0, 0, 0, 5, 0, 0, 0, 9, UInt8(depth), [0, 4, 2, 6][channels - 1]])
        }

        @Test func filesByTheirEnding() throws {
            let folder = try TemporaryFolder()
            let image = Image(Tensor(rows: [[0, 0.2, 1]] as [[Float]]))
            try image.write(to: folder.path("a.png"))
            #expect(try Image(path: folder.path("a.png")) == image)
            #expect(try folder.contents == ["a.png"])
        }

        // MARK: Bad files

        @Test(arguments: files) func noPrefixIsAFile(_ name: String) {
            let bytes = ImageFixture.named(name).bytes
            for count in 0..<bytes.count {
                let error = #expect(throws: ImageError.self, "\(count) of \(bytes.count)") {
                    try Image(decoding: Array(bytes.prefix(count)), name: name)
                }
                if count > 3 {
                    #expect(error?.reason == .corrupt && error?.offset == count, "\(error!)")
                    #expect(error?.message.contains("the file ends before the image does") == true, "\(error!)")
                }
            }
        }

        /// Every chunk has a checksum, so no single byte can change unnoticed.
        @Test(arguments: files) func everyChangedByteIsFound(_ name: String) {
            let bytes = ImageFixture.named(name).bytes
            for index in bytes.indices {
                for change in [UInt8(1), 0x20, 0x80, 0xFF] {
                    var damaged = bytes
                    damaged[index] ^= change
                    #expect(throws: ImageError.self, "byte \(index) ^ \(change)") { try Image(decoding: damaged) }
                }
            }
        }

        /// Bytes changed at random with checksums made right again: an error or some image, no crash. The same
        /// bytes each time: what fails once fails again.
        @Test(arguments: files) func hostileChunks(_ name: String) throws {
            let bytes = ImageFixture.named(name).bytes
            var state: UInt64 = 1
            func random(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            var outcomes = (images: 0, errors: 0)
            for _ in 0..<1500 {
                var damaged = bytes
                for _ in 0...random(3) { damaged[8 + random(bytes.count - 8)] = UInt8(random(256)) }
                Self.repairChecksums(&damaged)
                do {
                    let image = try Image(decoding: damaged)
                    #expect(image.pixels.count <= Image.largestSampleCount)
                    outcomes.images += 1
                } catch {
                    #expect(!error.message.isEmpty)
                    outcomes.errors += 1
                }
            }
            #expect(outcomes.errors > 0)
        }

        private static func repairChecksums(_ bytes: inout [UInt8]) {
            var place = 8
            while place + 12 <= bytes.count {
                let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
                guard place + 12 + length <= bytes.count else { return }
                let sum = checksum(bytes[place + 4..<place + 8 + length])
                for i in 0..<4 { bytes[place + 8 + length + i] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * i)) }
                place += 12 + length
            }
        }

        /// CRC-32 as PNG's specification has it, bit by bit.
        private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            var sum = UInt32.max
            for byte in bytes {
                sum ^= UInt32(byte)
                for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
            }
            return ~sum
        }

        /// A header that claims more than the file can hold is refused before memory is asked for.
        @Test(arguments: [
            (100_000, 100_000, "100000 × 100000 pixels are more than the 268435456 samples that are read"),
            (3000, 3000, "bytes cannot hold the 3000 × 3000 pixels that it claims"),
            (1 << 30, 2, "invalid ihdr data"), (1, 1 << 31 - 1, "invalid ihdr data"), (0, 5, "invalid ihdr data"),
        ]) func bombs(_ width: Int, _ height: Int, _ message: String) throws {
            var bytes = ImageFixture.named("rgb.png").bytes
            for i in 0..<4 {
                bytes[16 + i] = UInt8(truncatingIfNeeded: width >> (24 - 8 * i))
                bytes[20 + i] = UInt8(truncatingIfNeeded: height >> (24 - 8 * i))
            }
            Self.repairChecksums(&bytes)
            let error = #expect(throws: ImageError.self) { try Image(decoding: bytes, name: "bomb.png") }
            #expect("\(error!)".lowercased().contains(message), "\(error!)")
        }

        @Test func wrongChecksum() {
            var bytes = ImageFixture.named("rgb.png").bytes
            bytes[29] ^= 1
            let error = #expect(throws: ImageError.self) { try Image(decoding: bytes, name: "a.png") }
            #expect(error?.reason == .corrupt && error?.message.contains("IHDR: CRC error") == true, "\(error!)")
            #expect("\(error!)".hasPrefix("a.png: byte 33: the PNG image is damaged or cut off"), "\(error!)")
        }

        @Test func aFailedWriteLeavesTheOldFile() throws {
            let folder = try TemporaryFolder()
            try Image(Tensor.ones([1, 1])).write(to: folder.path("a.png"))
            let before = try Data(contentsOf: URL(filePath: folder.path("a.png")))
            let wide = Image(Tensor.ones([1, 1]).broadcast(to: [1, 1 << 24 + 1]))
            #expect(throws: ImageError.self) { try wide.write(to: folder.path("a.png")) }
            #expect(try Data(contentsOf: URL(filePath: folder.path("a.png"))) == before)
            #expect(try folder.contents == ["a.png"])
        }
    }
#else
    /// Without the trait, a PNG image is an error that says what to do.
    @Suite struct PNGTests {
        @Test func saysHowToBuild() throws {
            let folder = try TemporaryFolder()
            let path = folder.path("a.png")
            let file = ImageFixture.named("rgb.png")
            let reading = #expect(throws: ImageError.self) { try Image(decoding: file.bytes, name: file.name) }
            let writing = #expect(throws: ImageError.self) { try Image(Tensor.ones([1, 1])).write(to: path) }
            for error in [reading, writing] {
                #expect(error?.reason == .withoutPNG && error?.message.contains("--traits PNG") == true)
            }
            #expect(try folder.contents == [])
        }
    }
#endif
