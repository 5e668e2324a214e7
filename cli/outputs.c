#include "outputs.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* ---- Names --------------------------------------------------------------------------------- */

/* The malloc'ed path of a file in the directory that is called like the input but for the
 * extension. */
static char *path_in(const char *directory, const char *input, const char *suffix)
{
    const char *end = input + strlen(input);
    while (end > input && end[-1] == '/')
        end--;
    const char *begin = end;
    while (begin > input && begin[-1] != '/')
        begin--;
    const char *dot = memrchr(begin, '.', (size_t)(end - begin));
    if (dot && dot > begin)
        end = dot;
    size_t length = strlen(directory);
    const char *slash = length > 0 && directory[length - 1] == '/' ? "" : "/";
    char *path;
    if (asprintf(&path, "%s%s%.*s%s", directory, slash, (int)(end - begin), begin, suffix) < 0)
        return NULL;
    return path;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(**(char **const *)a, **(char **const *)b);
}

static int check_names_differ(const struct outputs *outputs, struct message *message)
{
    char ***sorted = malloc(outputs->count * sizeof *sorted);
    int result = 0;
    if (!sorted)
        return message_set(message, "there is not enough memory for the names");
    for (size_t i = 0; i < outputs->count; i++)
        sorted[i] = &outputs->paths[i];
    qsort(sorted, outputs->count, sizeof *sorted, compare_paths);
    for (size_t i = 1; i < outputs->count && result == 0; i++)
        if (strcmp(*sorted[i - 1], *sorted[i]) == 0)
            result = message_set(message, "%s and %s: both would be written to %s",
                                 outputs->inputs[sorted[i - 1] - outputs->paths],
                                 outputs->inputs[sorted[i] - outputs->paths], *sorted[i]);
    free(sorted);
    return result;
}

static int check_options(const struct output_options *options, size_t count,
                         struct message *message)
{
    if (options->output && options->directory)
        return message_set(message, "-o and --output-dir exclude each other");
    if (options->output && count > 1)
        return message_set(message,
                           "-o names one file, and there are %zu inputs: "
                           "--output-dir DIR",
                           count);
    if (!options->output && !options->directory)
        return message_set(message, "the output file is missing: -o FILE or --output-dir DIR");
    return 0;
}

int outputs_name(struct outputs *outputs, char **inputs, size_t count,
                 const struct output_options *options, const char *suffix, struct message *message)
{
    *outputs = (struct outputs){.inputs = inputs, .force = options->force};
    if (check_options(options, count, message) < 0)
        return -1;
    outputs->paths = calloc(count, sizeof *outputs->paths);
    if (!outputs->paths)
        return message_set(message, "there is not enough memory for the names");
    outputs->count = count;
    for (size_t i = 0; i < count; i++) {
        if (options->directory && is_standard(inputs[i]))
            return message_set(message,
                               "--output-dir: standard input has no name for a file there");
        outputs->paths[i] = options->directory ? path_in(options->directory, inputs[i], suffix)
                                               : strdup(options->output);
        if (!outputs->paths[i])
            return message_set(message, "there is not enough memory for the names");
    }
    return check_names_differ(outputs, message);
}

void outputs_free(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        free(outputs->paths[i]);
    free(outputs->paths);
    *outputs = (struct outputs){0};
}

/* ---- What is there already ----------------------------------------------------------------- */

int outputs_check_directory(const struct output_options *options, struct message *message)
{
    struct stat info;
    if (!options->directory)
        return 0;
    if (stat(options->directory, &info) < 0)
        return message_set(message, "%s: cannot be written to: %s", options->directory,
                           strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return message_set(message, "%s: is not a directory", options->directory);
    return 0;
}

/* Root may write everything: for root as well a file without any write permission is protected. */
static int is_protected(const char *path, const struct stat *info)
{
    return (info->st_mode & 0222) == 0 ||
           (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 && errno == EACCES);
}

static int find_file(const char *path, int standard, struct stat *info)
{
    return is_standard(path) ? fstat(standard, info) : stat(path, info);
}

static int is_input(const struct outputs *outputs, const struct stat *output)
{
    struct stat input;
    for (size_t i = 0; i < outputs->count; i++)
        if (find_file(outputs->inputs[i], STDIN_FILENO, &input) == 0 &&
            input.st_dev == output->st_dev && input.st_ino == output->st_ino)
            return 1;
    return 0;
}

int outputs_check(const struct outputs *outputs, size_t index, struct message *message)
{
    const char *path = outputs->paths[index], *name = file_output_name(path);
    struct stat info;
    if (find_file(path, STDOUT_FILENO, &info) < 0)
        return 0;
    if (S_ISDIR(info.st_mode))
        return message_set(message, "%s: cannot be written: %s", name, strerror(EISDIR));
    if (!S_ISREG(info.st_mode) || outputs->force)
        return 0;
    if (is_input(outputs, &info))
        return message_set(message, "%s: is an input too (--force overwrites it)", name);
    if (!is_standard(path) && is_protected(path, &info))
        return message_set(message, "%s: is write-protected (--force overwrites it)", name);
    return 0;
}
