/// How many spatial axes the inputs of a layer have, as a type: what tells `BatchNorm1D`, `BatchNorm2D` and
/// `BatchNorm3D` apart, which are one layer, and so with convolutions and pooling.
public protocol SpatialAxes: Sendable {
    static var count: Int { get }
}

/// Signals: [..., length].
public enum OneAxis: SpatialAxes { public static let count = 1 }
/// Images: [..., height, width].
public enum TwoAxes: SpatialAxes { public static let count = 2 }
/// Volumes: [..., depth, height, width].
public enum ThreeAxes: SpatialAxes { public static let count = 3 }
