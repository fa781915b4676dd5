import CCotangentKernels

/// The C loops between elements as files store them and those of tensors. Sources need not be aligned.
package enum StoredElements {
    package static let swapped16: UnaryLoop = ct_decode_swapped_16
    package static let swapped32: UnaryLoop = ct_decode_swapped_32
    package static let swapped64: UnaryLoop = ct_decode_swapped_64

    package static let same32: UnaryLoop = ct_decode_32
    package static let same64: UnaryLoop = ct_decode_64
    package static let float16: UnaryLoop = ct_decode_f16_f32
    package static let bfloat16: UnaryLoop = ct_decode_bf16_f32
    package static let float8E4M3: UnaryLoop = ct_decode_f8_e4m3_f32
    package static let float8E5M2: UnaryLoop = ct_decode_f8_e5m2_f32
    package static let int8: UnaryLoop = ct_decode_i8_i64
    package static let int16: UnaryLoop = ct_decode_i16_i64
    package static let int32: UnaryLoop = ct_decode_i32_i64
    package static let uint8: UnaryLoop = ct_decode_u8_i64
    package static let uint16: UnaryLoop = ct_decode_u16_i64
    package static let uint32: UnaryLoop = ct_decode_u32_i64
    package static let truth: UnaryLoop = ct_decode_u8_bool

    package static let byteToFloat: UnaryLoop = ct_decode_u8_f32
    package static let byteToDouble: UnaryLoop = ct_decode_u8_f64
    package static let unitByteToFloat: UnaryLoop = ct_decode_unit_u8_f32
    package static let unitByteToDouble: UnaryLoop = ct_decode_unit_u8_f64

    package static let toFloat16: UnaryLoop = ct_encode_f32_f16
    package static let toBFloat16: UnaryLoop = ct_encode_f32_bf16

    /// CRC-32 as in gzip and zip, of what gave `sum` followed by `bytes`; 0 to begin with.
    package static func checksum(_ sum: UInt32 = 0, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        ct_crc32(sum, bytes.baseAddress, bytes.count)
    }
}
