#ifndef CT_STORED_H
#define CT_STORED_H

#include <stddef.h>
#include <stdint.h>

// Elements as files store them: little-endian unless swapped, at any address, in types that tensors do not have. All
// loops take void pointers, so that one table holds them; x need not be aligned, y is.

// float16, bfloat16 and the two 8-bit types as float32; exact.
void ct_decode_f16_f32(size_t n, const void *x, void *y);
void ct_decode_bf16_f32(size_t n, const void *x, void *y);
void ct_decode_f8_e4m3_f32(size_t n, const void *x, void *y);
void ct_decode_f8_e5m2_f32(size_t n, const void *x, void *y);

// Integers as int64. Of a uint64 the bits are kept: what does not fit turns negative.
void ct_decode_i8_i64(size_t n, const void *x, void *y);
void ct_decode_i16_i64(size_t n, const void *x, void *y);
void ct_decode_i32_i64(size_t n, const void *x, void *y);
void ct_decode_u8_i64(size_t n, const void *x, void *y);
void ct_decode_u16_i64(size_t n, const void *x, void *y);
void ct_decode_u32_i64(size_t n, const void *x, void *y);

// Bytes as numbers; divided by 255; and whether they differ from 0.
void ct_decode_u8_f32(size_t n, const void *x, void *y);
void ct_decode_u8_f64(size_t n, const void *x, void *y);
void ct_decode_unit_u8_f32(size_t n, const void *x, void *y);
void ct_decode_unit_u8_f64(size_t n, const void *x, void *y);
void ct_decode_u8_bool(size_t n, const void *x, void *y);

// Elements of 4 and 8 bytes as they are.
void ct_decode_32(size_t n, const void *x, void *y);
void ct_decode_64(size_t n, const void *x, void *y);

// The bytes of each element in reverse order.
void ct_decode_swapped_16(size_t n, const void *x, void *y);
void ct_decode_swapped_32(size_t n, const void *x, void *y);
void ct_decode_swapped_64(size_t n, const void *x, void *y);

// float32 as float16 and bfloat16: the nearest, ties to even; what is too large becomes infinite.
void ct_encode_f32_f16(size_t n, const void *x, void *y);
void ct_encode_f32_bf16(size_t n, const void *x, void *y);

// CRC-32 as in gzip, zip and PNG, of `crc`'s bytes followed by n more; 0 to begin with.
uint32_t ct_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
