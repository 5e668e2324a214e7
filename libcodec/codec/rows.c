#include "codec/rows.h"

#include "util/fpenv.h"
#include "util/team.h"

/* The work between two reports of progress: about 10 ms on one core. */
#define BAND_MACS 5e8
/* Below so much work, waking the other threads costs more than they save. */
#define PARALLEL_MACS 4e6

static uint32_t clamp_rows(double rows, uint32_t height)
{
    return rows < 1 ? 1 : rows > height ? height : (uint32_t)rows;
}

int uqd_for_rows(struct uqd_work *work, uint32_t width, uint32_t height, double macs_per_pixel,
                 uqd_row_function *function, void *arguments)
{
    const double macs_per_row = macs_per_pixel * width;
    const uint32_t threads = work->threads;
    const uint32_t band = clamp_rows(BAND_MACS * threads / macs_per_row, height);
    for (uint32_t begin = 0; begin < height; begin += band) {
        const uint32_t end = height - begin > band ? begin + band : height;
        /* Many chunks per thread, so that nobody waits long for a thread that lost its core; but
         * each with enough pixels for the kernels. */
        const double even = (end - begin) / (8.0 * threads), least = 128.0 / width;
        const uint32_t rows = clamp_rows(even > least ? even : least, height);
        const uint32_t n_chunks = (end - begin + rows - 1) / rows;
        const int parallel =
            threads > 1 && n_chunks > 1 && macs_per_row * (end - begin) > PARALLEL_MACS;
#pragma omp parallel for num_threads(uqd_team(threads, parallel)) schedule(dynamic)
        for (uint32_t chunk = 0; chunk < n_chunks; chunk++) {
            const uint32_t first = begin + chunk * rows;
            struct uqd_fpenv saved;
            uqd_fpenv_enter(&saved);
            function(arguments, first, end - first > rows ? first + rows : end);
            uqd_fpenv_leave(&saved);
        }
        const int status = uqd_work_add(work, macs_per_row * (end - begin));
        if (status < 0)
            return status;
    }
    return UQD_OK;
}
