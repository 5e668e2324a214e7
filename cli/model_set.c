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

int model_set_find(struct model_set *set, uint64_t id, const struct uqd_model **model,
                   struct message *message)
{
    struct found_model *grown, *found;
    *model = find(set, id);
    if (*model)
        return 0;
    grown = realloc(set->models, (set->count + 1) * sizeof *grown);
    if (!grown)
        return message_set(message, "there is not enough memory for the model %08llx",
                           (unsigned long long)id);
    set->models = grown;
    found = &grown[set->count];
    int result = model_load_by_id(id, &found->model, &found->path, message);
    if (result != 0)
        return result;
    set->count++;
    *model = found->model;
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
