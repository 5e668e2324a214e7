#include "confine.h"

#include "filter.h"
#include "places.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static bool is_off(void)
{
    const char *word = getenv("UQD_CONFINE");
    return word && strcmp(word, "off") == 0;
}

/* Lowers both limits; what is lower already stays, and the filter of an earlier call is not asked
 * for what is there. */
static int lower(int resource, uint64_t most)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
        return -1;
    if (limit.rlim_cur <= most && limit.rlim_max <= most)
        return 0;
    limit.rlim_max = limit.rlim_max < most ? limit.rlim_max : (rlim_t)most;
    limit.rlim_cur = limit.rlim_cur < limit.rlim_max ? limit.rlim_cur : limit.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &limit);
}

/* Sanitizers map terabytes for what they know of memory, and cannot do with less. */
static int limit_address_space(uint64_t max_memory)
{
#ifdef CONFINE_SANITIZED
    (void)max_memory;
    return 0;
#else
    return max_memory > 0 ? lower(RLIMIT_AS, max_memory) : 0;
#endif
}

/* A core file would have the picture in it, where others may find it. */
static int set_limits(const struct confine_needs *needs, struct message *message)
{
    if (lower(RLIMIT_CORE, 0) < 0 || limit_address_space(needs->max_memory) < 0 ||
        (needs->max_files > 0 && lower(RLIMIT_NOFILE, needs->max_files) < 0))
        return message_set(message, "limits cannot be set: %s", strerror(errno));
    return 0;
}

static int give_up_privileges(struct confine_posture *posture, struct message *message)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return message_set(message, "the kernel does not refuse new privileges: %s",
                           strerror(errno));
    posture->no_new_privileges = true;
    return 0;
}

static int apply(const struct confine_needs *needs, struct confine_posture *posture,
                 struct message *message)
{
    if (set_limits(needs, message) < 0 || give_up_privileges(posture, message) < 0)
        return -1;
    if (!confine_is_built())
        return CONFINE_NOT_FILTERED;
    /* The filter is last: it refuses much of what the others take. */
    if (places_limit(needs, &posture->landlock, message) < 0 || filter_load(needs, message) < 0)
        return -1;
    posture->filter = true;
    return 0;
}

int confine_self(const struct confine_needs *needs, struct confine_posture *posture,
                 struct message *message)
{
    struct message cause;
    assert(needs->read || needs->n_read == 0);
    assert(needs->write || needs->n_write == 0);
    *posture = (struct confine_posture){.filter = false};
    if (is_off())
        return CONFINE_NOT_FILTERED;
    const int result = apply(needs, posture, &cause);
    if (result < 0)
        message_set(message, "this process cannot be confined: %s (UQD_CONFINE=off: do without)",
                    cause.text);
    return result;
}

bool confine_is_built(void)
{
    return filter_is_built();
}

void confine_describe(const struct confine_posture *posture, struct message *words)
{
    char places[64] = "places not limited";
    if (!posture->filter && !posture->no_new_privileges) {
        message_set(words, "not confined");
        return;
    }
    if (posture->landlock > 0)
        snprintf(places, sizeof places, "places limited (Landlock %u)", posture->landlock);
    message_set(words, "%s, %s, %s",
                posture->filter ? "system calls filtered" : "system calls not filtered", places,
                posture->no_new_privileges ? "no new privileges" : "privileges not limited");
}
