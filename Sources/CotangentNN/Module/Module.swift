import CotangentTensor

/// A model or a part of one: a value type whose properties hold ``Parameter``s, ``Buffer``s and other modules. They are
/// found by reflection, through structs, arrays, optionals, tuples and dictionaries, under PyTorch's names.
public protocol Module: Sendable {}

/// A module that turns one tensor into another, and is called like a function.
///
/// ```swift
/// struct Classifier: Layer {
///     let hidden: Linear
///     let output: Linear
///     func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
/// }
/// ```
public protocol Layer: Module {
    func callAsFunction(_ x: Tensor) -> Tensor
}

/// A module that names its children itself, instead of by its properties.
package protocol ModuleContainer {
    var namedChildren: [(name: String, child: Any)] { get }
}

/// A module that says of itself what a summary shows: "Linear(64 → 128)".
package protocol DescribedModule {
    var summaryName: String { get }
}

extension Module {
    /// The trained tensors and their names, in the order of the properties; one that appears twice, once.
    ///
    /// Found by reflection, in about 10 µs for a small model: keep the result rather than asking in a loop. A property
    /// that is a bare `Tensor` traps, since it would be neither trained nor saved: make it a ``Parameter`` or a
    /// ``Buffer``.
    public var namedParameters: [(name: String, parameter: Parameter)] { Structure(of: self).parameters }

    /// The trained tensors, as ``namedParameters`` orders them.
    public var parameters: [Parameter] { namedParameters.map(\.parameter) }

    /// Tensors that belong to the model and are not trained, with their names.
    public var namedBuffers: [(name: String, buffer: Buffer)] { Structure(of: self).buffers }

    /// How many numbers training changes, frozen ones included.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }
}

/// What a module consists of.
package struct Structure {
    package private(set) var parameters: [(name: String, parameter: Parameter)] = []
    package private(set) var buffers: [(name: String, buffer: Buffer)] = []
    /// Properties that cannot be looked into: functions.
    package private(set) var closures: [String] = []
    /// Further names of parameters and buffers that were found before.
    private var repeated: [(name: String, id: ObjectIdentifier)] = []
    /// Parameters, buffers and other objects that were visited.
    private var seen: Set<ObjectIdentifier> = []

    package init(of module: Any) { visit(module, "") }

    package var names: [ObjectIdentifier: String] {
        Dictionary(parameters.map { (ObjectIdentifier($0.parameter), $0.name) }) { first, _ in first }
    }

    /// Parameters, then buffers, each with the name under which it was found first.
    package var members: [(name: String, id: ObjectIdentifier)] {
        parameters.map { ($0.name, ObjectIdentifier($0.parameter)) }
            + buffers.map { ($0.name, ObjectIdentifier($0.buffer)) }
    }

    /// All names of each parameter and buffer, the first one first: tied weights have several.
    package var allNames: [ObjectIdentifier: [String]] {
        (members + repeated).reduce(into: [:]) { $0[$1.id, default: []].append($1.name) }
    }

    /// The layer that each parameter belongs to, where that is not the model itself.
    package var layerNames: [ObjectIdentifier: String] {
        names.mapValues(Structure.layer(ofParameter:)).filter { !$0.value.isEmpty }
    }

    /// The layer that a parameter's name belongs to: "0" for "0.weight", "" where it is the model's own.
    package static func layer(ofParameter name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    }

    private mutating func visit(_ value: Any, _ path: String) {
        switch value {
        case let parameter as Parameter:
            if isNew(parameter, path) { parameters.append((path, parameter)) }
        case let buffer as Buffer:
            if isNew(buffer, path) { buffers.append((path, buffer)) }
        case is Tensor:
            fail(
                "namedParameters",
                "the property '\(path)' is a bare Tensor, which is neither trained nor saved: make it a Parameter or a Buffer"
            )
        case let container as any ModuleContainer:
            for (name, child) in container.namedChildren { visit(child, Self.join(path, name)) }
        default:
            visitChildren(of: value, path)
        }
    }

    private mutating func isNew(_ object: AnyObject, _ path: String) -> Bool {
        let isNew = seen.insert(ObjectIdentifier(object)).inserted
        if !isNew { repeated.append((path, ObjectIdentifier(object))) }
        return isNew
    }

    private mutating func visitChildren(of value: Any, _ path: String) {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            if let wrapped = mirror.children.first { visit(wrapped.value, path) }
        case .dictionary:
            let pairs = mirror.children.map { Array(Mirror(reflecting: $0.value).children.map(\.value)) }
            for pair in pairs.sorted(by: { "\($0[0])" < "\($1[0])" }) { visit(pair[1], Self.join(path, "\(pair[0])")) }
        case .collection, .set:
            // Numbers may be many, and hold nothing.
            if mirror.children.first?.value is any Numeric { break }
            for (index, child) in mirror.children.enumerated() { visit(child.value, Self.join(path, "\(index)")) }
        case .tuple:
            for (index, child) in mirror.children.enumerated() {
                let label = child.label.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 } ?? "\(index)"
                visit(child.value, Self.join(path, label))
            }
        case .class:
            // An object once: there may be a way back to it.
            guard seen.insert(ObjectIdentifier(value as AnyObject)).inserted else { break }
            for child in mirror.children { visit(child.value, Self.join(path, child.label ?? "")) }
        case .struct, .enum:
            for child in mirror.children { visit(child.value, Self.join(path, child.label ?? "")) }
        default:
            if "\(type(of: value))".contains("->") { closures.append(path) }
        }
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
