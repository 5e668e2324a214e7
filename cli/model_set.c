#include "model_set.h"

#include "model_file.h"

#include <stdlib.h>

static const struct uqd_model *find(const struct model_set *set, uint64_t id)
{
    for (size_t i = 0; i < set->count; i++) {
        struct uqd_model_info info;
        uqd_model_get_info(set->models[i], &info);
        if (info.id == id)
            return set->models[i];
    }
    return NULL;
}

int model_set_find(struct model_set *set, uint64_t id, const struct uqd_model **model,
                   struct message *message)
{
    struct uqd_model *loaded = NULL;
    char *path;
    *model = find(set, id);
    if (*model)
        return 0;
    int result = model_find_by_id(id, &path, message);
    if (result != 0)
        return result;
    struct uqd_model **grown = realloc(set->models, (set->count + 1) * sizeof(*grown));
    if (grown)
        set->models = grown;
    result = grown ? model_load(path, &loaded, message)
                   : message_set(message, "%s: there is not enough memory for the model", path);
    free(path);
    if (result < 0)
        return -1;
    set->models[set->count++] = loaded;
    *model = loaded;
    return 0;
}

void model_set_free(struct model_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        uqd_model_free(set->models[i]);
    free(set->models);
    *set = (struct model_set){0};
}
