#include "remote/remote.h"

#include <stddef.h>

/* For builds without libdbus. */
struct remote_control *remote_new(void (*notify)(void *cookie), void *cookie)
{
    (void)notify;
    (void)cookie;
    return NULL;
}

void remote_free(struct remote_control *remote)
{
    (void)remote;
}

bool remote_take(struct remote_control *remote, struct remote_call *call)
{
    (void)remote;
    (void)call;
    return false;
}

void remote_answer(struct remote_control *remote, uint32_t id, const struct remote_state *state)
{
    (void)remote;
    (void)id;
    (void)state;
}

void remote_refuse(struct remote_control *remote, uint32_t id, const char *text)
{
    (void)remote;
    (void)id;
    (void)text;
}
