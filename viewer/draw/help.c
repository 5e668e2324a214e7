#include "draw/scene.h"
#include "draw/theme.h"
#include "session/commands.h"

#include <stdio.h>
#include <string.h>

#define MAX_ROWS 64

/* One row of the list: a binding, or a command that has none. */
struct row {
    char keys[64], command[64];
    const char *help;
};

/* "Shift+Left Keypad_+" reads better as "Shift+Left, Keypad +". */
static void format_keys(const char *keys, char *out, size_t size)
{
    size_t n = 0;
    for (; *keys && n + 3 < size; keys++) {
        if (*keys == ' ')
            out[n++] = ',';
        out[n++] = *keys == '_' ? ' ' : *keys;
    }
    out[n] = '\0';
}

static int list_rows(struct row *rows, int max, bool several_panes)
{
    int n = 0;
    for (int i = 0; i < N_COMMANDS; i++) {
        const struct viewer_command *command = &viewer_commands[i];
        const struct command_binding *binding = command->bindings;
        if (command_needs_panes((enum command_id)i) && !several_panes)
            continue;
        for (; binding < command->bindings + COMMAND_N_BINDINGS && binding->keys && n < max;
             binding++) {
            if (!binding->help)
                continue;
            struct row *row = &rows[n++];
            format_keys(binding->keys, row->keys, sizeof row->keys);
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

/* Widths of the three columns, with the gap behind the first two. */
struct columns {
    int keys, command, help;
};

static int wider(const struct scene *scene, enum text_size size, const char *text, int width)
{
    int own = surface_text_width(scene->surface, size, text);
    return own > width ? own : width;
}

static struct columns measure(const struct scene *scene, enum text_size size,
                              const struct row *rows, int n)
{
    struct columns columns = {0, 0, 0};
    int gap = layout_px(scene->layout, 24);
    for (int i = 0; i < n; i++) {
        columns.keys = wider(scene, size, rows[i].keys, columns.keys);
        columns.command = wider(scene, size, rows[i].command, columns.command);
        columns.help = wider(scene, size, rows[i].help, columns.help);
    }
    columns.keys += gap;
    columns.command += gap;
    return columns;
}

static void draw_row(const struct scene *scene, enum text_size size, const struct row *row, int x,
                     int y, const struct columns *columns)
{
    surface_text(scene->surface, size, THEME_TEXT, TEXT_LEFT, x, y, row->keys);
    x += columns->keys;
    surface_text(scene->surface, size, THEME_DIM, TEXT_LEFT, x, y, row->command);
    x += columns->command;
    surface_text(scene->surface, size, THEME_TEXT, TEXT_LEFT, x, y, row->help);
}

void draw_help(const struct scene *scene)
{
    struct row rows[MAX_ROWS];
    const struct rect *window = &scene->layout->window;
    enum text_size size = TEXT_BODY;
    int n = list_rows(rows, MAX_ROWS, scene->n_panes > 1), pad = layout_px(scene->layout, 12);
    int head = surface_text_height(scene->surface, TEXT_TITLE) + pad;
    int line = surface_text_height(scene->surface, size) + pad / 3;
    if (head + n * line + 2 * pad > window->h) {
        size = TEXT_SMALL;
        line = (window->h - head - 2 * pad) / n;
    }
    struct columns columns = measure(scene, size, rows, n);
    int x = (window->w - columns.keys - columns.command - columns.help) / 2;
    int y = (window->h - head - n * line) / 2;
    x = x < pad ? pad : x;
    surface_fill(scene->surface, window, THEME_CURTAIN);
    surface_text(scene->surface, TEXT_TITLE, THEME_ACCENT, TEXT_LEFT, x, y, "Keys and commands");
    for (int i = 0; i < n; i++)
        draw_row(scene, size, &rows[i], x, y + head + i * line, &columns);
}
