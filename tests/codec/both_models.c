#include "both_models.h"

#include "codec_support.h"
#include "tiny_model.h"
#include "tiny_paper.h"

#include <stdlib.h>

struct uqd_model *load_paper_model(void)
{
    struct uqd_model *model;
    size_t size;
    uint8_t *bytes = tiny_paper_model(&size);
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    free(bytes);
    return model;
}

int load_models(void **state)
{
    struct models *models = calloc(1, sizeof *models);
    assert_non_null(models);
    models->paper = load_paper_model();
    models->lattice = load_tiny_model(1);
    *state = models;
    return 0;
}

int free_models(void **state)
{
    struct models *models = *state;
    uqd_model_free(models->lattice);
    uqd_model_free(models->paper);
    free(models);
    return 0;
}
