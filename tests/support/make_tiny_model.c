/* make_tiny_model OUT.uqdm [SEED | quick | paper | parted [SEED REVISION]]: writes the tests'
 * model, the one that costs least, the paper model, or the tests' model with a denoiser that is a
 * part of its own, of that seed. */
#include "parted_model.h"
#include "tiny_model.h"
#include "tiny_paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *make(int argc, char **argv, size_t *size)
{
    const char *sort = argc > 2 ? argv[2] : "1";
    if (strcmp(sort, "paper") == 0)
        return tiny_paper_model(size);
    if (strcmp(sort, "quick") == 0)
        return quick_model_bytes(1, size);
    if (strcmp(sort, "parted") != 0)
        return tiny_model_bytes(strtoull(sort, NULL, 10), size);
    return tiny_parted_model_bytes(1, argc > 3 ? strtoull(argv[3], NULL, 10) : 1,
                                   argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 1, size);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    size_t size;
    uint8_t *model = make(argc, argv, &size);
    FILE *file = fopen(argv[1], "wb");
    const int failed = file == NULL || fwrite(model, 1, size, file) != size || fclose(file) != 0;
    free(model);
    return failed;
}
