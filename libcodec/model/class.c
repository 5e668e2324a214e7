#include "model/class.h"

static const struct uqd_model_class *const classes[] = {
    &uqd_lattice_models,
    &uqd_paper_models,
};

const struct uqd_model_class *uqd_model_class_of(uint32_t number)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (classes[i]->number == number)
            return classes[i];
    return NULL;
}
