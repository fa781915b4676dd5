import Foundation

/// A file of Examples/Data.
public func dataPath(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Data/\(name)").standardized.path
}
