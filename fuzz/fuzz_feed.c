/* Arbitrary bytes as a file whose header is read and that is fed, without a model: nothing is
 * decoded. The first byte chooses the size of the pieces. */
#include "fuzz.h"
#include "seal.h"

#include <string.h>

static void look(struct uqd_decoder *decoder, size_t size)
{
    struct uqd_info info;
    FUZZ_CHECK(uqd_decoder_info(decoder, &info) == UQD_OK);
    FUZZ_CHECK(info.width > 0 && info.height > 0 && info.n_steps > 0);
    FUZZ_CHECK(info.header_size <= size && info.header_size <= info.file_size);
    for (uint32_t i = 0; i < info.n_metadata; i++) {
        struct uqd_metadata block;
        const int status = uqd_decoder_metadata(decoder, i, &block);
        FUZZ_CHECK((status == UQD_OK) == (block.data != NULL));
    }
    FUZZ_CHECK(uqd_decoder_advance(decoder) == UQD_ERR_ARG);
}

/* Returns what the last piece gave, or the first failure. */
static int feed(const uint8_t *file, size_t size, size_t piece)
{
    struct uqd_decoder *decoder;
    FUZZ_CHECK(uqd_decoder_new(&decoder, NULL, NULL) == UQD_OK);
    int status = UQD_NEED_DATA;
    for (size_t at = 0; at < size && status >= 0; at += piece) {
        const size_t n = size - at < piece ? size - at : piece;
        uint8_t *const copy = fuzz_copy(file + at, n);
        status = uqd_decoder_feed(decoder, copy, n);
        free(copy);
    }
    if (status == UQD_OK)
        look(decoder, size);
    uqd_decoder_free(decoder);
    return status;
}

static void check(const uint8_t *file, size_t size, size_t piece)
{
    FUZZ_CHECK(feed(file, size, size) == feed(file, size, piece));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint8_t *const file = fuzz_copy(data + 1, size - 1);
    check(file, size - 1, 1 + data[0]);
    if (fuzz_seal_header(file, size - 1))
        check(file, size - 1, 1 + data[0]);
    free(file);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    return fuzz_file_seed(index, data);
}
