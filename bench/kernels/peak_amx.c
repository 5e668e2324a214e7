/* The loop of peak.c with tiles. */
#include "peak_amx.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define ROUNDS 20000

/* Products of 16 bits of one round: each is four of bytes. */
#define PRODUCTS (2 * 16 * 16 * 64)

__attribute__((target("amx-tile,amx-int8"))) double amx_loop(void)
{
    uint8_t config[64] = {1}; /* eight registers of 16 rows of 64 bytes */
    int32_t sums[16][16];

    for (int i = 0; i < 8; i++) {
        config[16 + 2 * i] = 64;
        config[48 + i] = 16;
    }
    memset(sums, 1, sizeof sums);
    _tile_loadconfig(config);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    _tile_loadd(6, sums, 64);
    _tile_loadd(7, sums, 64);
    /* The products of two tiles of pixels, in the order of the kernel. */
    for (int round = 0; round < ROUNDS; round++) {
        _tile_dpbssd(0, 6, 7);
        _tile_dpbusd(1, 6, 7);
        _tile_dpbssd(3, 6, 7);
        _tile_dpbusd(4, 6, 7);
        _tile_dpbuud(5, 6, 7);
        _tile_dpbuud(2, 6, 7);
        _tile_dpbsud(1, 6, 7);
        _tile_dpbsud(4, 6, 7);
    }
    _tile_stored(1, sums, 64);
    _tile_release();
    return sums[0][0];
}

const double amx_products = (double)ROUNDS * PRODUCTS;
#else
double amx_loop(void)
{
    return 0;
}

const double amx_products = 0;
#endif
