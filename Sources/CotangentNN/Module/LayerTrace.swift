import CotangentTensor

/// Follows a model while it runs: which layers have run, what they gave, and which one is at work.
final class LayerTrace: LayerObserver {
    struct Entry {
        let path: String
        let layer: Any
        let output: Tensor
    }

    private let model: Any
    private lazy var names = Structure(of: model).allNames
    /// Containers that have begun, with the name of the child that is at work.
    private var stack: [(container: Any, name: String)] = []
    /// What happened last inside of the innermost container.
    private var last = Event.nothing
    /// Told of each layer that has run.
    private let onLayer: ((Entry) -> Void)?

    private enum Event {
        case nothing
        case read(ObjectIdentifier)
        case ended(parameter: ObjectIdentifier?)
    }

    init(_ model: Any, onLayer: ((Entry) -> Void)? = nil) {
        self.model = model
        self.onLayer = onLayer
    }

    func parameterWasRead(_ id: ObjectIdentifier) { last = .read(id) }

    func layerDidRun(_ layer: Any, output: Tensor) {
        if case .read(let id) = last { last = .ended(parameter: id) }
        onLayer?(Entry(path: name(of: layer), layer: layer, output: output))
    }

    /// The name in the model of a layer that has just run.
    func name(of layer: Any) -> String { path(of: layer) ?? stackPath }

    func enter(_ name: String, of container: Any) {
        stack.append((container, name))
        last = .nothing
    }

    func leave() {
        stack.removeLast()
        last = .nothing
    }

    var place: LayerPlace? {
        switch last {
        case .read(let id):
            if let layer = layer(ofParameter: id) { return LayerPlace(layer: layer, isAfter: false) }
        case .ended(let id?):
            if let layer = layer(ofParameter: id) { return LayerPlace(layer: layer, isAfter: true) }
        default: break
        }
        let path = stackPath
        return path.isEmpty ? nil : LayerPlace(layer: path, isAfter: false)
    }

    /// The name in the model of the child that is at work, from the innermost container whose own name is known.
    private var stackPath: String {
        var path = ""
        for (container, name) in stack.reversed() {
            path = path.isEmpty ? name : "\(name).\(path)"
            if let prefix = self.path(of: container) { return prefix.isEmpty ? path : "\(prefix).\(path)" }
        }
        return path
    }

    /// The name of the layer that a parameter belongs to; nil for a parameter of another model.
    func layer(ofParameter id: ObjectIdentifier) -> String? { names[id].map { Structure.layer(ofParameter: $0[0]) } }

    /// The name of a part of the model by those of its parameters and buffers: "body.0" is named "body.0.weight" without
    /// "weight". Of a tied weight's names that counts which the part's others go with.
    private func path(of part: Any) -> String? {
        var found: [String]?
        for (name, id) in Structure(of: part).members {
            let prefixes = names[id, default: []].compactMap { Self.prefix(of: $0, before: name) }
            if prefixes.isEmpty { continue }
            let common = found?.filter(prefixes.contains) ?? prefixes
            if !common.isEmpty { found = common }
        }
        return found?.first
    }

    /// "body.0" of "body.0.weight" before "weight"; nil where the one does not end with the other.
    private static func prefix(of name: String, before own: String) -> String? {
        if name == own { return "" }
        return name.hasSuffix("." + own) ? String(name.dropLast(own.count + 1)) : nil
    }
}
