#include "session/script.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>

int script_append(struct script *script, int number, const struct command_call *call)
{
    struct script_line *lines =
        realloc(script->lines, (script->n_lines + 1) * sizeof *script->lines);
    if (!lines)
        return -1;
    lines[script->n_lines++] = (struct script_line){number, *call};
    script->lines = lines;
    return 0;
}

static void note_mistake(struct script *script, int number, const char *cause)
{
    if (script->n_mistakes++ == 0)
        message_set(&script->mistake, "%s:%d: %s", script->name, number, cause);
}

/* 0, or -1 where there is no memory. */
static int read_line(struct script *script, int number, const char *data, size_t length)
{
    struct command_call call;
    struct message cause;
    char *line = strndup(data, length);
    if (!line)
        return -1;
    int status = strlen(line) < length
                     ? message_set(&cause, "there is a byte of 0, so this is no line of text")
                     : command_parse(line, &call, &cause);
    free(line);
    if (status < 0)
        note_mistake(script, number, cause.text);
    return status == 0 ? script_append(script, number, &call) : 0;
}

/* Takes over the data. 0, or -1 with a message. */
static int read_lines(struct script *script, uint8_t *data, size_t size, struct message *message)
{
    const char *text = (const char *)data;
    int number = 1, result = 0;
    for (size_t at = 0; result == 0 && at < size; number++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        result = read_line(script, number, text + at, length);
        at += length + 1;
    }
    free(data);
    return result ? message_set(message, "%s: out of memory", script->name) : 0;
}

static int begin(struct script *script, const char *name, struct message *message)
{
    *script = (struct script){.name = strdup(name)};
    return script->name ? 0 : message_set(message, "%s: out of memory", name);
}

int script_load(struct script *script, const char *path, int *misuse, struct message *message)
{
    uint8_t *data;
    size_t size;
    *misuse = 0;
    if (begin(script, file_input_name(path), message) ||
        file_read(path, SCRIPT_MAX_SIZE, &data, &size, message) ||
        read_lines(script, data, size, message))
        return -1;
    *misuse = script->n_mistakes > 0;
    return *misuse ? message_set(message, "%s", script->mistake.text) : 0;
}

int script_load_tolerant(struct script *script, const char *path, struct message *message)
{
    uint8_t *data;
    size_t size;
    if (begin(script, path, message) ||
        file_read_regular(path, SCRIPT_MAX_SIZE, &data, &size, message))
        return -1;
    return read_lines(script, data, size, message);
}

void script_free(struct script *script)
{
    free(script->name);
    free(script->lines);
    *script = (struct script){0};
}
