/// How layers that act differently in training behave: dropout drops and batch normalisation uses the batch's own
/// figures in `.training` alone.
public enum Mode: Sendable {
    case training, inference
}
