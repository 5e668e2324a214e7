#include "entropy/adaptive.h"

#include <string.h>

void uqd_adaptive_init(struct uqd_adaptive *curve)
{
    memcpy(curve->probability, uqd_adaptive_start, sizeof curve->probability);
    memset(curve->seen, 0, sizeof curve->seen);
}
