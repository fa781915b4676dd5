#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A lock with a condition to wait for: the standard library's `Mutex` has none.
final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func enter() { pthread_mutex_lock(mutex) }
    func leave() { pthread_mutex_unlock(mutex) }
    /// Leaves until somebody calls ``wake()``, or for no reason: what is waited for must be looked at again.
    func wait() { pthread_cond_wait(condition, mutex) }
    func wake() { pthread_cond_broadcast(condition) }
}

/// Runs `body` on a new thread that nobody waits for. False where the system has no more threads.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let context = Unmanaged.passRetained(ThreadBody(body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // macOS gives 512 KiB otherwise.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    // Signals stay with the program's own threads.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    #if canImport(Darwin)
        var thread: pthread_t?
    #else
        var thread = pthread_t()
    #endif
    let problem = pthread_create(&thread, &attributes, runThread, context.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    if problem != 0 { context.release() }
    return problem == 0
}

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

#if canImport(Darwin)
    private func runThread(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? { runBody(context) }
#else
    private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? { runBody(context!) }
#endif

private func runBody(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
