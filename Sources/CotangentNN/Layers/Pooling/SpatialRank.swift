/// How many spatial axes a layer works along, as a type: `MaxPool2D` is `MaxPool<Spatial2D>`.
public protocol SpatialRank: Sendable {
    static var axes: Int { get }
}

/// Signals: [batch, channels, length].
public enum Spatial1D: SpatialRank { public static let axes = 1 }
/// Images: [batch, channels, height, width].
public enum Spatial2D: SpatialRank { public static let axes = 2 }
/// Volumes: [batch, channels, depth, height, width].
public enum Spatial3D: SpatialRank { public static let axes = 3 }
