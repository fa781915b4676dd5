// One-vs-all and one-vs-one: two ways to make a classifier of many classes of one of two, as classes grow from 2 to 10.
// "OVO is usually more reliable, however for large number of classes OVA is computationally more desirable": the
// accuracy of both, and what both cost, on handwritten digits, beside the multinomial model, which needs neither.
//
//     swift run -c release --package-path Examples ManyClasses
//
// Each row has the digits 0…k−1 of a random half of the 1,797 to learn from, and the other half to be judged by.
import Cotangent
import ExampleSupport

let arguments = Arguments("[--seeds 10] [--penalty 0.001] [--quick]")
let isQuick = arguments.isQuick
let seeds = arguments.integer("--seeds", quick: 2)
let counts = isQuick ? [3, 10] : Array(2...10)
let base = LogisticRegression(penalty: .l2(arguments.double("--penalty")), tolerance: 1e-5)

let table = try CSV(path: dataPath("digits.csv"))
let images = try table.tensor(excluding: ["label"], dtype: .float64) / 16
let labels = try table.labels("label").ints

/// What a way reaches, sums over the seeds: samples told right, seconds to fit and to predict, and how many models there
/// are.
struct Figures {
    var right = 0.0
    var fitting = 0.0
    var predicting = 0.0
    var models = 0

    mutating func add<Way: Estimator>(
        _ way: Way, _ training: (x: Tensor, y: Tensor), _ test: (x: Tensor, y: Tensor), models: (Way.Fitted) -> Int
    ) throws {
        let fitClock = Stopwatch()
        let model = try way.fit(training.x, training.y)
        fitting += fitClock.seconds
        let predictClock = Stopwatch()
        right += model.score(test.x, test.y)
        predicting += predictClock.seconds
        self.models = models(model)
    }

    func text(_ seeds: Int) -> String {
        let n = Double(seeds)
        return "\(fixed(100 * right / n, 2, width: 8)) %\(fixed(1000 * fitting / n, 1, width: 9))"
            + "\(fixed(1000 * predicting / n, 2, width: 8))\(String(models).leftPadded(to: 4))"
    }
}

print("Means over \(seeds) halves; milliseconds to fit and to predict; the number of models.\n")
let heading = "right       fit predict  n".leftPadded(to: 31)
print("classes" + ["one-vs-all", "one-vs-one", "multinomial"].map { $0.leftPadded(to: 31) }.joined())
print("       " + heading + heading + heading)
var last: (all: Figures, one: Figures, multinomial: Figures) = (Figures(), Figures(), Figures())
var errors = (all: 0.0, one: 0.0)
let clock = Stopwatch()
for count in counts {
    var (all, one, multinomial) = (Figures(), Figures(), Figures())
    let rows = labels.indices.filter { labels[$0] < count }
    for seed in 1...seeds {
        var generator = PhiloxGenerator(seed: UInt64(seed))
        let order = Tensor.permutation(rows.count, using: &generator).ints.map { rows[$0] }
        func part(_ chosen: ArraySlice<Int>) -> (x: Tensor, y: Tensor) {
            (gather(images, Tensor(Array(chosen))), Tensor(chosen.map { labels[$0] }))
        }
        let (training, test) = (part(order[..<(order.count / 2)]), part(order[(order.count / 2)...]))
        try all.add(OneVsAll(base), training, test) { $0.models.count }
        try one.add(OneVsOne(base), training, test) { $0.models.count }
        try multinomial.add(base, training, test) { _ in 1 }
    }
    print(String(count).leftPadded(to: 7) + all.text(seeds) + one.text(seeds) + multinomial.text(seeds))
    last = (all, one, multinomial)
    errors = (errors.all + Double(seeds) - all.right, errors.one + Double(seeds) - one.right)
}
let seconds = clock.seconds
print("\none-vs-one makes \(fixed(errors.one / errors.all, 2)) times as many mistakes as one-vs-all, over all rows")
print("fitted and judged in \(fixed(seconds, 1)) s")

expect(isQuick || errors.one < errors.all, "one-vs-one makes more mistakes than one-vs-all")
expect(
    last.one.models == 45 && last.all.models == 10,
    "10 classes take 10 models against all others and 45 of pairs, not \(last.all.models) and \(last.one.models)")
expect(
    min(last.all.right, last.one.right, last.multinomial.right) > 0.93 * Double(seeds),
    "a way told fewer than 93 % of the ten digits right")
