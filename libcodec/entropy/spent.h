/* What the symbols that were read took, told from the decoder's interval: every symbol narrows it
 * by its probability, so that the difference of two readings is their information, and the sum over
 * a stream is exact but for the rounding of the first and the last reading. */
#ifndef UQD_ENTROPY_SPENT_H
#define UQD_ENTROPY_SPENT_H

#include "entropy/adaptive.h"
#include "entropy/range_coder.h"

#include <stdint.h>

/* Information since the beginning of the stream, in 1/256 bit, rounded. It never falls; of a
 * decoder that has stopped it says nothing. */
static inline uint64_t uqd_range_decoder_spent_q8(const struct uqd_range_decoder *decoder)
{
    const uint64_t range = decoder->range | 1; /* one that has stopped has 0 */
    const int leading = __builtin_clzll(range);
    const uint32_t log2_q8 =
        256 * (uint32_t)(63 - leading) + uqd_log2_table[(range << leading) >> 55 & 0xff];
    return (uint64_t)decoder->position * 8 * 256 - log2_q8;
}

#endif
