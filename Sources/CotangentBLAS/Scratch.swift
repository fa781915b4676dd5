import CCotangentKernels

/// Uninitialized memory for the length of `body`, from the pool that tensors use.
@inline(__always)
package func withScratch<T, R>(_ type: T.Type, count: Int, _ body: (UnsafeMutablePointer<T>) -> R) -> R {
    var capacity = 0
    let memory = ct_allocate(count * MemoryLayout<T>.stride, &capacity)!
    defer { ct_free(memory, capacity) }
    return body(memory.assumingMemoryBound(to: T.self))
}
