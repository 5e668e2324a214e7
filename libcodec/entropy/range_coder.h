/* Range coder with 64-bit state.
 *
 * The coder keeps an interval [low, low + range) and narrows it with every symbol: with
 * r = range / total (rounded down), a symbol that owns the frequencies cum .. cum + freq - 1 gets
 * [low + r * cum, low + r * (cum + freq)), except that the last symbol (cum + freq == total) also
 * takes what the rounding leaves over: its interval ends at low + range. Before a symbol, while
 * range < 2^56, the top byte of low leaves and both are multiplied by 256; thus r >= 2^30, and the
 * code is longer than the ideal by less than 2^-29 of it.
 *
 * The stream ends in the shortest way: as few bytes as name a number in the last interval when
 * zero bytes are thought behind them. A stream of no (or only certain) symbols has no bytes.
 *
 * The decoder needs eight bytes ahead: of a stream that is cut, it delivers exactly a prefix of
 * the symbols. */
#ifndef UQD_ENTROPY_RANGE_CODER_H
#define UQD_ENTROPY_RANGE_CODER_H

#include "uqd/uqd.h"
#include "util/buffer.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define UQD_RANGE_MAX_TOTAL (UINT32_C(1) << 26)
#define UQD_RANGE_MIN       (UINT64_C(1) << 56)

/* ---- Encoder ---- */

struct uqd_range_encoder {
    uint64_t low, range;
    struct uqd_buffer out; /* bytes that have left; a carry can still change them */
    int status;            /* UQD_OK or UQD_ERR_NOMEM */
};

/* Allocates nothing. */
void uqd_range_encoder_init(struct uqd_range_encoder *encoder);

/* Frees the output. */
void uqd_range_encoder_deinit(struct uqd_range_encoder *encoder);

/* Adds one to the number that the bytes already out make. It never overflows: the interval lies
 * within [0, 1). */
void uqd_range_encoder_carry(uint8_t *data, size_t size);

/* Lets bytes of low leave until the range is at least UQD_RANGE_MIN. */
void uqd_range_encoder_normalise(struct uqd_range_encoder *encoder);

/* low + amount. */
static inline void uqd_range_encoder_advance(struct uqd_range_encoder *encoder, uint64_t amount)
{
    encoder->low += amount;
    if (encoder->low < amount)
        uqd_range_encoder_carry(encoder->out.data, encoder->out.size);
}

/* Codes the symbol with the frequencies cum .. cum + freq - 1 of total: freq >= 1,
 * cum + freq <= total <= UQD_RANGE_MAX_TOTAL. Failure to allocate is remembered and reported by
 * finish. */
static inline void uqd_range_encode(struct uqd_range_encoder *encoder, uint32_t cum, uint32_t freq,
                                    uint32_t total)
{
    assert(freq > 0 && total <= UQD_RANGE_MAX_TOTAL && freq <= total && cum <= total - freq);
    if (encoder->range < UQD_RANGE_MIN) {
        /* On a copy: an encoder whose address is not taken can live in registers. */
        struct uqd_range_encoder copy = *encoder;
        uqd_range_encoder_normalise(&copy);
        *encoder = copy;
    }
    const uint64_t r = encoder->range / total;
    uqd_range_encoder_advance(encoder, r * cum);
    encoder->range = cum + freq == total ? encoder->range - r * cum : r * freq;
}

/* Ends the stream; nothing may be coded after it. *data belongs to the encoder and lives until
 * deinit; NULL is possible for an empty stream. Returns UQD_OK or UQD_ERR_NOMEM. */
UQD_NODISCARD int uqd_range_encoder_finish(struct uqd_range_encoder *encoder, const uint8_t **data,
                                           size_t *size);

/* ---- Decoder ---- */

struct uqd_range_decoder {
    uint64_t value, range; /* value: the number read, relative to the interval's low end */
    const uint8_t *data;
    size_t position; /* bytes read, up to 8 zeros behind the end among them */
    size_t available, length;
    int status; /* why decoding stopped: UQD_NEED_DATA or UQD_ERR_CORRUPT; else UQD_OK */
};

/* What decoding a symbol returns once the decoder has stopped; decoder->status says why, and stays.
 */
enum { UQD_RANGE_STOPPED = -1 };

/* Begins a stream of `length` bytes of which the first `available` <= length are at hand. data is
 * borrowed. Decoding stops with UQD_NEED_DATA where a byte between available and length is needed,
 * and with UQD_ERR_CORRUPT where more than 8 bytes behind length would be or where no encoder can
 * have made the stream. */
void uqd_range_decoder_init(struct uqd_range_decoder *decoder, const uint8_t *data,
                            size_t available, size_t length);

/* uqd_range_refill where the bytes at hand end. */
int uqd_range_refill_at_end(struct uqd_range_decoder *decoder);

/* Refills range and value to at least UQD_RANGE_MIN. Returns decoder->status. */
static inline int uqd_range_refill(struct uqd_range_decoder *decoder)
{
    while (decoder->range < UQD_RANGE_MIN) {
        if (decoder->range == 0 || decoder->position >= decoder->available) {
            /* On a copy: a decoder whose address is not taken can live in registers. */
            struct uqd_range_decoder copy = *decoder;
            const int status = uqd_range_refill_at_end(&copy);
            *decoder = copy;
            return status;
        }
        decoder->value = decoder->value << 8 | decoder->data[decoder->position++];
        decoder->range <<= 8;
    }
    return UQD_OK;
}

/* Decodes a symbol of three: frequencies [0, cum1), [cum1, cum2), [cum2, total), or of two if
 * cum2 = total; none empty, total <= UQD_RANGE_MAX_TOTAL. Returns 0, 1, 2, or UQD_RANGE_STOPPED.
 * The last symbol also has what the division leaves over. */
static inline int uqd_range_decode3(struct uqd_range_decoder *decoder, uint32_t cum1, uint32_t cum2,
                                    uint32_t total)
{
    assert(0 < cum1 && cum1 < cum2 && cum2 <= total && total <= UQD_RANGE_MAX_TOTAL);
    if (decoder->range < UQD_RANGE_MIN && uqd_range_refill(decoder) != UQD_OK)
        return UQD_RANGE_STOPPED;
    const uint64_t r = decoder->range / total;
    const uint64_t first = r * cum1, second = cum2 < total ? r * cum2 : decoder->range;
    const int above_first = decoder->value >= first, above_second = decoder->value >= second;
    const uint64_t begin = above_second ? second : above_first ? first : 0;
    const uint64_t end = above_second ? decoder->range : above_first ? second : first;
    decoder->value -= begin;
    decoder->range = end - begin;
    return above_first + above_second;
}

/* Decodes a symbol of two: frequencies [0, first), [first, total), as uqd_range_decode3. */
static inline int uqd_range_decode2(struct uqd_range_decoder *decoder, uint32_t first,
                                    uint32_t total)
{
    assert(0 < first && first < total && total <= UQD_RANGE_MAX_TOTAL);
    if (decoder->range < UQD_RANGE_MIN && uqd_range_refill(decoder) != UQD_OK)
        return UQD_RANGE_STOPPED;
    const uint64_t edge = decoder->range / total * first;
    const int is_above = decoder->value >= edge;
    decoder->value -= is_above ? edge : 0;
    decoder->range = is_above ? decoder->range - edge : edge;
    return is_above;
}

/* For symbols of many: the number below `total` (at most UQD_RANGE_MAX_TOTAL) that says which, if
 * the decoder has not stopped. uqd_range_decode_take must follow, with the frequencies
 * cum .. cum + freq - 1 that hold it. Returns UQD_RANGE_STOPPED or a number from 0. */
static inline int64_t uqd_range_decode_target(struct uqd_range_decoder *decoder, uint32_t total)
{
    assert(0 < total && total <= UQD_RANGE_MAX_TOTAL);
    if (decoder->range < UQD_RANGE_MIN && uqd_range_refill(decoder) != UQD_OK)
        return UQD_RANGE_STOPPED;
    const uint64_t target = decoder->value / (decoder->range / total);
    return (int64_t)(target < total ? target : total - 1);
}

static inline void uqd_range_decode_take(struct uqd_range_decoder *decoder, uint32_t cum,
                                         uint32_t freq, uint32_t total)
{
    assert(freq > 0 && freq <= total && cum <= total - freq);
    const uint64_t r = decoder->range / total;
    decoder->value -= r * cum;
    decoder->range = cum + freq == total ? decoder->range - r * cum : r * freq;
}

/* To be called after the last symbol: UQD_OK, the status that stopped the decoder, or
 * UQD_ERR_CORRUPT if the stream is longer than its symbols need. */
int uqd_range_decoder_finish(const struct uqd_range_decoder *decoder);

#endif
