import CCotangentKernels

/// Runs `body(chunk)` for every chunk in `0..<chunks` on the pool, the calling thread included, and returns when all
/// have ended. The number of chunks must follow from the shape of the work, never from the number of threads, so that
/// results are the same at any thread count.
@inline(__always)
package func parallel(chunks: Int, _ body: (Int) -> Void) {
    if chunks == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
        withUnsafePointer(to: body) { context in
            ct_parallel(
                chunks,
                { context, chunk in
                    context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(chunk)
                },
                UnsafeMutableRawPointer(mutating: context))
        }
    }
}

/// Runs `body` over parts of `0..<count` of about `grain` elements, in parallel where there are at least two.
/// Long parts start at multiples of 64, so that threads do not write to one cache line and draws of random numbers
/// begin with whole blocks.
@inline(__always)
package func parallel(over count: Int, grain: Int = elementwiseGrain, _ body: (Range<Int>) -> Void) {
    if count < 2 * grain { return body(0..<count) }
    let chunks = count / grain
    let exact = (count + chunks - 1) / chunks
    let size = exact < 4096 ? exact : (exact + 63) & ~63
    parallel(chunks: chunks) { chunk in
        let start = min(chunk * size, count)
        body(start..<min(start + size, count))
    }
}

/// Elements of an element-wise loop that are worth a chunk of their own: about 10 µs of work at memory speed.
package let elementwiseGrain = 32_768
