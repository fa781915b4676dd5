import CotangentTensor

/// The value that `body` returns, and its gradients with respect to the parameters that it reads.
///
/// ```swift
/// let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), labels) }
/// optimizer.update(with: gradients)
/// ```
///
/// `body` returns one floating-point element. Layers run as in training unless `mode` says otherwise. Parameters of other
/// models that `body` reads get gradients too: freeze what needs none. Layers that draw random numbers need the
/// form with a generator.
public func valueAndGradients<M: Module>(
    of model: M, mode: Mode = .training, _ body: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
    try takeGradients(mode: mode, random: nil, body)
}

/// The same with randomness for the layers that draw: dropout, say.
public func valueAndGradients<M: Module>(
    of model: M, mode: Mode = .training, using generator: inout PhiloxGenerator, _ body: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
    try takeGradients(mode: mode, random: generator.nextRandomState(), body)
}

private func takeGradients(
    mode: Mode, random: RandomState?, _ body: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
    try recording(
        mode: mode,
        configure: { scope, tape in
            scope.parameterTape = tape
            if let random { scope.random = random }
        }
    ) { tape, mark, scope in
        let value = try tape.recorded(body)
        let cotangents = playToInputs("valueAndGradients", tape, value, mark)
        return (Tape.outerView(value), Gradients(of: scope, cotangents))
    }
}

extension Gradients {
    /// Of the parameters that were read in `scope`.
    init(of scope: Scope, _ cotangents: Cotangents?) {
        self.init()
        reserve(scope.leaves.count)
        for leaf in scope.leaves {
            guard let parameter = leaf.owner as? Parameter else { continue }
            // A parameter that was read and does not count has the gradient 0.
            append(parameter, cotangents?[Int(leaf.tensor.node)] ?? Tensor.zeros(like: leaf.tensor))
        }
    }
}

/// Runs `body` with `values` in place of the parameters of `model`, by name. Gradients of functions of `values` pass.
///
/// ```swift
/// // How the loss changes along a direction in the space of weights
/// gradient(at: direction) { d in functionalCall(model, ["0.weight": weight + d]) { loss(model(x)) } }
/// ```
/// - Throws: what `body` throws. A name that the model does not have, or a wrong shape, traps.
public func functionalCall<M: Module, R>(
    _ model: M, _ values: [String: Tensor], _ body: () throws -> R
) rethrows -> R {
    let parameters = Dictionary(uniqueKeysWithValues: model.namedParameters.map { ($0.name, $0.parameter) })
    var overrides: [ObjectIdentifier: Tensor] = [:]
    for (name, value) in values {
        guard let parameter = parameters[name] else {
            fail("functionalCall", "the model has no parameter '\(name)'; it has \(parameters.keys.sorted())")
        }
        guard parameter.shape == value.shape, parameter.dtype == value.dtype else {
            fail(
                "functionalCall",
                "'\(name)' is \(parameter.dtype) \(parameter.shape), the value given for it \(value.summary)")
        }
        overrides[ObjectIdentifier(parameter)] = value
    }
    return try Scope.run(configure: { $0.overrides = overrides }) { _ in try body() }
}

/// Runs `body` and throws ``AnomalyError`` for the first operation, forward or backward, that gave a NaN or an infinity,
/// with the name of the layer in `model`.
public func detectingAnomalies<M: Module, R>(in model: M, _ body: () throws -> R) throws -> R {
    try AnomalyLog.watching(names: Structure(of: model).layerNames, body)
}
