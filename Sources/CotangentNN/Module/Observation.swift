import CotangentTensor

extension Layer {
    /// Tells whoever watches the model's layers (see `summary()`) that this one computes `output`, and returns it.
    @inline(__always)
    package func observed(_ output: @autoclosure () -> Tensor) -> Tensor {
        guard let observer = Scope.current?.observer else { return output() }
        observer.layerWillRun(self)
        let output = output()
        observer.layerDidRun(self, output: output)
        return output
    }
}
