#include "ct_stored.h"
#include <string.h>

// Eight bytes at a time: table k holds what a byte does to the sum when k more bytes follow it.
static uint32_t tables[8][256];

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sum = byte;
        for (int bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xEDB88320 ^ sum >> 1 : sum >> 1;
        tables[0][byte] = sum;
    }
    for (int k = 1; k < 8; k++) {
        for (int byte = 0; byte < 256; byte++) {
            const uint32_t sum = tables[k - 1][byte];
            tables[k][byte] = tables[0][sum & 255] ^ sum >> 8;
        }
    }
}

uint32_t ct_crc32(uint32_t crc, const void *bytes, size_t n) {
    const uint8_t *x = bytes;
    uint32_t sum = ~crc;
    for (; n >= 8; n -= 8, x += 8) {
        const uint32_t low = sum ^ (x[0] | x[1] << 8 | x[2] << 16 | (uint32_t)x[3] << 24);
        sum = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24]
            ^ tables[3][x[4]] ^ tables[2][x[5]] ^ tables[1][x[6]] ^ tables[0][x[7]];
    }
    for (; n > 0; n--, x++) sum = tables[0][(sum ^ *x) & 255] ^ sum >> 8;
    return ~sum;
}
