import CotangentTensor

extension Slots {
    func state(_ kind: String, _ options: [String: Double], _ groups: [ParameterGroup]) -> OptimizerState {
        var counts = [Int](repeating: 0, count: groups.count)
        for slot in slots { counts[slot.group] += 1 }
        return OptimizerState(
            kind: kind, options: options,
            groups: zip(groups, counts).map { group, count in
                OptimizerState.Group(
                    learningRate: group.learningRate, weightDecay: group.weightDecay, parameterCount: count)
            },
            parameters: zip(slots, parameterNames).map { slot, name in
                OptimizerState.Entry(
                    name: name, steps: slot.step,
                    tensors: Dictionary(uniqueKeysWithValues: zip(names, slot.tensors)))
            })
    }

    /// Takes over `state`, the groups' learning rates included, or says all that does not fit.
    mutating func restore(
        _ state: OptimizerState, _ kind: String, _ options: [String: Double], _ groups: inout [ParameterGroup]
    ) throws(OptimizerStateError) {
        let error = misfits(state, self.state(kind, options, groups))
        guard error.isEmpty else { throw error }
        for (index, group) in state.groups.enumerated() {
            groups[index].learningRate = group.learningRate
            groups[index].weightDecay = group.weightDecay
        }
        for (index, entry) in state.parameters.enumerated() {
            slots[index].step = entry.steps
            slots[index].tensors = entry.tensors.isEmpty ? [] : names.map { entry.tensors[$0]!.detached }
        }
    }

    private func misfits(_ state: OptimizerState, _ own: OptimizerState) -> OptimizerStateError {
        var error = OptimizerStateError()
        guard state.kind == own.kind else {
            error.mismatched.append("the optimizer is \(own.kind), the state \(state.kind)'s")
            return error
        }
        for name in Set(own.options.keys).union(state.options.keys).sorted() {
            switch (own.options[name], state.options[name]) {
            case (let value?, let other?) where value != other:
                error.mismatched.append("\(name) is \(value), in the state \(other)")
            case (_?, nil): error.missing.append(name)
            case (nil, _?): error.unexpected.append(name)
            default: break
            }
        }
        let (counts, others) = (own.groups.map(\.parameterCount), state.groups.map(\.parameterCount))
        if counts != others {
            error.mismatched.append("the groups have \(counts) parameters, in the state \(others)")
        }
        guard slots.count == state.parameters.count else {
            if counts == others {
                error.mismatched.append("there are \(slots.count) parameters, in the state \(state.parameters.count)")
            }
            return error
        }
        for (index, entry) in state.parameters.enumerated() { compare(entry, index, &error) }
        return error
    }

    private func compare(_ entry: OptimizerState.Entry, _ index: Int, _ error: inout OptimizerStateError) {
        let (name, parameter) = (parameterNames[index], slots[index].parameter)
        let title = name ?? "parameter \(index)"
        if let name, let other = entry.name, name != other {
            error.mismatched.append("parameter \(index) is '\(name)', in the state '\(other)'")
        }
        if entry.steps < 0 { error.mismatched.append("\(title) has taken \(entry.steps) steps in the state") }
        for name in entry.tensors.keys.sorted() where !names.contains(name) {
            error.unexpected.append("\(title) \(name)")
        }
        let (shape, dtype) = (parameter.shape, parameter.dtype)
        for name in names {
            guard let tensor = entry.tensors[name] else {
                if entry.steps > 0 || !entry.tensors.isEmpty { error.missing.append("\(title) \(name)") }
                continue
            }
            if tensor.shape != shape || tensor.dtype != dtype {
                error.mismatched.append("\(title) is \(dtype) \(shape), in the state \(name) is \(tensor.summary)")
            }
        }
    }
}
