#include "session/composer.h"

#include <stdlib.h>

struct composition {
    struct job base;
    struct ingredients ingredients;
    struct composed composed;
};

static void run(struct job *job)
{
    struct composition *composition = (struct composition *)job;
    composition->composed = compose(&composition->ingredients);
}

static void free_composition(struct job *job)
{
    struct composition *composition = (struct composition *)job;
    ingredients_clear(&composition->ingredients);
    composed_clear(&composition->composed);
    free(composition);
}

static const struct job_type type = {.run = run, .free = free_composition};

bool composer_order(struct worker *worker, unsigned pane, struct ingredients *ingredients)
{
    struct composition *composition = calloc(1, sizeof *composition);
    if (composition) {
        composition->base.type = &type;
        composition->ingredients = *ingredients;
        worker_order(worker, WORKER_PANES + pane, &composition->base);
        *ingredients = (struct ingredients){0};
    }
    ingredients_clear(ingredients);
    return composition != NULL;
}

bool composer_take(struct worker *worker, unsigned pane, struct composed *composed,
                   struct exhibit *exhibit, uint32_t *reduce)
{
    struct job *job = worker_take(worker, WORKER_PANES + pane);
    struct composition *composition = (struct composition *)job;
    if (!job)
        return false;
    *composed = composition->composed;
    composition->composed = (struct composed){0};
    *exhibit = composition->ingredients.exhibit;
    *reduce = composition->ingredients.reduce;
    job->type->free(job);
    return true;
}
