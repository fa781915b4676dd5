import Foundation
import Synchronization

/// What comes from a pipe or a terminal; it can be read once.
enum StandardInput {
    private static let kept = Mutex<[UInt8]?>(nil)

    static func contents() throws -> [UInt8] {
        if let bytes = kept.withLock({ $0.take() }) { return bytes }
        return Array(try FileHandle.standardInput.readToEnd() ?? Data())
    }

    /// What comes from a path that is no regular file, as a shell's `<(…)`; nil for others.
    static func ofPipe(_ path: String) throws -> [UInt8]? {
        let type =
            try? FileManager.default.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false))[.type]
            as? FileAttributeType
        guard FileManager.default.fileExists(atPath: path), type != .typeRegular, type != .typeDirectory else {
            return nil
        }
        return FileHandle(forReadingAtPath: path).flatMap { try? $0.readToEnd() }.map(Array.init)
    }

    /// For the next who asks: it was not what it was taken for.
    static func giveBack(_ bytes: [UInt8]) { kept.withLock { $0 = bytes } }
}
