import CotangentTensor

/// What every optimizer needs: its parameters one after another, with the tensors that it keeps for each, and a quick way
/// from a parameter to its gradient.
struct Slots {
    struct Slot {
        let parameter: Parameter
        /// In the model, where it is known.
        let name: String?
        let group: Int
        /// As ``Slots/names`` calls them; empty before the first step.
        var tensors: [Tensor] = []
        /// Where the gradient stood last time: it mostly stands there again.
        var place = 0
        /// Steps that this parameter has taken.
        var step = 0
    }

    var slots: [Slot] = []
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
                let name = group.names.isEmpty ? nil : group.names[place]
                slots.append(Slot(parameter: parameter, name: name, group: index))
            }
        }
    }

    /// Calls `body` with every parameter's slot, memory, and gradient. What it writes in place is the slot's alone.
    mutating func forEach(
        _ gradients: Gradients, _ body: (Slot, inout Tensor, Tensor) -> Void
    ) {
        checkForHidden(gradients)
        for index in slots.indices {
            let parameter = slots[index].parameter
            let place = slots[index].place
            if place >= gradients.entries.count || gradients.entries[place].parameter !== parameter {
                guard let found = gradients.index(of: parameter) else { continue }
                slots[index].place = found
            }
            guard parameter.isTrainable else { continue }
            let gradient = gradients.entries[slots[index].place].gradient.contiguous
            slots[index].step += 1
            parameter.update { value in
                guard gradient.shape == value.shape, gradient.dtype == value.dtype else {
                    fail("Optimizer", "the gradient is \(gradient.summary), the parameter \(value.summary)")
                }
                value.makeUnique()
                prepare(&slots[index].tensors, like: value)
                body(slots[index], &value, gradient)
            }
        }
    }

    /// The first step begins with fresh tensors; later ones may share theirs with a state that was taken.
    private func prepare(_ tensors: inout [Tensor], like value: Tensor) {
        if tensors.isEmpty {
            tensors = names.map { _ in Tensor.full(value.shape, start, dtype: value.dtype) }
        } else {
            for index in tensors.indices { tensors[index].makeUnique() }
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
