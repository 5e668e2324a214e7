/* One decode of a file, or of a region of it, with one picture. The first byte chooses step, mode,
 * reduction and region. */
#include "fuzz.h"
#include "seal.h"

#include <string.h>

enum { MAX_MEMORY = 256 << 20 };

/* All of the picture, or its last quarter. */
static struct uqd_region choose_region(struct uqd_decoder *decoder, const struct uqd_info *info,
                                       unsigned choice)
{
    const struct uqd_region all = {0, 0, info->width, info->height};
    const struct uqd_region quarter = {info->width / 2, info->height / 2,
                                       info->width - info->width / 2,
                                       info->height - info->height / 2};
    if (choice % 5 != 4)
        return all;
    FUZZ_CHECK(uqd_decoder_set_region(decoder, &quarter) == UQD_OK);
    return quarter;
}

static void show(struct uqd_decoder *decoder, const struct uqd_info *info, struct uqd_region region,
                 unsigned choice)
{
    const uint32_t n_complete = uqd_decoder_steps_complete(decoder);
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = choice / 9 % 4 < n_complete ? choice / 9 % 4 : UQD_STEP_LATEST;
    request.mode = (enum uqd_mode)(UQD_MODE_DENOISED + choice % 3);
    request.reduce = choice / 3 % 3;
    const struct uqd_region shown = uqd_reduced_region(region, request.reduce);
    const size_t stride = (size_t)shown.width * info->channels, size = stride * shown.height;
    uint8_t *const pixels = malloc(size);
    FUZZ_CHECK(pixels != NULL);
    const int status = uqd_decoder_picture(decoder, &request, pixels, stride);
    FUZZ_CHECK(status >= 0 || status == UQD_ERR_CORRUPT || status == UQD_ERR_ARG);
    unsigned sum = 0;
    for (size_t i = 0; i < size && status >= 0; i++)
        sum += pixels[i];
    FUZZ_CHECK(sum <= 255 * size); /* reads all of them, which a sanitizer of memory sees */
    free(pixels);
}

static void look(struct uqd_decoder *decoder, unsigned choice)
{
    struct uqd_info info;
    FUZZ_CHECK(uqd_decoder_info(decoder, &info) == UQD_OK);
    FUZZ_CHECK((uint64_t)info.width * info.height <= FUZZ_MAX_PIXELS);
    const struct uqd_region region = choose_region(decoder, &info, choice);
    while (uqd_decoder_advance(decoder) == UQD_OK)
        ;
    const uint32_t n_complete = uqd_decoder_steps_complete(decoder);
    FUZZ_CHECK(n_complete <= info.n_steps);
    show(decoder, &info, region, choice);
    for (uint32_t i = 0; i < info.n_metadata; i++) {
        struct uqd_metadata block;
        const int status = uqd_decoder_metadata(decoder, i, &block);
        FUZZ_CHECK((status == UQD_OK) == (block.data != NULL));
    }
    if (choice >= 192 && choice % 5 != 4 && n_complete > 0) {
        uint32_t map[FUZZ_MAX_PIXELS];
        const size_t n = (size_t)uqd_reduced_side(info.width, 3) * uqd_reduced_side(info.height, 3);
        FUZZ_CHECK(uqd_decoder_step_bits(decoder, choice % n_complete, map, n) == UQD_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint8_t *const file = fuzz_copy(data + 1, size - 1);
    fuzz_seal_file(file, size - 1);
    struct uqd_decoder_settings settings;
    uqd_decoder_settings_default(&settings);
    settings.max_pixels = FUZZ_MAX_PIXELS;
    settings.max_memory = MAX_MEMORY;
    settings.threads = 1;
    settings.cpu_mask = fuzz_kernels();
    struct uqd_decoder *decoder;
    FUZZ_CHECK(uqd_decoder_new(&decoder, fuzz_model(NULL, NULL), &settings) == UQD_OK);
    if (uqd_decoder_feed(decoder, file, size - 1) == UQD_OK)
        look(decoder, data[0]);
    uqd_decoder_free(decoder);
    free(file);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    return fuzz_file_seed(index, data);
}
