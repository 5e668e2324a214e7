#include "codec/lattice/schedule.h"

#include <assert.h>
#include <string.h>

static void add(struct uqd_schedule *schedule, const struct uqd_stage *stage, uint32_t unit)
{
    schedule->passes[schedule->n++] =
        (struct uqd_pass){.unit = (uint8_t)unit, .type = stage->type, .step = stage->step};
}

void uqd_schedule_init(struct uqd_schedule *schedule, const struct uqd_model *model,
                       uint32_t n_units)
{
    assert(n_units <= UQD_MAX_UNITS);
    const struct uqd_stage *stages = model->stages;
    schedule->n = 0;
    schedule->is_short = 0;
    for (uint32_t s = 0; s < model->n_stages; s++) {
        if (stages[s].units != UQD_UNITS_REST) {
            if (stages[s].units < n_units)
                add(schedule, &stages[s], stages[s].units);
            continue;
        }
        uint32_t end = s + 1;
        while (end < model->n_stages && stages[end].units == UQD_UNITS_REST &&
               stages[end].step == stages[s].step)
            end++;
        for (uint32_t unit = n_units; unit-- > 2;)
            for (uint32_t i = s; i < end; i++)
                add(schedule, &stages[i], unit);
        s = end - 1;
    }
}

uint32_t uqd_schedule_shorten(struct uqd_schedule *schedule, struct uqd_schedule_need need)
{
    const struct uqd_schedule all = *schedule;
    uint32_t first = need.unit, begin = all.n; /* of the passes left, which are put at the end */
    uint32_t n = 0;                            /* passes before need.end */
    int is_read = 0;                           /* a later pass of the same body is left */
    for (uint32_t p = all.n; p-- > 0;) {
        struct uqd_pass pass = all.passes[p];
        if (pass.step >= need.end)
            continue;
        n++;
        if (pass.step < need.begin || (!need.solid && n > 1 && all.passes[p + 1].step != pass.step))
            is_read = 0;
        if (pass.unit < first && !is_read)
            continue;
        is_read = 1;
        pass.skipped = pass.unit < first && pass.unit < need.n_tiled;
        if (pass.unit < first && !pass.skipped)
            first = pass.unit;
        schedule->passes[--begin] = pass;
    }
    schedule->n = all.n - begin;
    schedule->is_short = all.is_short || schedule->n < n;
    memmove(schedule->passes, schedule->passes + begin, schedule->n * sizeof *schedule->passes);
    return first;
}

int uqd_schedule_rewind(const struct uqd_schedule *schedule, struct uqd_state *state, int step,
                        struct uqd_work *work)
{
    int status = UQD_OK;
    assert(step >= -1);
    const struct uqd_stage_type *last[UQD_MAX_UNITS] = {0};
    for (uint32_t p = 0; p < schedule->n && schedule->passes[p].step <= step; p++)
        if (!schedule->passes[p].skipped)
            last[schedule->passes[p].unit] = &state->model->stage_types[schedule->passes[p].type];
    for (uint32_t u = 0; u < state->n_units && status == UQD_OK; u++) {
        const uint32_t nominal = last[u] != NULL ? last[u]->nominal_to : UQD_TOP_LEVEL;
        if (state->units[u].nominal != nominal)
            status =
                uqd_unit_coarsen(state, u, nominal, last[u] != NULL ? last[u]->to : NULL, work);
    }
    return status;
}
