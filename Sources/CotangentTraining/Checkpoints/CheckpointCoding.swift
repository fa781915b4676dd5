import CotangentData
import CotangentNN
import CotangentTensor

// How a trainer's and an optimizer's state stand in a checkpoint's metadata. Numbers come back to the bit: the shortest
// text that means a Double is read as that Double, and JSON's numbers lack only NaN and infinities, which are words.

extension JSON {
    init(_ state: TrainerState) {
        var members: [String: JSON] = [
            "seed": .string("\(state.seed)"),
            "epoch": JSON(state.epoch), "batch": JSON(state.batch), "step": JSON(state.step),
            "batchesTaken": JSON(state.batchesTaken), "lossSum": JSON(state.lossSum), "samples": JSON(state.samples),
            "seconds": JSON(state.seconds), "learningRate": JSON(state.learningRate),
            "metrics": .object(state.metrics.mapValues { .array($0.map(JSON.init)) }),
            "bestEpoch": JSON(state.bestEpoch), "epochsWithoutBetter": JSON(state.epochsWithoutBetter),
            "averageCount": JSON(state.averageCount), "history": .array(state.history.epochs.map(JSON.init)),
        ]
        members["best"] = state.best.map(JSON.init)
        if let plateau = state.plateau {
            var own: [String: JSON] = [
                "scale": JSON(plateau.scale), "badEpochs": JSON(plateau.badEpochs),
                "cooldownLeft": JSON(plateau.cooldownLeft),
            ]
            own["best"] = plateau.best.map(JSON.init)
            members["plateau"] = .object(own)
        }
        self = .object(members)
    }

    private init(_ epoch: EpochReport) {
        func figures(_ values: [NamedValue]) -> JSON {
            .array(values.map { .array([.string($0.name), JSON($0.value)]) })
        }
        self = .object([
            "epoch": JSON(epoch.epoch), "step": JSON(epoch.step), "training": figures(epoch.training),
            "validation": figures(epoch.validation), "learningRate": JSON(epoch.learningRate),
            "seconds": JSON(epoch.seconds), "isBest": .bool(epoch.isBest),
        ])
    }

    init(_ state: OptimizerState) {
        self = .object([
            "kind": .string(state.kind), "names": .array(state.names.map { $0.map(JSON.string) ?? .null }),
            "numbers": .object(state.numbers.mapValues(JSON.init)),
        ])
    }

    init(_ number: Int) { self = .number(Double(number)) }
    init(_ number: Double) { self = number.isFinite ? .number(number) : .string("\(number)") }
}

extension TrainerState {
    init(_ members: Members, bestWeights: Snapshot?, average: Snapshot?) throws(MembersError) {
        guard let seed = UInt64(try members.string("seed")) else {
            throw MembersError(message: "the seed in \(members.place) is no whole number")
        }
        self.init(seed: seed)
        epoch = try members.count("epoch")
        batch = try members.count("batch")
        step = try members.count("step")
        batchesTaken = try members.count("batchesTaken")
        lossSum = try members.number("lossSum")
        samples = try members.count("samples")
        seconds = try members.number("seconds")
        learningRate = try members.number("learningRate")
        for (name, values) in try members.object("metrics") {
            metrics[name] = try Members.numbers(values, "metric '\(name)'")
        }
        best = members.has("best") ? try members.number("best") : nil
        bestEpoch = try members.count("bestEpoch")
        epochsWithoutBetter = try members.count("epochsWithoutBetter")
        averageCount = try members.count("averageCount")
        for item in try members.array("history") {
            history.epochs.append(try EpochReport(Members(item, "the history")))
        }
        if members.has("plateau") {
            let own = try Members(.object(members.object("plateau")), "the plateau's state")
            var plateau = ReduceOnPlateau.State()
            plateau.scale = try own.number("scale")
            plateau.badEpochs = try own.count("badEpochs")
            plateau.cooldownLeft = try own.count("cooldownLeft")
            plateau.best = own.has("best") ? try own.number("best") : nil
            self.plateau = plateau
        }
        self.bestWeights = bestWeights
        self.average = average
    }
}

extension EpochReport {
    fileprivate init(_ members: Members) throws(MembersError) {
        func figures(_ name: String) throws(MembersError) -> [NamedValue] {
            var values: [NamedValue] = []
            for item in try members.array(name) {
                guard case .array(let pair) = item, pair.count == 2, case .string(let name) = pair[0] else {
                    throw MembersError(message: "a figure in \(members.place) is not a name and a number")
                }
                values.append(NamedValue(name, try Members.number(pair[1], "'\(name)' in \(members.place)")))
            }
            return values
        }
        self.init(
            epoch: try members.count("epoch"), step: try members.count("step"), training: try figures("training"),
            validation: try figures("validation"), learningRate: try members.number("learningRate"),
            seconds: try members.number("seconds"), isBest: try members.flag("isBest"))
    }
}

extension OptimizerState {
    /// The optimizers' states from their JSON and their tensors, "0.3.exp_avg" say.
    static func read(_ text: String?, _ tensors: [(name: String, tensor: Tensor)]) throws -> [OptimizerState] {
        guard case .array(let items) = try Members.parsed(text, "the optimizers' states") else {
            throw MembersError(message: "the optimizers' states are no array")
        }
        var own = [[(name: String, tensor: Tensor)]](repeating: [], count: items.count)
        for (name, tensor) in tensors {
            guard let (number, rest) = name.parted, let index = Int(number), own.indices.contains(index) else {
                throw MembersError(message: "the tensor 'optimizers.\(name)' belongs to no optimizer")
            }
            own[index].append((rest, tensor))
        }
        return try zip(items, own).map { item, tensors in
            let members = try Members(item, "an optimizer's state")
            var names: [String?] = []
            for name in try members.array("names") {
                switch name {
                case .null: names.append(nil)
                case .string(let name): names.append(name)
                default: throw MembersError(message: "a parameter's name in \(members.place) is \(name.kind)")
                }
            }
            var numbers: [String: Double] = [:]
            for (name, value) in try members.object("numbers") {
                numbers[name] = try Members.number(value, "'\(name)' in \(members.place)")
            }
            return try OptimizerState(
                kind: members.string("kind"), names: names, numbers: numbers, tensors: tensors)
        }
    }
}
