#ifndef CT_PNG_H
#define CT_PNG_H

#include <stddef.h>
#include <stdint.h>

// PNG images in memory. libpng reports errors by longjmp, which must not pass through Swift: here they end as a return
// value and a message. There is nothing behind these names in a build without the trait PNG.

typedef struct {
    uint32_t width, height;
    uint32_t channels;       // 1 gray, 2 with alpha, 3 RGB, 4 with alpha
    uint32_t bit_depth;      // 8 or 16
    uint32_t bits_per_pixel; // in the file: palettes and small depths have fewer
} ct_png_header;

typedef struct {
    char message[160];
    size_t offset; // how many bytes had been read
} ct_png_error;

// All return 0 where they succeed.
int ct_png_read_header(const uint8_t *bytes, size_t count, ct_png_header *header, ct_png_error *error);

// The samples row by row, channels side by side, as uint8_t or as uint16_t of this machine's order:
// width · height · channels of them, as the header says.
int ct_png_decode(const uint8_t *bytes, size_t count, const ct_png_header *header, void *samples, ct_png_error *error);

// *bytes is to be handed to ct_png_free. bits_per_pixel does not matter.
int ct_png_encode(const ct_png_header *header, const void *samples, uint8_t **bytes, size_t *count,
                  ct_png_error *error);
void ct_png_free(uint8_t *bytes);

#endif
