/* Arbitrary bytes as a file. The first byte chooses pieces, kernels and mode. */
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    fuzz_check_decoding(data + 1, size - 1, data[0]);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const struct {
        uint8_t choice;
        uint32_t width, height, channels;
        enum uqd_dither dither;
        unsigned percent; /* of the file that is there */
        int solid;
    } seeds[] = {
        {0, 1, 1, 3, UQD_DITHER_NONE, 100, 0},   {1, 17, 9, 3, UQD_DITHER_NONE, 100, 0},
        {2, 40, 24, 1, UQD_DITHER_NONE, 100, 0}, {3, 24, 40, 3, UQD_DITHER_UNIVERSAL, 100, 0},
        {4, 33, 20, 3, UQD_DITHER_NONE, 60, 0},  {131, 20, 20, 1, UQD_DITHER_UNIVERSAL, 30, 0},
        {5, 15, 12, 3, UQD_DITHER_NONE, 100, 1}, {6, 9, 31, 3, UQD_DITHER_UNIVERSAL, 70, 1},
        {7, 30, 21, 4, UQD_DITHER_NONE, 100, 0}, {8, 14, 25, 2, UQD_DITHER_NONE, 100, 1},
    };
    if (index >= sizeof seeds / sizeof seeds[0])
        return 0;
    uint8_t *file;
    size_t size = fuzz_encode(seeds[index].width, seeds[index].height, seeds[index].channels,
                              seeds[index].dither, seeds[index].solid, &file);
    size = size * seeds[index].percent / 100;
    *data = malloc(size + 1);
    FUZZ_CHECK(*data != NULL);
    (*data)[0] = seeds[index].choice;
    memcpy(*data + 1, file, size);
    free(file);
    return size + 1;
}
