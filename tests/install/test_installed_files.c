/* What an installation puts where, and takes away again. The arguments are the list of files
 * (installed_files.in) and the parts that are built. */
#include "process.h"
#include "scratch.h"
#include "staged.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_FILES = 256, TIMEOUT_S = 60 };

static char *const *parts; /* NULL-terminated */
static const char *list_path;

/* Paths as they are after an installation, sorted. */
struct paths {
    char *at[MAX_FILES];
    size_t count;
};

static struct paths wanted, found;

static void add(struct paths *paths, const char *path)
{
    assert_true(paths->count < MAX_FILES);
    paths->at[paths->count] = strdup(path);
    assert_non_null(paths->at[paths->count++]);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct paths *paths)
{
    qsort(paths->at, paths->count, sizeof *paths->at, compare);
}

/* ---- The list ------------------------------------------------------------------------------ */

static int is_built(const char *part)
{
    for (char *const *built = parts; *built; built++)
        if (strcmp(part, *built) == 0)
            return 1;
    return strcmp(part, "all") == 0;
}

/* A line is parts and a path behind them; adds the path if all parts are built. */
static void read_line(char *line)
{
    char *rest;
    if (line[0] == '#')
        return;
    for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (word[0] == '/')
            add(&wanted, word);
        else if (!is_built(word))
            return;
}

static void read_list(void)
{
    size_t size;
    char *rest, *text = (char *)scratch_read(list_path, &size);
    char *copy = strndup(text, size);
    assert_non_null(copy);
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        read_line(line);
    free(copy);
    free(text);
    sort(&wanted);
}

/* ---- What is there ------------------------------------------------------------------------- */

static int note_file(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    if (type != FTW_D)
        add(&found, path + strlen(STAGED));
    return 0;
}

static void exactly_the_listed_files_are_installed(void **state)
{
    size_t n_wrong = 0;
    (void)state;
    read_list();
    assert_int_equal(nftw(STAGED, note_file, 16, FTW_PHYS), 0);
    sort(&found);
    for (size_t i = 0, j = 0; i < wanted.count || j < found.count;) {
        const int order = i == wanted.count  ? 1
                          : j == found.count ? -1
                                             : strcmp(wanted.at[i], found.at[j]);
        if (order < 0)
            print_message("not installed: %s\n", wanted.at[i]);
        if (order > 0)
            print_message("not in the list: %s\n", found.at[j]);
        n_wrong += order != 0;
        i += order <= 0;
        j += order >= 0;
    }
    assert_int_equal(n_wrong, 0);
    assert_true(found.count > 0);
}

/* Everybody may read what is installed, and nobody but its owner write it. */
static int look_at_mode(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)place;
    if (type != FTW_F)
        return 0;
    const unsigned wanted_mode = status->st_mode & S_IXUSR ? 0755 : 0644;
    if ((status->st_mode & 07777) != wanted_mode)
        fail_msg("%s has mode %o", path, status->st_mode & 07777u);
    return 0;
}

static void everybody_may_read_them(void **state)
{
    (void)state;
    assert_int_equal(nftw(STAGED, look_at_mode, 16, FTW_PHYS), 0);
}

static int is_program(const char *path)
{
    uint8_t magic[4] = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t n = fread(magic, 1, sizeof magic, file);
    fclose(file);
    return n == sizeof magic && memcmp(magic, "\x7f\x45LF", sizeof magic) == 0;
}

static int look_at_rpath(const char *path, const struct stat *status, int type, struct FTW *place)
{
    const char *const argv[] = {"readelf", "-d", path, NULL};
    struct process_result result;
    (void)status;
    (void)place;
    if (type != FTW_F || !is_program(path))
        return 0;
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    if (!strstr(result.out, "NEEDED"))
        fail_msg("readelf does not say what %s needs: %s", path, result.err);
    if (strstr(result.out, "RPATH") || strstr(result.out, "RUNPATH"))
        fail_msg("%s looks for libraries in a directory of its own:\n%s", path, result.out);
    process_result_free(&result);
    return 0;
}

static void programs_look_for_libraries_where_the_system_does(void **state)
{
    (void)state;
    assert_int_equal(nftw(STAGED, look_at_rpath, 16, FTW_PHYS), 0);
}

/* The last test. */
static void uninstalling_leaves_nothing(void **state)
{
    (void)state;
    assert_true(scratch_exists(STAGED));
    staged_uninstall();
    found.count = 0;
    if (scratch_exists(STAGED))
        assert_int_equal(nftw(STAGED, note_file, 16, FTW_PHYS), 0);
    for (size_t i = 0; i < found.count; i++)
        print_message("left: %s\n", found.at[i]);
    assert_int_equal(found.count, 0);
    assert_false(scratch_exists(STAGED)); /* nor directories */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_listed_files_are_installed),
        cmocka_unit_test(everybody_may_read_them),
        cmocka_unit_test(programs_look_for_libraries_where_the_system_does),
        cmocka_unit_test(uninstalling_leaves_nothing),
    };
    list_path = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!list_path)
        return 2;
    parts = argv + 2;
    return cmocka_run_group_tests_name("installed_files", tests, staged_setup, staged_teardown);
}
