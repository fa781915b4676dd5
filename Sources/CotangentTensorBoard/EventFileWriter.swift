import CotangentTensor
import CotangentTraining
import SwiftProtobuf

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Writes a file of events: TFRecord's framing around protocol buffers, the first of which names the version.
///
/// A record is, in little-endian order: its length (8 bytes), the masked CRC-32C of these (4), the data, and theirs
/// (4). Format: https://github.com/tensorflow/tensorboard, tensorboard/summary/writer/record_writer.py.
package final class EventFileWriter {
    private let file: AppendedFile
    private let now: () -> Double
    /// Records that are not in the file yet.
    private var pending: [UInt8] = []
    private var flushed: Double

    /// What is written is in the file after so many bytes or seconds, and after ``flush()``.
    private static let mostBytes = 1 << 20
    private static let mostSeconds = 2.0

    /// Makes the file. `now` gives seconds since 1970.
    package init(path: String, now: @escaping () -> Double = { wallTime() }) throws(LogError) {
        file = try AppendedFile(path: path) { $0.count }
        self.now = now
        flushed = now()
        try write(step: 0, .fileVersion("brain.Event:2"))
        try flush()
    }

    deinit { try? flush() }

    func write(step: Int, _ what: ProtoEvent.OneOf_What) throws(LogError) {
        var event = ProtoEvent()
        event.wallTime = now()
        event.step = Int64(step)
        event.what = what
        pending += record(bytes(of: event))
        if pending.count >= Self.mostBytes || event.wallTime - flushed >= Self.mostSeconds { try flush() }
    }

    func flush() throws(LogError) {
        flushed = now()
        let records = pending
        // A record that could not be written is not tried again.
        pending = []
        if !records.isEmpty { try file.append(records) }
    }

    private func bytes(of event: ProtoEvent) -> [UInt8] {
        // Only required fields, which these messages do not have, and a size above 2 GiB throw.
        do { return try event.serializedBytes() } catch { fail("TensorBoard", "an event cannot be encoded: \(error)") }
    }
}

/// `data` in its frame.
func record(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(maskedCRC32C(length)) + data + littleEndian(maskedCRC32C(data))
}

private func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Seconds since 1970.
func wallTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
