#include "session/remembered.h"
#include "session/remembered_file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Each line is for a file: its mark of 16 digits, a blank, its path, a tab, and what is remembered.
 * The newest are first. */
static const struct remembered_place place = {"XDG_STATE_HOME", ".local/state", "viewer-positions"};

static const char heading[] = "# Where uqd-view left its files, the last one first.\n";

enum { MARK_DIGITS = 16, MAX_SIZE = 1 << 20 };

struct position {
    char path[PATH_MAX];
    uint64_t mark;
    char lines[REMEMBERED_LINES_SIZE];
};

uint64_t remembered_mark(const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    uint64_t mark = 0xcbf29ce484222325; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        mark = (mark ^ byte[i]) * 0x100000001b3;
    return mark;
}

static bool parse_mark(const char *text, uint64_t *mark)
{
    char digits[MARK_DIGITS + 1];
    snprintf(digits, sizeof digits, "%.*s", MARK_DIGITS, text);
    *mark = strtoull(digits, NULL, 16);
    return strspn(digits, "0123456789abcdef") == MARK_DIGITS;
}

static bool parse_line(const char *line, size_t length, struct position *position)
{
    const char *tab = memchr(line, '\t', length), *path = line + MARK_DIGITS + 1;
    if (!tab || tab < path || path[-1] != ' ' || !parse_mark(line, &position->mark))
        return false;
    return remembered_parse(path, (size_t)(tab - path), position->path, sizeof position->path) &&
           remembered_parse(tab + 1, (size_t)(line + length - tab - 1), position->lines,
                            sizeof position->lines);
}

/* Fills in what the file is found by. False if it has no such name. */
static bool identify(const char *path, uint64_t mark, struct position *position)
{
    char *whole = realpath(path, NULL);
    if (!whole || strlen(whole) >= sizeof position->path) {
        free(whole);
        return false;
    }
    memcpy(position->path, whole, strlen(whole) + 1);
    position->mark = mark;
    position->lines[0] = '\0';
    free(whole);
    return true;
}

char *remembered_load_position(const char *path, uint64_t mark)
{
    struct position wanted, position;
    char *text = identify(path, mark, &wanted) ? remembered_read(&place) : NULL, *found = NULL;
    const char *at = text ? text : "", *line;
    size_t length;
    while (!found && remembered_next_line(&at, &line, &length))
        if (parse_line(line, length, &position) && strcmp(position.path, wanted.path) == 0 &&
            position.mark == mark)
            found = strdup(position.lines);
    free(text);
    return found;
}

static void print_position(FILE *out, const struct position *position)
{
    fprintf(out, "%016" PRIx64 " ", position->mark);
    remembered_print(out, position->path);
    fputc('\t', out);
    remembered_print(out, position->lines);
    fputc('\n', out);
}

/* What is saved now comes first, and the oldest go; nothing is written that would not be read. */
static void change_positions(FILE *out, const char *old, const void *cookie)
{
    const struct position *new = cookie;
    struct position position;
    const char *line;
    size_t length;
    int n = new->lines[0] != '\0';
    fputs(heading, out);
    if (n > 0)
        print_position(out, new);
    while (n < REMEMBERED_MAX_POSITIONS && remembered_next_line(&old, &line, &length)) {
        if (!parse_line(line, length, &position) || strcmp(position.path, new->path) == 0)
            continue;
        if (ftell(out) + (long)length + 1 > MAX_SIZE)
            return;
        fprintf(out, "%.*s\n", (int)length, line);
        n++;
    }
}

void remembered_save_position(const char *path, uint64_t mark, const char *lines)
{
    struct position position;
    if (strlen(lines) >= sizeof position.lines || !identify(path, mark, &position))
        return;
    memcpy(position.lines, lines, strlen(lines) + 1);
    remembered_update(&place, change_positions, &position);
}
