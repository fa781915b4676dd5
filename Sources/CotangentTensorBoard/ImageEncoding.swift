import CotangentData
import CotangentTensor
import Foundation

/// The bytes of a PNG file of 8 bits.
func png(_ image: Image) -> Data {
    #if PNG
        // What it throws for are sides above 2²⁴ pixels.
        do { return Data(try image.encoded(as: .png)) } catch { fail("TensorBoard.image", "\(error)") }
    #else
        let shape = image.pixels.shape
        return Data(
            storedPNG(
                samples(of: image.pixels, largest: 255, as: UInt8.self), width: shape[2], height: shape[1],
                channels: shape[0]))
    #endif
}
