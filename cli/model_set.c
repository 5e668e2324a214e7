#include "model_set.h"

#include "model_file.h"

#include <stdlib.h>

static const struct uqd_model *find(const struct model_set *set, uint64_t id)
{
    for (size_t i = 0; i < set->count; i++) {
        struct uqd_model_info info;
        uqd_model_get_info(set->models[i].model, &info);
        if (info.id == id)
            return set->models[i].model;
    }
    return NULL;
}

/* Takes the path over. */
static int load(struct model_set *set, char *path, struct message *message)
{
    struct uqd_model *loaded = NULL;
    struct found_model *grown = realloc(set->models, (set->count + 1) * sizeof *grown);
    if (grown)
        set->models = grown;
    int result = grown ? model_load(path, &loaded, message)
                       : message_set(message, "%s: there is not enough memory for the model", path);
    if (result < 0)
        free(path);
    else
        set->models[set->count++] = (struct found_model){loaded, path};
    return result;
}

int model_set_find(struct model_set *set, uint64_t id, const struct uqd_model **model,
                   struct message *message)
{
    char *path;
    *model = find(set, id);
    if (*model)
        return 0;
    int result = model_find_by_id(id, &path, message);
    if (result != 0)
        return result;
    if (load(set, path, message) < 0)
        return -1;
    *model = set->models[set->count - 1].model;
    return 0;
}

const char *model_set_path(const struct model_set *set, const struct uqd_model *model)
{
    size_t i = 0;
    while (set->models[i].model != model)
        i++;
    return set->models[i].path;
}

void model_set_free(struct model_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        uqd_model_free(set->models[i].model);
        free(set->models[i].path);
    }
    free(set->models);
    *set = (struct model_set){0};
}
