/* Where system calls cannot be filtered. */
#include "filter.h"

bool filter_is_built(void)
{
    return false;
}

int filter_load(const struct confine_needs *needs, struct message *message)
{
    (void)needs;
    return message_set(message, "this build has no filter of system calls");
}
