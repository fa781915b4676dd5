/// Ends the process with a message. In a release build `precondition` drops its message; `fatalError` keeps it.
@inline(never)
package func fail(_ operation: String, _ problem: String) -> Never {
    fatalError("Cotangent: \(operation): \(problem)")
}

/// Refuses what an operation was given: a programmer's error, so it ends the process and names the operation, shapes
/// and expectation. Only where a model runs on shapes alone (``AbstractRun``) is the first such error noted, and a
/// stand-in of the shape that was likely meant returned, so that the run goes on to its end and can throw.
@inline(never)
package func reject(_ operation: String, _ problem: String, meant shape: Shape, _ dtype: DType) -> Tensor {
    guard let run = AbstractRun.current else { fail(operation, problem) }
    run.note("\(operation): \(problem)")
    return Tensor(abstract: Shape(shape.map { max($0, 0) }), dtype)
}

@inline(never)
package func reject(_ operation: String, _ problem: String, meant x: Tensor) -> Tensor {
    reject(operation, problem, meant: x.shape, x.dtype)
}

extension Tensor {
    /// "float32 [2, 3]", as messages name a tensor.
    package var summary: String { "\(dtype) \(shape)" }
}
