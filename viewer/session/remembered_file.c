#include "session/remembered_file.h"

#include "escape.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SIZE = 1 << 20, LOCK_TRIES = 200, LOCK_PAUSE_MS = 10 };

static const char blanks[] = " \t\r";

/* ---- Places -------------------------------------------------------------------------------- */

/* The viewer's directory, malloc'ed; NULL if there is none. Relative paths count for nothing. */
static char *find_directory(const struct remembered_place *place)
{
    const char *base = getenv(place->variable), *home = getenv("HOME");
    char *directory;
    int length = base && *base == '/'   ? asprintf(&directory, "%s/uqd", base)
                 : home && *home == '/' ? asprintf(&directory, "%s/%s/uqd", home, place->fallback)
                                        : -1;
    return length < 0 ? NULL : directory;
}

/* A file in that directory by its name and what is around it, malloc'ed. */
static char *find_file(const struct remembered_place *place, const char *before, const char *behind)
{
    char *directory = find_directory(place), *path = NULL;
    if (directory && asprintf(&path, "%s/%s%s%s", directory, before, place->name, behind) < 0)
        path = NULL;
    free(directory);
    return path;
}

/* Makes the directories of a path that are missing, for their owner alone. */
static void make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* Ends the text behind its last whole line if it goes on in the file. */
static void finish(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\0')
            text[i] = '\1'; /* which no item has */
    text[size < MAX_SIZE ? size : MAX_SIZE] = '\0';
    char *end = size > MAX_SIZE ? strrchr(text, '\n') : NULL;
    if (size > MAX_SIZE)
        text[end ? end + 1 - text : 0] = '\0';
}

static char *read_text(int fd)
{
    size_t size = 0;
    ssize_t n = 1;
    char *text = malloc(MAX_SIZE + 1);
    while (text && n > 0 && size <= MAX_SIZE) {
        n = read(fd, text + size, MAX_SIZE + 1 - size);
        size += n > 0 ? (size_t)n : 0;
    }
    if (n < 0) {
        free(text);
        return NULL;
    }
    if (text)
        finish(text, size);
    return text;
}

static char *read_file(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    char *text = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? read_text(fd) : NULL;
    close(fd);
    return text;
}

char *remembered_read(const struct remembered_place *place)
{
    char *path = find_file(place, "", "");
    char *text = path ? read_file(path) : NULL;
    free(path);
    return text;
}

bool remembered_next_line(const char **at, const char **line, size_t *length)
{
    if (!**at)
        return false;
    const char *begin = *at + strspn(*at, blanks), *end = begin + strcspn(begin, "\n");
    *at = *end ? end + 1 : end;
    while (end > begin && strchr(blanks, end[-1]))
        end--;
    *line = begin;
    *length = (size_t)(end - begin);
    return true;
}

/* ---- Writing ------------------------------------------------------------------------------- */

/* A descriptor to close, or -1. The lock is a file of its own, for the other one is replaced. */
static int lock(const struct remembered_place *place)
{
    char *path = find_file(place, ".", ".lock");
    int fd = -1, status = -1;
    if (path) {
        make_directories(path);
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    }
    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        status = flock(fd, LOCK_EX | LOCK_NB);
        if (status == 0 || errno != EWOULDBLOCK)
            break;
        poll(NULL, 0, LOCK_PAUSE_MS);
    }
    free(path);
    if (status == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* The file is made beforehand, since a file that is replaced keeps who may read it. */
static void write_file(const char *path, const char *text)
{
    struct message message;
    struct stat info;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
        file_write(path, text, strlen(text), &message);
}

/* The new text, malloc'ed; NULL without memory. */
static char *make_text(const char *old, remembered_change *change, const void *cookie)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    change(out, old, cookie);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void remembered_update(const struct remembered_place *place, remembered_change *change,
                       const void *cookie)
{
    int locked = lock(place);
    char *path = locked >= 0 ? find_file(place, "", "") : NULL;
    if (path) {
        char *old = read_file(path), *text = make_text(old ? old : "", change, cookie);
        if (text && strcmp(text, old ? old : "") != 0)
            write_file(path, text);
        free(text);
        free(old);
    }
    free(path);
    if (locked >= 0)
        close(locked);
}

/* ---- Parts of lines ------------------------------------------------------------------------ */

void remembered_print(FILE *out, const char *text)
{
    for (const char *at = text; *at;) {
        bool at_edge = at == text || !at[1];
        char shown[ESCAPE_MAX];
        if (*at == '\\' || (*at == ' ' && at_edge)) {
            fputs(*at++ == '\\' ? "\\\\" : "\\x20", out);
            continue;
        }
        fwrite(shown, 1, escape_next(&at, shown), out);
    }
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The byte for what follows a \, and its length; 0 if it is none. */
static char parse_escape(const char *at, size_t left, size_t *length)
{
    static const char letters[] = "\\tnr", bytes[] = "\\\t\n\r";
    const char *found = left > 0 && *at ? strchr(letters, *at) : NULL;
    *length = 1;
    if (found)
        return bytes[found - letters];
    *length = 3;
    if (left < 3 || *at != 'x' || digit(at[1]) < 0 || digit(at[2]) < 0)
        return 0;
    return (char)(digit(at[1]) << 4 | digit(at[2]));
}

bool remembered_parse(const char *part, size_t length, char *text, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < length; n++) {
        size_t used = 0;
        char c = part[i++];
        if (c == '\\')
            c = parse_escape(part + i, length - i, &used);
        else if ((unsigned char)c < 0x20)
            return false;
        i += used;
        if (!c || n + 1 >= size)
            return false;
        text[n] = c;
    }
    text[n] = '\0';
    return true;
}
