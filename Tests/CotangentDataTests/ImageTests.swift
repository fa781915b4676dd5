import Cotangent
import Foundation
import TestSupport
import Testing

/// PPM and PGM, and writing files.
@Suite struct ImageTests {
    @Test func readsWhatPillowWrote() throws {
        let files = ImageFixture.all.filter { !$0.isPNG }
        #expect(files.count == 3)
        for file in files {
            let image = try Image(decoding: file.bytes, name: file.name)
            #expect(image.pixels == file.pixels && image.bitDepth == file.depth, "\(file.name)")
        }
    }

    private func read(_ text: String) throws -> Image { try Image(decoding: Array(text.utf8)) }

    @Test(arguments: [
        "P2\n2 2\n5\n0 1\n2 5\n", "P2 2 2 5 0 1 2 5", "P2#\n#a\n 2 # width\n\t2#height\r5# most\n0 1#one\n 2\n5 ",
        "P5\n2 2\n5\n\u{0}\u{1}\u{2}\u{5}", "P5 2\n# a comment\n# another\n2\r\n5\r\u{0}\u{1}\u{2}\u{5}\n",
    ]) func everyFormOfTheSameImage(_ text: String) throws {
        let image = try read(text)
        #expect(image.pixels == Tensor([0, Float(1) / 5, Float(2) / 5, 1], shape: [1, 2, 2]) && image.bitDepth == 8)
    }

    @Test func channelsAndDepths() throws {
        let colour = try read("P3 2 1 1  1 0 0  0 1 1")
        #expect(colour.pixels == Tensor([1, 0, 0, 1, 0, 1] as [Float], shape: [3, 1, 2]))
        let deep = try Image(decoding: Array("P5 2 1 1000\n".utf8) + [0x01, 0xF4, 0x03, 0xE8])
        #expect(deep.pixels == Tensor([0.5, 1] as [Float], shape: [1, 1, 2]) && deep.bitDepth == 16)
        #expect(try read("P2 1 1 65535 65535").pixels.item == 1)
    }

    @Test(arguments: [8, 16], [1, 3]) func roundTrip(_ depth: Int, _ channels: Int) throws {
        var generator = PhiloxGenerator(seed: 1)
        let largest = depth == 16 ? 65_535.0 : 255
        let values = Tensor.uniform([channels, 7, 5], dtype: .float64, using: &generator) * largest
        let samples = values.ints.map { Float($0) / Float(largest) }
        let image = Image(Tensor(samples, shape: [channels, 7, 5]), bitDepth: depth)
        for format in [ImageFormat.netpbm, .plainNetpbm] {
            let bytes = try image.encoded(as: format)
            #expect(try Image(decoding: bytes) == image)
            let magic = format == .netpbm ? (channels == 1 ? "P5" : "P6") : channels == 1 ? "P2" : "P3"
            #expect(String(decoding: bytes.prefix(2), as: UTF8.self) == magic)
            if format == .plainNetpbm {
                #expect(bytes.split(separator: 0x0A).allSatisfy { $0.count <= 70 })
            }
        }
    }

    @Test func valuesAreRoundedAndClamped() throws {
        let values: [Float] = [-1, 0, 0.4999 / 255, 0.5001 / 255, 0.5, 1, 7, .infinity, -.infinity, .nan]
        let bytes = try Image(Tensor(rows: [values])).encoded(as: .netpbm)
        #expect(Array(bytes.suffix(10)) == [0, 0, 0, 1, 128, 255, 255, 255, 0, 0])
        #expect(try Image(Tensor(rows: [[1.0, 0.25]])).encoded(as: .plainNetpbm) == Array("P2\n2 1\n255\n255 64\n".utf8))
    }

    @Test func grayscale() {
        let colour = Image(
            Tensor([1, 0, 0, 0.5, 0, 1, 0, 0.5, 0, 0, 1, 0.5, 1, 1, 0.5, 0] as [Float], shape: [4, 1, 4]))
        let gray = colour.grayscale
        let expected = Tensor([0.299, 0.587, 0.114, 0.5, 1, 1, 0.5, 0] as [Float], shape: [2, 1, 4])
        #expect(gray.pixels.isClose(to: expected) && gray.hasAlpha && gray.colorCount == 1)
        #expect(gray.grayscale == gray)
    }

    // MARK: Bad files

    static let bad: [(String, ImageError.Reason, Int, String)] = [
        ("", .corrupt, 0, "the file is empty"),
        ("P", .unknownFormat, 0, "neither PPM (P3, P6), PGM (P2, P5) nor PNG"),
        ("GIF89a", .unknownFormat, 0, "neither PPM"),
        ("P4 8 1 0", .unknownFormat, 2, "P4 is a bitmap or PAM"),
        ("P7\nWIDTH 2", .unknownFormat, 2, "P7 is a bitmap or PAM"),
        ("P5", .corrupt, 2, "the width is expected, a number after white space, and the file ends"),
        ("P52 2 9 ", .corrupt, 2, "the width is expected, a number after white space"),
        ("P5 x", .corrupt, 3, "the width is expected, a number after white space, and there is byte 120"),
        ("P5 -2 2 255\n", .corrupt, 3, "the width is expected"),
        ("P5 2 # no height", .corrupt, 16, "the height is expected, a number after white space, and the file ends"),
        ("P5 0 2 255\n", .corrupt, 3, "the width is 0, which is not within 1…2147483647"),
        ("P5 2 99999999999999999999999 255\n", .corrupt, 5, "the height is 99999999999999999999, which is not"),
        ("P5 2 2 0\n", .corrupt, 7, "the largest sample is 0, which is not within 1…65535"),
        ("P5 2 2 65536\n", .corrupt, 7, "the largest sample is 65536"),
        ("P5 2 2 255", .corrupt, 10, "white space must follow the largest sample"),
        ("P5 2 2 255#\n", .corrupt, 10, "white space must follow the largest sample"),
        ("P5 100000 100000 255\n", .tooLarge, 21, "100000 × 100000 pixels are more than the 268435456 samples"),
        ("P6 2147483647 2147483647 255\n", .tooLarge, 29, "2147483647 × 2147483647 pixels"),
        (
            "P6 9000 9000 255\nabc", .corrupt, 17,
            "9000 × 9000 pixels take 243000000 bytes, and 3 are left: the file is cut off"
        ),
        ("P5 2 2 255\nabc", .corrupt, 11, "2 × 2 pixels take 4 bytes, and 3 are left: the file is cut off"),
        ("P5 2 2 256\nabcdefg", .corrupt, 11, "2 × 2 pixels take 8 bytes, and 7 are left"),
        ("P5 2 2 255\nabcde", .corrupt, 15, "1 bytes follow the image; only one image in a file is read"),
        ("P5 2 2 99\n\u{1}\u{2}d\u{3}", .corrupt, 12, "sample 100 is above the largest, 99"),
        ("P2 2 2 9 1 2 3", .corrupt, 8, "2 × 2 pixels take at least 8 bytes, and 6 are left"),
        ("P2 2 2 9 1 2 33     ", .corrupt, 13, "sample 3 of 4 is 33, which is not within 0…9"),
        (
            "P2 2 2 9 1 2 3     ", .corrupt, 19,
            "sample 4 of 4 is expected, a number after white space, and the file ends"
        ),
        ("P2 2 2 9 1 2 3 4 x", .corrupt, 17, "1 bytes follow the image"),
        ("P3 1 1 9 1 2 3.5", .corrupt, 14, "2 bytes follow the image"),
    ]

    @Test(arguments: bad.indices) func badFiles(_ index: Int) {
        let (text, reason, offset, message) = Self.bad[index]
        let error = #expect(throws: ImageError.self) { try read(text) }
        #expect(
            error?.reason == reason && error?.offset == offset && error?.message.contains(message) == true, "\(error!)")
        #expect("\(error!)".hasPrefix("image: byte \(offset): "))
    }

    /// No prefix of a file is a file.
    @Test func truncatedFiles() throws {
        let texts = ["P3\n# colours\n2 2\n255\n1 2 3 40 50 60\n7 8 9 100 110 120"].map { Array($0.utf8) }
        for bytes in texts + [ImageFixture.named("rgb.ppm").bytes, ImageFixture.named("deep.pgm").bytes] {
            for count in 0..<bytes.count {
                // A number that was cut off can be one that is right.
                if bytes[1] == UInt8(ascii: "3"), count >= bytes.count - 2 { continue }
                #expect(throws: ImageError.self, "\(count) of \(bytes.count) bytes") {
                    try Image(decoding: Array(bytes.prefix(count)))
                }
            }
            #expect(throws: Never.self) { try Image(decoding: bytes) }
        }
    }

    /// Bytes turned into others: an error, or an image of some size.
    @Test func damagedFiles() throws {
        var generator = SystemRandomNumberGenerator()
        for file in ["P2 3 2 9\n1 2 3 4 5 6\n", "P3 1 2 9\n1 2 3 4 5 6\n", "P6 2 2 255\nabcdefghijkl"] {
            for _ in 0..<3000 {
                var bytes = Array(file.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    bytes[bytes.indices.randomElement(using: &generator)!] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                do {
                    let image = try Image(decoding: bytes)
                    #expect(image.pixels.count > 0)
                } catch { #expect(!error.message.isEmpty) }
            }
        }
    }

    // MARK: Files

    @Test func writesByTheEnding() throws {
        let folder = try TemporaryFolder()
        let gray = Image(Tensor(rows: [[0, 0.2, 1]] as [[Float]]))
        let colour = Image(Tensor([1, 0, 0.2] as [Float], shape: [3, 1, 1]))
        for (name, image, expected) in [
            ("a.pgm", gray, "P5\n3 1\n255\n"), ("a.PNM", gray, "P5\n3 1\n255\n"), ("a.ppm", gray, "P6\n3 1\n255\n"),
            ("b.ppm", colour, "P6\n1 1\n255\n"), ("b.c.pnm", colour, "P6\n1 1\n255\n"),
        ] {
            try image.write(to: folder.path(name))
            let bytes = try Data(contentsOf: URL(filePath: folder.path(name)))
            #expect(bytes.starts(with: Array(expected.utf8)), "\(name)")
            #expect(try Image(path: folder.path(name)).grayscale.pixels.isClose(to: image.grayscale.pixels), "\(name)")
        }
        #expect(try folder.contents == ["a.PNM", "a.pgm", "a.ppm", "b.c.pnm", "b.ppm"])
    }

    @Test func refusesToWrite() throws {
        let folder = try TemporaryFolder()
        let colour = Image(Tensor.zeros([3, 2, 2]))
        let alpha = Image(Tensor.zeros([2, 2, 2]))
        for (image, name, reason, message) in [
            (colour, "a.pgm", ImageError.Reason.channels, "a .pgm file is gray"),
            (alpha, "a.pgm", .channels, "PPM and PGM hold no alpha"), (colour, "a.jpg", .unknownFormat, "must end in"),
            (colour, "ppm", .unknownFormat, "must end in"), (colour, "no/such/a.ppm", .unwritableFile, "No such file"),
        ] {
            let path = folder.path(name)
            let error = #expect(throws: ImageError.self, "\(name)") { try image.write(to: path) }
            #expect(
                error?.reason == reason && error?.message.contains(message) == true && error?.file == path, "\(error!)")
        }
        try FileManager.default.createDirectory(atPath: folder.path("dir.ppm"), withIntermediateDirectories: false)
        #expect(throws: ImageError.self) { try colour.write(to: folder.path("dir.ppm")) }
        #expect(try folder.contents == ["dir.ppm"])
        let missing = #expect(throws: ImageError.self) { try Image(path: folder.path("none.ppm")) }
        #expect(missing?.reason == .unreadableFile && missing?.offset == nil)
        #expect(
            "\(missing!)"
                == "\(folder.path("none.ppm")): the file cannot be read: No such file or directory. Check the path and its permissions"
        )
        #expect(throws: ImageError.self) { try Image(path: folder.path("")) }
    }

    /// A file is replaced whole: its permissions stay, and a link goes on to name what it named.
    @Test func replacesFiles() throws {
        let folder = try TemporaryFolder()
        let (file, link) = (folder.path("a.pgm"), folder.path("link.pgm"))
        try Image(Tensor.zeros([1, 1])).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.pgm")
        try Image(Tensor.ones([1, 1])).write(to: link)
        #expect(try Image(path: file).pixels.item == 1)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "a.pgm")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o666)
        #expect(try folder.contents == ["a.pgm", "link.pgm"])
        // What is no file is written to as it is.
        try FileManager.default.createSymbolicLink(atPath: folder.path("null.pgm"), withDestinationPath: "/dev/null")
        try Image(Tensor.ones([1, 1])).write(to: folder.path("null.pgm"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("null.pgm")) == "/dev/null")
    }

    static let traps: [(String, @Sendable () -> Void)] = [
        (
            "float32 [5, 2, 2]: floating point [1…4 channels, height, width] is expected",
            { _ = Image(Tensor.zeros([5, 2, 2])) }
        ),
        ("int64 [1, 1, 2]: floating point", { _ = Image(Tensor(rows: [[1, 2]])) }),
        ("float32 [1, 0, 2]: floating point", { _ = Image(Tensor.zeros([0, 2])) }),
        ("bit depth 12 is neither 8 nor 16", { _ = Image(Tensor.zeros([2, 2]), bitDepth: 12) }),
    ]

    @Test(arguments: traps.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            ImageTests.traps[index].1()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Cotangent: Image: " + Self.traps[index].0), "'\(text.prefix(300))'")
    }
}
