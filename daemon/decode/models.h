/* The models that have been loaded, kept for the life of the daemon. */
#ifndef UQD_DAEMON_DECODE_MODELS_H
#define UQD_DAEMON_DECODE_MODELS_H

#include "base/failure.h"

#include <stdint.h>
#include <uqd/uqd.h>

struct models;

/* NULL without memory. */
struct models *models_new(void);

/* No decoder may use them any more. NULL is allowed. */
void models_free(struct models *models);

/* Loads the default model with all its weights, so that processes forked later share them; a
 * missing one is no failure yet. Any thread. */
void models_warm(struct models *models);

/* Gives the model with this id, loading it if needed. It stays owned by the registry. 0, or -1 with
 * a failure. Any thread; waits while another thread loads. */
int models_get(struct models *models, uint64_t id, const struct uqd_model **model,
               struct failure *failure);

#endif
