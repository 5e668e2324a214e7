#include "session/pair.h"

void pair_stay(struct pair_link *link, int active, const struct state *state,
               const struct state *other)
{
    if (state_n_positions(state) > 0)
        *link = (struct pair_link){active, state_bytes(state, state->position),
                                   state_n_positions(other)};
}

void pair_follow(struct pair_link *link, int active, const struct state *state, struct state *other)
{
    struct pair_link before = *link;
    if (state_n_positions(state) == 0)
        return;
    pair_stay(link, active, state, other);
    bool changed = link->bytes != before.bytes || link->n_positions != before.n_positions;
    if (changed && (active == before.active || before.bytes == 0))
        state_select(other, state_nearest(other, link->bytes));
}
