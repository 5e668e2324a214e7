#include "fuzz.h"

#include <string.h>

enum { MAX_MODEL = 1 << 26 };
/* docs/format.md, "Header" */
enum {
    VERSION_AT = 4,
    SECOND_FLAGS_AT = 6,
    VERSION_OF_SECOND_FLAGS = 5,
    SECOND_FLAG_JOINT = 1 << 3,
    SECOND_FLAG_SIGNS = 1 << 4,
};

uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *const copy = malloc(size);
    FUZZ_CHECK(copy != NULL || size == 0);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

uint8_t *fuzz_picture(uint32_t width, uint32_t height, uint32_t channels, uint32_t seed)
{
    uint8_t *const pixels = malloc((size_t)width * height * channels);
    FUZZ_CHECK(pixels != NULL);
    uint32_t noise = seed;
    uint8_t *p = pixels;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < channels; c++) {
                noise = noise * 1664525 + 1013904223;
                *p++ = (uint8_t)(40 + 3 * x + 2 * y + 30 * c * seed + (noise >> 29));
            }
    return pixels;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *const file = fopen(path, "rb");
    uint8_t *const data = malloc(MAX_MODEL);
    if (file == NULL || data == NULL) {
        perror(path);
        exit(1);
    }
    *size = fread(data, 1, MAX_MODEL, file);
    fclose(file);
    return data;
}

const struct uqd_model *fuzz_model(const uint8_t **file, size_t *file_size)
{
    static struct uqd_model *model;
    static uint8_t *data;
    static size_t size;
    if (model == NULL) {
        const char *const path = getenv("UQD_FUZZ_MODEL");
        if (path == NULL) {
            fputs("UQD_FUZZ_MODEL names no model file\n", stderr);
            exit(1);
        }
        data = read_file(path, &size);
        FUZZ_CHECK(uqd_model_new(&model, data, size) == UQD_OK);
    }
    if (file != NULL) {
        *file = data;
        *file_size = size;
    }
    return model;
}

uint32_t fuzz_kernels(void)
{
#ifdef FUZZ_PLAIN_C
    return 0;
#else
    return (uint32_t)UQD_CPU_ALL;
#endif
}

uint32_t fuzz_other_kernels(void)
{
    const double slow = 1e5; /* multiply-accumulates per pixel */
    struct uqd_model_info info;
    uqd_model_get_info(fuzz_model(NULL, NULL), &info);
    return info.macs < slow ? 0 : fuzz_kernels() & (UQD_CPU_AVX2 | UQD_CPU_NEON);
}

size_t fuzz_encode(uint32_t width, uint32_t height, uint32_t channels, enum uqd_dither dither,
                   enum fuzz_layout layout, uint8_t **file)
{
    uint8_t *const pixels = fuzz_picture(width, height, channels, width);
    const struct uqd_image image = {width, height, channels, (size_t)width * channels, pixels};
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    static const struct uqd_metadata metadata[] = {
        {UQD_METADATA_ICC, "a profile, or so", 16},
        {UQD_METADATA_TEXT, "Title\0\0\0fuzz", 12},
    };
    settings.metadata = metadata;
    settings.n_metadata = channels % 2 == 0 ? 2 : 0;
    settings.dither = dither;
    settings.solid = layout == FUZZ_SOLID;
    settings.may_copy = layout == FUZZ_COPY;
    settings.threads = 1;
    settings.cpu_mask = fuzz_kernels();
    if (layout == FUZZ_FIRST || layout == FUZZ_JOINT)
        settings.first = (struct uqd_region){width - 1, height - 1, 1, 1};
    size_t size;
    int status = uqd_encode(fuzz_model(NULL, NULL), &image, &settings, file, &size);
    if (status == UQD_ERR_ARG && settings.first.width > 0) { /* a paper model has no such order */
        settings.first.width = 0;
        status = uqd_encode(fuzz_model(NULL, NULL), &image, &settings, file, &size);
    }
    FUZZ_CHECK(status == UQD_OK);
    free(pixels);
    /* Other symbols than were meant, but symbols. */
    if (layout == FUZZ_JOINT && (*file)[VERSION_AT] == VERSION_OF_SECOND_FLAGS)
        (*file)[SECOND_FLAGS_AT] |= SECOND_FLAG_JOINT | SECOND_FLAG_SIGNS;
    return size;
}

size_t fuzz_file_seed(unsigned index, uint8_t **data)
{
    static const struct {
        uint8_t choice;
        uint32_t width, height, channels;
        enum uqd_dither dither;
        unsigned percent; /* of the file that is there */
        enum fuzz_layout layout;
    } seeds[] = {
        {0, 1, 1, 3, UQD_DITHER_NONE, 100, FUZZ_STEPS},
        {1, 17, 9, 3, UQD_DITHER_NONE, 100, FUZZ_STEPS},
        {2, 16, 16, 1, UQD_DITHER_NONE, 100, FUZZ_STEPS},
        {3, 3, 80, 3, UQD_DITHER_UNIVERSAL, 100, FUZZ_STEPS},
        {4, 16, 16, 3, UQD_DITHER_NONE, 60, FUZZ_STEPS},
        {131, 12, 20, 1, UQD_DITHER_UNIVERSAL, 30, FUZZ_STEPS},
        {5, 15, 12, 3, UQD_DITHER_NONE, 100, FUZZ_SOLID},
        {6, 9, 28, 3, UQD_DITHER_UNIVERSAL, 70, FUZZ_SOLID},
        {7, 16, 15, 4, UQD_DITHER_NONE, 100, FUZZ_STEPS},
        {8, 11, 13, 2, UQD_DITHER_NONE, 100, FUZZ_SOLID},
        {9, 16, 16, 3, UQD_DITHER_NONE, 100, FUZZ_STEPS},
        {12, 100, 2, 1, UQD_DITHER_NONE, 100, FUZZ_STEPS},
        {210, 16, 16, 3, UQD_DITHER_NONE, 45, FUZZ_SOLID},
        {10, 19, 13, 3, UQD_DITHER_NONE, 100, FUZZ_COPY},
        {200, 30, 8, 1, UQD_DITHER_NONE, 100, FUZZ_COPY},
        {20, 20, 12, 4, UQD_DITHER_UNIVERSAL, 80, FUZZ_COPY},
        {14, 259, 1, 3, UQD_DITHER_NONE, 100, FUZZ_FIRST},
        {24, 1, 261, 1, UQD_DITHER_UNIVERSAL, 75, FUZZ_FIRST},
        {0, 262, 1, 4, UQD_DITHER_NONE, 60, FUZZ_FIRST},
        {3, 260, 1, 3, UQD_DITHER_NONE, 100, FUZZ_JOINT},
        {12, 2, 130, 1, UQD_DITHER_NONE, 90, FUZZ_JOINT},
    };
    if (index >= sizeof seeds / sizeof seeds[0])
        return 0;
    uint8_t *file;
    size_t size = fuzz_encode(seeds[index].width, seeds[index].height, seeds[index].channels,
                              seeds[index].dither, seeds[index].layout, &file);
    size = size * seeds[index].percent / 100;
    *data = malloc(size + 1);
    FUZZ_CHECK(*data != NULL);
    (*data)[0] = seeds[index].choice;
    memcpy(*data + 1, file, size);
    free(file);
    return size + 1;
}
