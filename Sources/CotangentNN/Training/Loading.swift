import CotangentTensor

extension Module {
    /// The values of all parameters and buffers now. Training the model on does not change it.
    ///
    /// - Parameter underAllNames: a tensor that the model has in several places, as tied weights are, is in the snapshot
    ///   under each of its names, as in PyTorch's `state_dict()`; otherwise under the first.
    public func snapshot(underAllNames: Bool = false) -> Snapshot {
        Snapshot(
            Structure(of: self).places.flatMap { place in
                (underAllNames ? place.names : [place.names[0]]).map { ($0, place.value) }
            })
    }

    /// Gives all parameters and buffers the snapshot's values.
    ///
    /// - Throws: ``SnapshotError``, which lists every name that is missing, unexpected, or of another shape or dtype. Then
    ///   nothing has been changed.
    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        _ = try LoadPlan(Structure(of: self), snapshot, [], toleratesOldFiles: false) { .name($0) }.commit()
    }

    /// Gives parameters and buffers the values that the snapshot has for them, and tells what it did.
    ///
    /// ```swift
    /// // A trained body under a new head: transfer learning in ten lines
    /// var model = Classifier(classes: 10, using: &generator)
    /// try model.load(pretrained)                                    // a Snapshot: of a file, of another model
    /// model.head = Linear(model.head.weight.shape[1], 3, using: &generator)
    /// model.freeze(matching: "body.0.*")
    /// let optimizer = Adam(groups: model.parameterGroups(learningRate: 1e-4, [("head.*", 1e-2)]))
    /// for (x, y) in batches {
    ///     let (_, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), y) }
    ///     optimizer.update(with: gradients)
    /// }
    /// ```
    /// Names are those of PyTorch's `state_dict()`. A tensor that the model has in several places (tied weights) may be in
    /// the snapshot under any of its names or all; values that differ then count as mismatched. A `num_batches_tracked`
    /// that is missing is never refused: files older than PyTorch 0.4.1 have none.
    ///
    /// - Parameters:
    ///   - allowing: what is passed over; by default nothing, so that all names must be there and fit.
    ///   - renaming: a name of the snapshot as the model calls it; nil for what is not wanted.
    /// - Throws: ``SnapshotError``, which lists all that is not allowed, two names that become one, and, where nothing at
    ///   all could be loaded, everything. Then nothing has been changed.
    @discardableResult
    public func load(
        _ snapshot: Snapshot, allowing: LoadAllowance = [], renaming: (String) -> String? = { $0 }
    ) throws(SnapshotError) -> LoadReport {
        try LoadPlan(Structure(of: self), snapshot, allowing) { name in renaming(name).map { .name($0) } ?? .leftOut }
            .commit()
    }

    /// Gives parameters and buffers the values of those names of the snapshot that begin with `prefix`, without it:
    /// "module." where PyTorch's `DataParallel` was saved, "encoder." for a model that is a part of the saved one. Other
    /// names are unexpected.
    @discardableResult
    public func load(
        _ snapshot: Snapshot, removingPrefix prefix: String, allowing: LoadAllowance = []
    ) throws(SnapshotError) -> LoadReport {
        try LoadPlan(Structure(of: self), snapshot, allowing) { name in
            name.hasPrefix(prefix) ? .name(String(name.dropFirst(prefix.count))) : .unexpected
        }
        .commit()
    }
}
