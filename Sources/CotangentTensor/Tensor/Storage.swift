import CCotangentKernels

/// The memory behind tensors; views share it. Written only while one tensor alone refers to it.
package final class Storage: @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    private let capacity: Int
    private let release: (@Sendable () -> Void)?

    /// Uninitialized memory from the pool.
    init(byteCount: Int) {
        var capacity = 0
        pointer = ct_allocate(byteCount, &capacity)
        self.capacity = capacity
        release = nil
    }

    /// Memory that somebody else owns; `release` is called when no tensor refers to it any more.
    init(borrowing pointer: UnsafeMutableRawPointer, release: @escaping @Sendable () -> Void) {
        self.pointer = pointer
        capacity = 0
        self.release = release
    }

    /// The storage of tensors that have a shape and no values.
    static let abstract = Storage(
        borrowing: UnsafeMutableRawPointer(bitPattern: 64)!, release: {})

    /// Memory of the caller's may be read-only: it is copied before it is written.
    var isBorrowed: Bool { release != nil }

    deinit {
        if let release { release() } else { ct_free(pointer, capacity) }
    }
}
