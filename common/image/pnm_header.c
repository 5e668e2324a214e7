#include "pnm_header.h"

#include "plural.h"

#include <ctype.h>
#include <string.h>

enum { MAX_DIGITS = 9, MAX_LINE = 256, MAX_MAXVAL = 65535 };

static int is_damaged(const struct image_input *input)
{
    return message_set(input->message, "%s: the header of the picture is damaged", input->name);
}

static int check_maxval(const struct image_input *input, uint64_t maxval)
{
    if (maxval >= 1 && maxval <= MAX_MAXVAL)
        return 0;
    return message_set(input->message, "%s: its largest value is %llu, and not 1 to %d",
                       input->name, (unsigned long long)maxval, MAX_MAXVAL);
}

/* ---- Numbers and comments ------------------------------------------------------------------ */

static int is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

size_t pnm_skip_space(const struct image_input *input, size_t at)
{
    while (at < input->size && (isspace(input->data[at]) || input->data[at] == '#')) {
        if (input->data[at] == '#')
            while (at < input->size && !is_line_end(input->data[at]))
                at++;
        else
            at++;
    }
    return at;
}

size_t pnm_read_number(const struct image_input *input, size_t at, uint64_t *number)
{
    size_t begin = at = pnm_skip_space(input, at);
    *number = 0;
    while (at < input->size && isdigit(input->data[at]) && at - begin <= MAX_DIGITS)
        *number = *number * 10 + (input->data[at++] - '0');
    return at - begin < 1 || at - begin > MAX_DIGITS ? 0 : at;
}

/* The one byte of space that ends the header; a comment stands for the end of its line. Returns the
 * position behind it, 0 if there is none. */
static size_t skip_delimiter(const struct image_input *input, size_t at)
{
    if (at < input->size && input->data[at] == '#')
        while (at < input->size && !is_line_end(input->data[at]))
            at++;
    return at < input->size && isspace(input->data[at]) ? at + 1 : 0;
}

/* ---- P1 to P6 ------------------------------------------------------------------------------ */

static int read_numbers(const struct image_input *input, struct pnm_header *header)
{
    uint64_t maxval = 1;
    uint64_t *const numbers[] = {&header->width, &header->height, &maxval};
    unsigned kind = input->data[1] - '0', n = kind == 1 || kind == 4 ? 2 : 3;
    size_t at = 2;
    header->is_plain = kind <= 3;
    header->is_bitmap = n == 2;
    header->channels = kind % 3 == 0 ? 3 : 1;
    for (unsigned i = 0; i < n; i++)
        if ((at = pnm_read_number(input, at, numbers[i])) == 0)
            return is_damaged(input);
    header->end = skip_delimiter(input, at);
    if (header->end == 0)
        return is_damaged(input);
    header->maxval = (unsigned)maxval;
    return check_maxval(input, maxval);
}

/* ---- P7 ------------------------------------------------------------------------------------ */

/* What a PAM file says line by line; 0 is what it does not say. */
struct pam {
    uint64_t width, height, depth, maxval;
    char tuple_type[MAX_LINE];
};

static const struct {
    const char *name;
    uint32_t channels;
} tuple_types[] = {
    {"BLACKANDWHITE", 1},       {"GRAYSCALE", 1},       {"RGB", 3},
    {"BLACKANDWHITE_ALPHA", 2}, {"GRAYSCALE_ALPHA", 2}, {"RGB_ALPHA", 4},
};

/* Copies the next line without its end. Returns the position behind it, 0 if there is none or it is
 * too long. */
static size_t take_line(const struct image_input *input, size_t at, char line[MAX_LINE])
{
    const uint8_t *begin = input->data + at, *end = memchr(begin, '\n', input->size - at);
    if (!end || end - begin >= MAX_LINE)
        return 0;
    memcpy(line, begin, (size_t)(end - begin));
    line[end - begin] = 0;
    return at + (size_t)(end - begin) + 1;
}

static size_t skip_line(const struct image_input *input, size_t at)
{
    const uint8_t *end = memchr(input->data + at, '\n', input->size - at);
    return end ? (size_t)(end - input->data) + 1 : 0;
}

/* The value of a line: the number, or the text for TUPLTYPE. -1 if there is no such keyword. */
static int set_value(struct pam *pam, const char *keyword, const char *text)
{
    static const char *const keywords[] = {"WIDTH", "HEIGHT", "DEPTH", "MAXVAL"};
    uint64_t *const numbers[] = {&pam->width, &pam->height, &pam->depth, &pam->maxval};
    size_t n_digits = strspn(text, "0123456789");
    if (strcmp(keyword, "TUPLTYPE") == 0) {
        strcpy(pam->tuple_type, text);
        return 0;
    }
    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(keyword, keywords[i]) != 0)
            continue;
        if (n_digits < 1 || n_digits > MAX_DIGITS || text[n_digits])
            return -1;
        *numbers[i] = 0;
        for (; *text; text++)
            *numbers[i] = *numbers[i] * 10 + (uint64_t)(*text - '0');
        return 0;
    }
    return -1;
}

/* Cuts a line into its keyword and its value, neither with space around it. */
static char *cut_line(char *line, char **value)
{
    char *keyword = line + strspn(line, " \t\r\v\f");
    char *end = line + strlen(line);
    while (end > keyword && isspace((uint8_t)end[-1]))
        *--end = 0;
    *value = keyword + strcspn(keyword, " \t\v\f");
    if (**value)
        *(*value)++ = 0;
    *value += strspn(*value, " \t\v\f");
    return keyword;
}

/* Reads the lines. Returns the position behind ENDHDR, 0 if they are damaged. */
static size_t read_lines(const struct image_input *input, struct pam *pam)
{
    char line[MAX_LINE], *value;
    size_t at = skip_line(input, 2);
    while (at != 0) {
        if (at < input->size && input->data[at] == '#') {
            at = skip_line(input, at);
            continue;
        }
        at = take_line(input, at, line);
        if (at == 0)
            return 0;
        char *keyword = cut_line(line, &value);
        if (strcmp(keyword, "ENDHDR") == 0)
            return at;
        if (*keyword && set_value(pam, keyword, value) < 0)
            return 0;
    }
    return 0;
}

/* Without a tuple type the number of samples tells what they are. */
static int check_tuples(const struct image_input *input, const struct pam *pam,
                        struct pnm_header *header)
{
    uint32_t channels = pam->depth <= 4 ? (uint32_t)pam->depth : 0;
    if (pam->tuple_type[0]) {
        channels = 0;
        for (size_t i = 0; i < sizeof tuple_types / sizeof *tuple_types; i++)
            if (strcmp(pam->tuple_type, tuple_types[i].name) == 0)
                channels = tuple_types[i].channels;
        if (channels == 0)
            return message_set(input->message, "%s: the tuple type %.64s is not supported",
                               input->name, pam->tuple_type);
    }
    if (channels == 0 || pam->depth != channels)
        return message_set(input->message,
                           "%s: %llu sample%s per pixel %s not what a picture in grey or RGB has",
                           input->name, (unsigned long long)pam->depth, plural(pam->depth),
                           plural_are(pam->depth));
    header->channels = channels;
    return 0;
}

static int read_pam(const struct image_input *input, struct pnm_header *header)
{
    struct pam pam = {0};
    header->end = read_lines(input, &pam);
    if (header->end == 0)
        return is_damaged(input);
    header->width = pam.width;
    header->height = pam.height;
    header->maxval = (unsigned)pam.maxval;
    if (check_maxval(input, pam.maxval) < 0)
        return -1;
    return check_tuples(input, &pam, header);
}

int pnm_read_header(const struct image_input *input, struct pnm_header *header)
{
    *header = (struct pnm_header){0};
    return input->data[1] == '7' ? read_pam(input, header) : read_numbers(input, header);
}
