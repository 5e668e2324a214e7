#include "draw/plotting.h"

#include "draw/theme.h"

#include <math.h>

struct colour draw_mode_colour(enum uqd_mode mode)
{
    return mode == UQD_MODE_DENOISED ? THEME_ACCENT
           : mode == UQD_MODE_FLOW   ? THEME_DIM
                                     : THEME_TEXT;
}

static uint32_t list_steps(const struct progress *progress, uint64_t *bytes, const char **names)
{
    uint32_t n = progress->file->info.n_steps;
    n = n < SCRUBBER_MAX_STEPS ? n : SCRUBBER_MAX_STEPS;
    for (uint32_t step = 0; step < n; step++) {
        bytes[step] = progress->file->steps[step].bytes;
        names[step] = progress->steps[step].name;
    }
    return n;
}

static uint64_t n_pixels(const struct progress *progress)
{
    return (uint64_t)progress->file->info.width * progress->file->info.height;
}

/* ---- Plot ---------------------------------------------------------------------------------- */

/* The pane that shows a document, or -1. */
static int pane_of(const struct scene *scene, int document)
{
    for (int i = 0; i < scene->n_panes; i++)
        if (scene->panes[i].document == document)
            return i;
    return -1;
}

/* Curves of one file have the colours of their modes; where there are several files, those of their
 * panes. Further seeds and other codecs have what is left. */
static struct colour colour_of(const struct scene *scene, const struct curve *curve, int index)
{
    int pane = pane_of(scene, curve->document);
    if (curve->mode >= CURVE_OF_CODECS)
        return plot_colour((int)(curve->mode - CURVE_OF_CODECS) / 2);
    if (pane >= 0 && scene->several)
        return draw_pane_colour(pane);
    if (pane >= 0 && (curve->mode != UQD_MODE_ANCESTRAL || curve->seed == 0))
        return draw_mode_colour((enum uqd_mode)curve->mode);
    return plot_colour(4 + index % 4);
}

/* What a pane's picture has of the metric that is plotted. */
static double value_of(const struct scene *scene, const struct pane *pane,
                       const struct exhibit *exhibit, double psnr)
{
    struct frame_key key = exhibit_key(pane->progress, exhibit);
    switch (scene->look->metric) {
    case METRIC_PSNR:
        return psnr;
    case METRIC_MS_SSIM:
        return exhibit->mix ? NAN : progress_ms_ssim(pane->progress, &key);
    case METRIC_BUTTERAUGLI:
    case N_METRICS:
        break;
    }
    return NAN;
}

static void add_mark(struct plotting *plotting, const struct scene *scene, int index,
                     const struct exhibit *exhibit, uint64_t bytes, double psnr, bool pending)
{
    const struct pane *pane = scene->panes[index].pane;
    int curve = plotted_curve_of(scene->curves, scene->panes[index].document, exhibit);
    bool own = scene->several || scene->n_panes > 1 || curve < 0;
    plotting->marks[plotting->view.n_marks++] =
        (struct plot_mark){.rate = progress_rate(pane->progress, bytes),
                           .value = value_of(scene, pane, exhibit, psnr),
                           .mode = plotted_mode(exhibit),
                           .colour = own ? draw_pane_colour(index) : plotting->colours[curve],
                           .active = index == scene->active,
                           .pending = pending};
}

/* What is shown, and what is wanted but not there yet. */
static void mark_pane(struct plotting *plotting, const struct scene *scene, int index)
{
    const struct pane *pane = scene->panes[index].pane;
    struct exhibit shown = pane_described(pane);
    bool nothing_yet = scene->look->nothing_yet && index == scene->active;
    if (!pane_has_position(pane) || shown.original || nothing_yet)
        return;
    if (pane->shown)
        add_mark(plotting, scene, index, &shown, pane_described_bytes(pane),
                 pane_described_psnr(pane), false);
    if (!pane_is_shown(pane) && !pane->wanted.original && !pane_is_refused(pane)) {
        struct frame_key key = exhibit_key(pane->progress, &pane->wanted);
        add_mark(plotting, scene, index, &pane->wanted,
                 exhibit_bytes(pane->progress, &pane->wanted), progress_psnr(pane->progress, &key),
                 true);
    }
}

void plotting_prepare(struct plotting *plotting, const struct scene *scene)
{
    const struct pane *pane = scene_pane(scene);
    uint32_t n_steps = list_steps(pane->progress, plotting->step_bytes, plotting->step_names);
    plotting->pointer = (struct point){(float)scene->pointer_x, (float)scene->pointer_y};
    plotting->file = (struct plot_file){.document = scene->panes[scene->active].document,
                                        .step_bytes = plotting->step_bytes,
                                        .step_names = plotting->step_names,
                                        .n_steps = n_steps,
                                        .pixels = n_pixels(pane->progress)};
    plotting->view = (struct plot_view){
        .surface = scene->surface,
        .rect = scene->layout->curve,
        .scale = scene->layout->scale,
        .text = scene->layout->presenting ? TEXT_TITLE : TEXT_SMALL,
        .brief = scene->layout->presenting && !scene->several,
        .set = scene->curves,
        .metric = scene->look->metric,
        .colours = plotting->colours,
        .marks = plotting->marks,
        .file = &plotting->file,
        .pointer = rect_contains(&scene->layout->curve, scene->pointer_x, scene->pointer_y)
                       ? &plotting->pointer
                       : NULL};
    for (int i = 0; i < scene->curves->n_curves; i++)
        plotting->colours[i] = colour_of(scene, &scene->curves->curves[i], i);
    for (int i = 1; i <= scene->n_panes; i++)
        mark_pane(plotting, scene, (scene->active + i) % scene->n_panes);
}

void draw_curve(const struct scene *scene)
{
    struct plotting plotting;
    plotting_prepare(&plotting, scene);
    plot_draw(&plotting.view);
}

/* ---- Scrubber ------------------------------------------------------------------------------ */

/* Whether it is known of all steps that are there. */
static bool list_psnr(const struct pane *pane, enum uqd_mode mode, uint32_t n_steps, double *psnr)
{
    bool known = true;
    for (uint32_t step = 0; step < n_steps; step++) {
        struct frame_key key = progress_key(pane->progress, step, mode, pane->wanted.seed);
        psnr[step] = progress_psnr(pane->progress, &key);
        known &= !isnan(psnr[step]) || step >= pane->progress->n_complete;
    }
    return known;
}

void scrubbing_prepare(struct scrubbing *scrubbing, const struct scene *scene)
{
    const struct pane *active = scene_pane(scene);
    const struct progress *progress = active->progress;
    const struct layout_strip *strip = &scene->layout->strip;
    uint32_t n_steps = list_steps(progress, scrubbing->step_bytes, scrubbing->step_names);
    scrubbing->view = (struct scrubber_view){
        .surface = scene->surface,
        .rect = {strip->track.x, strip->track.y, strip->track.w, strip->track.h + strip->labels.h},
        .scale = scene->layout->scale,
        .unit = scene->look->unit,
        .step_bytes = scrubbing->step_bytes,
        .step_psnr = scrubbing->step_psnr,
        .step_names = scrubbing->step_names,
        .n_steps = n_steps,
        .pixels = n_pixels(progress),
        .received = progress_available(progress),
        .handles = scrubbing->handles};
    if (!list_psnr(active, active->wanted.mode, n_steps, scrubbing->step_psnr))
        list_psnr(active, UQD_MODE_DENOISED, n_steps, scrubbing->step_psnr);
    for (int i = 1; i <= scene->n_panes; i++) {
        int index = (scene->active + i) % scene->n_panes;
        const struct pane *pane = scene->panes[index].pane;
        if (!pane_has_position(pane) || pane->progress != progress)
            continue;
        scrubbing->handles[scrubbing->view.n_handles++] =
            (struct scrubber_handle){exhibit_bytes(pane->progress, &pane->wanted),
                                     draw_pane_colour(index), index == scene->active};
    }
}
