/* Finding and loading the model that a file needs. */
#ifndef UQD_COMMON_MODEL_FILE_H
#define UQD_COMMON_MODEL_FILE_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* Loads a model file (*.uqdm). 0, or -1 with a message. */
int model_load(const char *path, struct uqd_model **model, struct message *message);

/* Loads the model that a user names: a file if there is a slash or the suffix .uqdm in it, else
 * NAME.uqdm of the directories below. */
int model_load_named(const char *name, struct uqd_model **model, struct message *message);

/* Loads the default model of the encoder: `lattice.uqdm` of the first directory that has it, in
 * the order $UQD_MODELS (a directory), $XDG_DATA_HOME/uqd/models, `models` of the build directory
 * if the program runs from there, each $XDG_DATA_DIRS/uqd/models, the installation's model
 * directory. */
int model_load_default(struct uqd_model **model, struct message *message);

/* Loads the model with this id from any *.uqdm of those directories, whatever its name. Of several
 * the one with the highest revision of what makes denoised pictures is taken; of those the first;
 * one that cannot be used is passed over as long as there is another. 0 and, unless path is NULL,
 * with its malloc'ed path; MODEL_NOT_INSTALLED if there is none, or -1 if none can be used or it
 * cannot be known; both with a message. */
enum { MODEL_NOT_INSTALLED = 1 };
int model_load_by_id(uint64_t id, struct uqd_model **model, char **path, struct message *message);

/* Where the functions above look: the directories, and the links in them that are called like
 * models. */
struct model_places {
    char **paths; /* malloc'ed, each of them too */
    size_t count;
};

/* 0, or -1 with a message for lack of memory. Needs model_places_free in both cases. */
int model_places_find(struct model_places *places, struct message *message);
void model_places_free(struct model_places *places);

#endif
