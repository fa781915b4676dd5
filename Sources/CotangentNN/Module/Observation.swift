import CotangentTensor

extension Layer {
    /// Tells whoever watches the model's layers (see `summary()`) that this one computes `output`, and returns it.
    @inline(__always)
    package func observed(_ output: @autoclosure () -> Tensor) -> Tensor {
        guard let observer = Scope.current?.observer else { return output() }
        return watched(output, by: observer)
    }

    /// Apart, so that a layer that nobody watches is as short as one that cannot be watched.
    @inline(never)
    private func watched(_ output: () -> Tensor, by observer: any LayerObserver) -> Tensor {
        observer.layerWillRun(self)
        let output = output()
        observer.layerDidRun(self, output: output)
        return output
    }
}
