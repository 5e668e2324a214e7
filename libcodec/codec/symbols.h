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

/* Where a chunk lies: its bytes, and how many of them are at hand. */
struct uqd_chunk {
    const uint8_t *data;
    size_t available, length;
};

/* One chunk that is open. */
struct uqd_symbols {
    enum uqd_symbol_source source;
    uint64_t key; /* SAMPLE: of the random numbers */
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
};

/* The chunks of a body, in file order: each a varint length and so many bytes. Consecutive passes
 * over units of a single tile share a chunk; a pass over more tiles has a chunk for each tile of
 * each group, and behind phase 0 of each phase. The one chunk of a picture of a single tile has no
 * length: it is the body. A stream may also have just the chunks of one tile, which it is given. */
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
    struct uqd_chunk *chunks; /* borrowed, or NULL: the chunks one after the other, none shared;
                                 ENCODE: their lengths are filled in */
    uint32_t n_taken;         /* of them */
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

/* A stream of these chunks, DECODE or ENCODE: as many as are opened. */
void uqd_stream_init_chunks(struct uqd_stream *stream, enum uqd_symbol_source source,
                            struct uqd_chunk *chunks);

/* DECODE, of chunks with a length: ends the open chunks, passes over the next one and says where it
 * lies. UQD_NEED_DATA if it is not all at hand: of one behind the cut, of length 1, is nothing.
 * Errors: UQD_ERR_CORRUPT. */
int uqd_stream_pass(struct uqd_stream *stream, struct uqd_chunk *chunk);

/* ENCODE: ends the open chunks and writes another, with its length. Errors: UQD_ERR_NOMEM. */
int uqd_stream_add(struct uqd_stream *stream, const uint8_t *data, size_t size);

/* DECODE: bytes that the symbols so far needed. */
size_t uqd_stream_used(const struct uqd_stream *stream);

/* Ends the open chunks. Errors: UQD_ERR_NOMEM, UQD_ERR_CORRUPT if one has bytes left over. */
int uqd_stream_close(struct uqd_stream *stream);

#endif
