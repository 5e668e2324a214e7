#include "session/script.h"

#include <errno.h>
#include <stdio.h>
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

static int read_lines(struct script *script, FILE *file, int *misuse, struct message *message)
{
    int result = 0;
    char *line = NULL;
    size_t size = 0;
    for (int number = 1; result == 0 && getline(&line, &size, file) >= 0; number++) {
        struct command_call call;
        struct message cause;
        int status = command_parse(line, &call, &cause);
        if (status < 0) {
            *misuse = 1;
            result = message_set(message, "%s:%d: %s", script->name, number, cause.text);
        } else if (status == 0 && script_append(script, number, &call)) {
            result = message_set(message, "%s: out of memory", script->name);
        }
    }
    if (result == 0 && ferror(file))
        result = message_set(message, "%s: %s", script->name, strerror(errno));
    free(line);
    return result;
}

int script_load(struct script *script, const char *path, int *misuse, struct message *message)
{
    int standard_input = !strcmp(path, "-");
    *misuse = 0;
    *script = (struct script){.name = strdup(standard_input ? "standard input" : path)};
    if (!script->name)
        return message_set(message, "%s: out of memory", path);
    if (standard_input)
        return read_lines(script, stdin, misuse, message);
    FILE *file = fopen(path, "r");
    if (!file)
        return message_set(message, "%s: %s", path, strerror(errno));
    int result = read_lines(script, file, misuse, message);
    fclose(file);
    return result;
}

void script_free(struct script *script)
{
    free(script->name);
    free(script->lines);
    *script = (struct script){0};
}
