/* Arbitrary bytes as a picture: coding is lossless, and neither the kernels nor the number of
 * threads show in the file. */
#include "fuzz.h"

#include <string.h>

enum { HEADER = 4 };

static size_t encode(const struct uqd_image *image, uint8_t choice, uint32_t threads,
                     uint32_t cpu_mask, uint8_t **file)
{
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    settings.dither = choice & 2 ? UQD_DITHER_UNIVERSAL : UQD_DITHER_NONE;
    settings.seed = 7;
    settings.solid = (choice & 4) != 0;
    settings.may_copy = (choice & 16) != 0;
    settings.threads = threads;
    settings.cpu_mask = cpu_mask;
    size_t size;
    FUZZ_CHECK(uqd_encode(fuzz_model(NULL, NULL), image, &settings, file, &size) == UQD_OK);
    return size;
}

static void check_decodes(const struct uqd_image *image, const uint8_t *file, size_t size,
                          size_t piece)
{
    struct uqd_decoder *decoder;
    FUZZ_CHECK(uqd_decoder_new(&decoder, fuzz_model(NULL, NULL), NULL) == UQD_OK);
    int status = UQD_NEED_DATA;
    for (size_t at = 0; at < size; at += piece) {
        status = uqd_decoder_feed(decoder, file + at, size - at < piece ? size - at : piece);
        FUZZ_CHECK(status >= 0);
        while ((status = uqd_decoder_advance(decoder)) == UQD_OK)
            ;
    }
    FUZZ_CHECK(status == UQD_END);
    const size_t n = image->stride * image->height;
    uint8_t *const out = malloc(n);
    FUZZ_CHECK(out != NULL);
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = uqd_decoder_steps_complete(decoder) - 1;
    FUZZ_CHECK(uqd_decoder_picture(decoder, &request, out, image->stride) == UQD_OK);
    FUZZ_CHECK(memcmp(out, image->pixels, n) == 0);
    free(out);
    uqd_decoder_free(decoder);
}

/* Bytes: width, height, bits (colour, dither, solid, alpha, copy), size of the pieces; then pixels,
 * repeated. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= HEADER)
        return 0;
    const uint32_t width = 1 + data[0], height = 1 + data[1] % (FUZZ_MAX_PIXELS / width);
    const uint32_t channels = (data[2] & 1 ? 3 : 1) + (data[2] >> 3 & 1);
    const size_t n = (size_t)width * height * channels;
    uint8_t *const pixels = malloc(n);
    FUZZ_CHECK(pixels != NULL);
    for (size_t i = 0; i < n; i++)
        pixels[i] = data[HEADER + i % (size - HEADER)];

    const struct uqd_image image = {width, height, channels, (size_t)width * channels, pixels};
    uint8_t *file, *same;
    const size_t file_size = encode(&image, data[2], 1, fuzz_kernels(), &file);
    FUZZ_CHECK(encode(&image, data[2], 2, fuzz_other_kernels(), &same) == file_size);
    FUZZ_CHECK(memcmp(file, same, file_size) == 0);
    check_decodes(&image, file, file_size, 1 + (size_t)data[3] * 8);
    free(file);
    free(same);
    free(pixels);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const uint8_t headers[][HEADER] = {
        {0, 0, 1, 0},  {15, 7, 1, 10}, {99, 1, 0, 255},  {8, 20, 3, 3},   {15, 15, 2, 99},
        {20, 8, 5, 7}, {2, 69, 9, 5},  {12, 10, 12, 70}, {30, 9, 17, 30}, {30, 9, 24, 3},
    };
    if (index >= sizeof headers / sizeof headers[0])
        return 0;
    const size_t size = HEADER + 40 * 3 * 8;
    uint8_t *const picture = fuzz_picture(40, 8, 3, index);
    *data = malloc(size);
    FUZZ_CHECK(*data != NULL);
    memcpy(*data, headers[index], HEADER);
    memcpy(*data + HEADER, picture, size - HEADER);
    free(picture);
    return size;
}
