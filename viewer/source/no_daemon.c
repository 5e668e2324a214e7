#include "source/source.h"

/* For builds without libdbus. */
struct source *source_daemon_new(const struct source_config *config)
{
    (void)config;
    return NULL;
}
