/* What a worker gives up, in two steps. */
#ifndef UQD_DAEMON_WORKERS_CONFINED_H
#define UQD_DAEMON_WORKERS_CONFINED_H

#include "base/failure.h"
#include "confine.h"
#include "decode/models.h"
#include "message.h"

#include <stdint.h>
#include <uqd/uqd.h>

/* Before the header is read, which says which model is needed: models can be opened, and nothing
 * else, and there is so much address space, in bytes. As confine_self. */
int confined_to_models(uint64_t max_memory, struct confine_posture *posture,
                       struct message *message);

/* Gives the model with this id; from then on, before anything of the picture is read, nothing can
 * be opened. 0, or -1 with a failure. */
int confined_find_model(struct models *models, uint64_t id, const struct uqd_model **model,
                        struct failure *failure);

#endif
