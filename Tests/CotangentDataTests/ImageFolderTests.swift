import Cotangent
import Foundation
import Testing

@Suite struct ImageFolderTests {
    private let folder: TemporaryFolder

    /// Two classes of gray and colour images whose first pixel is their number over 255.
    init() throws {
        folder = try TemporaryFolder()
        try write("b/2.ppm", [3, 4, 5], 0)
        try write("b/1.PGM", [1, 4, 5], 1)
        try write("a/x.pgm", [1, 4, 5], 2)
        try write("a/9.ppm", [3, 4, 5], 3)
        for other in ["a/notes.txt", "b/.hidden.ppm", "a/.pgm", "stray.pgm"] {
            try Data("no image".utf8).write(to: URL(filePath: folder.path(other)))
        }
        try FileManager.default.createDirectory(atPath: folder.path(".git"), withIntermediateDirectories: true)
    }

    private func write(_ name: String, _ shape: Shape, _ number: Int) throws {
        let path = folder.path(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        var pixels = Tensor.ones(shape)
        pixels[.all, 0, 0] = Tensor.full([shape[0]], Double(number) / 255)
        if name.hasSuffix("PGM") {
            try Data(Image(pixels).encoded(as: .netpbm)).write(to: URL(filePath: path))
        } else {
            try Image(pixels).write(to: path)
        }
    }

    @Test func classesAndNamesAreSorted() throws {
        let images = try ImageFolder(path: folder.path(""), colors: .gray)
        #expect(images.classNames == ["a", "b"] && images.labels == [0, 0, 1, 1] && images.count == 4)
        #expect(images.paths.map { ($0 as NSString).lastPathComponent } == ["9.ppm", "x.pgm", "1.PGM", "2.ppm"])
        #expect(images.labelTensor == Tensor([0, 0, 1, 1]))
        let batch = try images.batch([3, 1, 0])
        #expect(batch.x.shape == [3, 1, 4, 5] && batch.y == Tensor([1, 0, 0]))
        #expect((batch.x[.all, 0, 0, 0] * 255).ints == [0, 2, 3])
        #expect(try images.batch([]).count == 0)
    }

    @Test func colorsAndSizes() throws {
        let path = folder.path("")
        #expect(try ImageFolder(path: path, colors: .rgb).batch([0, 1]).x.shape == [2, 3, 4, 5])
        #expect(try ImageFolder(path: path, colors: .rgb, size: .resized([8, 6])).batch([2]).x.shape == [1, 3, 8, 6])
        let cropped = try ImageFolder(path: path, colors: .gray, size: .cropped([2, 3])).batch([0])
        #expect(cropped.x == Tensor.ones([1, 1, 2, 3]))
        let custom = try ImageFolder(path: path, colors: .gray, size: .custom { $0[.all, 0..<1, 0..<1] })
        #expect((try custom.batch([2, 0]).x * 255).ints == [1, 3])
        let small = #expect(throws: ImageError.self) {
            try ImageFolder(path: path, size: .cropped([5, 5])).batch([0])
        }
        #expect(small?.reason == .differentSize && small?.message.contains("too small for a crop of 5 × 5") == true)
    }

    @Test func errorsNameTheFile() throws {
        let path = folder.path("")
        let different = #expect(throws: ImageError.self) { try ImageFolder(path: path).batch([1, 0]) }
        #expect(different?.file.hasSuffix("a/9.ppm") == true && different?.reason == .differentSize)
        #expect(different?.message.contains("x.pgm) [1, 4, 5]: say by `colors:` and `size:`") == true)

        try Data("P6 4".utf8).write(to: URL(filePath: folder.path("a/5.ppm")))
        let images = try ImageFolder(path: path, colors: .gray)
        let broken = #expect(throws: ImageError.self) { try images.batch([2, 0]) }
        #expect(broken?.file.hasSuffix("a/5.ppm") == true)
        var batches = DataLoader(images, batchSize: 1, shuffle: false).batches(epoch: 0)
        #expect(throws: ImageError.self) { try batches.next() }
        #expect(try batches.next()?.x[0, 0, 0, 0].item == Double(Float(3) / 255))

        try FileManager.default.createDirectory(atPath: folder.path("c"), withIntermediateDirectories: true)
        let empty = #expect(throws: ImageError.self) { try ImageFolder(path: path) }
        #expect(empty?.reason == .noImages && empty?.file.hasSuffix("/c") == true)
        #expect(throws: ImageError.self) { try ImageFolder(path: folder.path("a")) }
        let none = #expect(throws: ImageError.self) { try ImageFolder(path: folder.path("nowhere")) }
        #expect(none?.reason == .unreadableFile)
    }

    @Test func sameBitsAtAnyPrefetch() throws {
        let images = try ImageFolder(path: folder.path(""), colors: .gray)
        func run(_ prefetch: Int) throws -> [Samples] {
            let loader = DataLoader(
                images, batchSize: 3, seed: 4, prefetch: prefetch,
                transform: ImageAugmentation([.horizontalFlip(), .shift(upTo: 1)]).transform)
            var batches = loader.batches(epoch: 1)
            var result: [Samples] = []
            while let batch = try batches.next() { result.append(batch) }
            return result
        }
        #expect(try run(0) == run(2) && run(0).map(\.count) == [3, 1])
    }
}
