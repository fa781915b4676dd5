import Cotangent
import CotangentTraining
import Testing

@Suite struct ProgressBarTests {
    private let screen = FakeTerminal()

    /// The moving line of the first of twelve steps, half a second each, without what moves the cursor.
    private func frame(
        _ width: Int, isUnicode: Bool = true, hasColor: Bool = false, steps: Int? = 4, validation: [String] = []
    ) -> String {
        let screen = FakeTerminal()
        screen.columns = width
        let bar = ProgressBar(screen.terminal(isUnicode: isUnicode, hasColor: hasColor))
        let run = run(steps: steps, validation: validation)
        bar.trainingBegan(run)
        screen.time = 0.5
        bar.stepEnded(step(1), of: run)
        let text = screen.written.joined()
        #expect(text.hasPrefix("\r") && text.hasSuffix("\u{1B}[K"))
        return String(text.dropFirst().dropLast(3))
    }

    /// 22 columns of bar, a quarter of which are 5 and a half. Eleven steps are left: 5.5 s.
    @Test func framesFillTheWidth() {
        #expect(frame(80) == "Epoch 1/3  │█████▌                │  1/4  loss 0.5000  64.0 samples/s  6 s left")
        #expect(
            frame(200) == "Epoch 1/3  │██████████" + String(repeating: " ", count: 30)
                + "│  1/4  loss 0.5000  64.0 samples/s  6 s left")
        #expect(frame(68) == "Epoch 1/3  │██▌       │  1/4  loss 0.5000  64.0 samples/s  6 s left")
        #expect(frame(67) == "Epoch 1/3  │████▎            │  1/4  loss 0.5000  64.0/s  6 s left")
        #expect(frame(59) == "Epoch 1/3  │████▎            │  1/4  loss 0.5000  6 s left")
        #expect(frame(51) == "1/3  │█████               │  1/4  loss 0.5000  6 s")
        #expect(frame(40) == "1/3  │██▎      │  1/4  loss 0.5000  6 s")
        #expect(frame(34) == "1/3  1/4  loss 0.5000  6 s")
        #expect(frame(24) == "1/3  1/4  loss 0.5000")
        #expect(frame(12) == "1/3  1/4  l")
        #expect(frame(1) == "")
    }

    @Test func asciiAndColors() {
        #expect(
            frame(80, isUnicode: false)
                == "Epoch 1/3  [=====>                ]  1/4  loss 0.5000  64.0 samples/s  6 s left")
        #expect(
            frame(80, hasColor: true)
                == "Epoch 1/3  │\u{1B}[32m█████▌                \u{1B}[0m│  1/4  loss 0.5000  64.0 samples/s  6 s left")
    }

    @Test func withoutTheNumberOfSteps() {
        #expect(frame(80, steps: nil) == "Epoch 1/3  step 1  loss 0.5000  64.0 samples/s")
        #expect(frame(30, steps: nil) == "1/3  step 1  loss 0.5000")
    }

    /// The first epoch's steps stand for the later ones, as long as they suffice.
    @Test func stepsAreLearnedFromTheEpochBefore() {
        let bar = ProgressBar(screen.terminal())
        let run = run(steps: nil)
        bar.trainingBegan(run)
        for number in 1...4 {
            screen.time += 0.5
            bar.stepEnded(step(number), of: run)
        }
        bar.epochEnded(epoch(1), of: run)
        _ = screen.taken()
        screen.time += 0.5
        bar.stepEnded(step(5), of: run)
        #expect(
            screen.taken() == [
                "\rEpoch 2/3  │█████▌                │  1/4  loss 0.5000  64.0 samples/s  4 s left\u{1B}[K"
            ])
        screen.time += 0.5
        bar.stepEnded(
            StepReport(
                epoch: 2, step: 9, stepOfEpoch: 5, loss: 0.5, samples: 32, learningRate: 0.1, seconds: 0.5), of: run)
        #expect(screen.taken() == ["\rEpoch 2/3  step 5  loss 0.5000  64.0 samples/s\u{1B}[K"])
    }

    @Test func atMostTenFramesASecond() {
        let bar = ProgressBar(screen.terminal())
        let run = run(epochs: 1, steps: 10_000)
        bar.trainingBegan(run)
        for number in 1...5000 {
            screen.time = Double(number) / 1000
            bar.stepEnded(step(number, of: 10_000, seconds: 0.001), of: run)
        }
        #expect((48...51).contains(screen.written.count))
    }

    @Test func epochsLeaveALine() {
        let bar = ProgressBar(screen.terminal())
        let run = run(epochs: 10, metrics: ["accuracy"], validation: ["loss", "accuracy"])
        bar.trainingBegan(run)
        screen.time = 0.5
        bar.stepEnded(step(1), of: run)
        _ = screen.taken()
        let training = [NamedValue("loss", 0.43125), NamedValue("accuracy", 0.9)]
        let validation = [NamedValue("loss", 12.5), NamedValue("accuracy", 0.875)]
        screen.columns = 120
        bar.epochEnded(epoch(1, training: training, validation: validation, seconds: 4.2, isBest: true), of: run)
        #expect(
            screen.taken() == [
                "\r\u{1B}[KEpoch  1/10  loss 0.4313  accuracy 0.9000  │  validation loss 12.50  accuracy 0.8750  4.20 s  ★ best\n"
            ])
        // Nothing moves now that would have to be erased. In narrow windows there are more lines.
        screen.columns = 80
        bar.epochEnded(epoch(2, training: training, validation: validation, seconds: 75, isBest: true), of: run)
        #expect(
            screen.taken() == [
                """
                Epoch  2/10  loss 0.4313  accuracy 0.9000
                validation   loss 12.50  accuracy 0.8750  1:15  ★ best

                """
            ])
        screen.columns = 30
        bar.epochEnded(epoch(2, training: training, validation: validation, seconds: 75), of: run)
        #expect(
            screen.taken() == [
                """
                Epoch  2/10  loss 0.4313
                             accuracy 0.9000
                validation   loss 12.50
                             accuracy 0.8750
                             1:15

                """
            ])
        screen.columns = 80
        bar.epochEnded(epoch(3, training: [NamedValue("loss", .nan)], seconds: 0.0123, isBest: true), of: run)
        #expect(screen.taken() == ["Epoch  3/10  loss nan  0.0123 s  ★ best\n"])
    }

    @Test func validationIsAnnouncedWhereItTakesLong() {
        let bar = ProgressBar(screen.terminal())
        let run = run(validation: ["loss"])
        bar.trainingBegan(run)
        for number in 1...4 {
            screen.time += 0.01
            bar.stepEnded(step(number, seconds: 0.01), of: run)
        }
        #expect(screen.taken().last?.contains("4/4  loss 0.5000  3,200 samples/s  validating") == true)
        // It took 0.02 s: the next one is over before anybody could read it.
        screen.time += 0.02
        bar.epochEnded(epoch(1), of: run)
        for number in 5...8 {
            screen.time += 0.01
            bar.stepEnded(step(number, seconds: 0.01), of: run)
        }
        #expect(!screen.taken().joined().contains("validating"))
    }

    /// 0.9 · 1 + 3 over 0.9 + 1. What is not a number shows at once and is forgotten behind the next step.
    @Test func lossIsSmoothed() {
        let bar = ProgressBar(screen.terminal())
        let run = run(steps: 100)
        bar.trainingBegan(run)
        for (number, (loss, shown)) in [(1.0, "1.000"), (3, "2.053"), (.infinity, "inf"), (0.25, "0.2500")].enumerated()
        {
            screen.time += 1
            bar.stepEnded(step(number + 1, of: 100, loss: loss), of: run)
            #expect(screen.taken().joined().contains("  loss \(shown)  "))
        }
    }

    /// The moving line has 79 columns: in a window of 30 it fills three rows.
    @Test func narrowerWindows() {
        let bar = ProgressBar(screen.terminal())
        let run = run()
        bar.trainingBegan(run)
        screen.time = 0.5
        bar.stepEnded(step(1), of: run)
        _ = screen.taken()
        screen.columns = 30
        screen.time = 1
        bar.stepEnded(step(2), of: run)
        #expect(screen.taken() == ["\u{1B}[2A\r\u{1B}[J1/3  2/4  loss 0.5000  5 s\u{1B}[K"])
    }

    @Test func ends() {
        func end(_ end: TrainingEnd, redraws: Bool = true) -> String {
            let screen = FakeTerminal()
            let bar = ProgressBar(screen.terminal(redraws: redraws))
            let run = run()
            bar.trainingBegan(run)
            screen.time = 0.5
            bar.stepEnded(step(1), of: run)
            bar.epochEnded(epoch(1, isBest: true), of: run)
            screen.time = 0.7
            bar.stepEnded(step(5), of: run)
            _ = screen.taken()
            screen.time = 75
            bar.trainingEnded(end, of: run)
            return screen.taken().joined()
        }
        #expect(end(.allEpochs) == "\r\u{1B}[K3 epochs in 1:15; the best was epoch 1\n")
        #expect(
            end(.stoppedEarly(bestEpoch: 1), redraws: false)
                == "Stopped early after epoch 2, 1:15: the weights are those of epoch 1\n")
        #expect(end(.interrupted, redraws: false) == "Interrupted in epoch 2, after step 5, 1:15\n")
        #expect(end(.failed("no room"), redraws: false) == "Failed in epoch 2, after step 5, 1:15: no room\n")
    }

    /// A line an epoch, and one after 30 seconds without any.
    @Test func plainLines() {
        screen.columns = 20
        let bar = ProgressBar(screen.terminal(redraws: false, isUnicode: false))
        let run = run(epochs: 2, steps: 40, validation: ["loss"])
        bar.trainingBegan(run)
        for number in 1...40 {
            screen.time += 1
            bar.stepEnded(step(number, of: 40, samples: 5000, seconds: 1), of: run)
        }
        bar.epochEnded(epoch(1, of: 40, validation: [NamedValue("loss", 0.25)], seconds: 40, isBest: true), of: run)
        #expect(
            screen.taken() == [
                "Epoch 1/2: step 30/40, loss 0.5000, 5,000 samples/s, 50 s left\n",
                "Epoch 1/2  loss 0.5000  |  validation loss 0.2500  40.0 s  * best\n",
            ])
    }

    @Test func environmentDecides() {
        func terminal(_ variables: [String: String], isTerminal: Bool = true) -> [Bool] {
            let terminal = Terminal(
                isTerminal: isTerminal, environment: { variables[$0] }, width: { 80 }, now: { 0 }, write: { _ in })
            return [terminal.redraws, terminal.isUnicode, terminal.hasColor]
        }
        #expect(terminal(["TERM": "xterm", "LANG": "en_US.UTF-8"]) == [true, true, true])
        #expect(terminal(["LANG": "en_US.UTF-8", "LC_ALL": "C"]) == [true, false, true])
        #expect(terminal(["LANG": "C", "LC_CTYPE": "C.utf8", "LC_ALL": ""]) == [true, true, true])
        #expect(terminal(["NO_COLOR": "1"]) == [true, false, false])
        #expect(terminal(["NO_COLOR": ""]) == [true, false, true])
        #expect(terminal(["TERM": "dumb"]) == [false, false, false])
        #expect(terminal(["CI": "true"]) == [false, false, false])
        #expect(terminal(["CI": "false"]) == [true, false, true])
        #expect(terminal([:], isTerminal: false) == [false, false, false])
    }
}
