#include "session/talk.h"

#include <stdio.h>
#include <stdlib.h>

static int find_points(struct talk *talk)
{
    const struct script *script = &talk->script;
    talk->points = calloc(script->n_lines ? script->n_lines : 1, sizeof *talk->points);
    if (!talk->points)
        return -1;
    for (size_t i = 0; i < script->n_lines; i++)
        if (script->lines[i].call.id == COMMAND_POINT)
            talk->points[talk->n_points++] = i;
    return 0;
}

int talk_load(struct talk *talk, const char *path, struct message *message)
{
    *talk = (struct talk){.points = NULL};
    if (script_load_tolerant(&talk->script, path, message))
        return -1;
    if (find_points(talk))
        return message_set(message, "%.200s: out of memory", path);
    if (talk->n_points == 0)
        return message_set(message, "%.200s: a talk needs a line `point`", path);
    return 0;
}

static int add(struct talk *talk, const char *line)
{
    struct command_call call;
    struct message unused;
    if (command_parse(line, &call, &unused))
        return -1;
    return script_append(&talk->script, 0, &call);
}

static int add_step(struct talk *talk, uint32_t step)
{
    char line[32];
    snprintf(line, sizeof line, "step %u", (unsigned)step);
    return add(talk, "point") || add(talk, line) ? -1 : 0;
}

int talk_make(struct talk *talk, uint32_t n_steps)
{
    static const char *const opening[] = {"compare off", "map off", "mode denoised"};
    static const char *const modes[] = {"mode denoised", "mode ancestral", "mode flow"};
    int status = 0;
    *talk = (struct talk){.points = NULL};
    for (size_t i = 0; i < sizeof opening / sizeof *opening; i++)
        status |= add(talk, opening[i]);
    for (uint32_t step = 0; step < n_steps; step++)
        status |= add_step(talk, step);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        status |= add_step(talk, n_steps / 2);
        status |= add(talk, modes[i]);
    }
    return status ? -1 : find_points(talk);
}

void talk_free(struct talk *talk)
{
    script_free(&talk->script);
    free(talk->points);
    *talk = (struct talk){.points = NULL};
}

size_t talk_end(const struct talk *talk, size_t point)
{
    return point + 1 < talk->n_points ? talk->points[point + 1] : talk->script.n_lines;
}

bool talk_repeats(enum command_id id)
{
    switch (id) {
    case COMMAND_OPEN:
    case COMMAND_IMPORT:
    case COMMAND_EXPORT:
    case COMMAND_SHEET:
    case COMMAND_SCREENSHOT:
    case COMMAND_RESIZE:
    case COMMAND_PRESENT:
    case COMMAND_AUTOPLAY:
    case COMMAND_QUIT:
        return false;
    default:
        return true;
    }
}
