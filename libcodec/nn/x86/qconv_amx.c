/* Convolution of whole numbers with AMX, which multiplies tiles of bytes: 16 pixels by 64 inputs
 * with 64 inputs by 16 outputs. Inputs x and weights w are split into bytes,
 *     x = 256 x1 + x0, w = 256 w1 + w0        (x1 and w1 signed)
 *     x w = 65536 x1 w1 + 256 (x1 w0 + x0 w1) + x0 w0
 * and the sums of the three terms are put together at the end: modulo 2^32 it makes no difference.
 *
 * The rows of a picture's piece are split into a buffer where they follow each other with their
 * borders, and tiles of pixels run on from row to row: what they compute at the borders is left
 * out. There the inputs of the three places side by side under a kernel of 3 x 3 follow each other,
 * so they count as one place with three times as many. */
#include "nn/kernels.h"
#include "nn/qconv_tiles.h"
#include "util/x86/avx512.h"

#include <assert.h>
#include <string.h>

#define TILE_PIXELS 16
#define PIXELS      (2 * TILE_PIXELS) /* that share what is loaded of the weights */
#define DEPTH       UQD_NN_TILE_DEPTH
/* Bytes of either half of a piece, and those that its last tiles may read behind it. */
#define PIECE_BYTES  (80 * 1024)
#define BEHIND_BYTES ((PIXELS + 2) * UQD_NN_MAX_TILED_IN + DEPTH)
/* Of a piece: more rows of fewer columns have less border. */
#define MAX_ROWS 4

/* What LDTILECFG reads. */
struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};
_Static_assert(sizeof(struct tile_config) == 64, "as the processor reads it");

/* All eight registers: 16 rows of 64 bytes. */
static void configure(void)
{
    struct tile_config config = {.palette = 1};

    for (int i = 0; i < 8; i++) {
        config.row_bytes[i] = DEPTH;
        config.rows[i] = TILE_PIXELS;
    }
    _tile_loadconfig(&config);
}

/* Columns x .. x + columns - 1 of rows y .. y + rows - 1, their bytes split. */
struct piece {
    uint32_t x, y, columns, rows;
    size_t n_in;    /* bytes of a pixel */
    uint32_t pitch; /* pixels of a row, with borders */
    _Alignas(64) uint8_t low[PIECE_BYTES + BEHIND_BYTES];
    _Alignas(64) uint8_t high[PIECE_BYTES + BEHIND_BYTES];
};

static void split(uint8_t *restrict low, uint8_t *restrict high, const int16_t *restrict input,
                  size_t n)
{
    for (size_t i = 0; i < n; i++) {
        low[i] = (uint8_t)input[i];
        high[i] = (uint8_t)(input[i] >> 8);
    }
}

static void fill(struct piece *piece, const struct uqd_nn_qconv_args *args)
{
    const uint32_t radius = args->layer->size / 2, n = piece->columns + 2 * radius;
    const ptrdiff_t channels = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * channels;
    size_t at = 0;

    for (uint32_t y = 0; y < piece->rows + 2 * radius; y++) {
        const int16_t *input = args->input + ((ptrdiff_t)piece->y + y - radius) * row +
                               ((ptrdiff_t)piece->x - radius) * channels;

        if (args->input_channels == piece->n_in) {
            split(piece->low + at, piece->high + at, input, n * piece->n_in);
            at += n * piece->n_in;
            continue;
        }
        for (uint32_t x = 0; x < n; x++) {
            split(piece->low + at, piece->high + at, input + x * channels, piece->n_in);
            at += piece->n_in;
        }
    }
}

/* Products with the upper bytes of weights, then with the lower ones: registers 0 to 2 and 3 to 5
 * hold the three sums of either half of the pixels. The order keeps those that follow each other
 * apart in each register, as long as one takes. */
static inline void multiply(const uint8_t *high, const uint8_t *low, size_t stride,
                            const uint8_t *weights)
{
    const size_t half = TILE_PIXELS * stride;

    _tile_loadd(7, weights, DEPTH);
    _tile_loadd(6, high, stride);
    _tile_dpbssd(0, 6, 7);
    _tile_loadd(6, low, stride);
    _tile_dpbusd(1, 6, 7);
    _tile_loadd(6, high + half, stride);
    _tile_dpbssd(3, 6, 7);
    _tile_loadd(6, low + half, stride);
    _tile_dpbusd(4, 6, 7);
    _tile_loadd(7, weights + UQD_NN_TILE_BYTES, DEPTH);
    _tile_dpbuud(5, 6, 7);
    _tile_loadd(6, low, stride);
    _tile_dpbuud(2, 6, 7);
    _tile_loadd(6, high, stride);
    _tile_dpbsud(1, 6, 7);
    _tile_loadd(6, high + half, stride);
    _tile_dpbsud(4, 6, 7);
}

/* The sums [TILE_PIXELS][UQD_NN_BLOCK] of one half of the pixels from their three parts. */
static inline void put_together(int32_t parts[3][TILE_PIXELS * UQD_NN_BLOCK], int32_t *sums)
{
    for (uint32_t i = 0; i < TILE_PIXELS * UQD_NN_BLOCK; i++)
        sums[i] = (int32_t)(((uint32_t)parts[0][i] << 16) + ((uint32_t)parts[1][i] << 8) +
                            (uint32_t)parts[2][i]);
}

/* The sums [PIXELS][UQD_NN_BLOCK] of PIXELS pixels of the piece from number `first` on, with the
 * weights of one block of outputs. */
static inline void sum_pixels(const struct uqd_nn_qconv *layer, const struct piece *piece,
                              uint32_t first, const uint8_t *weights, int32_t *sums)
{
    const size_t stride = piece->n_in;
    const uint32_t n_chunks = uqd_nn_tile_chunks(layer->size, layer->n_in);
    _Alignas(64) int32_t parts[3][TILE_PIXELS * UQD_NN_BLOCK];

    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    for (uint32_t ky = 0; ky < layer->size; ky++) {
        const size_t begin = (first + ky * (size_t)piece->pitch) * stride;

        for (uint32_t chunk = 0; chunk < n_chunks; chunk++) {
            const size_t at = begin + chunk * DEPTH;

            multiply(piece->high + at, piece->low + at, stride, weights);
            weights += 2 * UQD_NN_TILE_BYTES;
        }
    }
    _tile_stored(0, parts[0], DEPTH);
    _tile_stored(1, parts[1], DEPTH);
    _tile_stored(2, parts[2], DEPTH);
    put_together(parts, sums);
    _tile_stored(3, parts[0], DEPTH);
    _tile_stored(4, parts[1], DEPTH);
    _tile_stored(5, parts[2], DEPTH);
    put_together(parts, sums + TILE_PIXELS * UQD_NN_BLOCK);
}

/* Of PIXELS pixels of the piece those that are not borders, which follow each other row by row. */
static void finish_pixels(const struct uqd_nn_qconv_args *args, const struct piece *piece,
                          uint32_t first, uint32_t oc, const int32_t *sums)
{
    uint32_t y = first / piece->pitch, x = first % piece->pitch;

    for (uint32_t i = 0; i < PIXELS && y < piece->rows; y++) {
        const uint32_t left = PIXELS - i, in_row = x < piece->columns ? piece->columns - x : 0;
        const uint32_t n = in_row < left ? in_row : left;

        if (n > 0)
            uqd_nn_qfinish_avx512(args, oc,
                                  (piece->y + y) * ((size_t)args->width + 2) + piece->x + x,
                                  sums + i * UQD_NN_BLOCK, n);
        i += piece->pitch - x;
        x = 0;
    }
}

static void run_piece(const struct uqd_nn_qconv_args *args, struct piece *piece)
{
    const struct uqd_nn_qconv *layer = args->layer;
    const size_t block = uqd_nn_tiles_size(layer->size, layer->n_in, UQD_NN_BLOCK);
    const uint32_t n_pixels = (piece->rows - 1) * piece->pitch + piece->columns;
    const uint8_t *weights = layer->tiles;
    _Alignas(64) int32_t sums[PIXELS * UQD_NN_BLOCK];

    fill(piece, args);
    for (uint32_t oc = 0; oc < layer->n_out; oc += UQD_NN_BLOCK) {
        for (uint32_t first = 0; first < n_pixels; first += PIXELS) {
            sum_pixels(layer, piece, first, weights, sums);
            finish_pixels(args, piece, first, oc, sums);
        }
        weights += block;
    }
}

void uqd_nn_qconv_amx(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end)
{
    const struct uqd_nn_qconv *layer = args->layer;
    const uint32_t border = layer->size / 2 * 2;
    const uint32_t n_rows = row_end - row_begin;
    const uint32_t rows = n_rows < 1 ? 1 : n_rows < MAX_ROWS ? n_rows : MAX_ROWS;
    const uint32_t columns = PIECE_BYTES / (layer->n_in * (rows + border)) - border;
    const uint32_t n_pieces = (args->width + columns - 1) / columns;
    struct piece piece;

    assert(uqd_nn_can_qconv(args, row_begin, row_end));
    if (layer->tiles == NULL) {
        uqd_nn_qconv_vnni(args, row_begin, row_end);
        return;
    }
    configure();
    piece.n_in = layer->n_in;
    for (uint32_t y = row_begin; y < row_end; y += rows)
        for (uint32_t i = 0; i < n_pieces; i++) {
            piece.x = (uint32_t)((uint64_t)args->width * i / n_pieces);
            piece.y = y;
            piece.columns = (uint32_t)((uint64_t)args->width * (i + 1) / n_pieces) - piece.x;
            piece.rows = row_end - y < rows ? row_end - y : rows;
            piece.pitch = piece.columns + border;
            run_piece(args, &piece);
        }
    _tile_release();
}
