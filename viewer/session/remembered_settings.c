#include "session/remembered.h"
#include "session/remembered_file.h"

#include <stdlib.h>
#include <string.h>

static const struct remembered_place place = {"XDG_CONFIG_HOME", ".config", "viewer.conf"};

static bool is_key(const char *text, size_t length)
{
    return length > 0 && length < REMEMBERED_KEY_SIZE &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-._") >= length;
}

const char *remembered_get(const struct remembered_settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->n; i++)
        if (strcmp(settings->items[i].key, key) == 0)
            return settings->items[i].value;
    return NULL;
}

bool remembered_set(struct remembered_settings *settings, const char *key, const char *value)
{
    size_t at = 0;
    if (!is_key(key, strlen(key)) || strlen(value) >= REMEMBERED_VALUE_SIZE)
        return false;
    while (at < settings->n && strcmp(settings->items[at].key, key) != 0)
        at++;
    if (at == REMEMBERED_MAX_SETTINGS)
        return false;
    if (at == settings->n)
        settings->n++;
    snprintf(settings->items[at].key, sizeof settings->items[at].key, "%s", key);
    snprintf(settings->items[at].value, sizeof settings->items[at].value, "%s", value);
    return true;
}

/* key = value, with any blanks. */
static bool parse_line(const char *line, size_t length, struct remembered_setting *setting)
{
    const char *equals = memchr(line, '=', length);
    if (!equals)
        return false;
    size_t key = (size_t)(equals - line);
    const char *value = equals + 1, *end = line + length;
    while (key > 0 && strchr(" \t", line[key - 1]))
        key--;
    while (value < end && strchr(" \t", *value))
        value++;
    if (!is_key(line, key) ||
        !remembered_parse(value, (size_t)(end - value), setting->value, sizeof setting->value))
        return false;
    snprintf(setting->key, sizeof setting->key, "%.*s", (int)key, line);
    return true;
}

void remembered_load_settings(struct remembered_settings *settings)
{
    char *text = remembered_read(&place);
    const char *at = text ? text : "", *line;
    size_t length;
    settings->n = 0;
    while (remembered_next_line(&at, &line, &length)) {
        struct remembered_setting setting;
        if (parse_line(line, length, &setting))
            remembered_set(settings, setting.key, setting.value);
    }
    free(text);
}

/* ---- Saving -------------------------------------------------------------------------------- */

static void print_setting(FILE *out, const char *key, const char *value)
{
    fprintf(out, "%s=", key);
    remembered_print(out, value);
    fputc('\n', out);
}

/* Every value takes the place that its key had. */
static void change_settings(FILE *out, const char *old, const void *cookie)
{
    const struct remembered_settings *settings = cookie;
    bool written[REMEMBERED_MAX_SETTINGS] = {false};
    const char *line;
    size_t length;
    while (remembered_next_line(&old, &line, &length)) {
        struct remembered_setting setting;
        bool is_setting = parse_line(line, length, &setting);
        const char *value = is_setting ? remembered_get(settings, setting.key) : NULL;
        size_t at = 0;
        while (value && settings->items[at].value != value)
            at++;
        if (value && !written[at])
            print_setting(out, setting.key, value);
        else if (!value && (is_setting || length == 0 || *line == '#'))
            fprintf(out, "%.*s\n", (int)length, line);
        if (value)
            written[at] = true;
    }
    for (size_t i = 0; i < settings->n; i++)
        if (!written[i])
            print_setting(out, settings->items[i].key, settings->items[i].value);
}

void remembered_save_settings(const struct remembered_settings *settings)
{
    remembered_update(&place, change_settings, settings);
}
