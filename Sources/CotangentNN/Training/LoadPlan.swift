import CotangentTensor

extension Structure {
    /// A parameter or a buffer.
    struct Place {
        /// At least one.
        let names: [String]
        let value: Tensor
        let set: (Tensor) -> Void
    }

    var places: [Place] {
        let names = allNames
        return parameters.map { _, parameter in
            Place(names: names[ObjectIdentifier(parameter)]!, value: parameter.stored) { parameter.value = $0 }
        }
            + buffers.map { _, buffer in
                Place(names: names[ObjectIdentifier(buffer)]!, value: buffer.value) { buffer.value = $0 }
            }
    }
}

/// What a snapshot would change in a model, found before anything is changed.
struct LoadPlan {
    enum Target {
        case name(String)
        case unexpected
        case leftOut
    }

    private var report = LoadReport()
    private var changes: [(set: (Tensor) -> Void, value: Tensor)] = []
    /// What may never be passed over.
    private var clashes: [String] = []
    private let isModelEmpty: Bool
    private let allowed: LoadAllowance
    private let toleratesOldFiles: Bool

    init(
        _ structure: Structure, _ snapshot: Snapshot, _ allowed: LoadAllowance, toleratesOldFiles: Bool = true,
        _ target: (String) -> Target
    ) {
        let places = structure.places
        self.allowed = allowed
        self.toleratesOldFiles = toleratesOldFiles
        isModelEmpty = places.isEmpty
        let known = Set(places.flatMap(\.names))
        var sources: [String: String] = [:]
        for source in snapshot.names {
            switch target(source) {
            case .leftOut: report.leftOut.append(source)
            case .unexpected: report.unexpected.append(source)
            case .name(let name):
                if !known.contains(name) {
                    report.unexpected.append(source)
                } else if let other = sources.updateValue(source, forKey: name) {
                    clashes.append("\(other) and \(source) both become \(name)")
                }
            }
        }
        for place in places { take(place, sources, snapshot) }
    }

    private mutating func take(_ place: Structure.Place, _ sources: [String: String], _ snapshot: Snapshot) {
        let (name, value) = (place.names[0], place.value)
        let given = place.names.compactMap { sources[$0] }
        guard let first = given.first, let new = snapshot[first] else { return report.missing.append(name) }
        for other in given.dropFirst() where !isSame(snapshot[other]!, new) {
            report.mismatched.append("\(first) and \(other) are one tensor in the model, and differ in the snapshot")
        }
        let converts =
            new.dtype != value.dtype && new.dtype.isFloatingPoint && value.dtype.isFloatingPoint
            && allowed.contains(.conversion)
        guard new.shape == value.shape, new.dtype == value.dtype || converts else {
            report.mismatched.append("\(name) is \(value.summary), in the snapshot \(new.summary)")
            return
        }
        if converts { report.converted.append(name) }
        report.loaded.append(name)
        changes.append((place.set, converts ? new.cast(to: value.dtype) : new))
    }

    /// Bit for bit, so that a NaN equals itself.
    private func isSame(_ a: Tensor, _ b: Tensor) -> Bool {
        a == b
            || a.dtype == b.dtype && a.shape == b.shape
                && a.doubles.map(\.bitPattern) == b.doubles.map(\.bitPattern)
    }

    func commit() throws(SnapshotError) -> LoadReport {
        var error = SnapshotError()
        let isFutile = report.loaded.isEmpty && !isModelEmpty
        if !allowed.contains(.missing) || isFutile {
            error.missing = report.missing.filter {
                !toleratesOldFiles || isFutile || !$0.hasSuffix("num_batches_tracked")
            }
        }
        if !allowed.contains(.unexpected) || isFutile { error.unexpected = report.unexpected }
        if !allowed.contains(.mismatched) || isFutile { error.mismatched = report.mismatched }
        error.mismatched += clashes
        guard error == SnapshotError() else { throw error }
        for (set, value) in changes { set(value) }
        return report
    }
}
