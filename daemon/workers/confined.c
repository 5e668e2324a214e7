#include "workers/confined.h"

#include "model_file.h"

/* Descriptors of a worker: its own, frames and what the system opens for a while. */
enum { MAX_FILES = 64 };

int confined_to_models(uint64_t max_memory, struct confine_posture *posture,
                       struct message *message)
{
    struct model_places places;
    int status = model_places_find(&places, message);
    const struct confine_needs needs = {.read = (const char *const *)places.paths,
                                        .n_read = places.count,
                                        .max_memory = max_memory,
                                        .max_files = MAX_FILES,
                                        .sends_descriptors = true};

    if (status == 0)
        status = confine_self(&needs, posture, message);
    model_places_free(&places);
    return status;
}

static int confine_to_nothing(struct message *message)
{
    static const struct confine_needs needs = {.sends_descriptors = true};
    struct confine_posture posture;

    return confine_self(&needs, &posture, message);
}

int confined_find_model(struct models *models, uint64_t id, const struct uqd_model **model,
                        struct failure *failure)
{
    struct message message;

    if (models_get(models, id, model, failure) < 0)
        return -1;
    if (confine_to_nothing(&message) < 0)
        return failure_set(failure, FAILURE_OTHER, "%s", message.text);
    return 0;
}
