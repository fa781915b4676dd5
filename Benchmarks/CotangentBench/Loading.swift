import Cotangent
import Foundation

/// How fast tables and images are read, and how far batches that are made ahead hide it in training.
enum Loading {
    static func run(seconds: Double) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cotangent-loading-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try reading(folder, seconds)
        show("")
        try training(folder, seconds)
    }

    // MARK: Reading

    private static let columns = 64

    /// All files are in the system's cache: it is the reader that is measured, not the disk.
    private static func reading(_ folder: URL, _ seconds: Double) throws {
        show("reading a file of 64 columns, of which \(Int(bytesOfFile / 1_000_000)) MB are in the system's cache")
        show("file                           of the file    of float32 values")
        var generator = PhiloxGenerator(seed: 1)
        let count = 1000 * columns
        let whole = Tensor.uniform([count], in: 0...17, using: &generator).ints.map { "\($0)" }
        let prices = Tensor.uniform([count], in: 0...1000, using: &generator).doubles.map {
            String(format: "%.2f", $0)
        }
        let doubles = Tensor.normal([count], dtype: .float64, using: &generator).doubles.map { "\($0)" }
        for (name, fields) in [("whole numbers", whole), ("two decimals", prices), ("all 17 digits", doubles)] {
            let path = folder.appending(path: "table.csv").path
            let rows = try writeTable(fields, path)
            try measure("CSV, \(name)", path, values: rows * columns, seconds) {
                try CSV(path: path, header: .absent).tensor()
            }
        }
        let rows = Int(bytesOfFile) / 4 / columns
        let array = folder.appending(path: "table.npy").path
        try NPY(Tensor.uniform([rows, columns], using: &generator)).write(to: array)
        // Mapped memory is read where it is: a sum goes through all of it.
        try measure("NPY, float32, and its sum", array, values: rows * columns, seconds) {
            sum(try NPY(path: array).tensor())
        }
        let images = folder.appending(path: "images.idx").path
        try writeImages(rows * 4, images)
        try measure("IDX, bytes to 0…1", images, values: rows * 4 * columns, seconds) {
            try IDX(path: images).tensor(isScaled: true)
        }
    }

    private static let bytesOfFile = 32e6

    /// Repeats the fields' rows up to the size wanted; returns how many rows there are.
    private static func writeTable(_ fields: [String], _ path: String) throws -> Int {
        let block = stride(from: 0, to: fields.count, by: columns)
            .map { fields[$0..<$0 + columns].joined(separator: ",") + "\n" }.joined()
        let times = Int(bytesOfFile) / block.utf8.count + 1
        try Data(String(repeating: block, count: times).utf8).write(to: URL(filePath: path))
        return times * fields.count / columns
    }

    private static func writeImages(_ count: Int, _ path: String) throws {
        let shape = [count, 8, 8].flatMap { length in (0..<4).reversed().map { UInt8(length >> (8 * $0) & 0xFF) } }
        let pixels = (0..<count * columns).map { UInt8(truncatingIfNeeded: $0) }
        try Data([0, 0, 8, 3] + shape + pixels).write(to: URL(filePath: path))
    }

    private static func measure(
        _ name: String, _ path: String, values: Int, _ seconds: Double, _ read: () throws -> Tensor
    ) throws {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        var best = Double.infinity
        let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        repeat {
            let start = DispatchTime.now().uptimeNanoseconds
            _ = try read()
            best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
        } while DispatchTime.now().uptimeNanoseconds < end
        let cells = [Double(size), Double(4 * values)].map { String(format: "%.0f MB/s", $0 / best / 1e6) }
        show(name.padded(to: 28) + cells[0].aligned(to: 14) + cells[1].aligned(to: 21))
    }

    // MARK: Training

    private static let imageCount = 2048

    /// An epoch of LeNet-5 over images in files, which are decoded and changed at random.
    private static func training(_ folder: URL, _ seconds: Double) throws {
        var generator = PhiloxGenerator(seed: 1)
        let root = folder.appending(path: "images")
        for label in 0..<10 {
            let ofClass = root.appending(path: "\(label)")
            try FileManager.default.createDirectory(at: ofClass, withIntermediateDirectories: true)
            for number in 0..<imageCount / 10 {
                try Image(Tensor.uniform([3, 64, 64], using: &generator)).write(
                    to: ofClass.appending(path: "\(number).ppm").path)
            }
        }
        let files = try ImageFolder(path: root.path, colors: .gray, size: .resized([28, 28]))
        let memory = TensorDataset(try files.batch(Array(0..<files.count)))
        let augmentation = ImageAugmentation([.rotation(upTo: 10), .shift(upTo: 2)]).transform
        show("an epoch of LeNet-5 over \(files.count) images in batches of 32, \(Runtime.threadCount) threads")
        let runs: [(String, (inout Trained) throws -> Void)] = [
            (
                "files, none made ahead",
                { try $0.epoch(DataLoader(files, batchSize: 32, prefetch: 0, transform: augmentation)) }
            ),
            ("files, two made ahead", { try $0.epoch(DataLoader(files, batchSize: 32, transform: augmentation)) }),
            ("memory, none made ahead", { try $0.epoch(DataLoader(memory, batchSize: 32, prefetch: 0)) }),
            ("memory, two made ahead", { try $0.epoch(DataLoader(memory, batchSize: 32)) }),
        ]
        var best = [Double](repeating: .infinity, count: runs.count)
        var model = Trained(using: &generator)
        for _ in 0..<max(2, Int(seconds * 3)) {
            for (index, run) in runs.enumerated() {
                let start = DispatchTime.now().uptimeNanoseconds
                try run.1(&model)
                best[index] = min(best[index], Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
            }
        }
        for (run, time) in zip(runs, best) {
            show(run.0.padded(to: 28) + duration(time).aligned(to: 14) + ratio(time / best[2]).aligned(to: 14))
        }
    }

    private struct Trained {
        private let model: LeNet5
        private let optimizer: Adam

        init(using generator: inout PhiloxGenerator) {
            model = LeNet5(using: &generator)
            optimizer = Adam(model)
        }

        mutating func epoch<Source: BatchSource>(_ source: Source) throws where Source.Batch == Cotangent.Samples {
            var batches = source.batches(epoch: 0, from: 0)
            while let batch = try batches.next() {
                let (_, gradients) = valueAndGradients(of: model) { crossEntropy(model(batch.x), batch.y) }
                optimizer.update(with: gradients)
            }
        }
    }
}
