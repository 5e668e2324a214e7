/* make_tiny_model OUT.uqdm [SEED]: writes the tests' model; the paper model if SEED is "paper". */
#include "tiny_model.h"
#include "tiny_paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    size_t size;
    const int is_paper = argc > 2 && strcmp(argv[2], "paper") == 0;
    uint8_t *model = is_paper ? tiny_paper_model(&size)
                              : tiny_model_bytes(argc > 2 ? strtoull(argv[2], NULL, 10) : 1, &size);
    FILE *file = fopen(argv[1], "wb");
    const int failed = file == NULL || fwrite(model, 1, size, file) != size || fclose(file) != 0;
    free(model);
    return failed;
}
