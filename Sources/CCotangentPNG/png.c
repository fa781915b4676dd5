#include "ct_png.h"

#if COTANGENT_PNG

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *bytes; // what is read
    uint8_t *written;     // what was written, with room for `capacity`
    size_t count, capacity;
    size_t offset;
    ct_png_error *error;
} stream;

static int fail(ct_png_error *error, const char *message, size_t offset) {
    snprintf(error->message, sizeof error->message, "%s", message);
    error->offset = offset;
    return 1;
}

static void refuse(png_structp png, png_const_charp message) {
    stream *s = png_get_error_ptr(png);
    fail(s->error, message, s->offset);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void take(png_structp png, png_bytep to, size_t count) {
    stream *s = png_get_io_ptr(png);
    if (count > s->count - s->offset) {
        s->offset = s->count;
        png_error(png, "the file ends before the image does");
    }
    memcpy(to, s->bytes + s->offset, count);
    s->offset += count;
}

static void append(png_structp png, png_bytep from, size_t count) {
    stream *s = png_get_io_ptr(png);
    if (count > s->capacity - s->count) {
        size_t capacity = 2 * (s->count + count);
        uint8_t *moved = realloc(s->written, capacity);
        if (!moved) png_error(png, "out of memory");
        s->written = moved;
        s->capacity = capacity;
    }
    memcpy(s->written + s->count, from, count);
    s->count += count;
}

static void flush(png_structp png) { (void)png; }

static int is_little_endian(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one;
}

// Up to the pixels, with what turns every kind of image into gray or RGB of 8 or 16 bits; alpha where the file has it.
static void read_header(png_structp png, png_infop info, ct_png_header *header) {
    png_read_info(png, info);
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->bits_per_pixel = (uint32_t)png_get_bit_depth(png, info) * png_get_channels(png, info);
    png_set_expand(png);
    if (png_get_bit_depth(png, info) == 16 && is_little_endian()) png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    header->channels = png_get_channels(png, info);
    header->bit_depth = png_get_bit_depth(png, info);
}

// What an error may interrupt: nothing of this function's own changes between setjmp and longjmp.
static int read_image(png_structp png, png_infop info, const ct_png_header *expected, ct_png_header *found,
                      uint8_t *samples) {
    if (setjmp(png_jmpbuf(png))) return 1;
    // A wrong checksum is an error in every chunk. Chunks that do not change the pixels (profiles and texts, of which
    // a few bytes may unpack to gigabytes) are passed over.
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#endif
    png_set_user_limits(png, 1 << 24, 1 << 24);
    png_set_chunk_malloc_max(png, 1 << 20);
    read_header(png, info, found);
    if (!expected) return 0;
    if (found->width != expected->width || found->height != expected->height || found->channels != expected->channels
        || found->bit_depth != expected->bit_depth)
        png_error(png, "the header is not the one that was read before");
    const size_t row = png_get_rowbytes(png, info);
    // An interlaced image comes in seven passes over its rows; png_set_interlace_handling says how many.
    for (int pass = png_set_interlace_handling(png); pass > 0; pass--)
        for (size_t y = 0; y < found->height; y++) png_read_row(png, samples + y * row, NULL);
    png_read_end(png, NULL);
    return 0;
}

static int read_png(const uint8_t *bytes, size_t count, const ct_png_header *expected, ct_png_header *found,
                    void *samples, ct_png_error *error) {
    stream s = {.bytes = bytes, .count = count, .error = error};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, refuse, ignore);
    if (!png) return fail(error, "libpng does not start: its header and library may be of different versions", 0);
    png_infop info = png_create_info_struct(png);
    int problem = !info;
    if (problem) {
        fail(error, "out of memory", 0);
    } else {
        png_set_read_fn(png, &s, take);
        problem = read_image(png, info, expected, found, samples);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return problem;
}

int ct_png_read_header(const uint8_t *bytes, size_t count, ct_png_header *header, ct_png_error *error) {
    return read_png(bytes, count, NULL, header, NULL, error);
}

int ct_png_decode(const uint8_t *bytes, size_t count, const ct_png_header *header, void *samples, ct_png_error *error) {
    ct_png_header found;
    return read_png(bytes, count, header, &found, samples, error);
}

static int write_image(png_structp png, png_infop info, const ct_png_header *header, const uint8_t *samples) {
    static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_RGB_ALPHA};
    if (setjmp(png_jmpbuf(png))) return 1;
    png_set_IHDR(png, info, header->width, header->height, (int)header->bit_depth, types[header->channels - 1],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    if (header->bit_depth == 16 && is_little_endian()) png_set_swap(png);
    const size_t row = (size_t)header->width * header->channels * (header->bit_depth / 8);
    for (size_t y = 0; y < header->height; y++) png_write_row(png, samples + y * row);
    png_write_end(png, NULL);
    return 0;
}

int ct_png_encode(const ct_png_header *header, const void *samples, uint8_t **bytes, size_t *count,
                  ct_png_error *error) {
    stream s = {.error = error};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, refuse, ignore);
    if (!png) return fail(error, "libpng does not start: its header and library may be of different versions", 0);
    png_infop info = png_create_info_struct(png);
    int problem = !info;
    if (problem) {
        fail(error, "out of memory", 0);
    } else {
        png_set_user_limits(png, 1 << 24, 1 << 24);
        png_set_write_fn(png, &s, append, flush);
        problem = write_image(png, info, header, samples);
    }
    png_destroy_write_struct(&png, &info);
    if (problem) {
        free(s.written);
        return 1;
    }
    *bytes = s.written;
    *count = s.count;
    return 0;
}

void ct_png_free(uint8_t *bytes) { free(bytes); }

#endif
