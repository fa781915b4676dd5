import CotangentData
import CotangentTraining
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// How many event files this process has begun: each has a name of its own.
private let begun = Atomic(0)

/// Begins a file in `folder`, which is made with all above it. Its name is what TensorBoard looks for:
/// events.out.tfevents.TIME.HOST.PROCESS.NUMBER.
func newEventFile(in folder: String) throws(LogError) -> EventFileWriter {
    do { try makeFolder(folder) } catch {
        throw LogError(.unwritableFile, file: folder, "the folder cannot be made: \(error.message)")
    }
    let seconds = "\(Int(wallTime()))"
    let time = String(repeating: "0", count: Swift.max(0, 10 - seconds.count)) + seconds
    let number = begun.wrappingAdd(1, ordering: .relaxed).oldValue
    let name = "events.out.tfevents.\(time).\(hostName()).\(getpid()).\(number)"
    return try EventFileWriter(path: "\(folder)/\(name)")
}

private func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0, name[0] != 0 else { return "localhost" }
    let bytes = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self).replacing("/", with: "-")
}
