import Cotangent
import TestSupport
import Testing

@Suite struct ScheduleTests {
    private struct Fixture: Decodable {
        struct Plateau: Decodable {
            let options: [String: JSONValue]
            let scales: [Double]
        }
        let schedules: [String: [Double]]
        let figures: [Double]
        let plateaus: [Plateau]
    }
    private static let fixture: Fixture = try! Fixtures.decoded("schedules.json")

    private static let schedules: [String: LearningRateSchedule] = {
        var table: [String: LearningRateSchedule] = [
            "constant(0.5, steps: 7)": .constant(0.5, steps: 7),
            "step(every: 10, by: 0.3)": .step(every: 10, by: 0.3),
            "multiStep(at: [5, 5, 30, 77], by: 0.2)": .multiStep(at: [5, 5, 30, 77], by: 0.2),
            "exponential(by: 0.97)": .exponential(by: 0.97),
            "linear(steps: 40, from: 0.25, to: 0.75)": .linear(steps: 40, from: 0.25, to: 0.75),
            "polynomial(steps: 50, power: 0.9)": .polynomial(steps: 50, power: 0.9),
            "polynomial(steps: 50)": .polynomial(steps: 50),
            "cosine(steps: 90)": .cosine(steps: 90),
            "cosine(steps: 91, to: 0.1)": .cosine(steps: 91, to: 0.1),
            "cosineRestarts(first: 13)": .cosineRestarts(first: 13),
            "cosineRestarts(first: 7, multiplier: 2, to: 0.05)": .cosineRestarts(first: 7, multiplier: 2, to: 0.05),
            "warmUp(steps: 20, from: 0.1).then(cosine(steps: 80))":
                .warmUp(steps: 20, from: 0.1).then(.cosine(steps: 80)),
            "warmUp(steps: 15, from: 0.01).then(step(every: 6, by: 0.5))":
                .warmUp(steps: 15, from: 0.01).then(.step(every: 6, by: 0.5)),
        ]
        for steps in [100, 37] {
            for linear in [false, true] {
                for three in [false, true] {
                    let name =
                        "oneCycle(steps: \(steps), rising: 0.25, divisor: 20, finalDivisor: 1000, isLinear: \(linear), threePhases: \(three))"
                    table[name] = .oneCycle(
                        steps: steps, rising: 0.25, divisor: 20, finalDivisor: 1000, isLinear: linear,
                        threePhases: three)
                }
            }
        }
        return table
    }()

    @Test func allAreCompared() { #expect(Set(Self.schedules.keys) == Set(Self.fixture.schedules.keys)) }

    @Test(arguments: schedules.keys.sorted()) func followsPyTorch(_ name: String) throws {
        let schedule = try #require(Self.schedules[name])
        for (time, expected) in try #require(Self.fixture.schedules[name]).enumerated() {
            let factor = schedule.factor(at: time)
            #expect(Swift.abs(factor - expected) < 1e-12, "at \(time): \(factor), PyTorch \(expected)")
        }
    }

    @Test func staysAtItsEnd() {
        #expect(LearningRateSchedule.cosine(steps: 10, to: 0.2).factor(at: 1000) == 0.2)
        #expect(LearningRateSchedule.linear(steps: 10, to: 0.5).factor(at: 1000) == 0.5)
        let cycle = LearningRateSchedule.oneCycle(steps: 10)
        #expect(cycle.factor(at: 1000) == cycle.factor(at: 9))
        #expect(LearningRateSchedule.warmUp(steps: 5).factor(at: 5) == 1)
    }

    @Test func chainsAddTheirLengths() {
        let chain = LearningRateSchedule.warmUp(steps: 5).then(.constant(0.5, steps: 3)).then(.exponential(by: 0.5))
        #expect(chain.length == nil)
        #expect((0..<11).map(chain.factor(at:))[4...] == [0.1 + 0.9 * 4 / 5, 0.5, 0.5, 0.5, 1, 0.5, 0.25])
        #expect(LearningRateSchedule.warmUp(steps: 5).then(.cosine(steps: 7)).length == 12)
    }

    @Test func plateausFollowPyTorch() throws {
        #expect(Self.fixture.plateaus.count == 5)
        for plateau in Self.fixture.plateaus {
            var ours = ReduceOnPlateau()
            let options = plateau.options
            if let patience = options["patience"]?.int { ours.patience = patience }
            if let factor = options["factor"]?.double { ours.factor = factor }
            if let cooldown = options["cooldown"]?.int { ours.cooldown = cooldown }
            if let threshold = options["threshold"]?.double { ours.threshold = threshold }
            if options["absolute"]?.bool == true { ours.thresholdMode = .absolute }
            if let minimum = options["minimum"]?.double { ours.minimum = minimum }
            if let higher = options["isBetterHigher"]?.bool { ours.isBetterHigher = higher }
            #expect(Set(plateau.scales).count > 2, "\(options) reduces")
            for (epoch, expected) in plateau.scales.enumerated() {
                let scale = ours.update(Self.fixture.figures[epoch])
                #expect(
                    Swift.abs(scale - expected) < 1e-12, "\(options), epoch \(epoch): \(scale), PyTorch \(expected)")
            }
        }
    }

    @Test func aNaNIsNoBetter() {
        var plateau = ReduceOnPlateau(patience: 1)
        #expect([Double.nan, .nan, 1, .nan, .nan].map { plateau.update($0) } == [1, 0.1, 0.1, 0.1, 0.1 * 0.1])
    }

    private static let traps = [
        Trap("LearningRateSchedule.then: the schedule before it has no end") {
            _ = LearningRateSchedule.exponential(by: 0.9).then(.cosine(steps: 3))
        },
        Trap("one schedule counts in steps and the other in epochs") {
            _ = LearningRateSchedule.warmUp(steps: 3).then(.cosine(steps: 3).perEpoch)
        },
        Trap("LearningRateSchedule.cosine: 0 steps: they must be positive") {
            _ = LearningRateSchedule.cosine(steps: 0)
        },
    ]

    @Test(arguments: traps.indices) func refuses(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            ScheduleTests.traps[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.traps[index].message), "\(message)")
    }
}
