/* Measures how long the viewer's thread computes for a frame: moves, zooms and steps through a
 * picture of 12 megapixels in a window of 1280 x 800, drawn by the viewer's own surface with SDL's
 * software renderer, and prints median and 99th percentile of the processor time of a frame.
 * Everything is drawn twice: as the viewer does, and with all it keeps of its pictures dropped
 * before each frame. Only the picture is drawn, without panel, strip and texts. Then difference and
 * histogram of such pictures are made, at once and by a worker.
 *
 * usage: bench_viewer_fluid [--alpha] */
#include "sdl/surface.h"
#include "session/difference.h"
#include "session/shown_histogram.h"
#include "session/view.h"

#include <math.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WIDTH = 4000, HEIGHT = 3000, N_STEPS = 3, N_FRAMES = 240, N_MADE = 41 };
enum { WINDOW_WIDTH = 1280, WINDOW_HEIGHT = 800 };

struct bench {
    SDL_Surface *pixels;
    SDL_Renderer *renderer;
    struct sdl_surface surface;
    struct rect port;
    struct view view;
    double drawn_zoom;
    struct picture *pictures[N_STEPS], *shown;
    bool forgets; /* before each frame */
    double ms[N_FRAMES];
};

static void die(const char *what)
{
    fprintf(stderr, "bench_viewer_fluid: %s\n", what);
    exit(1);
}

/* Bands of colour under noise; where there is alpha, most pixels are opaque. */
static struct picture *paint(uint32_t channels, uint32_t step)
{
    struct picture *picture = picture_new(WIDTH, HEIGHT, channels);
    uint32_t noise = step + 1;
    if (!picture)
        die("out of memory");
    for (uint32_t y = 0; y < HEIGHT; y++) {
        uint8_t *pixel = picture_pixels(picture) + y * picture->stride;
        for (uint32_t x = 0; x < WIDTH; x++, pixel += channels) {
            noise = noise * 1664525 + 1013904223;
            pixel[0] = (uint8_t)(x / 32 + (noise >> 28));
            pixel[1] = (uint8_t)(y / 24 + (noise >> 27));
            pixel[2] = (uint8_t)((x + y) / 48 + (noise >> 26));
            if (channels == 4)
                pixel[3] = (x / 500 + y / 500) % 4 ? 255 : (uint8_t)(noise >> 24);
        }
    }
    return picture;
}

static void open_bench(struct bench *bench, uint32_t channels)
{
    struct message message;
    bench->pixels = SDL_CreateRGBSurfaceWithFormat(0, WINDOW_WIDTH, WINDOW_HEIGHT, 32,
                                                   SDL_PIXELFORMAT_ARGB8888);
    bench->renderer = SDL_CreateSoftwareRenderer(bench->pixels);
    if (!bench->renderer || sdl_surface_open(&bench->surface, bench->renderer, "builtin", &message))
        die("no surface to draw on");
    for (uint32_t i = 0; i < N_STEPS; i++)
        bench->pictures[i] = paint(channels, i);
}

static void close_bench(struct bench *bench)
{
    for (int i = 0; i < N_STEPS; i++)
        picture_unref(bench->pictures[i]);
    sdl_surface_close(&bench->surface);
    SDL_DestroyRenderer(bench->renderer);
    SDL_FreeSurface(bench->pixels);
}

/* ---- Frames -------------------------------------------------------------------------------- */

static double ms_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double draw(struct bench *bench, const struct view_frame *frame)
{
    static const struct colour ground = {24, 24, 24, 255};
    bool moving = !bench->forgets && bench->view.zoom != bench->drawn_zoom;
    struct placed_picture placed = {bench->shown, view_place(&bench->view, frame), NULL, 16,
                                    moving};
    double begin = ms_of(CLOCK_PROCESS_CPUTIME_ID);
    bench->drawn_zoom = bench->view.zoom;
    if (bench->forgets)
        sdl_surface_forget(&bench->surface);
    surface_begin(&bench->surface.base, ground, 1);
    surface_picture(&bench->surface.base, &bench->port, &placed);
    SDL_RenderPresent(bench->renderer);
    return ms_of(CLOCK_PROCESS_CPUTIME_ID) - begin;
}

/* What happens before frame i; frame 0 is not counted. */
typedef void prepare_frame(struct bench *bench, const struct view_frame *frame, int i);

static void zoom_to(struct bench *bench, const struct view_frame *frame, double zoom)
{
    view_zoom_to(&bench->view, frame, zoom, frame->port_width / 2.0, frame->port_height / 2.0);
}

/* Along a curve, as a hand drags it. */
static void pan(struct bench *bench, const struct view_frame *frame, int i)
{
    view_pan(&bench->view, frame, 11 * cos(i / 9.0), 7 * sin(i / 7.0));
}

static void pan_at_one(struct bench *bench, const struct view_frame *frame, int i)
{
    if (i == 0)
        zoom_to(bench, frame, 1);
    pan(bench, frame, i);
}

static void pan_at_third(struct bench *bench, const struct view_frame *frame, int i)
{
    if (i == 0)
        zoom_to(bench, frame, 1.0 / 3);
    pan(bench, frame, i);
}

static void pan_at_three(struct bench *bench, const struct view_frame *frame, int i)
{
    if (i == 0)
        zoom_to(bench, frame, 3);
    pan(bench, frame, i);
}

/* Smoothly from the whole picture to eightfold and back. */
static void zoom(struct bench *bench, const struct view_frame *frame, int i)
{
    struct view whole;
    view_fit(&whole, frame);
    double share = 0.5 - 0.5 * cos(i * 2 * 3.14159265 / N_FRAMES);
    zoom_to(bench, frame, whole.zoom * pow(8 / whole.zoom, share));
}

static void step_at_fit(struct bench *bench, const struct view_frame *frame, int i)
{
    if (i == 0)
        view_fit(&bench->view, frame);
    bench->shown = bench->pictures[i % N_STEPS];
}

static void step_at_one(struct bench *bench, const struct view_frame *frame, int i)
{
    if (i == 0)
        zoom_to(bench, frame, 1);
    bench->shown = bench->pictures[i % N_STEPS];
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Median and 99th percentile of a frame. */
static void measure(struct bench *bench, prepare_frame *prepare, double figures[2])
{
    struct view_frame frame = {bench->port.w, bench->port.h, WIDTH, HEIGHT};
    view_fit(&bench->view, &frame);
    bench->shown = bench->pictures[0];
    for (int i = 0; i <= N_FRAMES; i++) {
        prepare(bench, &frame, i);
        double ms = draw(bench, &frame);
        if (i > 0)
            bench->ms[i - 1] = ms;
    }
    qsort(bench->ms, N_FRAMES, sizeof *bench->ms, compare);
    figures[0] = bench->ms[N_FRAMES / 2];
    figures[1] = bench->ms[N_FRAMES * 99 / 100];
}

static void report(struct bench *bench, int width, int height)
{
    static const struct {
        const char *name;
        prepare_frame *prepare;
    } rows[] = {{"pan at 33 %", pan_at_third},        {"pan at 100 %", pan_at_one},
                {"pan at 300 %", pan_at_three},       {"zoom, whole to 800 %", zoom},
                {"step, whole picture", step_at_fit}, {"step at 100 %", step_at_one}};
    bench->port = (struct rect){0, 0, width, height};
    printf("\npicture in %d x %d\n", width, height);
    printf("ms of a frame              kept             all drawn anew\n");
    printf("                         median   99 %%       median   99 %%\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double kept[2], anew[2];
        bench->forgets = false;
        measure(bench, rows[i].prepare, kept);
        bench->forgets = true;
        measure(bench, rows[i].prepare, anew);
        printf("%-22s %8.2f %6.2f     %8.2f %6.2f\n", rows[i].name, kept[0], kept[1], anew[0],
               anew[1]);
    }
}

/* ---- What is made of whole pictures -------------------------------------------------------- */

/* Brings it up to date for the i-th time, something else each; whether it changed. */
typedef bool update_made(struct bench *bench, struct worker *worker, int i);

static struct difference difference;
static struct shown_histogram histogram;

static bool update_difference(struct bench *bench, struct worker *worker, int i)
{
    difference.worker = worker;
    return difference_update(&difference, bench->pictures[0], bench->pictures[1], MAP_LUMA, i + 1);
}

static bool update_histogram(struct bench *bench, struct worker *worker, int i)
{
    static const struct histogram_region all = {0, 0, WIDTH, HEIGHT};
    histogram.worker = worker;
    return shown_histogram_update(&histogram, bench->pictures[i % N_STEPS], &all);
}

static void forget_made(void)
{
    difference_clear(&difference);
    shown_histogram_clear(&histogram);
}

static void post(void *cookie)
{
    sem_post(cookie);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return values[n / 2];
}

/* What this thread computes at once, what it does where a worker makes it, and how long that takes.
 */
static void measure_made(struct bench *bench, update_made *update, double figures[3])
{
    double at_once[N_MADE], here[N_MADE], later[N_MADE];
    sem_t done;
    sem_init(&done, 0, 0);
    struct worker *worker = worker_new(post, &done);
    if (!worker)
        die("no thread");
    for (int i = 0; i < N_MADE; i++) {
        double begin = ms_of(CLOCK_THREAD_CPUTIME_ID);
        update(bench, NULL, i);
        at_once[i] = ms_of(CLOCK_THREAD_CPUTIME_ID) - begin;
    }
    forget_made();
    for (int i = 0; i < N_MADE; i++) {
        double begin = ms_of(CLOCK_THREAD_CPUTIME_ID), since = ms_of(CLOCK_MONOTONIC);
        update(bench, worker, i);
        while (!update(bench, worker, i))
            sem_wait(&done);
        here[i] = ms_of(CLOCK_THREAD_CPUTIME_ID) - begin;
        later[i] = ms_of(CLOCK_MONOTONIC) - since;
    }
    forget_made();
    worker_free(worker);
    sem_destroy(&done);
    figures[0] = median(at_once, N_MADE);
    figures[1] = median(here, N_MADE);
    figures[2] = median(later, N_MADE);
}

static void report_made(struct bench *bench)
{
    double of_difference[3], of_histogram[3];
    measure_made(bench, update_difference, of_difference);
    measure_made(bench, update_histogram, of_histogram);
    printf("\nmade of whole pictures  at once   by a worker, here   until it is there\n");
    printf("difference             %8.2f            %8.2f            %8.2f\n", of_difference[0],
           of_difference[1], of_difference[2]);
    printf("histogram              %8.2f            %8.2f            %8.2f\n", of_histogram[0],
           of_histogram[1], of_histogram[2]);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    bool alpha = argc == 2 && !strcmp(argv[1], "--alpha");
    if (argc > 1 + alpha) {
        fprintf(stderr, "usage: bench_viewer_fluid [--alpha]\n");
        return 2;
    }
    open_bench(&bench, alpha ? 4 : 3);
    printf("%d x %d pixels of %d channels, %d frames each\n", WIDTH, HEIGHT, alpha ? 4 : 3,
           N_FRAMES);
    report(&bench, 896, 606); /* beside panel and strip */
    report(&bench, WINDOW_WIDTH, WINDOW_HEIGHT);
    report_made(&bench);
    close_bench(&bench);
    return 0;
}
