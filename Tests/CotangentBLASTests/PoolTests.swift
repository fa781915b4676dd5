import CCotangentKernels
import CotangentBLAS
import Foundation
import Synchronization
import Testing

/// The thread pool and the memory pool.
@Suite(.serialized) struct PoolConcurrencyTests {
    @Test func everyChunkRunsOnce() {
        for chunks in [1, 2, 3, 64, 1000] {
            let counts = (0..<chunks).map { _ in Count() }
            parallel(chunks: chunks) { counts[$0].value.add(1, ordering: .relaxed) }
            #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func nestedCallsRunSerially() {
        let total = Atomic<Int>(0)
        parallel(chunks: 8) { _ in parallel(chunks: 8) { _ in total.add(1, ordering: .relaxed) } }
        #expect(total.load(ordering: .relaxed) == 64)
    }

    @Test func partsCoverTheRange() {
        for (count, grain) in [(0, 10), (5, 10), (19, 10), (20, 10), (100_001, 32_768), (16, 1)] {
            let seen = (0..<count).map { _ in Count() }
            parallel(over: count, grain: grain) { part in
                for index in part { seen[index].value.add(1, ordering: .relaxed) }
            }
            #expect(seen.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func eightCallersAtOnceWhileThePoolIsResized() {
        let total = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 8) { caller in
            for round in 0..<200 {
                parallel(chunks: 5) { _ in total.add(1, ordering: .relaxed) }
                if caller == 0 && round % 50 == 0 { Runtime.threadCount = 1 + round / 50 }
            }
        }
        Runtime.threadCount = 2
        #expect(total.load(ordering: .relaxed) == 8 * 200 * 5)
    }

    @Test func memoryIsAlignedAndComesBack() {
        for size in [0, 1, 64, 65, 4096, 1_000_000, 10_000_000] {
            var capacity = 0
            let pointer = ct_allocate(size, &capacity)!
            #expect(Int(bitPattern: pointer) % 64 == 0 && capacity >= size)
            memset(pointer, 0xFF, size)
            ct_free(pointer, capacity)
        }
        // Under AddressSanitizer nothing is kept, so that a use after free is found.
        if dlsym(nil, "__asan_init") != nil { return }
        var capacity = 0
        let first = ct_allocate(200, &capacity)!
        ct_free(first, capacity)
        let second = ct_allocate(200, &capacity)!
        #expect(first == second, "this thread's own cache hands out what it got back last")
        ct_free(second, capacity)
    }

    @Test func memoryIsFreedOnAnotherThread() {
        nonisolated(unsafe) var blocks: [(UnsafeMutableRawPointer, Int)] = []
        for _ in 0..<1000 {
            var capacity = 0
            blocks.append((ct_allocate(128, &capacity)!, capacity))
        }
        let thread = Thread { for (pointer, capacity) in blocks { ct_free(pointer, capacity) } }
        thread.start()
        while !thread.isFinished { usleep(100) }
        #expect(thread.isFinished)
    }
}

private final class Count: Sendable {
    let value = Atomic<Int>(0)
}
