/* Models that a command has loaded, each once. */
#ifndef UQD_CLI_MODEL_SET_H
#define UQD_CLI_MODEL_SET_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* A model and the file that it was found in. */
struct found_model {
    struct uqd_model *model;
    char *path;
};

/* All zero: nothing is loaded. */
struct model_set {
    struct found_model *models;
    size_t count;
};

/* The model with this id, which the set keeps; searched for if the set does not have it. 0,
 * MODEL_NOT_INSTALLED, or -1; both with a message. */
int model_set_find(struct model_set *set, uint64_t id, const struct uqd_model **model,
                   struct message *message);

/* Where a model of the set was found. */
const char *model_set_path(const struct model_set *set, const struct uqd_model *model);

void model_set_free(struct model_set *set);

#endif
