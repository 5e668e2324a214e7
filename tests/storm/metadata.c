#include "metadata.h"

#include "storm.h"

#include <string.h>

/* Encoders order the blocks as they like. */
static int was_encoded(const struct options *options, const struct uqd_metadata *block)
{
    for (uint32_t i = 0; i < options->settings.n_metadata; i++) {
        const struct uqd_metadata *const of = &options->blocks[i];
        if (of->type == block->type && of->size == block->size &&
            memcmp(of->data, block->data, of->size) == 0)
            return 1;
    }
    return 0;
}

uint32_t check_metadata(struct uqd_decoder *decoder, const struct options *options,
                        int may_be_damaged)
{
    const uint32_t n = info_of(decoder).n_metadata;
    uint32_t n_damaged = 0;
    STORM_CHECK(n == options->settings.n_metadata);
    for (uint32_t i = 0; i < n; i++) {
        struct uqd_metadata block;
        const int status = uqd_decoder_metadata(decoder, i, &block);
        const int is_fed = uqd_decoder_metadata_end(decoder, i) <= uqd_decoder_bytes_fed(decoder);
        if (status == UQD_OK)
            STORM_CHECK(is_fed && was_encoded(options, &block));
        else if (status == UQD_NEED_DATA)
            STORM_CHECK(!is_fed);
        else
            STORM_CHECK(status == UQD_ERR_CORRUPT && may_be_damaged && is_fed);
        STORM_CHECK((status == UQD_OK) == (block.data != NULL));
        n_damaged += status < 0;
    }
    storm_count("blocks of metadata", n);
    return n_damaged;
}
