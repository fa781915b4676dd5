import Foundation

/// Ends the program with exit code 1 and a message where what an example is to show does not hold.
public func expect(_ holds: Bool, _ message: String) {
    if holds { return }
    fflush(nil)
    FileHandle.standardError.write(Data("error: \(message)\n".utf8))
    exit(1)
}
