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

void progress_begin(struct progress *progress, const char *label, uint32_t n_items)
{
    interrupt_install();
    *progress = (struct progress){.label = label,
                                  .n_items = n_items,
                                  .n_parts = 1,
                                  .is_terminal = isatty(STDERR_FILENO),
                                  .next_draw = now() + first_draw_s};
}

void progress_item(struct progress *progress, uint32_t item)
{
    progress->item = item;
    progress->part = 0;
    progress->n_parts = 1;
}

void progress_parts(struct progress *progress, uint32_t n_parts)
{
    progress->part = 0;
    progress->n_parts = n_parts;
}

static void draw(struct progress *progress, double done)
{
    static const char marks[] = "########################################";
    static const char spaces[] = "                                        ";
    double of_item = (progress->part + done) / progress->n_parts;
    of_item = of_item < 0 ? 0 : of_item > 1 ? 1 : of_item;
    double fraction = (progress->item + of_item) / progress->n_items;
    int filled = (int)(fraction * BAR_WIDTH);
    fprintf(stderr, "\r%s", progress->label);
    if (progress->n_items > 1)
        fprintf(stderr, " %u of %u", progress->item + 1, progress->n_items);
    fprintf(stderr, " [%.*s%.*s] %3d %%", filled, marks, BAR_WIDTH - filled, spaces,
            (int)(fraction * 100));
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

int progress_is_cancelled(void *cookie)
{
    return progress_update(cookie, 0);
}

void progress_next(struct progress *progress)
{
    progress->part++;
}

void progress_hide(struct progress *progress)
{
    if (progress->is_drawn)
        fputs("\r\033[K", stderr);
    progress->is_drawn = 0;
}
