#include "pace.h"

enum { SHOWING_PART = 4 };

gboolean pace_allows(const struct pace *pace, gint64 now)
{
    const gint64 waited = now - pace->begun - pace->decoding - pace->showing;
    return pace->showing <= waited + pace->decoding / SHOWING_PART;
}
