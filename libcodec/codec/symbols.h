/* Where the symbols of a pass come from, or go to. */
#ifndef UQD_CODEC_SYMBOLS_H
#define UQD_CODEC_SYMBOLS_H

#include "entropy/range_coder.h"

#include <stddef.h>
#include <stdint.h>

enum uqd_symbol_source {
    UQD_SYMBOLS_DECODE,  /* read from a file */
    UQD_SYMBOLS_ENCODE,  /* given by the exact picture and written */
    UQD_SYMBOLS_SAMPLE,  /* drawn from the model: ancestral sampling */
    UQD_SYMBOLS_CENTRAL, /* the child that holds the mean: the flow */
};

/* One chunk. */
struct uqd_symbols {
    enum uqd_symbol_source source;
    uint64_t key; /* SAMPLE: of the random numbers */
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
};

/* The chunks of a body, in file order: each a varint length and so many bytes. Consecutive passes
 * over units of a single tile share a chunk; a pass over more tiles has a chunk for each tile of
 * each group, and behind phase 0 of each phase. The one chunk of a picture of a single tile has no
 * length: it is the body. */
struct uqd_stream {
    enum uqd_symbol_source source;
    uint64_t seed;       /* SAMPLE */
    const uint8_t *data; /* DECODE: borrowed */
    size_t available, size, position;
    struct uqd_buffer output; /* ENCODE */
    struct uqd_symbols *open; /* n_open chunks; owned */
    uint32_t n_open;
    int shared; /* the one open chunk may serve the next pass too */
    int held;   /* the open chunks go on until this is cleared, while as many are asked for */
    int bare;   /* single tile: no lengths */
};

/* Of a body of `size` bytes, the first `available` are at hand. */
void uqd_stream_init_decode(struct uqd_stream *stream, const uint8_t *data, size_t available,
                            size_t size, int bare);
void uqd_stream_init_encode(struct uqd_stream *stream, int bare);

/* Symbols that are not read: SAMPLE or CENTRAL. */
void uqd_stream_init_unread(struct uqd_stream *stream, enum uqd_symbol_source source,
                            uint64_t seed);
void uqd_stream_free(struct uqd_stream *stream);

/* Makes n chunks current: stream->open[0 .. n - 1]; with n = 1, a shared chunk may simply go on.
 * Chunks of which nothing is at hand report UQD_NEED_DATA with their first symbol.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CORRUPT. */
int uqd_stream_open(struct uqd_stream *stream, uint32_t n);

/* DECODE, of chunks with a length: passes over n chunks. UQD_NEED_DATA if they are not all at hand.
 * Errors: UQD_ERR_CORRUPT. */
int uqd_stream_skip(struct uqd_stream *stream, uint32_t n);

/* DECODE: bytes that the symbols so far needed. */
size_t uqd_stream_used(const struct uqd_stream *stream);

/* Ends the open chunks. Errors: UQD_ERR_NOMEM, UQD_ERR_CORRUPT if one has bytes left over. */
int uqd_stream_close(struct uqd_stream *stream);

#endif
