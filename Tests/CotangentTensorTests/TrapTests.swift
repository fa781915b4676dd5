import CotangentBLAS
import CotangentTensor
import TestSupport
import Testing

/// A programmer's error ends the process with a message that names the operation, what it was given and what was
/// expected, in a release build too. Each case runs in a process of its own.
@Suite struct TrapTests {
    typealias Case = Trap

    private static let x = Tensor.zeros([2, 3])
    private static let double = Tensor.zeros([2, 3], dtype: .float64)
    private static let labels = Tensor([0, 1])

    static let cases: [Case] = [
        // dtypes
        Case("add: the operands are float32 [2, 3] and float64 [2, 3]: dtypes do not mix, cast one with cast(to:)") {
            _ = x + double
        },
        Case("multiply: the operands are float32 [2, 3] and int64 [2]: dtypes do not mix") { _ = x * labels },
        Case("where: the operands are float32 [2, 3] and float64 [2, 3]: dtypes do not mix") {
            _ = Tensor.where(greater(x, 0), x, double)
        },
        Case("where: the condition is float32 [2, 3], not bool") { _ = Tensor.where(x, x, x) },
        Case("concatenate: float32 [2, 3] and float64 [2, 3]") { _ = concatenate([x, double]) },
        Case("matmul: float32 [2, 3] times float64 [3, 2]") { _ = matmul(x, double.transposed) },
        Case("exp: does not serve int64 [2]") { _ = exp(labels) },
        Case("mean: does not serve int64 [2]") { _ = mean(labels) },
        Case("add: int64 [2] with 0.5, which is not an integer: cast the tensor to float32 first") { _ = labels + 0.5 },
        Case("withUnsafeBufferPointer: the tensor is float32 [2, 3], not float64") { _ = x.array(of: Double.self) },
        // shapes
        Case(
            "add: the operands are float32 [2, 3] and float32 [4]: aligned at the last axis, lengths must be equal or 1"
        ) {
            _ = x + Tensor.zeros([4])
        },
        Case(
            "matmul: float32 [2, 3] times float32 [2, 3]: the left's last axis and the right's last but one must be equal"
        ) {
            _ = matmul(x, x)
        },
        Case("matmul(into:): float32 [2, 3] times float32 [3, 2] does not give float32 [3, 3]") {
            var c = Tensor.zeros([3, 3])
            matmul(x, x.transposed, into: &c)
        },
        Case("linear: the input is float32 [2, 3], the weight float32 [4, 2]") { _ = linear(x, Tensor.zeros([4, 2])) },
        Case("reshaped: float32 [2, 3] has 6 elements, which do not fill [4]") { _ = x.reshaped(4) },
        Case("reshaped: float32 [2, 3] has 6 elements, which do not fill [4, -1]") { _ = x.reshaped(4, -1) },
        Case("broadcast: float32 [2, 3] to [3, 3]") { _ = x.broadcast(to: [3, 3]) },
        Case("permuted: axes [0, 0] of float32 [2, 3]: every axis must be named once") { _ = x.permuted(0, 0) },
        Case("transposed: float32 [2] has fewer than two axes") { _ = Tensor.zeros([2]).transposed },
        Case("squeezed: axes [0] of float32 [2, 3]: each must have length 1") { _ = x.squeezed(axes: [0]) },
        Case("concatenate: float32 [2, 3] and float32 [3, 2] along axis 0") {
            _ = concatenate([x, Tensor.zeros([3, 2])])
        },
        Case("concatenate: there are no tensors to join") { _ = concatenate([]) },
        Case("stack: float32 [2, 3] and float32 [3, 2]: shapes must be equal") {
            _ = stack([x, Tensor.zeros([3, 2])])
        },
        Case("split: sizes [1, 2] along axis 0 of float32 [2, 3]") { _ = x.split(sizes: [1, 2]) },
        Case("split: 2 equal parts along axis 1 of float32 [2, 3]") { _ = x.split(into: 2, axis: 1) },
        Case("padded: widths [(before: 1, after: 1)] for float32 [2, 3]") { _ = x.padded([(1, 1)]) },
        Case("tiled: repeats [2] for float32 [2, 3]") { _ = x.tiled([2]) },
        Case("Tensor: shape [2, 2] has 4 elements, but 3 values were given") {
            _ = Tensor([1.0, 2, 3], shape: [2, 2])
        },
        Case("Tensor: row 1 has 1 values, row 0 has 2") { _ = Tensor(rows: [[1.0, 2], [3]]) },
        Case("Tensor: shape [-1] has a negative length") { _ = Tensor.zeros([-1]) },
        // axes and indices
        Case("sum: axes [2] of float32 [2, 3]: each must be within -2..<2 and named once") { _ = sum(x, axes: [2]) },
        Case("sum: axes [0, -2] of float32 [2, 3]") { _ = sum(x, axes: [0, -2]) },
        Case("max: of no elements: float32 [0, 3] over axes [0]") { _ = max(Tensor.zeros([0, 3]), axes: [0]) },
        Case("argmax: of no elements: float32 [0]") { _ = argmax(Tensor.zeros([0])) },
        Case("softmax: axes [2] of float32 [2, 3]") { _ = softmax(x, axis: 2) },
        Case("sort: axes [-3] of float32 [2, 3]") { _ = sort(x, axis: -3) },
        Case("topK: the first 4 along axis -1 of float32 [2, 3]") { _ = topK(x, 4) },
        Case("subscript: [2] of float32 [2, 3]: at most one index an axis, indices within the axis, steps not 0") {
            _ = x[2]
        },
        Case("subscript: [0, 0, 0] of float32 [2, 3]") { _ = x[0, 0, 0] },
        Case("subscript: [..< by 0] of float32 [2, 3]") { _ = x[.every(0)] },
        Case("subscript: float32 [4] cannot be assigned to a part of float32 [2, 3] of shape [3]") {
            var y = x
            y[0] = Tensor.zeros([4])
        },
        Case("gather: index 3 (the 1th of int64 [2]) is not within -3..<3") { _ = gather(x, Tensor([0, 3]), axis: 1) },
        Case("gather: the indices are float32 [2, 3], not int64") { _ = gather(x, x) },
        Case("scatterAdd: float32 [2, 3] by indices [3] along axis 0 into float32 [4, 3]") {
            _ = scatterAdd(x, Tensor([0, 1, 2]), into: Tensor.zeros([4, 3]))
        },
        Case("gatherAlong: float32 [2, 3] by indices [2] along axis 1: all other lengths must be equal") {
            _ = gatherAlong(x, labels, axis: 1)
        },
        Case("oneHot: label 5 (the 1th of int64 [2]) is not within 0..<3") { _ = oneHot(Tensor([2, 5]), classes: 3) },
        Case("oneHot: label -1 (the 0th of int64 [2]) is not within 0..<3") {
            _ = oneHot(Tensor([-1, 5]), classes: 3)
        },
        Case("oneHot: float32 [2, 3] in 3 classes: labels are int64") { _ = oneHot(x, classes: 3) },
        // values
        Case("divide: the divisor int64 [2] holds a 0") { _ = labels / labels },
        Case("divide: int64 [2] by 0") { _ = labels / 0 },
        Case("clamp: the lower limit 1.0 is above the upper one 0.0") { _ = clamp(x, 1, 0) },
        Case("item: the tensor is float32 [2, 3], and only one with one element has an item") { _ = x.item },
        Case("range: from 0.0 to 1.0 by 0.0 has no end") { _ = Tensor.range(to: 1, by: 0) },
        Case("bernoulli: the probability 1.5 is not within 0...1") {
            var generator = PhiloxGenerator(seed: 0)
            _ = Tensor.bernoulli([2], probability: 1.5, using: &generator)
        },
        Case("Runtime.threadCount: 0 is not within 1...256") { Runtime.threadCount = 0 },
        // gradients
        Case(
            "gradient: the function's value is float32 [2, 3]; only one floating-point element has a gradient: reduce it, with sum() say, or use vjp"
        ) {
            _ = gradient(at: x) { $0 * 2 }
        },
        Case("gradient: an input is int64 [2]; only floating-point tensors have gradients") {
            _ = gradient(at: labels) { sum($0) }
        },
        Case("vjp: the cotangent is float32 [3], the function's value float32 [2, 3]") {
            _ = vjp(at: x) { $0 * 2 }.pullback(Tensor.zeros([3]))
        },
        Case("jvp: the tangent is float32 [3], the point float32 [2, 3]") {
            _ = jvp(at: x, along: Tensor.zeros([3])) { $0 }
        },
        Case("hessianVectorProduct: the vector is float32 [3], the point float32 [2, 3]") {
            _ = hessianVectorProduct(at: x, along: Tensor.zeros([3])) { sum($0) }
        },
        Case("withCustomPullback: input 0 is float32 [2, 3], the cotangent that the pullback gave for it float32 []") {
            _ = gradient(at: x) { x in sum(withCustomPullback(of: x) { (exp($0), { sum($0) }) }) }
        },
        Case("withCustomPullback: the pullback gave 0 cotangents for 1 inputs") {
            _ = gradient(at: x) { x in sum(withCustomPullback(of: [x]) { (exp($0[0]), { _ in [] }) }) }
        },
        Case("gradientCheck: the function's value is float32 [2, 3] for float64 inputs: float64 is expected") {
            _ = try? gradientCheck(at: x) { $0.cast(to: .float32) }
        },
        // einsum
        Case(
            "einsum: \"ij,jk->ik\" of float32 [2, 3] and float32 [2, 3]: operand 1, [2, 3], has length 2 at axis 'j', which is 3 before"
        ) {
            _ = einsum("ij,jk->ik", x, x)
        },
        Case("einsum: \"i->i\" of float32 [2, 3]: operand 0, [2, 3], has 2 axes, the equation names 1") {
            _ = einsum("i->i", x)
        },
        Case("einsum: \"ij,ij\" of float32 [2, 3]: the equation has 2 operands, but 1 were given") {
            _ = einsum("ij,ij", x)
        },
        Case("einsum: \"ij->k\" of float32 [2, 3]: no operand has the result's axis 'k'") { _ = einsum("ij->k", x) },
        Case("einsum: \"i1\" of float32 [2, 3]: '1' is neither a letter nor '...'") { _ = einsum("i1", x) },
        Case("einsum: \"ij->ii\" of float32 [2, 3]: the result names an axis twice") { _ = einsum("ij->ii", x) },
        Case("einsum: \"i>j->i\" of float32 [2, 3]: at most one '->' is expected") { _ = einsum("i>j->i", x) },
        Case("einsum: \"ij,ij->\" of float32 [2, 3] and float64 [2, 3]: dtypes do not mix") {
            _ = einsum("ij,ij->", x, double)
        },
    ]

    @Test(arguments: cases.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            TrapTests.cases[index].body()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = "Cotangent: " + Self.cases[index].message
        #expect(text.contains(message), "expected '\(message)' in '\(text.prefix(400))'")
    }
}
