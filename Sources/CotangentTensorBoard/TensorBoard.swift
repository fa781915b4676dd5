import CotangentData
import CotangentNN
import CotangentTensor
import CotangentTraining

/// Writes event files, from which TensorBoard draws curves, histograms, images and texts.
///
/// ```swift
/// let board = TensorBoard(folder: "runs/first", histogramsEverySteps: 100)
/// trainer.callbacks.append(board)                                   // then: tensorboard --logdir runs
/// try board.image("filters/first", filters, step: 0)
/// ```
///
/// As a callback it writes, every step or every few, `loss/step` and, under `training/`, the learning rate, the samples
/// a second and the gradients' norm where it is taken; every epoch, over steps, each figure as `loss/training`,
/// `loss/validation` and so on; at the beginning the names and shapes of the parameters as the text `model`. All of it
/// can be written without a trainer too, by ``scalar(_:_:step:)`` and its neighbours.
///
/// The folder is made where it does not exist, and gets a file of its own from each process, so that a resumed run goes
/// on in the folder of the first one. From the first step that a training run takes, what earlier files say no longer
/// counts. Events are in the file after two seconds at most while others follow, and behind every epoch and
/// ``flush()``.
///
/// - Throws: from its calls `LogError`, which names the file, where that cannot be written; the run then ends.
public final class TensorBoard: TrainingCallback {
    /// Where the event files are. A folder of several such folders shows their curves together.
    public let folder: String

    private let interval: Int
    private let histogramInterval: Int?
    private let open: (String) throws(LogError) -> EventFileWriter
    private var writer: EventFileWriter?
    private var hasBegun = false

    /// - Parameters:
    ///   - interval: of the steps each so many-th is written, counted over all epochs; 0 for none.
    ///   - histogramInterval: of the steps each so many-th has histograms of all parameters and, where the trainer hands
    ///     them out, of their gradients; nil for none. A histogram passes over its tensor twice.
    public convenience init(
        folder: String, everySteps interval: Int = 1, histogramsEverySteps histogramInterval: Int? = nil
    ) {
        self.init(folder, interval, histogramInterval) { folder throws(LogError) in try newEventFile(in: folder) }
    }

    /// With a way of its own to begin the file.
    package init(
        _ folder: String, _ interval: Int, _ histogramInterval: Int?,
        open: @escaping (String) throws(LogError) -> EventFileWriter
    ) {
        if interval < 0 { fail("TensorBoard", "everySteps is \(interval); it counts steps, and 0 is none") }
        if let histogramInterval, histogramInterval < 1 {
            fail("TensorBoard", "histogramsEverySteps is \(histogramInterval); it counts steps, and nil is none")
        }
        self.folder = folder
        self.interval = interval
        self.histogramInterval = histogramInterval
        self.open = open
    }

    /// A figure at a step; rounded to float32, which is what TensorBoard keeps.
    public func scalar(_ tag: String, _ value: Double, step: Int) throws(LogError) {
        try write(tag, .simpleValue(Float(value)), step)
    }

    /// How often the elements of a tensor fall into `buckets` of one width between the smallest and the largest. NaN
    /// and infinities are left out.
    public func histogram(_ tag: String, _ values: Tensor, step: Int, buckets: Int = 30) throws(LogError) {
        if buckets < 1 { fail("TensorBoard.histogram", "\(buckets) buckets; at least 1 is expected") }
        try write(tag, .histo(Histogram(values, buckets: buckets).proto), step)
    }

    /// An image, as a PNG file of 8 bits: compressed where the package is built with its trait PNG.
    public func image(_ tag: String, _ image: Image, step: Int) throws(LogError) {
        let shape = image.pixels.shape
        var proto = ProtoSummary.Image()
        (proto.colorspace, proto.height, proto.width) = (Int32(shape[0]), Int32(shape[1]), Int32(shape[2]))
        var image = image
        image.bitDepth = 8
        proto.encodedImageString = png(image)
        try write(tag, .image(proto), step)
    }

    /// An image of `pixels`, 0 black and 1 white: floating point, [height, width] for gray or [1…4 channels, height,
    /// width] as `Image` has them.
    public func image(_ tag: String, _ pixels: Tensor, step: Int) throws(LogError) {
        try image(tag, Image(pixels), step: step)
    }

    /// A text in Markdown.
    public func text(_ tag: String, _ text: String, step: Int) throws(LogError) {
        var tensor = ProtoTensorProto()
        tensor.dtype = .dtString
        tensor.tensorShape = ProtoTensorShapeProto()
        tensor.stringVal = [.init(text.utf8)]
        try write(tag, .tensor(tensor), step, plugin: "text")
    }

    /// The layers of a model as a text: see `Layer.summary(inputShape:)`.
    public func summary(_ summary: ModelSummary, tag: String = "summary", step: Int = 0) throws(LogError) {
        try text(tag, "```\n\(summary)\n```", step: step)
    }

    /// A histogram of each parameter's value, called `parameters/` and its name.
    public func parameters(of model: some Module, step: Int) throws(LogError) {
        for (name, parameter) in model.namedParameters {
            try histogram("parameters/\(name)", parameter.stored, step: step)
        }
    }

    /// A histogram of each gradient, called `gradients/` and its parameter's name. Parameters without one are left out.
    public func gradients(_ gradients: Gradients, of model: some Module, step: Int) throws(LogError) {
        for (name, parameter) in model.namedParameters {
            if let gradient = gradients[parameter] { try histogram("gradients/\(name)", gradient, step: step) }
        }
    }

    /// Puts all events into the file.
    public func flush() throws(LogError) { try writer?.flush() }

    private func write(_ tag: String, _ value: ProtoSummary.Value.OneOf_Value, _ step: Int, plugin: String? = nil)
        throws(LogError)
    {
        var entry = ProtoSummary.Value()
        entry.tag = tag
        entry.value = value
        if let plugin { entry.metadata.pluginData.pluginName = plugin }
        var summary = ProtoSummary()
        summary.value = [entry]
        try opened().write(step: step, .summary(summary))
    }

    private func opened() throws(LogError) -> EventFileWriter {
        if let writer { return writer }
        let new = try open(folder)
        writer = new
        return new
    }

    // MARK: Training

    public func trainingBegan(_ run: TrainingRun) throws {
        if !hasBegun {
            hasBegun = true
            var session = ProtoSessionLog()
            session.status = .start
            try opened().write(step: run.stepsBefore + 1, .sessionLog(session))
            if run.stepsBefore == 0 { try text("model", parameterTable(run.model), step: 0) }
        }
        try flush()
    }

    public func gradientsTaken(_ gradients: Gradients, step: Int, of run: TrainingRun) throws {
        if hasHistograms(step) { try self.gradients(gradients, of: run.model, step: step) }
    }

    public func stepEnded(_ step: StepReport, of run: TrainingRun) throws {
        if hasHistograms(step.step) { try parameters(of: run.model, step: step.step) }
        guard interval > 0, step.step % interval == 0 else { return }
        try scalar("loss/step", step.loss, step: step.step)
        try scalar("training/learning rate", step.learningRate, step: step.step)
        if step.seconds > 0 {
            try scalar("training/samples per second", Double(step.samples) / step.seconds, step: step.step)
        }
        if let norm = step.gradientNorm { try scalar("training/gradient norm", norm, step: step.step) }
    }

    public func epochEnded(_ epoch: EpochReport, of run: TrainingRun) throws {
        for (part, figures) in [("training", epoch.training), ("validation", epoch.validation)] {
            for figure in figures { try scalar("\(figure.name)/\(part)", figure.value, step: epoch.step) }
        }
        try scalar("training/epoch", Double(epoch.epoch), step: epoch.step)
        try flush()
    }

    public func trainingEnded(_ end: TrainingEnd, of run: TrainingRun) throws { try flush() }

    private func hasHistograms(_ step: Int) -> Bool { histogramInterval.map { step % $0 == 0 } ?? false }
}

/// In Markdown.
private func parameterTable(_ model: any Module) -> String {
    let rows = model.namedParameters.map { name, parameter in
        "| \(name) | \(parameter.shape) | \(parameter.dtype) | \(parameter.isTrainable ? "" : "frozen") |"
    }
    let head =
        "\(type(of: model)), \(model.parameterCount) parameters\n\n| Name | Shape | Type | |\n|---|---|---|---|\n"
    return head + rows.joined(separator: "\n")
}
