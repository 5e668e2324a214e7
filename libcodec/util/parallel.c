#include "util/parallel.h"

#include <assert.h>

int uqd_work_add(struct uqd_work *work, double amount)
{
    assert(work->threads >= 1 && amount >= 0);
    work->done += amount;
    if (work->progress == NULL)
        return UQD_OK;
    const double share = work->total > 0 ? work->done / work->total : 0;
    return work->progress(work->cookie, share < 1 ? share : 1) != 0 ? UQD_ERR_CANCELLED : UQD_OK;
}
