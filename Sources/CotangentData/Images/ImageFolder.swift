import CotangentBLAS
import CotangentTensor

/// Images in folders, one for each class: `folder/class/name.png`.
///
/// ```swift
/// let flowers = try ImageFolder(path: "flowers", colors: .rgb, size: .resized([64, 64]))
/// var batches = DataLoader(flowers, batchSize: 32).batches(epoch: 0)
/// while let batch = try batches.next() { … }    // x float32 [32, 3, 64, 64], y int64 [32]
/// ```
///
/// Classes are numbered by their folders' names in alphabetical order, and a class's images follow each other in that of
/// theirs. Files whose names end in .png, .ppm, .pgm or .pnm are images; others, and hidden ones, are passed over. An
/// image is read when a batch needs it, so that the images may be more than memory holds.
public struct ImageFolder: Dataset {
    /// What channels an image is to have.
    public enum Colors: Sendable {
        case asTheyAre
        /// One channel: the brightness.
        case gray
        /// Three channels; alpha is left out, gray is three times the same.
        case rgb
    }

    /// What size an image is to have: all of a batch must have the same.
    public enum Size: Sendable {
        case asTheyAre
        /// Stretched or shrunk to height and width, bilinearly.
        case resized(SpatialSize)
        /// The part of this height and width in the middle.
        case cropped(SpatialSize)
        /// A function of one's own, of pixels [channels, height, width].
        case custom(@Sendable (Tensor) -> Tensor)
    }

    public let classNames: [String]
    /// Of each sample its file and its class.
    public let paths: [String]
    public let labels: [Int]
    private let colors: Colors
    private let size: Size

    /// Looks through the folders; reads no image.
    ///
    /// - Throws: ``ImageError`` where a folder cannot be read or has no images.
    public init(path: String, colors: Colors = .asTheyAre, size: Size = .asTheyAre) throws(ImageError) {
        self.colors = colors
        self.size = size
        let root = path.hasSuffix("/") ? path : path + "/"
        var (names, paths, labels): ([String], [String], [Int]) = ([], [], [])
        for entry in try entries(of: path) where entry.isFolder {
            let images = try entries(of: root + entry.name).filter { !$0.isFolder && Self.isImage($0.name) }
            if images.isEmpty {
                throw .folder(
                    root + entry.name, "the folder of a class has no .png, .ppm, .pgm or .pnm: remove it, or fill it")
            }
            paths += images.map { root + entry.name + "/" + $0.name }
            labels += images.map { _ in names.count }
            names.append(entry.name)
        }
        if names.isEmpty {
            throw .folder(path, "there are no folders in it: one for each class is expected, with its images")
        }
        (classNames, self.paths, self.labels) = (names, paths, labels)
    }

    public var count: Int { paths.count }

    /// All labels, int64 [samples]: to split by, say.
    public var labelTensor: Tensor { Tensor(labels) }

    /// The images of these numbers, decoded in parallel: x [samples, channels, height, width], y int64 [samples].
    ///
    /// - Throws: ``ImageError``, which names the file.
    public func batch(_ indices: [Int]) throws(ImageError) -> Samples {
        requireIndices("ImageFolder", indices, count)
        var results = [Result<Tensor, ImageError>?](repeating: nil, count: indices.count)
        results.withUnsafeMutableBufferPointer { results in
            nonisolated(unsafe) let results = results
            parallel(chunks: results.count) { place in results[place] = pixels(indices[place]) }
        }
        var images: [Tensor] = []
        for (index, result) in zip(indices, results) {
            let pixels = try result!.get()
            if let first = images.first, pixels.shape != first.shape {
                throw ImageError(
                    reason: .differentSize, file: paths[index], offset: nil,
                    message:
                        "the image is \(pixels.shape), and the batch's first one (\(paths[indices[0]])) \(first.shape): say by `colors:` and `size:` what all are to have"
                )
            }
            images.append(pixels)
        }
        return Samples(
            x: images.isEmpty ? Tensor.zeros([0, 0, 0, 0]) : stack(images), y: Tensor(indices.map { labels[$0] }))
    }

    private func pixels(_ index: Int) -> Result<Tensor, ImageError> {
        do throws(ImageError) {
            var image = try Image(path: paths[index])
            switch colors {
            case .asTheyAre: break
            case .gray: image.pixels = image.grayscale.pixels[0..<1]
            case .rgb:
                let colors = image.pixels[0..<image.colorCount]
                image.pixels = colors.broadcast(to: [3, colors.shape[1], colors.shape[2]])
            }
            return .success(try sized(image.pixels, paths[index]))
        } catch {
            return .failure(error)
        }
    }

    private func sized(_ pixels: Tensor, _ path: String) throws(ImageError) -> Tensor {
        switch size {
        case .asTheyAre: return pixels
        case .resized(let size): return upsample(pixels.expandingAxis(0), outputSize: size, mode: .linear())[0]
        case .custom(let change): return change(pixels)
        case .cropped(let size):
            guard let lengths = size.lengths(rank: 2), lengths.allSatisfy({ $0 > 0 }) else {
                fail("ImageFolder", "a crop has a positive height and width")
            }
            let rooms = [pixels.shape[1] - lengths[0], pixels.shape[2] - lengths[1]]
            if rooms.contains(where: { $0 < 0 }) {
                throw ImageError(
                    reason: .differentSize, file: path, offset: nil,
                    message:
                        "the image is \(pixels.shape), too small for a crop of \(lengths[0]) × \(lengths[1]): take `.resized`, or leave it out"
                )
            }
            let (top, left) = (rooms[0] / 2, rooms[1] / 2)
            return pixels[.all, top..<(top + lengths[0]), left..<(left + lengths[1])]
        }
    }

    private static func isImage(_ name: String) -> Bool {
        let name = name.lowercased()
        return [".png", ".ppm", ".pgm", ".pnm"].contains { name.hasSuffix($0) && name.utf8.count > $0.utf8.count }
    }
}

/// What is in a folder, but for hidden files. A link to a folder is one too.
private func entries(of path: String) throws(ImageError) -> [(name: String, isFolder: Bool)] {
    do {
        return try CotangentData.entries(ofFolder: path).filter { !$0.hasPrefix(".") }
            .map { ($0, isFolder(path + "/" + $0)) }
    } catch {
        throw ImageError(reason: .unreadableFile, file: path, offset: nil, message: error.message)
    }
}

extension ImageError {
    fileprivate static func folder(_ path: String, _ message: String) -> ImageError {
        ImageError(reason: .noImages, file: path, offset: nil, message: message)
    }
}
