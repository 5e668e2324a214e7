#include "session/follow.h"

static uint64_t wanted_bytes(const struct pane *pane)
{
    return exhibit_bytes(pane->progress, &pane->wanted);
}

void follow_stay(struct follow *follow, const struct pane *active, const struct pane *pane)
{
    if (pane_has_position(active))
        *follow =
            (struct follow){active, wanted_bytes(active), progress_n_positions(pane->progress)};
}

/* Panes of one file stand at the same place of it. */
static void put(const struct pane *active, struct pane *pane)
{
    bool original = pane->wanted.original;
    if (active->wanted.bytes)
        pane_select_bytes(pane, active->wanted.bytes);
    else if (active->progress == pane->progress)
        pane_select(pane, active->wanted.position);
    else
        pane_select(pane, progress_nearest(pane->progress, wanted_bytes(active)));
    pane->wanted.original = original;
}

void follow_active(struct follow *follow, const struct pane *active, struct pane *pane)
{
    struct follow before = *follow;
    if (!pane_has_position(active))
        return;
    follow_stay(follow, active, pane);
    bool changed = follow->bytes != before.bytes || follow->n_positions != before.n_positions;
    if (changed && (active == before.active || before.bytes == 0))
        put(active, pane);
}
