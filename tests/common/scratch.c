#include "scratch.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[4096];

int scratch_setup(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/uqd-test-XXXXXX", base ? base : P_tmpdir);
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

int scratch_teardown(void **state)
{
    (void)state;
    return chdir("/") == 0 ? nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS) : -1;
}

const char *scratch_directory(void)
{
    return directory;
}

unsigned scratch_count(void)
{
    DIR *dir = opendir(".");
    const struct dirent *entry;
    unsigned count = 0;
    assert_non_null(dir);
    while ((entry = readdir(dir)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

void scratch_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        fail_msg("%s cannot be written", path);
}

uint8_t *scratch_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        fail_msg("%s cannot be read", path);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size + 1);
    if (!data || fread(data, 1, *size, file) != *size)
        fail_msg("%s cannot be read", path);
    fclose(file);
    return data;
}

int scratch_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void scratch_assert_same(const char *path, const char *other)
{
    size_t size, other_size;
    uint8_t *data = scratch_read(path, &size), *other_data = scratch_read(other, &other_size);
    int same = size == other_size && memcmp(data, other_data, size) == 0;
    free(data);
    free(other_data);
    if (!same)
        fail_msg("%s and %s differ", path, other);
}
