#include "session/curve_csv.h"

#include "file.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

#define MAX_CELL 256 /* bytes; longer ones are an error */

enum column {
    COLUMN_LABEL,
    COLUMN_MODE,
    COLUMN_SEED,
    COLUMN_STEP,
    COLUMN_BYTES,
    COLUMN_BPP,
    COLUMN_PSNR, /* and the other metrics in their order */
    COLUMN_MS_SSIM,
    COLUMN_BUTTERAUGLI,
    N_COLUMNS
};

static const char *const column_names[N_COLUMNS] = {
    "label", "mode", "seed", "step", "bytes", "bpp", "psnr", "ms_ssim", "butteraugli"};

static const char *const mode_names[] = {"", "denoised", "ancestral", "flow"};

enum { N_MODES = sizeof mode_names / sizeof *mode_names, MAX_WIDTH = 64 };

/* ---- Reading ------------------------------------------------------------------------------- */

struct reader {
    const char *name;
    const char *at, *end;
    unsigned long line;              /* on which the present row begins */
    unsigned long next_line;         /* at which `at` is */
    enum column meanings[MAX_WIDTH]; /* N_COLUMNS: ignored */
    int width;                       /* columns of the header */
    char own_label[MAX_CELL];
    char cells[N_COLUMNS][MAX_CELL]; /* of the present row */
    struct curve_set *set;           /* takes the curves */
    unsigned long n_points;
    struct message *message;
};

/* Says what is wrong with the present row. */
__attribute__((format(printf, 2, 3))) static int wrong(struct reader *reader, const char *format,
                                                       ...)
{
    char cause[MAX_CELL + 128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cause, sizeof cause, format, arguments);
    va_end(arguments);
    return message_set(reader->message, "%s, line %lu: %s", reader->name, reader->line, cause);
}

/* The next letter of a cell: false at the cell's end, which is left where it is. */
static bool next_in_cell(struct reader *reader, bool *quoted, char *letter)
{
    if (reader->at == reader->end)
        return false;
    char c = *reader->at;
    if (*quoted && c == '"') {
        reader->at++;
        if (reader->at == reader->end || *reader->at != '"') {
            *quoted = false;
            return next_in_cell(reader, quoted, letter);
        }
    } else if (!*quoted && (c == ',' || c == '\n' || c == '\r')) {
        return false;
    }
    reader->at++;
    reader->next_line += c == '\n';
    *letter = c;
    return true;
}

/* Reads a cell without the blanks around it; `cell` has MAX_CELL bytes. */
static int read_cell(struct reader *reader, char *cell)
{
    size_t length = 0;
    char letter;
    while (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    bool quoted = reader->at < reader->end && *reader->at == '"';
    reader->at += quoted;
    while (next_in_cell(reader, &quoted, &letter)) {
        if (letter == '\0')
            return wrong(reader, "there is a byte of 0, so this is no table");
        if (length + 1 == MAX_CELL)
            return wrong(reader, "a cell is longer than %d bytes", MAX_CELL - 1);
        cell[length++] = letter;
    }
    if (quoted)
        return wrong(reader, "a quote is opened but never closed");
    while (length > 0 && cell[length - 1] == ' ')
        length--;
    cell[length] = '\0';
    return 0;
}

/* Goes behind a comma, which means that the row goes on, or behind the end of the row. */
static bool row_goes_on(struct reader *reader)
{
    if (reader->at < reader->end && *reader->at == ',') {
        reader->at++;
        return true;
    }
    if (reader->at < reader->end && *reader->at == '\r')
        reader->at++;
    if (reader->at < reader->end && *reader->at == '\n') {
        reader->at++;
        reader->next_line++;
    }
    return false;
}

/* Goes to the next row that is not empty; false if there is none. */
static bool next_row(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == '\n' || *reader->at == '\r')) {
        reader->next_line += *reader->at == '\n';
        reader->at++;
    }
    reader->line = reader->next_line;
    return reader->at < reader->end;
}

static bool has_column(const struct reader *reader, enum column column)
{
    for (int i = 0; i < reader->width; i++)
        if (reader->meanings[i] == column)
            return true;
    return false;
}

static int check_header(struct reader *reader)
{
    if (!has_column(reader, COLUMN_BPP))
        return wrong(reader, "the header names no column \"bpp\"");
    if (!has_column(reader, COLUMN_PSNR) && !has_column(reader, COLUMN_MS_SSIM) &&
        !has_column(reader, COLUMN_BUTTERAUGLI))
        return wrong(reader, "the header names none of \"psnr\", \"ms_ssim\" and \"butteraugli\"");
    return 0;
}

static int read_header(struct reader *reader)
{
    char name[MAX_CELL];
    int codec = -1;
    do {
        if (reader->width == MAX_WIDTH)
            return wrong(reader, "the header names more than %d columns", MAX_WIDTH);
        if (read_cell(reader, name))
            return -1;
        enum column column = COLUMN_LABEL;
        while (column < N_COLUMNS && strcmp(name, column_names[column]) != 0)
            column++;
        if (column < N_COLUMNS && has_column(reader, column))
            return wrong(reader, "the header names the column \"%s\" twice", name);
        if (!strcmp(name, "codec"))
            codec = reader->width;
        reader->meanings[reader->width++] = column;
    } while (row_goes_on(reader));
    if (codec >= 0 && !has_column(reader, COLUMN_LABEL))
        reader->meanings[codec] = COLUMN_LABEL;
    return check_header(reader);
}

/* ---- Numbers ------------------------------------------------------------------------------- */

/* The decimal point of the process takes the place of the one that was read, as strtod wants it. */
static int read_real(struct reader *reader, enum column column, double *value)
{
    const char *cell = reader->cells[column], *point = localeconv()->decimal_point;
    char text[MAX_CELL + 16], *end;
    const char *dot = strchr(cell, '.');
    int before = dot ? (int)(dot - cell) : (int)strlen(cell);
    snprintf(text, sizeof text, "%.*s%s%s", before, cell, dot ? point : "", dot ? dot + 1 : "");
    *value = strtod(text, &end);
    if (*end || strspn(cell, "+-.0123456789eE") != strlen(cell) || !isfinite(*value))
        return wrong(reader, "%s is \"%s\", which is no number", column_names[column], cell);
    return 0;
}

static int read_whole(struct reader *reader, enum column column, uint64_t most, uint64_t *value)
{
    const char *cell = reader->cells[column];
    *value = 0;
    for (const char *digit = cell; *digit; digit++) {
        uint64_t next = (uint64_t)(*digit - '0');
        if (*digit < '0' || *digit > '9' || *value > (most - next) / 10)
            return wrong(reader, "%s is \"%s\", which is no whole number up to %" PRIu64,
                         column_names[column], cell, most);
        *value = 10 * *value + next;
    }
    return 0;
}

static int read_metric(struct reader *reader, enum metric metric, double *value)
{
    enum column column = (enum column)(COLUMN_PSNR + (int)metric);
    const char *cell = reader->cells[column];
    *value = NAN;
    if (!cell[0] || !strcmp(cell, "nan"))
        return 0;
    if (metric == METRIC_PSNR && (!strcmp(cell, "inf") || !strcmp(cell, "+inf"))) {
        *value = INFINITY;
        return 0;
    }
    if (read_real(reader, column, value))
        return -1;
    if (metric == METRIC_MS_SSIM && (*value < -1 || *value > 1))
        return wrong(reader, "ms_ssim is %s, which is not between -1 and 1", cell);
    if (metric == METRIC_BUTTERAUGLI && *value < 0)
        return wrong(reader, "butteraugli is %s, which is below 0", cell);
    return 0;
}

static int read_mode(struct reader *reader, uint32_t *mode)
{
    for (*mode = CURVE_NO_MODE; *mode < N_MODES; (*mode)++)
        if (!strcmp(reader->cells[COLUMN_MODE], mode_names[*mode]))
            return 0;
    return wrong(reader, "mode is \"%s\", which is none of denoised, ancestral and flow",
                 reader->cells[COLUMN_MODE]);
}

/* ---- Rows ---------------------------------------------------------------------------------- */

static int read_cells(struct reader *reader)
{
    char ignored[MAX_CELL];
    int i = 0;
    for (int column = 0; column < N_COLUMNS; column++)
        reader->cells[column][0] = '\0';
    do {
        if (i == reader->width)
            return wrong(reader, "there are more cells than the %d that the header names",
                         reader->width);
        enum column column = reader->meanings[i++];
        if (read_cell(reader, column < N_COLUMNS ? reader->cells[column] : ignored))
            return -1;
    } while (row_goes_on(reader));
    return 0;
}

static int read_point(struct reader *reader, struct curve_point *point)
{
    uint64_t step = 0;
    for (int i = 0; i < N_METRICS; i++)
        if (read_metric(reader, (enum metric)i, &point->values[i]))
            return -1;
    if (!reader->cells[COLUMN_BPP][0])
        return wrong(reader, "bpp is missing");
    if (read_real(reader, COLUMN_BPP, &point->rate) ||
        read_whole(reader, COLUMN_BYTES, UINT64_MAX, &point->bytes) ||
        read_whole(reader, COLUMN_STEP, CURVE_NO_STEP - 1, &step))
        return -1;
    if (point->rate <= 0)
        return wrong(reader, "bpp is %s, which is not above 0", reader->cells[COLUMN_BPP]);
    point->step = reader->cells[COLUMN_STEP][0] ? (uint32_t)step : CURVE_NO_STEP;
    return 0;
}

static int read_row(struct reader *reader)
{
    struct curve_point point;
    uint32_t mode;
    uint64_t seed;
    if (read_cells(reader) || read_mode(reader, &mode) ||
        read_whole(reader, COLUMN_SEED, UINT64_MAX, &seed) || read_point(reader, &point))
        return -1;
    bool known = false;
    for (int i = 0; i < N_METRICS; i++)
        known |= !isnan(point.values[i]);
    if (!known)
        return 0;
    const char *label = reader->cells[COLUMN_LABEL];
    int curve = curve_set_curve(reader->set, label[0] ? label : reader->own_label, CURVE_IMPORTED,
                                mode, seed);
    if (curve < 0)
        return wrong(reader, "there are more than %d curves, or there is no memory for another one",
                     CURVE_MAX_CURVES);
    if (curve_set_add(reader->set, curve, &point))
        return wrong(reader,
                     "a curve has more than %zu points, or there is no memory for another one",
                     CURVE_MAX_POINTS);
    reader->n_points++;
    return 0;
}

/* The name of a file without directory and extension. */
static void name_label(struct reader *reader)
{
    const char *slash = strrchr(reader->name, '/'), *base = slash ? slash + 1 : reader->name;
    const char *dot = strrchr(base, '.');
    int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
    snprintf(reader->own_label, sizeof reader->own_label, "%.*s", length, base);
}

static int read_table(struct reader *reader)
{
    if (reader->end - reader->at >= 3 && !memcmp(reader->at, "\xef\xbb\xbf", 3))
        reader->at += 3;
    if (!next_row(reader))
        return message_set(reader->message, "%s: the table is empty", reader->name);
    if (read_header(reader))
        return -1;
    while (next_row(reader))
        if (read_row(reader))
            return -1;
    return 0;
}

int curve_csv_parse(struct curve_set *set, const char *name, const void *data, size_t size,
                    struct message *message)
{
    struct curve_set read;
    struct reader reader = {.name = name,
                            .at = data,
                            .end = (const char *)data + size,
                            .next_line = 1,
                            .set = &read,
                            .message = message};
    name_label(&reader);
    if (curve_set_copy(&read, set))
        return message_set(message, "%s: there is not enough memory to read it", name);
    int result = read_table(&reader);
    if (!result && reader.n_points == 0)
        result = message_set(message, "%s: no row of the table has a value", name);
    struct curve_set old = *set;
    if (!result)
        *set = read;
    curve_set_clear(result ? &read : &old);
    return result;
}

int curve_csv_read(struct curve_set *set, const char *path, struct message *message)
{
    uint8_t *data;
    size_t size;
    if (file_read_regular(path, CURVE_CSV_MAX_SIZE, &data, &size, message))
        return -1;
    int result = curve_csv_parse(set, path, data, size, message);
    free(data);
    return result;
}

/* ---- Writing ------------------------------------------------------------------------------- */

struct writer {
    char *data;
    size_t size, capacity;
    bool failed; /* for want of memory */
};

static void put(struct writer *writer, const char *text, size_t length)
{
    if (writer->failed)
        return;
    if (length > writer->capacity - writer->size) {
        size_t capacity = 2 * writer->capacity + length + 4096;
        char *data = realloc(writer->data, capacity);
        if (!data) {
            writer->failed = true;
            return;
        }
        writer->data = data;
        writer->capacity = capacity;
    }
    memcpy(writer->data + writer->size, text, length);
    writer->size += length;
}

static void put_text(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

/* Always in quotes, so that nothing in it means anything. */
static void put_quoted(struct writer *writer, const char *text)
{
    put_text(writer, "\"");
    for (; *text; text++)
        put(writer, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    put_text(writer, "\"");
}

static void put_whole(struct writer *writer, uint64_t value)
{
    char text[24];
    put(writer, text, (size_t)snprintf(text, sizeof text, "%" PRIu64, value));
}

/* With more digits than anything is measured to; with a point, whatever the process writes. */
static void put_real(struct writer *writer, double value)
{
    char text[48];
    if (isnan(value))
        return;
    if (isinf(value)) {
        put_text(writer, "inf");
        return;
    }
    snprintf(text, sizeof text, "%.6g", value);
    size_t before = strspn(text, "+-0123456789e");
    put(writer, text, before);
    if (text[before]) {
        put_text(writer, ".");
        put_text(writer, text + before + strlen(localeconv()->decimal_point));
    }
}

static void put_point(struct writer *writer, const struct curve *curve,
                      const struct curve_point *point)
{
    put_quoted(writer, curve->label);
    put_text(writer, ",");
    put_text(writer, curve->mode < N_MODES ? mode_names[curve->mode] : "");
    put_text(writer, ",");
    put_whole(writer, curve->seed);
    put_text(writer, ",");
    if (point->step != CURVE_NO_STEP)
        put_whole(writer, point->step);
    put_text(writer, ",");
    if (point->bytes > 0)
        put_whole(writer, point->bytes);
    put_text(writer, ",");
    put_real(writer, point->rate);
    for (int i = 0; i < N_METRICS; i++) {
        put_text(writer, ",");
        put_real(writer, point->values[i]);
    }
    put_text(writer, "\n");
}

int curve_csv_write(const struct curve_set *set, const char *path, struct message *message)
{
    struct writer writer = {0};
    for (int i = 0; i < N_COLUMNS; i++) {
        put_text(&writer, column_names[i]);
        put_text(&writer, i + 1 < N_COLUMNS ? "," : "\n");
    }
    for (int i = 0; i < set->n_curves; i++)
        for (size_t k = 0; k < set->curves[i].n_points; k++)
            put_point(&writer, &set->curves[i], &set->curves[i].points[k]);
    int result = writer.failed ? message_set(message, "%s: there is not enough memory to write it",
                                             file_output_name(path))
                               : file_write(path, writer.data, writer.size, message);
    free(writer.data);
    return result;
}
