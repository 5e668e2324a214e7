/* A lattice model and a paper model for tests of all functions with both. */
#ifndef UQD_TESTS_BOTH_MODELS_H
#define UQD_TESTS_BOTH_MODELS_H

#include <uqd/uqd.h>

struct models {
    struct uqd_model *lattice, *paper;
};

struct uqd_model *load_paper_model(void);

/* For cmocka: *state is a struct models. */
int load_models(void **state);
int free_models(void **state);

#endif
