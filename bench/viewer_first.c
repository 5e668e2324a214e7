/* Measures how soon after its first step a file is to be seen in the viewer: opens it again and
 * again, decoded in this process as without a daemon, in a window as large as 1280 x 800, and
 * prints the milliseconds from the end of step 0 to the first picture in the pane and to the sharp
 * one.
 *
 * usage: bench_viewer_first FILE.uqd RUNS */
#include "session/document.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_RUNS = 1000, WINDOW_WIDTH = 1280, WINDOW_HEIGHT = 800 };

struct times {
    double step, first, sharp; /* 0: not yet */
};

struct doorbell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool rings;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void die(const char *text)
{
    fprintf(stderr, "bench_viewer_first: %s\n", text);
    exit(1);
}

static void ring(void *cookie)
{
    struct doorbell *doorbell = cookie;
    pthread_mutex_lock(&doorbell->lock);
    doorbell->rings = true;
    pthread_cond_signal(&doorbell->rung);
    pthread_mutex_unlock(&doorbell->lock);
}

static void await(struct doorbell *doorbell)
{
    pthread_mutex_lock(&doorbell->lock);
    while (!doorbell->rings)
        pthread_cond_wait(&doorbell->rung, &doorbell->lock);
    doorbell->rings = false;
    pthread_mutex_unlock(&doorbell->lock);
}

/* As the viewer does with what its sources tell. */
static void take_events(struct document *document, struct pane *pane, struct times *times)
{
    struct schedule schedule = document_schedule(document, &pane, 1);
    struct source_event event;
    for (;;) {
        source_take(document->source, &event);
        if (event.type == SOURCE_NOTHING)
            break;
        if (event.type == SOURCE_FAILED)
            die(event.text);
        if (event.type == SOURCE_STEP && event.step == 1)
            times->step = now_ms();
        if (event.type == SOURCE_PICTURE) {
            document_take_picture(document, &schedule, &event);
            continue;
        }
        progress_take(&document->progress, &event);
        pane_follow_progress(pane);
    }
    document_request_pictures(document, &schedule, true);
    if (pane->shown && times->first == 0)
        times->first = now_ms();
    if (pane->shown && pane->exhibit.position == 0 && pane->shown_reduce <= pane->reduce)
        times->sharp = now_ms();
}

static uint32_t reduce_for_window(const struct uqd_info *info)
{
    uint32_t reduce = 0;
    while (uqd_reduced_side(info->width, reduce + 1) >= WINDOW_WIDTH ||
           uqd_reduced_side(info->height, reduce + 1) >= WINDOW_HEIGHT)
        reduce++;
    return reduce;
}

static struct times run(const char *path)
{
    const struct settings settings = {.mode = UQD_MODE_DENOISED};
    struct doorbell doorbell = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                .rung = PTHREAD_COND_INITIALIZER};
    struct document document = {0};
    struct pane pane;
    struct times times = {0};
    struct message message;
    if (document_open(&document, path, NULL, &message))
        die(message.text);
    document.frames.limit = 256u << 20;
    const struct source_config config = {
        .file = &document.file, .notify = ring, .cookie = &doorbell};
    pane_init(&pane, &document.progress, &settings);
    pane.reduce = reduce_for_window(&document.file.info);
    document.source = source_local_new(&config);
    if (!document.source)
        die("no thread can be started");
    for (take_events(&document, &pane, &times); times.sharp == 0;
         take_events(&document, &pane, &times))
        await(&doorbell);
    source_free(document.source);
    document.source = NULL;
    pane_clear(&pane);
    document_close(&document);
    return times;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, double *ms, int n)
{
    qsort(ms, (size_t)n, sizeof *ms, compare);
    printf("%-14s %7.0f %7.0f %7.0f\n", name, ms[0], ms[n / 2], ms[n - 1]);
}

int main(int argc, char **argv)
{
    double first[MAX_RUNS], sharp[MAX_RUNS];
    int n = argc == 3 ? atoi(argv[2]) : 0;
    if (n < 1 || n > MAX_RUNS)
        die("usage: bench_viewer_first FILE.uqd RUNS");
    for (int i = 0; i < n; i++) {
        struct times times = run(argv[1]);
        first[i] = times.first - times.step;
        sharp[i] = times.sharp - times.step;
    }
    printf("ms after the first step, %d runs: least, median, most\n", n);
    print("first picture", first, n);
    print("sharp picture", sharp, n);
    return 0;
}
