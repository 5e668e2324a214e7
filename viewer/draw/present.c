/* What an audience sees: pictures and curve with one line of numbers and one of words. */
#include "draw/fit_text.h"
#include "draw/legend.h"
#include "draw/scene.h"
#include "draw/theme.h"
#include "draw/wrap_text.h"

#include <stdio.h>
#include <string.h>

bool scene_has_caption(const struct look *look)
{
    return look->caption[0] != '\0';
}

/* ---- Numbers ------------------------------------------------------------------------------- */

/* What is said of a picture, in the order of the line. */
enum fact { FACT_STEP, FACT_BYTES, FACT_RATE, FACT_PSNR, FACT_MODE, N_FACTS };

/* "2 · 81" becomes "Step 2: 81", as dots part the facts. */
static void name_step(const char *name, struct text_line *line)
{
    static const char dot[] = " · ";
    const char *at = strstr(name, dot);
    if (at)
        snprintf(line->text, sizeof line->text, "Step %.*s: %.60s", (int)(at - name), name,
                 at + sizeof dot - 1);
    else
        snprintf(line->text, sizeof line->text, "Step %.60s", name);
}

static void gather_facts(const struct pane *pane, struct text_line facts[N_FACTS])
{
    struct exhibit exhibit = pane_described(pane);
    uint64_t bytes = pane_described_bytes(pane);
    struct text_line line;
    progress_step_name(pane->progress, exhibit.position, pane_is_part(pane, &exhibit), &line);
    name_step(line.text, &facts[FACT_STEP]);
    format_bytes(&facts[FACT_BYTES], bytes);
    format_rate(&line, progress_rate(pane->progress, bytes));
    snprintf(facts[FACT_RATE].text, sizeof line.text, "%.24s bpp", line.text);
    format_psnr(&facts[FACT_PSNR], pane_described_psnr(pane));
    exhibit_mode_name(&exhibit, &facts[FACT_MODE]);
    if (exhibit.codec)
        facts[FACT_STEP].text[0] = '\0';
    if (exhibit.map != MAP_OFF)
        snprintf(facts[FACT_MODE].text, sizeof line.text, "map: %s", map_name(exhibit.map));
}

/* The facts of a set with dots between them; the step may lose its name. */
static void join(const struct pane *pane, const struct text_line *facts, unsigned set,
                 const char *dot, bool named, struct text_line *line)
{
    size_t length = 0;
    line->text[0] = '\0';
    for (int i = 0; i < N_FACTS; i++) {
        struct text_line number;
        const char *text = facts[i].text;
        if (i == FACT_STEP && !named && !pane_described(pane).codec) {
            snprintf(number.text, sizeof number.text, "Step %u",
                     (unsigned)pane_described(pane).position);
            text = number.text;
        }
        if (!(set >> i & 1) || !*text || length >= sizeof line->text)
            continue;
        length += (size_t)snprintf(line->text + length, sizeof line->text - length, "%s%.60s",
                                   length ? dot : "", text);
    }
}

/* The richest line that fits. */
static void choose_numbers(const struct scene *scene, int room, struct text_line *line)
{
    static const struct {
        unsigned set;
        const char *dot;
        bool named;
    } forms[] = {
        {31, "  ·  ", true},  {31, " · ", true},  {31, "  ·  ", false}, {31, " · ", false},
        {30, "  ·  ", false}, {30, " · ", false}, {14, " · ", false},   {10, " · ", false},
    };
    const struct pane *pane = scene_pane(scene);
    struct text_line facts[N_FACTS];
    gather_facts(pane, facts);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        join(pane, facts, forms[i].set, forms[i].dot, forms[i].named, line);
        if (surface_text_width(scene->surface, TEXT_BIG, line->text) <= room)
            return;
    }
}

/* How far the file is, and if there is room how good the picture of that. */
static void describe_arrival(const struct scene *scene, int room, struct text_line *line)
{
    struct text_line psnr;
    format_psnr(&psnr, pane_described_psnr(scene_pane(scene)));
    bool known = psnr.text[0] && !scene->look->nothing_yet;
    snprintf(line->text, sizeof line->text, "%s%s%.20s", scene->look->arrival, known ? "  ·  " : "",
             known ? psnr.text : "");
    if (surface_text_width(scene->surface, TEXT_BIG, line->text) > room)
        snprintf(line->text, sizeof line->text, "%s", scene->look->arrival);
}

/* Whether something of a pane is still being made. Of a file that comes slowly something always is,
 * and its line says so. */
static bool is_coming(const struct scene *scene, int index)
{
    const struct pane *pane = scene->panes[index].pane;
    bool seen = scene->look->comparison != COMPARE_OFF || index == scene->active;
    return seen && !scene->look->arriving && pane_has_position(pane) && !pane_is_shown(pane) &&
           !pane->progress->failed && !pane->progress->lost;
}

/* The first pane of which something is, or NULL: then words and picture do not belong together. */
static const struct pane *find_coming(const struct scene *scene)
{
    for (int i = 0; i < scene->n_panes; i++) {
        int index = (scene->active + i) % scene->n_panes;
        if (is_coming(scene, index))
            return scene->panes[index].pane;
    }
    return NULL;
}

static const char computing[] = "computing";

/* A quiet text at the left end of the line of numbers, and another one below it, which may be
 * empty.
 */
static void draw_mark(const struct scene *scene, const char *text, const char *below)
{
    const struct rect *at = &scene->layout->numbers;
    int x = at->x + layout_px(scene->layout, 12);
    int height = surface_text_height(scene->surface, TEXT_SMALL);
    bool both = *below && at->h >= 2 * height;
    int y = at->y + (at->h - (both ? 2 : 1) * height) / 2;
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, x, y, text);
    if (both)
        surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, x, y + height, below);
}

/* What is coming, and how far it is; or that decoding does not keep up with a line. */
static void draw_coming(const struct scene *scene)
{
    const struct pane *pane = find_coming(scene);
    struct text_line done;
    if (scene->look->late[0])
        draw_mark(scene, computing, scene->look->late);
    if (!pane)
        return;
    format_done(&done, pane_done(pane));
    draw_mark(scene, computing, done.text + strspn(done.text, " "));
}

/* The point of a talk, at the right end. */
static void draw_point(const struct scene *scene)
{
    const struct rect *at = &scene->layout->numbers;
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_BODY)) / 2;
    struct fitted_text point;
    fit_text(scene->surface, TEXT_BODY, scene->point.text, at->w / 4, &point);
    surface_text(scene->surface, TEXT_BODY, THEME_DIM, TEXT_RIGHT,
                 at->x + at->w - layout_px(scene->layout, 12), y, point.text);
}

/* What the numbers leave free at each end. In a talk that is the same whether something is coming
 * or not, so that they stay as they are. */
static int end_width(const struct scene *scene)
{
    int pad = layout_px(scene->layout, 12), most = scene->layout->numbers.w / 4;
    int point = surface_text_width(scene->surface, TEXT_BODY, scene->point.text);
    int width = surface_text_width(scene->surface, TEXT_SMALL, "99.9 s late");
    point = point < most ? point : most;
    if (!point && !find_coming(scene) && !scene->look->arrival[0])
        return pad;
    return (point > width ? point : width) + 2 * pad;
}

static void draw_numbers(const struct scene *scene)
{
    const struct rect *at = &scene->layout->numbers;
    const struct pane *pane = scene_pane(scene);
    int room = at->w - 2 * end_width(scene);
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_BIG)) / 2;
    struct text_line line;
    struct fitted_text fitted;
    if (!pane_has_position(pane))
        return;
    if (pane_described(pane).original)
        snprintf(line.text, sizeof line.text, "Original");
    else if (scene->look->arrival[0])
        describe_arrival(scene, room, &line);
    else
        choose_numbers(scene, room, &line);
    fit_text(scene->surface, TEXT_BIG, line.text, room, &fitted);
    surface_text(scene->surface, TEXT_BIG, THEME_TEXT, TEXT_CENTRE, at->x + at->w / 2, y,
                 fitted.text);
    draw_coming(scene);
}

/* ---- Words --------------------------------------------------------------------------------- */

/* The first of two lines that are about as long; as wrap_text. */
static const char *wrap_balanced(const struct scene *scene, const char *text, int room,
                                 struct text_line *first)
{
    int step = room / 32 > 0 ? room / 32 : 1;
    int width = surface_text_width(scene->surface, TEXT_TITLE, text) / 2;
    for (; width < room; width += step) {
        const char *rest = wrap_text(scene->surface, TEXT_TITLE, text, width, first);
        if (surface_text_width(scene->surface, TEXT_TITLE, rest) <= width)
            return rest;
    }
    return wrap_text(scene->surface, TEXT_TITLE, text, room, first);
}

/* One line of large letters, or two of smaller ones. */
static void draw_caption_in(const struct scene *scene, const struct rect *at)
{
    const char *text = scene->look->caption;
    int centre = at->x + at->w / 2, height = surface_text_height(scene->surface, TEXT_TITLE);
    struct text_line first;
    struct fitted_text fitted;
    if (surface_text_width(scene->surface, TEXT_BIG, text) <= at->w) {
        surface_text(scene->surface, TEXT_BIG, THEME_ACCENT, TEXT_CENTRE, centre,
                     at->y + (at->h - surface_text_height(scene->surface, TEXT_BIG)) / 2, text);
        return;
    }
    text = wrap_balanced(scene, text, at->w, &first);
    fit_text(scene->surface, TEXT_TITLE, text, at->w, &fitted);
    int y = at->y + (at->h - (fitted.width > 0 ? 2 : 1) * height) / 2;
    surface_text(scene->surface, TEXT_TITLE, THEME_ACCENT, TEXT_CENTRE, centre, y, first.text);
    surface_text(scene->surface, TEXT_TITLE, THEME_ACCENT, TEXT_CENTRE, centre, y + height,
                 fitted.text);
}

static void draw_heading(const struct scene *scene)
{
    int pad = layout_px(scene->layout, 12);
    struct rect at = scene->layout->heading;
    at.x += pad;
    at.w -= 2 * pad;
    if (at.h > 0 && at.w > 0 && scene->look->caption[0])
        draw_caption_in(scene, &at);
}

void draw_presentation(const struct scene *scene)
{
    draw_pictures(scene);
    if (scene->layout->curve.w > 0)
        draw_curve(scene);
    draw_heading(scene);
    draw_numbers(scene);
    draw_point(scene);
}

/* ---- In the usual window ------------------------------------------------------------------- */

/* A dark pill with a text in the middle of a line that ends at the bottom. Returns its height. */
static int draw_pill(const struct scene *scene, const struct rect *port, int bottom,
                     const char *text)
{
    int pad = layout_px(scene->layout, 12);
    int height = surface_text_height(scene->surface, TEXT_TITLE) + pad;
    struct fitted_text fitted;
    struct colour colour = THEME_BACKGROUND;
    colour.a = 224;
    fit_text(scene->surface, TEXT_TITLE, text, port->w - 4 * pad, &fitted);
    if (fitted.width <= 0 || bottom - height < port->y)
        return 0;
    struct rect pill = {port->x + (port->w - fitted.width) / 2 - pad, bottom - height,
                        fitted.width + 2 * pad, height};
    surface_round_rect(scene->surface, &pill, (float)pill.h / 2, colour);
    surface_text(scene->surface, TEXT_TITLE, THEME_TEXT, TEXT_CENTRE, port->x + port->w / 2,
                 pill.y + pad / 2, fitted.text);
    return height + pad / 2;
}

/* Above the legend of a map, and not on its grey ground alone: it is read on any picture. */
void draw_notes(const struct scene *scene)
{
    const struct layout *layout = scene->layout;
    const struct rect *port = &layout->pictures[layout->n_panes - 1];
    struct rect all = layout->pictures[0];
    int bottom = port->y + port->h - layout_px(layout, 12);
    bool legend = scene->look->comparison == COMPARE_DIFFERENCE;
    struct text_line arrival;
    if (!scene_has_caption(scene->look) && !scene->look->arrival[0])
        return;
    for (int i = 0; i < scene->n_panes; i++)
        legend |= scene->panes[i].pane->values != NULL;
    if (legend)
        bottom -= legend_height(scene->surface, layout->scale) + layout_px(layout, 8);
    all.w = port->x + port->w > all.x + all.w ? port->x + port->w - all.x : all.w;
    snprintf(arrival.text, sizeof arrival.text, "%s%s%s", scene->look->arrival,
             scene->look->late[0] ? "  ·  " : "", scene->look->late);
    bottom -= draw_pill(scene, &all, bottom, scene->look->caption);
    draw_pill(scene, &all, bottom, arrival.text);
}
