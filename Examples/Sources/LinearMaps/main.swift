// Matrices as transformations of points, and models with several responses, y = b + W x: fitted by LAPACK, and by gradient
// descent, which comes to the same at the rate that the condition number predicts.
//
//     swift run -c release --package-path Examples LinearMaps
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments("[--pictures FOLDER] [--seed 1] [--quick]")
let isQuick = arguments.isQuick
func draw(_ picture: some Picture, _ name: String) throws {
    if let folder = arguments.pictures { try picture.write(to: "\(folder)/\(name).svg") }
}

// Points are the columns of a matrix [2, points]: the outline of a letter, from corner to corner.
let letter = Tensor(rows: [
    [0.0, 0, 1.2, 1.2, 0.4, 0.4, 1, 1, 0.4, 0.4, 0],
    [0.0, 2, 2, 1.6, 1.6, 1.2, 1.2, 0.8, 0.8, 0, 0],
])
func outline(_ name: String, _ points: Tensor, color: Int, isDashed: Bool = false) -> LineChart.Series {
    let (x, y) = (points[0].doubles, points[1].doubles)
    return .init(name, points: zip(x, y).map { .init($0, $1) }, color: color, isDashed: isDashed)
}

// Maps of the plane, x′ = b + W x. What a matrix does to areas is its determinant.
let maps: [(name: String, w: Tensor)] = [
    ("turned by 30°", Tensor(rows: [[0.8660254, -0.5], [0.5, 0.8660254]])),
    ("stretched", Tensor(rows: [[1.5, 0], [0, 0.5]])),
    ("sheared", Tensor(rows: [[1.0, 0.7], [0, 1]])),
    ("mirrored", Tensor(rows: [[-1.0, 0], [0, 1]])),
    ("of rank one", Tensor(rows: [[0.8, 0.4], [0.4, 0.2]])),
]
var shapes = [outline("before", letter, color: 6, isDashed: true)]
print("map             W                            determinant")
for (index, map) in maps.enumerated() {
    let b = Tensor([[3.4, 0.0], [6, 0], [-2.2, -3], [3.4, -3], [5, -3]][index]).reshaped(2, 1)
    shapes.append(outline(map.name, matmul(map.w, letter) + b, color: index))
    let w = map.w.doubles.map { fixed($0, 2, width: 5) }.joined(separator: " ")
    print(
        "\(map.name.rightPadded(to: 15)) \(w.rightPadded(to: 28)) \(fixed(try map.w.determinant().item, 2, width: 5))")
}
var plane = LineChart(shapes, title: "x′ = b + W x in the plane", xLabel: "x", yLabel: "y")
plane.hasEqualScales = true
try draw(plane, "plane")

// The lecture's map from the plane into space. To draw space is a linear map too, from there to the paper.
let intoSpace = Tensor(rows: [[1.0, 0], [-1, 1], [0, 2]])
let toPaper = Tensor(rows: [[0.87, -0.87, 0], [-0.5, -0.5, 1]])
let inSpace = matmul(intoSpace, letter)  // [3, points]
print(
    "\nthe lecture's map takes (1.2, 2) to (\(inSpace[0..., 2].doubles.map { fixed($0, 1) }.joined(separator: ", ")))")
let axes = (0..<3).map { axis in
    let end = matmul(toPaper, Tensor.identity(3, dtype: .float64)[0..., axis..<(axis + 1)] * 2)
    return outline(
        ["x′", "y′", "z′"][axis], concatenate([Tensor.zeros([2, 1], dtype: .float64), end], axis: 1), color: 2 + axis)
}
var space = LineChart(
    axes + [
        outline("before, in the plane", letter - Tensor([3.4, 0]).reshaped(2, 1), color: 6, isDashed: true),
        outline("after, in space", matmul(toPaper, inSpace), color: 1),
    ], title: "From the plane into space")
space.hasEqualScales = true
try draw(space, "space")

/// A multi-response model: rows of x and of y, standardised, so that b = 0 and W [inputs, responses] is all there is.
struct Problem {
    let name: String
    let inputs, responses: [String]
    let x, y: Tensor
    let raw: Tensor

    init(_ file: String, responses: [String]) throws {
        let table = try CSV(path: dataPath(file))
        name = file
        self.responses = responses
        inputs = table.columnNames.filter { !responses.contains($0) }
        raw = try table.tensor(columns: inputs, dtype: .float64)
        let targets = try table.tensor(columns: responses, dtype: .float64)
        (x, y) = (Standardizer(fitting: raw)(raw), Standardizer(fitting: targets)(targets))
    }
}

/// C(W) = (1/N) Σ ‖yₙ − Wᵀ xₙ‖²
func cost(_ w: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor { mean(sum(square(y - matmul(x, w)), axes: [1])) }
func norm(_ x: Tensor) -> Double { sum(square(x)).item.squareRoot() }

var seconds = 0.0
for problem in [
    try Problem("linnerud.csv", responses: ["Weight", "Waist", "Pulse"]),
    try Problem("diabetes.csv", responses: ["progression"]),
] {
    let (x, y, count) = (problem.x, problem.y, Double(problem.x.shape[0]))
    let clock = Stopwatch()
    let start = Tensor.zeros([problem.inputs.count, problem.responses.count], dtype: .float64)
    let exact = try x.leastSquares(y)
    func error(_ w: Tensor) -> Double { norm(w - exact.solution) / norm(exact.solution) }

    // C has the same curvature for each response, 2/N XᵀX. Its ends tell the best rate and what a step gains at least.
    let curvature = try (2 / count * matmul(x.transposed, x)).symmetricEigenvalues().doubles
    let (least, most) = (curvature.first!, curvature.last!)
    let (rate, condition) = (2 / (least + most), most / least)
    let factor = (condition - 1) / (condition + 1)
    let inColumns = try (problem.raw - mean(problem.raw, axes: [0])).conditionNumber().item
    print(
        "\n\(problem.name): \(problem.inputs.count) inputs, \(problem.responses.count) responses, \(x.shape[0]) samples"
    )
    print(
        "κ of the curvature \(fixed(condition, 1)); of the columns as measured it would be \(scientific(inColumns * inColumns))"
    )
    print("best rate \(fixed(rate, 4)), and each step leaves at most \(fixed(factor, 4)) of the error")

    let steps = isQuick ? 200 : Int(log(1e-12) / log(factor)) + 1
    let descent = GradientDescent(learningRate: rate, iterations: steps, gradientTolerance: 0, recordsPath: true)
        .minimize(from: start) { cost($0, x, y) }
    let slow = GradientDescent(learningRate: rate / 10, iterations: steps, gradientTolerance: 0, recordsPath: true)
        .minimize(from: start) { cost($0, x, y) }
    // An epoch looks at each sample once, as a step of descent does, so they are compared by epochs.
    let batch = x.shape[0] / 5
    let iterations = (x.shape[0] + batch - 1) / batch
    func stochastic(_ factor: @escaping @Sendable (Int) -> Double) -> Minimization<Tensor> {
        var generator = PhiloxGenerator(seed: arguments.seed)
        return StochasticGradientDescent(
            learningRate: rate / 2, batchSize: batch, epochs: steps, recordsPath: true, rateFactor: factor
        ).minimize(from: start, over: x, y, using: &generator, cost)
    }
    let (constant, falling) = (stochastic { _ in 1 }, stochastic { pow(1e-4, Double($0) / Double(steps)) })
    seconds += clock.seconds

    print("SGD: \(iterations) batches of \(batch) an epoch, from half the rate on")
    print("epoch  descent  predicted   a tenth of the rate      SGD  SGD, rate falling to 1/10,000")
    let first = error(start)
    func at(_ walk: Minimization<Tensor>, _ iteration: Int) -> Double { error(walk.path[iteration].point) }
    for k in (0...8).map({ $0 * steps / 8 }) {
        let figures = [
            at(descent, k), first * pow(factor, Double(k)), at(slow, k), at(constant, k * iterations),
            at(falling, k * iterations),
        ].map(scientific)
        print(
            "\(String(k).leftPadded(to: 5))  \(figures[0])    \(figures[1])               \(figures[2])"
                + "  \(figures[3])                        \(figures[4])")
    }
    let measured = pow(at(descent, steps) / at(descent, steps / 2), 1 / Double(steps - steps / 2))
    print("measured over the second half: \(fixed(measured, 4)) a step")

    let every = max(1, steps / 300)
    func curve(_ name: String, _ walk: Minimization<Tensor>, _ color: Int, perEpoch: Int = 1) -> LineChart.Series {
        let epochs = stride(from: 0, through: steps, by: every)
        return .init(name, points: epochs.map { .init(Double($0), at(walk, $0 * perEpoch)) }, color: color)
    }
    let bound = LineChart.Series(
        "((κ−1)/(κ+1))ᵏ",
        points: [.init(0, first), .init(Double(steps), first * pow(factor, Double(steps)))], color: 6,
        isDashed: true)
    try draw(
        LineChart(
            [
                curve("descent, best rate", descent, 0), bound, curve("a tenth of it", slow, 1),
                curve("SGD", constant, 2, perEpoch: iterations),
                curve("SGD, rate falling", falling, 3, perEpoch: iterations),
            ], title: "\(problem.name): the way to LAPACK's solution", xLabel: "epoch", yLabel: "‖W − W*‖ / ‖W*‖",
            yScale: .logarithmic), String(problem.name.prefix { $0 != "." }))

    // Descent's W is LAPACK's.
    if problem.responses.count > 1 {
        print("\nW by LAPACK, by descent")
        for (row, input) in problem.inputs.enumerated() {
            let pair = [exact.solution, descent.point].map { w in
                w[row].doubles.map { fixed($0, 6, width: 9) }.joined(separator: " ")
            }
            print("  \(input.rightPadded(to: 7)) \(pair[0])   \(pair[1])")
        }
    }
    let reached = error(descent.point)
    expect(
        reached <= max(first * pow(factor, Double(steps)) * 1.001, 1e-11),
        "Descent is slower than its condition number says: \(reached)")
    expect(error(falling.point) < (isQuick ? 0.7 : 0.2) * first, "SGD did not come near.")
    expect(isQuick || abs(measured - factor) < 1e-3, "Descent did not settle to \(factor) a step: \(measured)")
}
print("\nfitted in \(fixed(seconds, 2)) s")
