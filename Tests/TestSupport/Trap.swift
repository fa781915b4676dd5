/// A programmer's error and a part of the message with which it ends the process: run by a test in a process of its own.
public struct Trap: Sendable {
    public let message: String
    public let body: @Sendable () -> Void

    public init(_ message: String, _ body: @escaping @Sendable () -> Void) {
        self.message = message
        self.body = body
    }
}
