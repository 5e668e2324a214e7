#include "draw/scene.h"
#include "draw/theme.h"
#include "draw/wrap_text.h"
#include "session/commands.h"

#include <stdio.h>
#include <string.h>

#define MAX_ROWS 128

/* One row of the list: a binding, or a command that has none. */
struct row {
    char keys[64], command[64];
    const char *help;
};

/* "Shift+Left Keypad_+" reads better as "Shift+Left, Keypad +"; that a key is for presenting stands
 * with what it does. */
static void append_key(const char *key, char *out, size_t size)
{
    static const char presenting[] = "Present.";
    size_t n = strlen(out);
    if (!strncmp(key, presenting, sizeof presenting - 1))
        key += sizeof presenting - 1;
    snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", key);
    for (char *at = out + n; (at = strchr(at, '_'));)
        *at = ' ';
}

/* Without those that the surface's window lacks. Whether any is left. */
static bool format_keys(const char *keys, const char *missing, char *out, size_t size)
{
    out[0] = '\0';
    while (*keys) {
        char key[32];
        size_t length = strcspn(keys, " ");
        snprintf(key, sizeof key, "%.*s", (int)length, keys);
        if (!missing || !command_keys_contain(missing, key))
            append_key(key, out, size);
        keys += length + (keys[length] == ' ');
    }
    return out[0] != '\0';
}

static int list_rows(struct row *rows, int max, bool several_panes, const struct surface *surface)
{
    int n = 0;
    for (int i = 0; i < N_COMMANDS; i++) {
        const struct viewer_command *command = &viewer_commands[i];
        const struct command_binding *binding = command->bindings;
        if (command_needs_panes((enum command_id)i) && !several_panes)
            continue;
        for (; binding < command->bindings + COMMAND_N_BINDINGS && binding->keys && n < max;
             binding++) {
            struct row *row = &rows[n];
            if (!binding->help ||
                !format_keys(binding->keys, surface->missing_keys, row->keys, sizeof row->keys))
                continue;
            n++;
            snprintf(row->command, sizeof row->command, "%s %s", command->name, binding->arguments);
            row->help = binding->help;
        }
        if (binding == command->bindings && n < max) {
            rows[n] = (struct row){.help = command->help};
            snprintf(rows[n].command, sizeof rows[n].command, "%s %s", command->name,
                     command->usage);
            n++;
        }
    }
    return n;
}

/* ---- Forms --------------------------------------------------------------------------------- */

/* How the list is set: in columns, each a table of keys, commands and what they do, or, where that
 * is too wide, with these below each other. */
struct form {
    enum text_size size;
    int n_columns;
    bool table;
};

/* From the most to the least comfortable. */
static const struct form forms[] = {
    {TEXT_BODY, 2, true},  {TEXT_SMALL, 2, true},  {TEXT_BODY, 1, true},   {TEXT_SMALL, 3, false},
    {TEXT_SMALL, 1, true}, {TEXT_SMALL, 2, false}, {TEXT_SMALL, 1, false},
};

/* The list as it is set. */
struct page {
    struct surface *surface;
    const struct row *rows;
    int n_rows, n_lines[MAX_ROWS];
    struct form form;
    struct rect body;  /* all columns */
    int column, gap;   /* width of one, and between two */
    int keys, command; /* widths in a table, with the gap behind them */
    int line, row_gap; /* heights */
    int indent;        /* of what stands below its keys */
};

static int width_of(const struct page *page, const char *text)
{
    return surface_text_width(page->surface, page->form.size, text);
}

/* Draws texts below each other in a column of the row, if draw; returns how many lines. */
static int set_wrapped(const struct page *page, const char *text, struct colour colour, int x,
                       int y, int width, bool draw)
{
    struct text_line line;
    int n = 0;
    while (*text) {
        text = wrap_text(page->surface, page->form.size, text, width, &line);
        if (draw)
            surface_text(page->surface, page->form.size, colour, TEXT_LEFT, x, y + n * page->line,
                         line.text);
        n++;
    }
    return n;
}

static int set_table_row(const struct page *page, const struct row *row, int x, int y, bool draw)
{
    int help = page->column - page->keys - page->command;
    if (draw) {
        surface_text(page->surface, page->form.size, THEME_TEXT, TEXT_LEFT, x, y, row->keys);
        surface_text(page->surface, page->form.size, THEME_DIM, TEXT_LEFT, x + page->keys, y,
                     row->command);
    }
    return set_wrapped(page, row->help, THEME_TEXT, x + page->keys + page->command, y, help, draw);
}

/* Everything in one line, the command at its right end. */
static int set_single_row(const struct page *page, const struct row *row, int x, int y, bool draw)
{
    int help = x + width_of(page, row->keys) + page->indent;
    if (!draw)
        return 1;
    surface_text(page->surface, page->form.size, THEME_TEXT, TEXT_LEFT, x, y, row->keys);
    surface_text(page->surface, page->form.size, THEME_DIM, TEXT_LEFT, help, y, row->help);
    surface_text(page->surface, page->form.size, THEME_DIM, TEXT_RIGHT, x + page->column, y,
                 row->command);
    return 1;
}

/* Keys and command in one line if they fit into it, in small windows with what they do. */
static int set_stacked_row(const struct page *page, const struct row *row, int x, int y, bool draw)
{
    int width = width_of(page, row->keys) + page->indent + width_of(page, row->command), n = 0;
    bool together = row->keys[0] && width <= page->column;
    if (together && page->form.n_columns == 1 &&
        width + page->indent + width_of(page, row->help) <= page->column)
        return set_single_row(page, row, x, y, draw);
    n = set_wrapped(page, row->keys, THEME_TEXT, x, y, page->column, draw);
    if (together && draw)
        surface_text(page->surface, page->form.size, THEME_DIM, TEXT_RIGHT, x + page->column, y,
                     row->command);
    if (!together)
        n += set_wrapped(page, row->command, THEME_DIM, row->keys[0] ? x + page->indent : x,
                         y + n * page->line, page->column - page->indent, draw);
    return n + set_wrapped(page, row->help, row->keys[0] ? THEME_DIM : THEME_TEXT, x + page->indent,
                           y + n * page->line, page->column - page->indent, draw);
}

static int set_row(const struct page *page, const struct row *row, int x, int y, bool draw)
{
    return page->form.table ? set_table_row(page, row, x, y, draw)
                            : set_stacked_row(page, row, x, y, draw);
}

/* Draws one page of the list, or none. Returns how many there are. */
static int set_list(const struct page *page, int wanted)
{
    int x = page->body.x, y = page->body.y, column = 0, number = 0;
    for (int i = 0; i < page->n_rows; i++) {
        int height = page->n_lines[i] * page->line;
        if (y + height > page->body.y + page->body.h && y > page->body.y) {
            y = page->body.y;
            column = (column + 1) % page->form.n_columns;
            number += column == 0;
            x = page->body.x + column * (page->column + page->gap);
        }
        if (number == wanted)
            set_row(page, &page->rows[i], x, y, true);
        y += height + page->row_gap;
    }
    return number + 1;
}

static int wider(const struct page *page, const char *text, int width)
{
    int own = width_of(page, text);
    return own > width ? own : width;
}

/* False if the form is too wide for the window. */
static bool choose_form(struct page *page, const struct layout *layout, const struct form *form)
{
    int gap = layout_px(layout, 16), least = layout_px(layout, form->table ? 180 : 200);
    int title = surface_text_height(page->surface, TEXT_TITLE) + layout_px(layout, 12);
    page->form = *form;
    page->body = (struct rect){gap, gap + title, layout->window.w - 2 * gap,
                               layout->window.h - 2 * gap - title};
    page->gap = 2 * gap;
    page->indent = gap;
    page->column = (page->body.w - (form->n_columns - 1) * page->gap) / form->n_columns;
    page->line = surface_text_height(page->surface, form->size) + layout_px(layout, 1);
    page->row_gap = layout_px(layout, form->table ? 3 : 5);
    page->keys = page->command = 0;
    for (int i = 0; form->table && i < page->n_rows; i++) {
        page->keys = wider(page, page->rows[i].keys, page->keys);
        page->command = wider(page, page->rows[i].command, page->command);
    }
    page->keys += gap;
    page->command += gap;
    int room = page->column - (form->table ? page->keys + page->command : 0);
    if (room < least && (form->n_columns > 1 || form->table))
        return false;
    for (int i = 0; i < page->n_rows; i++)
        page->n_lines[i] = set_row(page, &page->rows[i], 0, 0, false);
    return true;
}

/* Makes all columns as high as each other, as far as the rows allow it. */
static void balance(struct page *page, int n_pages)
{
    int low = 1, high = page->body.h;
    while (low < high) {
        page->body.h = low + (high - low) / 2;
        if (set_list(page, -1) <= n_pages)
            high = page->body.h;
        else
            low = page->body.h + 1;
    }
    page->body.h = high;
}

/* The first form that needs one page, else one that needs the fewest. Returns how many. */
static int choose_page(struct page *page, const struct layout *layout)
{
    int fewest = 0;
    const struct form *best = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && fewest != 1; i++) {
        if (!choose_form(page, layout, &forms[i]))
            continue;
        int n = set_list(page, -1);
        if (best && n >= fewest)
            continue;
        best = &forms[i];
        fewest = n;
    }
    choose_form(page, layout, best);
    balance(page, fewest);
    return fewest;
}

int scene_help_pages(struct surface *surface, const struct layout *layout, bool several_panes)
{
    struct row rows[MAX_ROWS];
    struct page page = {.surface = surface, .rows = rows};
    page.n_rows = list_rows(rows, MAX_ROWS, several_panes, surface);
    return choose_page(&page, layout);
}

/* ---- Drawing ------------------------------------------------------------------------------- */

/* The title, and on the right which page this is and how to get to the others. */
static void draw_head(const struct scene *scene, const struct page *page, int number, int n_pages)
{
    int y = layout_px(scene->layout, 16), right = page->body.x + page->body.w;
    int title = surface_text_height(scene->surface, TEXT_TITLE);
    int text = surface_text_height(scene->surface, TEXT_SMALL);
    const char *name = "Keys and commands";
    struct text_line line;
    snprintf(line.text, sizeof line.text, "%d of %d  ·  %s", number + 1, n_pages,
             number == 0             ? "H: next"
             : number + 1 == n_pages ? "PageUp: back"
                                     : "PageUp, PageDown");
    if (n_pages > 1) {
        surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, right,
                     y + (title - text) / 2, line.text);
        right -= surface_text_width(scene->surface, TEXT_SMALL, line.text) + page->gap / 2;
    }
    if (surface_text_width(scene->surface, TEXT_TITLE, name) > right - page->body.x)
        name = "Keys";
    surface_text(scene->surface, TEXT_TITLE, THEME_ACCENT, TEXT_LEFT, page->body.x, y, name);
}

void draw_help(const struct scene *scene)
{
    struct row rows[MAX_ROWS];
    struct page page = {.surface = scene->surface, .rows = rows};
    page.n_rows = list_rows(rows, MAX_ROWS, scene->n_panes > 1, scene->surface);
    int n_pages = choose_page(&page, scene->layout);
    int number = scene->help_page < n_pages ? scene->help_page : n_pages - 1;
    surface_fill(scene->surface, &scene->layout->window, THEME_CURTAIN);
    draw_head(scene, &page, number, n_pages);
    set_list(&page, number);
}
