#include "progress.h"

#include "interrupt.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 40 };

static const double first_draw_s = 0.5, redraw_s = 0.1;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_begin(struct progress *progress, const char *label, uint32_t n_parts)
{
    interrupt_install();
    *progress = (struct progress){.label = label,
                                  .n_parts = n_parts,
                                  .is_terminal = isatty(STDERR_FILENO),
                                  .next_draw = now() + first_draw_s};
}

static void draw(struct progress *progress, double done)
{
    static const char marks[] = "########################################";
    static const char spaces[] = "                                        ";
    double fraction = (progress->part + done) / progress->n_parts;
    fraction = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    int filled = (int)(fraction * BAR_WIDTH);
    fprintf(stderr, "\r%s [%.*s%.*s] %3d %%", progress->label, filled, marks, BAR_WIDTH - filled,
            spaces, (int)(fraction * 100));
    fflush(stderr);
    progress->is_drawn = 1;
}

int progress_update(void *cookie, double done)
{
    struct progress *progress = cookie;
    if (progress->is_terminal && now() >= progress->next_draw) {
        draw(progress, done);
        progress->next_draw = now() + redraw_s;
    }
    return interrupt_signal();
}

void progress_next(struct progress *progress)
{
    progress->part++;
}

void progress_end(struct progress *progress)
{
    if (progress->is_drawn)
        fputs("\r\033[K", stderr);
    progress->is_drawn = 0;
}
