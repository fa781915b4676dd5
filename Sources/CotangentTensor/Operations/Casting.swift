import CotangentBLAS

extension Tensor {
    /// The elements as another dtype. Floating point to int64 rounds toward zero; anything but 0 is true. Between
    /// float32 and float64 it has a gradient.
    public func cast(to dtype: DType) -> Tensor {
        if dtype == self.dtype { return self }
        let x = contiguous
        let y = Tensor(uninitialized: x.layout, dtype)
        if !y.isAbstract { runUnary(Casts.loop(from: Int(self.dtype.rawValue), to: Int(dtype.rawValue)), x, y) }
        guard dtype.isFloatingPoint, let tape = Tape.recording(self) else { return y }
        let original = self.dtype
        return tape.record("cast", y, self) { $0.cast(to: original) }
    }
}
