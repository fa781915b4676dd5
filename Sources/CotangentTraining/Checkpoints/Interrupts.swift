import CotangentTensor
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

/// Whom a signal asks to stop. A handler may do next to nothing: it reads this and sets a flag.
private let asked = Atomic<UInt>(0)

/// Runs `body` so that Ctrl-C and the signal TERM ask `signal` to stop instead of ending the process: the step is
/// finished, the checkpoint saved. A second one ends the process at once.
///
/// ```swift
/// try stoppingOnInterrupt(trainer.stopSignal) { try trainer.fit(loader, epochs: 100) }
/// ```
///
/// Signals are the whole process's: one such call is at work at a time, and a second traps.
@discardableResult
public func stoppingOnInterrupt<R>(_ signal: StopSignal, _ body: () throws -> R) rethrows -> R {
    let kept = Unmanaged.passRetained(signal)
    let address = UInt(bitPattern: kept.toOpaque())
    let isFirst = asked.compareExchange(expected: 0, desired: address, ordering: .acquiringAndReleasing).exchanged
    guard isFirst else { fail("stoppingOnInterrupt", "another call is at work: signals are the whole process's") }
    let before = [SIGINT, SIGTERM].map { ($0, replaceHandler(of: $0)) }
    defer {
        for (number, action) in before { restoreHandler(of: number, action) }
        asked.store(0, ordering: .releasing)
        kept.release()
    }
    return try body()
}

private func replaceHandler(of number: Int32) -> sigaction {
    var action = sigaction()
    var before = sigaction()
    #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = handle
    #else
        action.__sigaction_handler.sa_handler = handle
    #endif
    // A second signal finds the handler that was there by default.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
    sigaction(number, &action, &before)
    return before
}

private func restoreHandler(of number: Int32, _ action: sigaction) {
    var action = action
    sigaction(number, &action, nil)
}

private func handle(_: Int32) {
    guard let pointer = UnsafeRawPointer(bitPattern: asked.load(ordering: .acquiring)) else { return }
    Unmanaged<StopSignal>.fromOpaque(pointer).takeUnretainedValue().request()
}
