/* The legend: marks and names of the curves behind the title, in as many rows as it needs and may
 * have. Curves of the file whose steps are shown come first; what has no room is counted. */
#include "draw/fit_text.h"
#include "draw/plot_private.h"
#include "draw/theme.h"
#include "session/format.h"

#include <stdio.h>
#include <string.h>

struct entry {
    int curve;
    int x, y;
};

struct legend {
    struct entry entries[CURVE_MAX_CURVES];
    int n, rows;
    bool brief;         /* names are short */
    int more_x, more_y; /* where the number of the others stands, if there are any */
};

/* Where the next entry goes. */
struct cursor {
    const struct plot_view *view;
    const struct rect *rect;
    int x, y, row_height, last_row; /* y of the last row there may be */
};

bool plot_has_legend(const struct plot_view *view)
{
    return view->set->n_curves > 1;
}

static int mark_width(const struct plot_view *view)
{
    return plot_px(view, 13);
}

/* How a name may be written where its mark says the rest. */
static const char *const short_names[][2] = {
    {"denoised", "den."}, {"ancestral", "anc."}, {"flow", "flow"}};

/* The curve's name; for an audience that of its mode. */
static void choose_name(const struct plot_view *view, bool brief, int curve, struct text_line *name)
{
    snprintf(name->text, sizeof name->text, "%s", view->set->curves[curve].label);
    for (size_t i = 0; view->brief && i < sizeof short_names / sizeof *short_names; i++) {
        if (strncmp(name->text, short_names[i][0], strlen(short_names[i][0])) != 0)
            continue;
        snprintf(name->text, sizeof name->text, "%s", short_names[i][brief]);
        return;
    }
}

/* A curve's name as there is room for it. */
static void fit_name(const struct plot_view *view, const struct rect *rect, bool brief, int curve,
                     struct fitted_text *fitted)
{
    int room = rect->w / (view->brief ? 1 : 2) - mark_width(view);
    struct text_line name;
    choose_name(view, brief, curve, &name);
    fit_text(view->surface, view->text, name.text, room, fitted);
}

/* Samples of other seeds have the name of the first. */
static bool is_named(const struct plot_view *view, int curve)
{
    const struct curve *own = &view->set->curves[curve];
    for (int i = 0; view->brief && i < curve; i++)
        if (view->set->curves[i].document == own->document &&
            view->set->curves[i].mode == own->mode)
            return true;
    return false;
}

/* The number of curves that are left out, and its width. */
static int more_width(const struct plot_view *view, int n, struct text_line *line)
{
    snprintf(line->text, sizeof line->text, "+%d", n);
    return surface_text_width(view->surface, view->text, line->text);
}

/* Finds room for an entry, after which `rest` others may have to be counted; false if there is
 * none.
 */
static bool place_entry(struct cursor *cursor, struct legend *legend, int curve, int rest)
{
    const struct plot_view *view = cursor->view;
    struct text_line line;
    struct fitted_text name;
    fit_name(view, cursor->rect, legend->brief, curve, &name);
    int gap = plot_px(view, 14), width = mark_width(view) + name.width;
    int right = cursor->rect->x + cursor->rect->w;
    if (cursor->x > cursor->rect->x && cursor->x + width > right &&
        cursor->y + cursor->row_height <= cursor->last_row) {
        cursor->x = cursor->rect->x;
        cursor->y += cursor->row_height;
    }
    bool last = cursor->y + cursor->row_height > cursor->last_row;
    int count = last && rest > 0 ? gap + more_width(view, rest, &line) : 0;
    if (name.width == 0 || cursor->x + width + count > right)
        return false;
    legend->entries[legend->n++] = (struct entry){curve, cursor->x, cursor->y};
    cursor->x += width + gap;
    return true;
}

static int count_names(const struct plot_view *view)
{
    int n = 0;
    for (int i = 0; i < view->set->n_curves; i++)
        n += !is_named(view, i);
    return n;
}

/* Whether it is the curve of what is shown in the active pane, or in any. */
static bool is_marked(const struct plot_view *view, int curve, bool active)
{
    for (int i = 0; i < view->n_marks; i++)
        if (view->marks[i].mode == view->set->curves[curve].mode &&
            (view->marks[i].active || !active))
            return true;
    return false;
}

#define N_RANKS 4

/* Entries of the file shown come before the others; for an audience those that it sees first. */
static int rank(const struct plot_view *view, int curve)
{
    int document = view->file ? view->file->document : CURVE_IMPORTED;
    if (view->set->curves[curve].document != document)
        return 3;
    if (view->brief && is_marked(view, curve, false))
        return is_marked(view, curve, true) ? 0 : 1;
    return 2;
}

static void place_names(struct legend *legend, const struct plot_geometry *plot,
                        const struct plot_view *view, int most_height, bool brief)
{
    struct text_line title;
    int row = plot->text_height + plot_px(view, 2);
    struct cursor cursor = {view, &plot->legend, plot->legend.x, plot->legend.y, row, 0};
    int rows = most_height / row > 1 ? most_height / row : 1, n = view->set->n_curves;
    cursor.last_row = plot->legend.y + (rows - 1) * row;
    *legend = (struct legend){.rows = 1, .brief = brief};
    plot_title(view, title.text, sizeof title.text);
    cursor.x += surface_text_width(view->surface, view->text, title.text) + plot_px(view, 16);
    bool room = true;
    for (int i = 0; i < N_RANKS * n && room; i++)
        if (rank(view, i % n) == i / n && !is_named(view, i % n))
            room = place_entry(&cursor, legend, i % n, count_names(view) - legend->n - 1);
    legend->more_x = cursor.x;
    legend->more_y = cursor.y;
    legend->rows = (cursor.y - plot->legend.y) / row + 1;
}

/* An audience is told all modes, in short forms rather than not at all. */
static void place_entries(struct legend *legend, const struct plot_geometry *plot,
                          const struct plot_view *view, int most_height)
{
    place_names(legend, plot, view, most_height, false);
    if (view->brief && legend->n < count_names(view))
        place_names(legend, plot, view, most_height, true);
}

int plot_legend_height(const struct plot_geometry *plot, const struct plot_view *view)
{
    struct legend legend;
    place_entries(&legend, plot, view, plot->legend.h);
    return legend.rows * (plot->text_height + plot_px(view, 2));
}

void plot_draw_legend(const struct plot_view *view, const struct plot_geometry *plot)
{
    struct legend legend;
    struct text_line line;
    struct fitted_text name;
    float size = 3.5F * view->scale, half = (float)plot->text_height / 2;
    place_entries(&legend, plot, view, plot->legend.h);
    for (int i = 0; i < legend.n; i++) {
        const struct entry *entry = &legend.entries[i];
        const struct curve *curve = &view->set->curves[entry->curve];
        struct point at = {(float)entry->x + size, (float)entry->y + half};
        plot_draw_mark(view->surface, curve->mode, plot_curve_colour(view, entry->curve),
                       THEME_BACKGROUND, at, size);
        fit_name(view, &plot->legend, legend.brief, entry->curve, &name);
        surface_text(view->surface, view->text, THEME_DIM, TEXT_LEFT, entry->x + mark_width(view),
                     entry->y, name.text);
    }
    int left = count_names(view) - legend.n;
    if (left == 0)
        return;
    int width = more_width(view, left, &line);
    if (legend.more_x + width <= plot->legend.x + plot->legend.w)
        surface_text(view->surface, view->text, THEME_DIM, TEXT_LEFT, legend.more_x, legend.more_y,
                     line.text);
}
