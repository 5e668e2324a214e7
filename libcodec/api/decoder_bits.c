/* Where the bits of a decoder's steps went. */
#include "api/decoder.h"
#include "util/checked.h"

#include <stdlib.h>
#include <string.h>

static size_t blocks_of(uint32_t side)
{
    return ((size_t)side + UQD_BITS_BLOCK - 1) / UQD_BITS_BLOCK;
}

/* Counts in memory of its own: a count that fails leaves the caller's map alone. */
static int count(struct uqd_decoder *decoder, uint32_t step, uint32_t *map, size_t n_blocks)
{
    const struct uqd_source source = uqd_decoder_source(decoder);
    const uint32_t first = decoder->header.solid ? 0 : step;
    uint32_t *blocks = uqd_calloc_array(n_blocks, sizeof *blocks);
    if (blocks == NULL)
        return UQD_ERR_NOMEM;
    uqd_work_begin(decoder->session->work,
                   decoder->sessions->decode_work(decoder->session, first, step));
    const int status = decoder->sessions->count(decoder->session, &source, step, blocks);
    if (status == UQD_OK)
        memcpy(map, blocks, n_blocks * sizeof *blocks);
    free(blocks);
    return status;
}

int uqd_decoder_step_bits(struct uqd_decoder *decoder, uint32_t step, uint32_t *map,
                          size_t n_blocks)
{
    const int status = uqd_decoder_check_ready(decoder);
    if (status != UQD_OK)
        return status;
    const struct uqd_header *header = &decoder->header;
    if (map == NULL || decoder->region.width > 0 || step >= header->n_steps ||
        n_blocks != blocks_of(header->width) * blocks_of(header->height))
        return UQD_ERR_ARG;
    if (step >= uqd_decoder_steps_complete(decoder))
        return UQD_NEED_DATA;
    return count(decoder, step, map, n_blocks);
}
