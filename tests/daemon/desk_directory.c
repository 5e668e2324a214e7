#include "desk.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

void desk_make_directory(struct desk *desk)
{
    char models[128];

    *desk = (struct desk){.dir = "/tmp/uqdd-test-XXXXXX"};
    assert_non_null(mkdtemp(desk->dir));
    snprintf(models, sizeof models, "%s/models", desk->dir);
    assert_int_equal(mkdir(models, 0700), 0);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void desk_remove_directory(const struct desk *desk)
{
    nftw(desk->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *desk_uri(const struct desk *desk, const char *name)
{
    static char uris[32][160];
    static unsigned n;
    char *uri = uris[n++ % 32];

    assert_true((size_t)snprintf(uri, sizeof uris[0], "file://%s/%s", desk->dir, name) <
                sizeof uris[0]);
    return uri;
}
