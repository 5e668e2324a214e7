#include "confinement.h"

#include "confine.h"
#include "model_file.h"

#include <stdlib.h>
#include <string.h>

static int confine(const struct confine_needs *needs, struct message *message)
{
    struct confine_posture posture;
    return confine_self(needs, &posture, message) < 0 ? -1 : 0;
}

/* The inputs and where models are. */
static int begin(const struct confinement *confinement, const struct model_places *models,
                 struct message *message)
{
    const size_t n_read = confinement->n_inputs + models->count;
    const char **read = malloc(n_read * sizeof *read);
    if (!read)
        return message_set(message, "there is not enough memory for the names");
    for (size_t i = 0; i < confinement->n_inputs; i++)
        read[i] = confinement->inputs[i];
    for (size_t i = 0; i < models->count; i++)
        read[confinement->n_inputs + i] = models->paths[i];
    const struct confine_needs needs = {.read = read,
                                        .n_read = n_read,
                                        .write = (const char *const *)confinement->outputs,
                                        .n_write = confinement->n_outputs};
    const int result = confine(&needs, message);
    free(read);
    return result;
}

int confinement_begin(const struct confinement *confinement, struct message *message)
{
    struct model_places models = {0};
    int result = 0;
    if (confinement->loads_models)
        result = model_places_find(&models, message);
    if (result == 0)
        result = begin(confinement, &models, message);
    model_places_free(&models);
    return result;
}

int confinement_end_reading(const struct confinement *confinement, struct message *message)
{
    const struct confine_needs needs = {.write = (const char *const *)confinement->outputs,
                                        .n_write = confinement->n_outputs};
    return confine(&needs, message);
}

void confinement_print(FILE *out)
{
    const char *setting = getenv("UQD_CONFINE");
    if (!confine_is_built())
        fprintf(out, "confinement: not in this build\n");
    else if (setting && strcmp(setting, "off") == 0)
        fprintf(out, "confinement: off, by UQD_CONFINE\n");
    else
        fprintf(out, "confinement: before files are read\n");
}
