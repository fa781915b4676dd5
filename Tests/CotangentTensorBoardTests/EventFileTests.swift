import Cotangent
import CotangentTensorBoard
import Foundation
import TestSupport
import Testing

/// What TensorBoard's own library wrote: see Tests/Fixtures/event_files.py.
private struct Expected: Decodable {
    struct Checksum: Decodable {
        let text: String
        let masked: UInt32
    }
    struct Buckets: Decodable {
        let values: [Double]
        let buckets: [[Double]]
    }
    struct Picture: Decodable {
        let width: Int
        let height: Int
        let channels: Int
        let samples: [UInt8]
        let base64: Data
    }

    let eventFile: Data
    let checksums: [Checksum]
    let histograms: [Buckets]
    let images: [Picture]
    let largeImageChecksum: UInt32

    static let all = try! Fixtures.decoded("event_files.json", as: Expected.self)
}

@Suite struct EventFileTests {
    /// The check values of the catalogue of parametrised CRC algorithms (CRC-32/ISCSI, CRC-32/ISO-HDLC), RFC 3720's
    /// examples in B.4, and Adler-32 of RFC 1950's author's example.
    @Test func checksums() {
        #expect(crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(crc32c(Array(0..<32)) == 0x46DD_794E)
        #expect(crc32c([]) == 0)
        #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
        for checksum in Expected.all.checksums { #expect(maskedCRC32C(Array(checksum.text.utf8)) == checksum.masked) }
        #expect(Expected.all.checksums.count == 4)
    }

    /// Byte by byte what TensorBoard's writer makes of the same events.
    @Test func framingAndEvents() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "events-\(UUID())")
        defer { try? FileManager.default.removeItem(at: path) }
        var time = 1_700_000_000.0
        let board = TensorBoard("", 1, nil) { _ throws(LogError) in
            try EventFileWriter(path: path.path(percentEncoded: false)) { time }
        }
        try board.trainingBegan(TrainingRun(epochs: 1, stepsPerEpoch: nil, stepsBefore: 7, model: Sequential([])))
        time += 0.25
        try board.scalar("loss/step", 0.1, step: 8)
        time += 0.25
        try board.scalar("größe", .nan, step: 3_000_000_000)
        time += 0.25
        try board.histogram("weights", Tensor([-1.0, 0, 0.5, 2]), step: 9)
        time += 0.25
        try board.text("note", "# Zwölf\n*words*", step: 10)
        try board.flush()
        #expect(try Data(contentsOf: path) == Expected.all.eventFile)
    }

    @Test func histogramsHaveTensorBoardsBuckets() {
        for expected in Expected.all.histograms {
            for dtype in [DType.float32, .float64] {
                let histogram = Histogram(Tensor(expected.values).cast(to: dtype), buckets: 30)
                #expect(histogram.limits == expected.buckets.map { $0[1] })
                #expect(histogram.counts.map(Double.init) == expected.buckets.map { $0[2] })
                #expect(histogram.smallest == expected.buckets[0][0] && histogram.count == expected.values.count)
            }
        }
    }

    @Test func histogramsOfUnusualValues() {
        let empty = Histogram(Tensor([] as [Double]), buckets: 30)
        #expect(empty.count == 0 && empty.counts.isEmpty && empty.smallest == 0 && empty.largest == 0)
        let finite = Histogram(Tensor([.nan, 1, .infinity, -.infinity, 3] as [Double]), buckets: 2)
        #expect(finite.counts == [1, 1] && finite.limits == [2, 3] && finite.sum == 4 && finite.sumOfSquares == 10)
        #expect(Histogram(Tensor([Double.nan]), buckets: 3).counts.isEmpty)
        // The range is no number, or less than the least one when it is divided.
        let large = Histogram(Tensor([-Double.greatestFiniteMagnitude, 1, .greatestFiniteMagnitude]), buckets: 4)
        #expect(large.counts == [1, 0, 1, 1] && large.limits[1] == 0)
        let small = Histogram(Tensor([0, Double.leastNonzeroMagnitude]), buckets: 4)
        #expect(small.counts.reduce(0, +) == 2)
        #expect(Histogram(Tensor([2, 2, 5]), buckets: 1).counts == [3])
    }

    @Test func uncompressedPNG() {
        for image in Expected.all.images {
            let bytes = storedPNG(image.samples, width: image.width, height: image.height, channels: image.channels)
            #expect(Data(bytes) == image.base64)
        }
        let large = storedPNG((0..<205 * 320).map { UInt8(7 * $0 % 251) }, width: 320, height: 205, channels: 1)
        #expect(crc32(large) == Expected.all.largeImageChecksum)
    }
}
