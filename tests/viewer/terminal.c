#include "terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static const unsigned marks[] = {0x305, 0x30d, 0x30e, 0x310, 0x312, 0x33d, 0x33e, 0x33f,
                                 0x346, 0x34a, 0x34b, 0x34c, 0x350, 0x351, 0x352, 0x357};

void terminal_open(struct terminal *terminal, int columns, int rows, int cell_width,
                   int cell_height)
{
    size_t n = (size_t)columns * (size_t)rows;
    *terminal = (struct terminal){.columns = columns,
                                  .rows = rows,
                                  .cell_width = cell_width,
                                  .cell_height = cell_height,
                                  .cells = calloc(n, sizeof *terminal->cells),
                                  .pixels = calloc(n * (size_t)(cell_width * cell_height), 4)};
    assert_non_null(terminal->cells);
    assert_non_null(terminal->pixels);
}

void terminal_close(struct terminal *terminal)
{
    for (int i = 0; i < TERMINAL_IMAGES; i++)
        free(terminal->images[i]);
    free(terminal->cells);
    free(terminal->pixels);
    free(terminal->data);
}

uint32_t terminal_colour(unsigned index)
{
    static const uint32_t levels[] = {0, 95, 135, 175, 215, 255};
    assert_in_range(index, 16, 255);
    if (index >= 232)
        return 0x10101 * (8 + 10 * (index - 232));
    index -= 16;
    return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

static uint32_t *pixel_at(const struct terminal *terminal, int x, int y)
{
    int width = terminal->columns * terminal->cell_width;
    assert_in_range(x, 0, width - 1);
    assert_in_range(y, 0, terminal->rows * terminal->cell_height - 1);
    return &terminal->pixels[y * width + x];
}

/* ---- Kitty --------------------------------------------------------------------------------- */

static int key(const char *keys, char name)
{
    char sought[4] = {name, '=', 0};
    const char *at = !strncmp(keys, sought, 2) ? keys : NULL;
    if (!at) {
        char inner[5] = {',', name, '=', 0};
        at = strstr(keys, inner);
        at = at ? at + 1 : NULL;
    }
    return at ? at[2] >= '0' && at[2] <= '9' ? atoi(at + 2) : at[2] : 0;
}

static size_t from_base64(const char *text, size_t size, uint8_t *data)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    uint32_t bits = 0;
    assert_int_equal(size % 4, 0);
    for (size_t i = 0; i < size; i++) {
        const char *digit = text[i] == '=' ? digits : strchr(digits, text[i]);
        assert_non_null(digit);
        bits = bits << 6 | (uint32_t)(digit - digits);
        for (int j = 2; i % 4 == 3 && j >= 0; j--)
            data[n++] = (uint8_t)(bits >> (8 * j));
    }
    return n;
}

static void show_image(struct terminal *terminal)
{
    const char *keys = terminal->keys;
    int width = key(keys, 's'), height = key(keys, 'v');
    uLongf size = (uLongf)(width * height * 3);
    uint8_t *packed = malloc(terminal->data_size + 3), *rgb = malloc(size);
    assert_non_null(packed);
    assert_non_null(rgb);
    assert_int_equal(key(keys, 'f'), 24);
    assert_int_equal(key(keys, 'o'), 'z');
    assert_int_equal(key(keys, 'q'), 2);
    assert_int_equal(key(keys, 'c') * terminal->cell_width, width);
    assert_int_equal(key(keys, 'r') * terminal->cell_height, height);
    size_t packed_size = from_base64(terminal->data, terminal->data_size, packed);
    assert_int_equal(uncompress(rgb, &size, packed, packed_size), Z_OK);
    assert_int_equal(size, width * height * 3);
    terminal->n_images++;
    int number = key(keys, 'i');
    if (key(keys, 'U')) {
        assert_in_range(number, 1, TERMINAL_IMAGES - 1);
        free(terminal->images[number]);
        terminal->images[number] = rgb;
        terminal->image_widths[number] = width;
    } else {
        assert_int_equal(key(keys, 'C'), 1);
        for (int i = 0; i < width * height; i++)
            *pixel_at(terminal, terminal->column * terminal->cell_width + i % width,
                      terminal->row * terminal->cell_height + i / width) =
                (uint32_t)rgb[3 * i] << 16 | (uint32_t)rgb[3 * i + 1] << 8 | rgb[3 * i + 2];
        free(rgb);
    }
    free(packed);
}

static void take_kitty(struct terminal *terminal, const char *text, size_t size)
{
    char keys[256];
    const char *data = memchr(text, ';', size);
    size_t length = data ? (size_t)(data - text) : size;
    assert_true(length < sizeof keys);
    memcpy(keys, text, length);
    keys[length] = '\0';
    if (key(keys, 'a') == 'q')
        return;
    if (key(keys, 'a') == 'd') {
        terminal->n_deleted++;
        return;
    }
    if (key(keys, 'a') == 'T') {
        memcpy(terminal->keys, keys, sizeof keys);
        terminal->data_size = 0;
    }
    assert_non_null(data);
    size_t n = size - length - 1;
    assert_true(n <= 4096);
    terminal->data = realloc(terminal->data, terminal->data_size + n);
    assert_non_null(terminal->data);
    memcpy(terminal->data + terminal->data_size, data + 1, n);
    terminal->data_size += n;
    if (key(keys, 'm') == 0)
        show_image(terminal);
}

/* ---- Sixels -------------------------------------------------------------------------------- */

struct sixels {
    uint32_t palette[256];
    unsigned colour;
    int x, y, width, height;
};

static void set_colour(struct sixels *sixels, const char **text)
{
    unsigned index, r, g, b;
    int n = 0;
    if (sscanf(*text, "#%u;2;%u;%u;%u%n", &index, &r, &g, &b, &n) == 4 && n > 0) {
        assert_true(index < 256 && r <= 100 && g <= 100 && b <= 100);
        sixels->palette[index] =
            (r * 255 + 50) / 100 << 16 | (g * 255 + 50) / 100 << 8 | (b * 255 + 50) / 100;
    } else {
        assert_int_equal(sscanf(*text, "#%u%n", &index, &n), 1);
        assert_true(index < 256);
        sixels->colour = index;
    }
    *text += n;
}

static void put_sixels(struct terminal *terminal, struct sixels *sixels, char sixel, int count)
{
    assert_in_range(sixel, '?', '~');
    for (; count > 0; count--, sixels->x++)
        for (int bit = 0; bit < 6; bit++)
            if ((sixel - '?') >> bit & 1) {
                assert_true(sixels->x < sixels->width && sixels->y + bit < sixels->height);
                *pixel_at(terminal, terminal->column * terminal->cell_width + sixels->x,
                          terminal->row * terminal->cell_height + sixels->y + bit) =
                    sixels->palette[sixels->colour];
            }
}

/* Sixels take the place of letters. */
static void clear_cells(struct terminal *terminal, const struct sixels *sixels)
{
    for (int y = 0; y < sixels->height; y += terminal->cell_height)
        for (int x = 0; x < sixels->width; x += terminal->cell_width)
            terminal->cells[(terminal->row + y / terminal->cell_height) * terminal->columns +
                            terminal->column + x / terminal->cell_width] =
                (struct terminal_cell){0};
}

static void take_sixels(struct terminal *terminal, const char *text)
{
    struct sixels sixels = {0};
    int n = 0;
    assert_int_equal(sscanf(text, "0;1;0q\"1;1;%d;%d%n", &sixels.width, &sixels.height, &n), 2);
    clear_cells(terminal, &sixels);
    /* A terminal may scroll when an image touches its last row. */
    assert_true(terminal->row * terminal->cell_height + sixels.height <=
                (terminal->rows - 1) * terminal->cell_height);
    terminal->n_images++;
    for (text += n; *text;) {
        int count = 1;
        if (*text == '#') {
            set_colour(&sixels, &text);
            continue;
        }
        if (*text == '$' || *text == '-') {
            sixels.x = 0;
            sixels.y += *text++ == '-' ? 6 : 0;
            continue;
        }
        if (*text == '!')
            count = (int)strtol(text + 1, (char **)&text, 10);
        put_sixels(terminal, &sixels, *text++, count);
    }
}

/* ---- Sequences ----------------------------------------------------------------------------- */

static void set_style(struct terminal *terminal, const char *text)
{
    struct terminal_cell *style = &terminal->style;
    while (*text) {
        unsigned kind, a, b, c, what = (unsigned)strtoul(text, (char **)&text, 10);
        int n = 0;
        text += *text == ';';
        if (what == 0)
            *style = (struct terminal_cell){0};
        else if (what == 1)
            style->bold = true;
        else if (what == 7)
            style->reverse = true;
        else {
            assert_true(what == 38 || what == 48);
            uint32_t colour;
            unsigned index = 0;
            if (sscanf(text, "%u;%u;%u;%u%n", &kind, &a, &b, &c, &n) == 4 && kind == 2) {
                assert_true(a < 256 && b < 256 && c < 256);
                colour = index = a << 16 | b << 8 | c;
            } else {
                assert_int_equal(sscanf(text, "5;%u%n", &index, &n), 1);
                colour = index < 16 ? 0 : terminal_colour(index);
            }
            text += n + (text[n] == ';');
            *(what == 38 ? &style->fg : &style->bg) = colour;
            *(what == 38 ? &style->coloured : &style->grounded) = true;
            if (what == 38)
                style->image = index;
        }
    }
}

static void set_mode(struct terminal *terminal, const char *text, bool on)
{
    switch (atoi(text + 1)) {
    case 1049:
        terminal->alternate = on;
        break;
    case 25:
        terminal->cursor_hidden = !on;
        break;
    case 7:
        terminal->lines_cut = !on;
        break;
    case 1003:
        terminal->pointer_told = on;
        break;
    case 2004:
        terminal->paste_marked = on;
        break;
    case 1006:
    case 2026:
        break;
    default:
        fail_msg("mode %s", text);
    }
}

static void take_csi(struct terminal *terminal, const char *text, char final)
{
    int row, column;
    if (final == 'm') {
        set_style(terminal, *text ? text : "0");
    } else if (final == 'H') {
        assert_int_equal(sscanf(text, "%d;%d", &row, &column), 2);
        assert_true(row >= 1 && row <= terminal->rows && column >= 1 &&
                    column <= terminal->columns);
        terminal->row = row - 1;
        terminal->column = column - 1;
    } else if (final == 'J') {
        memset(terminal->cells, 0,
               sizeof *terminal->cells * (size_t)(terminal->columns * terminal->rows));
    } else if (final == 'h' || final == 'l') {
        set_mode(terminal, text, final == 'h');
    } else if (!strchr("tucp", final)) {
        fail_msg("sequence %s%c", text, final);
    }
}

/* The end of a string that begins there: behind an escape and a backslash. */
static const char *find_end(const char *text, const char *end)
{
    while (text + 1 < end && !(text[0] == 27 && text[1] == '\\'))
        text += text[0] == 27 && text[1] == 27 ? 2 : 1;
    assert_true(text + 1 < end);
    return text;
}

static void take_string(struct terminal *terminal, char kind, const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (kind == '_' && copy[0] == 'G') {
        take_kitty(terminal, copy + 1, size - 1);
    } else if (kind == 'P' && !strncmp(copy, "tmux;", 5)) {
        size_t n = 0;
        for (size_t i = 5; i < size; i++) {
            copy[n++] = copy[i];
            i += copy[i] == 27;
        }
        terminal_take(terminal, copy, n);
    } else if (kind == 'P' && strspn(copy, "+$") > 0) {
        /* A question. */
    } else if (kind == 'P') {
        take_sixels(terminal, copy);
    } else {
        assert_true(kind == ']' && !strncmp(copy, "2;", 2));
        snprintf(terminal->title, sizeof terminal->title, "%s", copy + 2);
    }
    free(copy);
}

/* ---- Letters ------------------------------------------------------------------------------- */

static int mark_index(uint32_t letter)
{
    for (int i = 0; i < 16; i++)
        if (marks[i] == letter)
            return i;
    return -1;
}

static void put_letter(struct terminal *terminal, uint32_t letter)
{
    int mark = mark_index(letter);
    struct terminal_cell *cells = terminal->cells + terminal->row * terminal->columns;
    if (mark >= 0) {
        struct terminal_cell *cell = &cells[terminal->column - 1];
        assert_int_equal(cell->letter, 0x10eeee);
        *(cell->image_row < 0 ? &cell->image_row : &cell->image_column) = mark;
        return;
    }
    assert_true(letter >= 0x20 && letter != 0x7f);
    assert_in_range(terminal->column, 0, terminal->columns - 1);
    assert_in_range(terminal->row, 0, terminal->rows - 1);
    struct terminal_cell *cell = &cells[terminal->column++];
    *cell = terminal->style;
    cell->letter = letter;
    cell->image_row = cell->image_column = -1;
    /* The only wide ones that the tests use. */
    if (letter >= 0x4e00 && letter < 0xa000) {
        assert_true(terminal->column < terminal->columns);
        cells[terminal->column++] = (struct terminal_cell){0};
    }
}

static const char *take_letter(struct terminal *terminal, const char *text)
{
    unsigned char byte = (unsigned char)*text++;
    int n = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    uint32_t letter = n > 0 ? byte & (0x3fu >> n) : byte;
    for (; n > 0; n--)
        letter = letter << 6 | ((unsigned char)*text++ & 0x3f);
    if (letter == '\n') {
        terminal->row++;
        terminal->column = 0;
    } else {
        put_letter(terminal, letter);
    }
    return text;
}

void terminal_take(struct terminal *terminal, const void *bytes, size_t size)
{
    const char *text = bytes, *end = text + size;
    while (text < end) {
        if (*text != 27) {
            text = take_letter(terminal, text);
        } else if (text[1] == '[') {
            char parameters[64];
            size_t n = strcspn(text + 2, "ABCDHJhlmtucp");
            assert_true(n < sizeof parameters);
            memcpy(parameters, text + 2, n);
            parameters[n] = '\0';
            take_csi(terminal, parameters, text[2 + n]);
            text += n + 3;
        } else if (text[1] == '\\') {
            text += 2;
        } else {
            const char *stop = find_end(text + 2, end);
            take_string(terminal, text[1], text + 2, (size_t)(stop - text - 2));
            text = stop + 2;
        }
    }
}

/* ---- Looking ------------------------------------------------------------------------------- */

uint32_t terminal_pixel(const struct terminal *terminal, int x, int y)
{
    int column = x / terminal->cell_width, row = y / terminal->cell_height;
    int inner_x = x % terminal->cell_width, inner_y = y % terminal->cell_height;
    const struct terminal_cell *cell = &terminal->cells[row * terminal->columns + column];
    if (cell->letter == 0x10eeee) {
        assert_true(cell->image_row >= 0 && cell->image_column >= 0);
        assert_non_null(terminal->images[cell->image]);
        int at_x = cell->image_column * terminal->cell_width + inner_x;
        int at_y = cell->image_row * terminal->cell_height + inner_y;
        const uint8_t *rgb =
            terminal->images[cell->image] + 3 * (at_y * terminal->image_widths[cell->image] + at_x);
        return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    }
    if (cell->letter == 0x2580 && inner_y < terminal->cell_height / 2)
        return cell->fg;
    if (cell->grounded)
        return cell->bg;
    return *pixel_at(terminal, x, y);
}

void terminal_row(const struct terminal *terminal, int row, char *text, size_t size)
{
    size_t n = 0;
    assert_true((size_t)terminal->columns < size);
    for (int column = 0; column < terminal->columns; column++) {
        uint32_t letter = terminal->cells[row * terminal->columns + column].letter;
        text[n++] = letter == 0 ? ' ' : letter < 0x80 ? (char)letter : '?';
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
}

bool terminal_says(const struct terminal *terminal, const char *text)
{
    char row[1024];
    bool found = false;
    for (int i = 0; i < terminal->rows; i++) {
        terminal_row(terminal, i, row, sizeof row);
        found |= strstr(row, text) != NULL;
    }
    return found;
}
