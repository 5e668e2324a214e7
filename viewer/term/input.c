#include "term/input.h"

#include "term/key_names.h"

#include <stdio.h>
#include <string.h>

#define DOUBLE_CLICK 400 /* milliseconds */

enum taken { TAKEN_NOTHING, TAKEN_SILENTLY, TAKEN_INPUT };

size_t term_input_feed(struct term_input *input, const char *bytes, size_t size)
{
    size_t room = sizeof input->bytes - input->size;
    size = size < room ? size : room;
    memcpy(input->bytes + input->size, bytes, size);
    input->size += size;
    return size;
}

static void drop(struct term_input *input, size_t n)
{
    input->size -= n;
    memmove(input->bytes, input->bytes + n, input->size);
}

/* ---- Pointer ------------------------------------------------------------------------------- */

static void point_to(struct term_input *input, int x, int y, struct input *next)
{
    next->x = x;
    next->y = y;
    next->dx = input->pointed ? (float)(x - input->x) : 0;
    next->dy = input->pointed ? (float)(y - input->y) : 0;
    input->pointed = true;
    input->x = x;
    input->y = y;
}

static void press(struct term_input *input, uint64_t now, struct input *next)
{
    bool again = input->clicks > 0 && now - input->press_time < DOUBLE_CLICK &&
                 input->press_x == next->x && input->press_y == next->y;
    input->clicks = again ? input->clicks + 1 : 1;
    input->press_x = next->x;
    input->press_y = next->y;
    input->press_time = now;
    input->pressed = true;
    next->type = INPUT_PRESS;
    next->clicks = input->clicks;
}

/* "<0;12;7M": what, column and row; M for a press or a motion, m for a release. */
static enum taken take_mouse(struct term_input *input, const char *text, char final, uint64_t now,
                             struct input *next)
{
    int what, column, row;
    if (sscanf(text, "<%d;%d;%d", &what, &column, &row) != 3 || column < 1 || row < 1 ||
        column > 10000 || row > 10000)
        return TAKEN_SILENTLY;
    point_to(input, (column - 1) * input->cell_width + input->cell_width / 2,
             (row - 1) * input->cell_height + input->cell_height / 2, next);
    bool main_button = (what & 3) == 0;
    if (what & 64) {
        if ((what & 3) > 1)
            return TAKEN_SILENTLY;
        next->type = INPUT_WHEEL;
        next->turn = main_button ? 1 : -1;
    } else if (what & 32) {
        next->type = INPUT_MOTION;
    } else if (main_button && final == 'M') {
        press(input, now, next);
    } else if (main_button && input->pressed) {
        input->pressed = false;
        next->type = INPUT_RELEASE;
    } else {
        return TAKEN_SILENTLY;
    }
    return TAKEN_INPUT;
}

/* ---- Sequences ----------------------------------------------------------------------------- */

/* Behind an escape and a bracket: parameters and a final byte. */
static enum taken take_csi(struct term_input *input, uint64_t now, bool all, struct input *next)
{
    char text[64];
    size_t n = 2, length;
    while (n < input->size && input->bytes[n] >= 0x20 && input->bytes[n] < 0x40)
        n++;
    if (n == input->size && !all)
        return n < sizeof input->bytes ? TAKEN_NOTHING : (drop(input, n), TAKEN_SILENTLY);
    char final = n < input->size ? input->bytes[n] : 0;
    length = n - 2 < sizeof text ? n - 2 : 0;
    memcpy(text, input->bytes + 2, length);
    text[length] = '\0';
    drop(input, n < input->size ? n + 1 : n);
    if (text[0] == '<' && (final == 'M' || final == 'm'))
        return take_mouse(input, text, final, now, next);
    if (!strcmp(text, "200") && final == '~') {
        input->pasting = true;
        input->paste_size = 0;
        return TAKEN_SILENTLY;
    }
    return key_of_sequence(text, final, next) ? TAKEN_INPUT : TAKEN_SILENTLY;
}

/* How answers to strings begin that are asked for. */
static bool is_asked_for(const struct term_input *input)
{
    char kind = input->bytes[1], first = input->size > 2 ? input->bytes[2] : 0;
    return (kind == '_' && first == 'G') || (kind == 'P' && (first == '0' || first == '1'));
}

/* An answer that came late: it ends with an escape and a backslash, or a bell. Without such an end
 * it is a key with Alt and what was typed after it. */
static enum taken take_string(struct term_input *input, bool all, struct input *next)
{
    char second = input->bytes[1];
    for (size_t n = 2; n < input->size; n++) {
        bool bell = input->bytes[n] == 7;
        if (bell || (input->bytes[n] == '\\' && input->bytes[n - 1] == 27)) {
            drop(input, n + 1);
            return TAKEN_SILENTLY;
        }
    }
    if (!all && input->size < sizeof input->bytes)
        return TAKEN_NOTHING;
    if (is_asked_for(input)) {
        input->size = 0;
        return TAKEN_SILENTLY;
    }
    drop(input, 2);
    return key_of_character(second, true, next) ? TAKEN_INPUT : TAKEN_SILENTLY;
}

static enum taken take_escape(struct term_input *input, uint64_t now, bool all, struct input *next)
{
    char second = input->size > 1 ? input->bytes[1] : 0;
    if (input->size == 1 || second == 27) {
        if (input->size == 1 && !all)
            return TAKEN_NOTHING;
        drop(input, 1);
        key_of_character(27, false, next);
        return TAKEN_INPUT;
    }
    if (second == '[')
        return take_csi(input, now, all, next);
    if (second && strchr("_P]^", second))
        return take_string(input, all, next);
    if (second == 'O') {
        if (input->size < 3 && !all)
            return TAKEN_NOTHING;
        char final = input->size < 3 ? 0 : input->bytes[2];
        drop(input, input->size < 3 ? 2 : 3);
        return key_of_sequence("", final, next) ? TAKEN_INPUT : TAKEN_SILENTLY;
    }
    drop(input, 2);
    return key_of_character(second, true, next) ? TAKEN_INPUT : TAKEN_SILENTLY;
}

/* ---- Paste --------------------------------------------------------------------------------- */

static enum taken end_line(struct term_input *input, struct input *next)
{
    size_t size = input->paste_size;
    input->paste_size = 0;
    if (size == 0 || size >= sizeof input->paste)
        return TAKEN_SILENTLY;
    input->paste[size] = '\0';
    term_input_path(input->paste);
    memcpy(next->path, input->paste, strlen(input->paste) + 1);
    next->type = INPUT_DROP;
    return next->path[0] ? TAKEN_INPUT : TAKEN_SILENTLY;
}

static enum taken take_pasted(struct term_input *input, bool all, struct input *next)
{
    static const char end[] = "\33[201~";
    size_t length = sizeof end - 1, n = input->size < length ? input->size : length;
    char byte = input->bytes[0];
    if (!memcmp(input->bytes, end, n) && (n == length || !all)) {
        if (n < length)
            return TAKEN_NOTHING;
        drop(input, length);
        input->pasting = false;
        return end_line(input, next);
    }
    drop(input, 1);
    if (byte == '\r' || byte == '\n')
        return end_line(input, next);
    if (input->paste_size < sizeof input->paste)
        input->paste[input->paste_size++] = byte;
    return TAKEN_SILENTLY;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "%20" becomes a blank. */
static void unescape_uri(const char *from, char *to)
{
    while (*from) {
        int high = *from == '%' ? digit(from[1]) : -1;
        int low = high >= 0 ? digit(from[2]) : -1;
        if (low >= 0 && high + low > 0) {
            *to++ = (char)(high << 4 | low);
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

void term_input_path(char *line)
{
    char *from = line, *to = line, quote = 0;
    size_t n = strlen(line);
    while (n > 0 && line[n - 1] == ' ')
        line[--n] = '\0';
    from += strspn(from, " ");
    if (!strncmp(from, "file:///", 8)) {
        unescape_uri(from + 7, line);
        return;
    }
    for (; *from; from++) {
        if (quote ? *from == quote : *from == '\'' || *from == '"')
            quote = quote ? 0 : *from;
        else if (*from == '\\' && quote != '\'' && from[1])
            *to++ = *++from;
        else
            *to++ = *from;
    }
    *to = '\0';
}

/* ---- All ----------------------------------------------------------------------------------- */

static enum taken take(struct term_input *input, uint64_t now, bool all, struct input *next)
{
    if (input->pasting)
        return take_pasted(input, all, next);
    if (input->bytes[0] == 27)
        return take_escape(input, now, all, next);
    char byte = input->bytes[0];
    drop(input, 1);
    return key_of_character(byte, false, next) ? TAKEN_INPUT : TAKEN_SILENTLY;
}

bool term_input_next(struct term_input *input, uint64_t now, bool all, struct input *next)
{
    *next = (struct input){.type = INPUT_NONE};
    while (input->size > 0) {
        enum taken taken = take(input, now, all, next);
        if (taken != TAKEN_SILENTLY)
            return taken == TAKEN_INPUT;
    }
    return false;
}
