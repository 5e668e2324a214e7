#include "location.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define SCHEME    "file:"
#define LOCALHOST "//localhost/"

static int no_memory(struct message *message)
{
    return message_set(message, "there is not enough memory for the file's name");
}

/* ---- From a URI ---------------------------------------------------------------------------- */

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters, then what stands for a place on some machine. */
static int has_scheme(const char *text)
{
    const size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789+-.");
    return is_letter(text[0]) && strncmp(text + length, "://", 3) == 0;
}

static int is_file_uri(const char *text)
{
    return strncasecmp(text, SCHEME "/", strlen(SCHEME "/")) == 0;
}

/* Where the path begins, or NULL if the host is another machine. */
static const char *skip_host(const char *uri)
{
    const char *at = uri + strlen(SCHEME);
    if (at[0] != '/' || at[1] != '/')
        return at;
    if (strncasecmp(at, LOCALHOST, strlen(LOCALHOST)) == 0)
        return at + strlen(LOCALHOST) - 1;
    return at[2] == '/' ? at + 2 : NULL;
}

/* -1 if it is none. */
static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Escapes become bytes, of which none is 0. 0, or -1. */
static int unescape(const char *text, char *path)
{
    while (*text) {
        if (*text != '%') {
            *path++ = *text++;
            continue;
        }
        const int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);
        if (low < 0 || (high == 0 && low == 0))
            return -1;
        *path++ = (char)(high << 4 | low);
        text += 3;
    }
    *path = '\0';
    return 0;
}

static int read_uri(struct location *location, const char *uri, struct message *message)
{
    const char *escaped = skip_host(uri);
    if (!escaped)
        return message_set(message, "%s: is on another machine", uri);
    location->uri = strdup(uri);
    location->path = malloc(strlen(escaped) + 1);
    if (!location->uri || !location->path)
        return no_memory(message);
    if (unescape(escaped, location->path) < 0)
        return message_set(message, "%s: has a %% without the two digits of a byte", uri);
    return 0;
}

/* ---- From a path --------------------------------------------------------------------------- */

/* Malloc'ed; NULL with errno. */
static char *absolute_path(const char *path)
{
    char *absolute = NULL;
    if (path[0] == '/')
        return strdup(path);
    char *directory = getcwd(NULL, 0);
    if (directory && asprintf(&absolute, "%s/%s", directory, path) < 0)
        absolute = NULL;
    free(directory);
    return absolute;
}

/* Takes empty parts, "." and ".." out of an absolute path. */
static void simplify(char *path)
{
    const char *from = path;
    char *to = path;
    while (*from) {
        const size_t length = strcspn(from + 1, "/");
        const char *part = from + 1;
        from += 1 + length;
        if (length == 0 || (length == 1 && part[0] == '.'))
            continue;
        if (length == 2 && strncmp(part, "..", 2) == 0) {
            while (to > path && *--to != '/')
                continue;
            continue;
        }
        *to++ = '/';
        memmove(to, part, length);
        to += length;
    }
    if (to == path)
        *to++ = '/';
    *to = '\0';
}

/* The bytes that GLib leaves, so that the result is the URI by which desktops know the file. */
static int stays(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || (c && strchr("!$&'()*+,-./:=@_~", c));
}

static char *uri_of(const char *path)
{
    char *uri = malloc(strlen(SCHEME "//") + 3 * strlen(path) + 1), *at = uri;
    if (!uri)
        return NULL;
    at += sprintf(at, SCHEME "//");
    for (; *path; path++)
        at += sprintf(at, stays(*path) ? "%c" : "%%%02X", (unsigned char)*path);
    return uri;
}

static int read_path(struct location *location, const char *path, struct message *message)
{
    char *absolute = absolute_path(path);
    if (absolute)
        simplify(absolute);
    location->path = strdup(path);
    location->uri = absolute ? uri_of(absolute) : NULL;
    free(absolute);
    return location->path && location->uri ? 0 : no_memory(message);
}

int location_read(struct location *location, const char *argument, struct message *message)
{
    *location = (struct location){0};
    if (is_file_uri(argument))
        return read_uri(location, argument, message);
    if (has_scheme(argument))
        return message_set(message, "%s: is not a file of this machine", argument);
    return read_path(location, argument, message);
}

void location_free(struct location *location)
{
    free(location->path);
    free(location->uri);
    *location = (struct location){0};
}
