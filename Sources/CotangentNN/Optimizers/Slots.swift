import CotangentTensor

/// What every optimizer needs: its parameters one after another, with the tensors that it keeps for each, and a quick way
/// from a parameter to its gradient.
struct Slots {
    struct Slot {
        let parameter: Parameter
        let group: Int
        /// As ``Slots/names`` calls them; empty before the first step.
        var tensors: [Tensor] = []
        /// Where the gradient stood last time: it mostly stands there again.
        var place = 0
        /// Steps that this parameter has taken.
        var step = 0
    }

    /// What a step of one parameter takes besides its gradient.
    struct Step {
        /// 1 for the first.
        let number: Int
        let learningRate: Double
        let weightDecay: Double
        let kept: Kept
    }

    /// The memory of a slot's tensors in their order, nil beyond: to hand over tensors would cost a small step a fifth
    /// of its time.
    typealias Kept = (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?)

    var slots: [Slot] = []
    /// The parameters' names in the model, where they are known: apart from what each step looks at.
    private(set) var parameterNames: [String?] = []
    /// What is kept for each parameter, under PyTorch's names.
    let names: [String]
    /// What each element of it is at first.
    private let start: Double
    /// Properties of the model that could hide a parameter.
    private let closures: [String]
    private var isChecked = false

    init(_ groups: [ParameterGroup], _ names: [String], start: Double = 0, closures: [String] = []) {
        self.names = names
        self.start = start
        self.closures = closures
        for (index, group) in groups.enumerated() {
            for (place, parameter) in group.parameters.enumerated() {
                if slots.contains(where: { $0.parameter === parameter }) {
                    fail("Optimizer", "a parameter of shape \(parameter.shape) is in two groups, or twice in one")
                }
                slots.append(Slot(parameter: parameter, group: index))
                parameterNames.append(group.names.isEmpty ? nil : group.names[place])
            }
        }
    }

    /// Calls `body` with every parameter's memory, its gradient, and what a step takes besides. What it writes in place
    /// is the slot's alone.
    mutating func forEach(
        _ gradients: Gradients, _ groups: [ParameterGroup], _ body: (Tensor, Tensor, Step) -> Void
    ) {
        checkForHidden(gradients)
        for index in slots.indices {
            let group = slots[index].group
            let (learningRate, weightDecay) = (groups[group].learningRate, groups[group].weightDecay)
            guard let gradient = slots[index].gradient(in: gradients) else { continue }
            slots[index].parameter.update { value in
                guard gradient.shape == value.shape, gradient.dtype == value.dtype else {
                    fail("Optimizer", "the gradient is \(gradient.summary), the parameter \(value.summary)")
                }
                value.makeUnique()
                slots[index].step += 1
                let kept = slots[index].memory(names.count, start, like: value)
                body(
                    value, gradient,
                    Step(number: slots[index].step, learningRate: learningRate, weightDecay: weightDecay, kept: kept))
            }
        }
    }

    mutating func reset() {
        for index in slots.indices {
            slots[index].tensors = []
            slots[index].step = 0
        }
    }

    /// A gradient of a parameter that reflection did not find, while a property could not be looked into, is a
    /// parameter that would silently stay as it is.
    private mutating func checkForHidden(_ gradients: Gradients) {
        if isChecked || closures.isEmpty { return }
        isChecked = true
        for (parameter, _) in gradients.entries where !slots.contains(where: { $0.parameter === parameter }) {
            fail(
                "Optimizer",
                "a parameter of shape \(parameter.shape) has a gradient, but was not found in the model, whose property '\(closures[0])' is a function that may hide it: make it a property of its own"
            )
        }
    }
}

extension Slots.Slot {
    /// nil where there is none, or the parameter is frozen.
    fileprivate mutating func gradient(in gradients: Gradients) -> Tensor? {
        if place >= gradients.entries.count || gradients.entries[place].parameter !== parameter {
            guard let found = gradients.index(of: parameter) else { return nil }
            place = found
        }
        return parameter.isTrainable ? gradients.entries[place].gradient.contiguous : nil
    }

    /// The memory of `count` tensors. The first step begins with fresh ones; later ones may share theirs with a state that
    /// was taken, which is not to change.
    fileprivate mutating func memory(_ count: Int, _ start: Double, like value: Tensor) -> Slots.Kept {
        if count == 0 { return (nil, nil, nil) }
        if tensors.isEmpty {
            tensors = (0..<count).map { _ in Tensor.full(value.shape, start, dtype: value.dtype) }
        }
        for index in tensors.indices { tensors[index].makeUnique() }
        return (tensors[0].rawPointer, count > 1 ? tensors[1].rawPointer : nil, count > 2 ? tensors[2].rawPointer : nil)
    }
}
