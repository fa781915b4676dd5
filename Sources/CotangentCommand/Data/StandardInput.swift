import Foundation
import Synchronization

/// What comes from a pipe or a terminal; it can be read once.
enum StandardInput {
    private static let kept = Mutex<[UInt8]?>(nil)

    static func contents() throws -> [UInt8] {
        if let bytes = kept.withLock({ $0.take() }) { return bytes }
        return Array(try FileHandle.standardInput.readToEnd() ?? Data())
    }

    /// For the next who asks: it was not what it was taken for.
    static func giveBack(_ bytes: [UInt8]) { kept.withLock { $0 = bytes } }
}
