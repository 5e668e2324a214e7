#include "session/composer.h"

#include <pthread.h>
#include <stdlib.h>

struct order {
    bool ordered, made;
    struct ingredients ingredients; /* while it is ordered */
    struct composed composed;       /* once it is made */
    struct exhibit exhibit;
    uint32_t reduce;
};

struct composer {
    void (*notify)(void *cookie);
    void *cookie;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct order orders[COMPOSER_MAX_ORDERS];
    bool quit;
};

/* The next order, or NULL. */
static struct order *find_order(struct composer *composer)
{
    for (unsigned i = 0; i < COMPOSER_MAX_ORDERS; i++)
        if (composer->orders[i].ordered)
            return &composer->orders[i];
    return NULL;
}

/* Called with the lock held, which it gives away while it works. */
static void make(struct composer *composer, struct order *order)
{
    struct ingredients ingredients = order->ingredients;
    order->ordered = false;
    pthread_mutex_unlock(&composer->lock);
    struct composed composed = compose(&ingredients);
    pthread_mutex_lock(&composer->lock);
    composed_clear(&order->composed);
    order->made = true;
    order->composed = composed;
    order->exhibit = ingredients.exhibit;
    order->reduce = ingredients.reduce;
    pthread_mutex_unlock(&composer->lock);
    ingredients_clear(&ingredients);
    composer->notify(composer->cookie);
    pthread_mutex_lock(&composer->lock);
}

static void *run(void *cookie)
{
    struct composer *composer = cookie;
    pthread_mutex_lock(&composer->lock);
    while (!composer->quit) {
        struct order *order = find_order(composer);
        if (order)
            make(composer, order);
        else
            pthread_cond_wait(&composer->changed, &composer->lock);
    }
    pthread_mutex_unlock(&composer->lock);
    return NULL;
}

struct composer *composer_new(void (*notify)(void *cookie), void *cookie)
{
    struct composer *composer = calloc(1, sizeof *composer);
    if (!composer)
        return NULL;
    composer->notify = notify;
    composer->cookie = cookie;
    pthread_mutex_init(&composer->lock, NULL);
    pthread_cond_init(&composer->changed, NULL);
    if (pthread_create(&composer->thread, NULL, run, composer) == 0)
        return composer;
    pthread_cond_destroy(&composer->changed);
    pthread_mutex_destroy(&composer->lock);
    free(composer);
    return NULL;
}

void composer_free(struct composer *composer)
{
    if (!composer)
        return;
    pthread_mutex_lock(&composer->lock);
    composer->quit = true;
    pthread_cond_signal(&composer->changed);
    pthread_mutex_unlock(&composer->lock);
    pthread_join(composer->thread, NULL);
    for (unsigned i = 0; i < COMPOSER_MAX_ORDERS; i++) {
        if (composer->orders[i].ordered)
            ingredients_clear(&composer->orders[i].ingredients);
        composed_clear(&composer->orders[i].composed);
    }
    pthread_cond_destroy(&composer->changed);
    pthread_mutex_destroy(&composer->lock);
    free(composer);
}

void composer_order(struct composer *composer, unsigned pane, struct ingredients *ingredients)
{
    struct order *order = &composer->orders[pane];
    pthread_mutex_lock(&composer->lock);
    if (order->ordered)
        ingredients_clear(&order->ingredients);
    order->ordered = true;
    order->ingredients = *ingredients;
    pthread_cond_signal(&composer->changed);
    pthread_mutex_unlock(&composer->lock);
    *ingredients = (struct ingredients){0};
}

bool composer_take(struct composer *composer, unsigned pane, struct composed *composed,
                   struct exhibit *exhibit, uint32_t *reduce)
{
    struct order *order = &composer->orders[pane];
    pthread_mutex_lock(&composer->lock);
    bool made = order->made;
    if (made) {
        *composed = order->composed;
        *exhibit = order->exhibit;
        *reduce = order->reduce;
        order->made = false;
        order->composed = (struct composed){0};
    }
    pthread_mutex_unlock(&composer->lock);
    return made;
}
