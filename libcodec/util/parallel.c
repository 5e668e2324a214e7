#include "util/parallel.h"

#include <assert.h>
#include <string.h>

enum {
    UNASKED_SAMPLES = 1 << 14, /* tens of microseconds in the cheapest loops */
    PIECE = 1 << 20,           /* bytes that are copied or cleared between two looks */
    BYTES_PER_SAMPLE = 16,     /* of those: in the time of one sample elsewhere */
};

void uqd_work_begin(struct uqd_work *work, double total)
{
    work->done = 0;
    work->total = total;
    work->owner = pthread_self();
    work->unasked = 0;
    atomic_store_explicit(&work->cancelled, 0, memory_order_relaxed);
}

static int ask(struct uqd_work *work)
{
    double done;
#pragma omp atomic read
    done = work->done;
    const double share = work->total > 0 ? done / work->total : 0;
    work->unasked = 0;
    if (work->progress == NULL || work->progress(work->cookie, share < 1 ? share : 1) == 0)
        return UQD_OK;
    atomic_store_explicit(&work->cancelled, 1, memory_order_relaxed);
    return UQD_ERR_CANCELLED;
}

int uqd_work_add(struct uqd_work *work, double amount)
{
    assert(work->threads >= 1 && amount >= 0);
#pragma omp atomic
    work->done += amount;
    return pthread_equal(work->owner, pthread_self()) ? ask(work) : uqd_work_look(work, 0);
}

int uqd_work_look(struct uqd_work *work, size_t samples)
{
    if (work == NULL)
        return UQD_OK;
    if (atomic_load_explicit(&work->cancelled, memory_order_relaxed))
        return UQD_ERR_CANCELLED;
    if (work->progress == NULL || !pthread_equal(work->owner, pthread_self()))
        return UQD_OK;
    work->unasked += samples;
    return work->unasked < UNASKED_SAMPLES ? UQD_OK : ask(work);
}

int uqd_work_copy(struct uqd_work *work, void *to, const void *from, size_t size)
{
    int status = UQD_OK;
    for (size_t done = 0; done < size && status == UQD_OK; done += PIECE) {
        const size_t n = size - done < PIECE ? size - done : PIECE;
        memcpy((char *)to + done, (const char *)from + done, n);
        status = uqd_work_look(work, n / BYTES_PER_SAMPLE);
    }
    return status;
}

int uqd_work_clear(struct uqd_work *work, void *to, size_t size)
{
    int status = UQD_OK;
    for (size_t done = 0; done < size && status == UQD_OK; done += PIECE) {
        const size_t n = size - done < PIECE ? size - done : PIECE;
        memset((char *)to + done, 0, n);
        status = uqd_work_look(work, n / BYTES_PER_SAMPLE);
    }
    return status;
}
