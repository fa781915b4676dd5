import Cotangent
import TestSupport
import Testing

/// A programmer's error with data sets ends the process with a message: see TrapTests. Each case runs in a process of its
/// own.
@Suite struct DataTrapTests {
    static let cases: [Trap] = [
        Trap("split: 4 samples by [0.7, 0.7]: the fractions must be above 0, and their sum 1 at most") {
            _ = try? splitIndices(4, [0.7, 0.7], .inOrder)
        },
        Trap("split: 4 samples are stratified by float32 [4]: int64 [4] is expected") {
            _ = try? splitIndices(4, [0.5, 0.5], .stratified(by: Tensor.zeros([4]), seed: 1))
        },
        Trap("kFold: 4 samples in 1 folds: at least 2") { _ = try? foldIndices(4, 1, .inOrder) },
        Trap("subset: sample 3 (the 1th of 2) is not within 0..<3") {
            _ = TensorDataset(Tensor.zeros([3, 1]), Tensor.zeros([3])).subset([0, 3])
        },
        Trap("Samples: x is float32 [3, 2] and y float32 [4]") {
            _ = Samples(x: Tensor.zeros([3, 2]), y: Tensor.zeros([4]))
        },
        Trap("concatenated: samples float32 [1, 2] and float32 [1] beside float32 [1, 3] and float32 [1]") {
            let first = TensorDataset(Tensor.zeros([2, 2]), Tensor.zeros([2]))
            _ = first.concatenated(with: TensorDataset(Tensor.zeros([2, 3]), Tensor.zeros([2]))).batch([0, 2])
        },
        Trap("Standardizer: fitted to float32 [0, 2] over axes [0]") {
            _ = Standardizer(fitting: Tensor.zeros([0, 2]))
        },
        Trap("Standardizer: fitted to float32 [3, 2] over axes [2]") {
            _ = Standardizer(fitting: Tensor.zeros([3, 2]), axes: [2])
        },
        Trap("MinMaxScaler: fitted to int64 [2] over axes [0]") { _ = MinMaxScaler(fitting: Tensor([1, 2])) },
        Trap("Imputer: float32 [3]: floating point [samples, features]") { _ = Imputer(fitting: Tensor.zeros([3])) },
        Trap("Imputer: float32 [3, 2], and it was fitted to float32 [3]") {
            _ = Imputer(fitting: Tensor.zeros([1, 3]))(Tensor.zeros([3, 2]))
        },
        Trap("OneHotEncoder: a name is there twice: 'a', 'b', 'a'") { _ = OneHotEncoder(names: ["a", "b", "a"]) },
        Trap("ImageAugmentation: float32 [3, 8, 8]: floating point [batch, channels, height, width]") {
            var generator = PhiloxGenerator(seed: 1)
            _ = ImageAugmentation([])(Tensor.zeros([3, 8, 8]), using: &generator)
        },
        Trap("ImageAugmentation: a crop of 9 × 8 from float32 [1, 1, 8, 8] with 0 around: it must be positive and fit")
        {
            var generator = PhiloxGenerator(seed: 1)
            _ = ImageAugmentation([.crop([9, 8])])(Tensor.zeros([1, 1, 8, 8]), using: &generator)
        },
        Trap("ImageAugmentation: the probability 2.0 of a flip is not within 0...1") {
            _ = ImageAugmentation([.horizontalFlip(probability: 2)])
        },
        Trap("rotated: float32 [2, 1, 8, 8] by 1 angles") { _ = rotated(Tensor.zeros([2, 1, 8, 8]), degrees: [1]) },
        Trap("rotated: float32 [1, 1, 65536, 65536]: an image has 2³¹ − 1 pixels at most") {
            _ = rotated(Tensor.zeros([1, 1, 1, 1]).broadcast(to: [1, 1, 65_536, 65_536]), degrees: [1])
        },
        Trap("CSV: the separator '\"' must be an ASCII character") { _ = try? CSV(parsing: "1", separator: "\"") },
        Trap("CSVStream: a stream's missing values have no mean or median") {
            _ = try? CSVStream(path: "none.csv", missing: .mean)
        },
    ]

    @Test(arguments: cases.indices) func messages(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            DataTrapTests.cases[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Cotangent: " + Self.cases[index].message), "\(message)")
    }
}
