/* The tensors of a model file: the networks, and the gains and biases of stage types. */
#ifndef UQD_MODEL_LATTICE_WEIGHTS_H
#define UQD_MODEL_LATTICE_WEIGHTS_H

#include "model/model.h"
#include "model/reader.h"

/* Reads gains and biases, and checks the networks' tensors, which uqd_model_network reads; counts
 * and groups of the model must be there. On failure the weights may be freed.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM. */
int uqd_model_read_weights(struct uqd_model *model, const struct uqd_model_file *file);

void uqd_model_free_weights(struct uqd_model *model);

#endif
