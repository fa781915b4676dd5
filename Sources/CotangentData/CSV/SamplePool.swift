import CotangentTensor

/// Samples to draw from at random, each of which makes room for the next one that comes.
struct SamplePool {
    let capacity: Int
    /// [capacity, …], of which the first `count` are there.
    private var x: Tensor?
    private var y: Tensor?
    private var count = 0
    /// What has come and has no room yet, from `taken` on.
    private var waiting: Samples?
    private var taken = 0

    init(capacity: Int) { self.capacity = capacity }

    /// A batch of `size` samples, fewer at the end; nil where there are none. `more` gives the next ones in their order.
    mutating func draw(
        _ size: Int, using generator: inout PhiloxGenerator, _ more: () throws(CSVError) -> Samples?
    ) throws(CSVError) -> Samples? {
        // Nothing is mixed: `more` gives as many as a batch has.
        if capacity == 0 { return try more() }
        while count < capacity, try fetch(more) { take(into: count) }
        guard count > 0, let x, let y else { return nil }
        let batch = Samples(x: Self.empty(size, like: x), y: Self.empty(size, like: y))
        var made = 0
        while made < size, count > 0 {
            let place = Int.random(in: 0..<count, using: &generator)
            copy(x, place, batch.x, made)
            copy(y, place, batch.y, made)
            made += 1
            if try fetch(more) {
                take(into: place)
            } else {
                count -= 1
                copy(x, count, x, place)
                copy(y, count, y, place)
            }
        }
        return made == size ? batch : Samples(x: batch.x[0..<made], y: batch.y[0..<made])
    }

    /// Whether a sample is waiting, after fetching more where none was.
    private mutating func fetch(_ more: () throws(CSVError) -> Samples?) throws(CSVError) -> Bool {
        while waiting.map({ taken == $0.count }) ?? true {
            guard let next = try more() else {
                waiting = nil
                taken = 0
                return false
            }
            waiting = Samples(x: next.x.detached.contiguous, y: next.y.detached.contiguous)
            taken = 0
            if x == nil {
                x = Self.empty(capacity, like: next.x)
                y = Self.empty(capacity, like: next.y)
            }
            check(next.x, x!)
            check(next.y, y!)
        }
        return true
    }

    private mutating func take(into place: Int) {
        copy(waiting!.x, taken, x!, place)
        copy(waiting!.y, taken, y!, place)
        taken += 1
        if place == count { count += 1 }
    }

    private static func empty(_ rows: Int, like x: Tensor) -> Tensor {
        Tensor(uninitialized: Shape([rows] + x.shape.dropFirst()), x.dtype)
    }

    private func check(_ next: Tensor, _ pool: Tensor) {
        guard next.dtype == pool.dtype, next.shape.dropFirst().elementsEqual(pool.shape.dropFirst()) else {
            fail(
                "CSVLoader",
                "samples \(next.summary) behind \(pool.summary): all must have one shape, so categories need an encoder fitted to all of them"
            )
        }
    }

    /// Row by row of memory that nobody else refers to.
    private func copy(_ source: Tensor, _ from: Int, _ target: Tensor, _ to: Int) {
        let size = source.count / source.shape[0] * source.dtype.size
        if source.storage === target.storage, from == to { return }
        (target.rawPointer + to * size).copyMemory(from: source.rawPointer + from * size, byteCount: size)
    }
}
