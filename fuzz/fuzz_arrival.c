/* The bytes of a file as one, and in pieces with other kernels and threads: the same pictures. The
 * first byte chooses pieces, mode and reduction. */
#include "fuzz.h"
#include "seal.h"

#include <string.h>

enum {
    MAX_MEMORY = 256 << 20,
    MAX_STEPS_SHOWN = 3, /* pictures asked for per file */
};

static uint64_t hash(uint64_t h, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        h = (h ^ ((const uint8_t *)data)[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* Adds the picture of a step to the hash. */
static uint64_t hash_picture(uint64_t h, struct uqd_decoder *decoder, const struct uqd_info *info,
                             uint32_t step, unsigned choice)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.mode = (enum uqd_mode)(UQD_MODE_DENOISED + choice % 3);
    request.reduce = choice / 3 % 3;
    const uint32_t width = uqd_reduced_side(info->width, request.reduce);
    const uint32_t height = uqd_reduced_side(info->height, request.reduce);
    const size_t size = (size_t)width * height * info->channels;
    uint8_t *const pixels = malloc(size);
    FUZZ_CHECK(pixels != NULL);
    memset(pixels, 0, size);
    const int status =
        uqd_decoder_picture(decoder, &request, pixels, (size_t)width * info->channels);
    h = hash(hash(h, &status, sizeof status), pixels, size);
    free(pixels);
    return h;
}

/* Adds where the bits of a complete step went. */
static uint64_t hash_bits(uint64_t h, struct uqd_decoder *decoder, const struct uqd_info *info,
                          uint32_t step)
{
    const size_t n = (size_t)uqd_reduced_side(info->width, 3) * uqd_reduced_side(info->height, 3);
    uint32_t *const map = calloc(n, sizeof *map);
    FUZZ_CHECK(map != NULL);
    const int status = uqd_decoder_step_bits(decoder, step, map, n);
    h = hash(hash(h, &status, sizeof status), map, n * sizeof *map);
    free(map);
    return h;
}

/* Adds the metadata to the hash. */
static uint64_t hash_metadata(uint64_t h, struct uqd_decoder *decoder, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct uqd_metadata block;
        const int status = uqd_decoder_metadata(decoder, i, &block);
        FUZZ_CHECK((status == UQD_OK) == (block.data != NULL));
        h = hash(hash(h, &status, sizeof status), block.data, block.size);
    }
    return h;
}

/* Everything that a decoder says about the file, fed in pieces of the given size, as one hash. */
static uint64_t decode(const uint8_t *file, size_t size, size_t piece, unsigned choice)
{
    struct uqd_decoder_settings settings;
    uqd_decoder_settings_default(&settings);
    settings.max_pixels = FUZZ_MAX_PIXELS;
    settings.max_memory = MAX_MEMORY;
    settings.threads = 1 + piece % 2;
    settings.cpu_mask = piece % 3 == 0 ? fuzz_other_kernels() : fuzz_kernels();
    struct uqd_decoder *decoder;
    FUZZ_CHECK(uqd_decoder_new(&decoder, fuzz_model(NULL, NULL), &settings) == UQD_OK);

    int status = UQD_NEED_DATA;
    for (size_t at = 0; at < size && status >= 0; at += piece) {
        uint8_t *const copy = fuzz_copy(file + at, size - at < piece ? size - at : piece);
        status = uqd_decoder_feed(decoder, copy, size - at < piece ? size - at : piece);
        free(copy);
    }
    uint64_t h = hash(0, &status, sizeof status);
    struct uqd_info info;
    if (status >= 0 && uqd_decoder_info(decoder, &info) == UQD_OK) {
        FUZZ_CHECK((uint64_t)info.width * info.height <= FUZZ_MAX_PIXELS);
        while ((status = uqd_decoder_advance(decoder)) == UQD_OK)
            if (uqd_decoder_steps_complete(decoder) <= MAX_STEPS_SHOWN)
                h = hash_picture(h, decoder, &info, uqd_decoder_steps_complete(decoder) - 1,
                                 choice);
        FUZZ_CHECK(uqd_decoder_steps_complete(decoder) <= info.n_steps);
        if (uqd_decoder_steps_complete(decoder) > 0)
            h = hash_bits(h, decoder, &info, choice % uqd_decoder_steps_complete(decoder));
        h = hash(h, &status, sizeof status);
        h = hash_picture(h, decoder, &info, UQD_STEP_LATEST, choice);
        h = hash_metadata(h, decoder, info.n_metadata);
    }
    uqd_decoder_free(decoder);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const unsigned choice = data[0];
    uint8_t *const file = fuzz_copy(data + 1, size - 1);
    fuzz_seal_file(file, size - 1);
    const uint64_t whole = decode(file, size - 1, size, choice);
    FUZZ_CHECK(decode(file, size - 1, 1 + choice, choice) == whole);
    free(file);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    return fuzz_file_seed(index, data);
}
