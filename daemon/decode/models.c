#include "decode/models.h"

#include "model_file.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    uint64_t id;
    struct uqd_model *model;
};

struct models {
    /* Held while loading: two jobs that need the same model load it once. */
    pthread_mutex_t mutex;
    struct entry *entries;
};

struct models *models_new(void)
{
    struct models *models = calloc(1, sizeof *models);

    if (models)
        pthread_mutex_init(&models->mutex, NULL);
    return models;
}

void models_free(struct models *models)
{
    struct entry *entry, *next;

    if (!models)
        return;
    for (entry = models->entries; entry; entry = next) {
        next = entry->next;
        uqd_model_free(entry->model);
        free(entry);
    }
    pthread_mutex_destroy(&models->mutex);
    free(models);
}

static struct entry *find(struct models *models, uint64_t id)
{
    struct entry *entry = models->entries;

    while (entry && entry->id != id)
        entry = entry->next;
    return entry;
}

/* Takes the model over; frees it and returns NULL without memory. */
static struct entry *keep(struct models *models, struct uqd_model *model)
{
    struct uqd_model_info info;
    struct entry *entry = malloc(sizeof *entry);

    if (!entry) {
        uqd_model_free(model);
        return NULL;
    }
    uqd_model_get_info(model, &info);
    entry->id = info.id;
    entry->model = model;
    entry->next = models->entries;
    models->entries = entry;
    return entry;
}

void models_warm(struct models *models)
{
    struct uqd_model *model;
    struct message message;

    pthread_mutex_lock(&models->mutex);
    if (!models->entries && model_load_default(&model, &message) == 0)
        keep(models, model);
    /* Weights that cannot be read now are missed when a picture needs them. */
    if (models->entries)
        (void)!uqd_model_load(models->entries->model);
    pthread_mutex_unlock(&models->mutex);
}

int models_get(struct models *models, uint64_t id, const struct uqd_model **model,
               struct failure *failure)
{
    struct uqd_model *loaded;
    struct message message;
    struct entry *entry;
    int status = 0;

    pthread_mutex_lock(&models->mutex);
    entry = find(models, id);
    if (!entry) {
        if (model_load_by_id(id, &loaded, NULL, &message) != 0)
            status = failure_set(failure, FAILURE_NO_WEIGHTS, "%s", message.text);
        else if (!(entry = keep(models, loaded)))
            status = failure_set_status(failure, UQD_ERR_NOMEM);
    }
    if (entry)
        *model = entry->model;
    pthread_mutex_unlock(&models->mutex);
    return status;
}
