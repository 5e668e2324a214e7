/* Arbitrary text as what a file manager passes: a path or a URI. */
#include "cache.h"
#include "fuzz.h"
#include "location.h"

#include <string.h>

static void read_again(struct location *again, const char *argument)
{
    struct message message;
    FUZZ_CHECK(location_read(again, argument, &message) == 0);
}

/* The URI of a path is the same however often one is made of the other. */
static void check_path(const char *path)
{
    struct location of_path, of_uri, fixed;
    read_again(&of_path, path);
    FUZZ_CHECK(strncmp(of_path.uri, "file:///", 8) == 0);
    FUZZ_CHECK(strcmp(of_path.path, path) == 0);
    read_again(&of_uri, of_path.uri);
    FUZZ_CHECK(of_uri.path[0] == '/');
    read_again(&fixed, of_uri.path);
    FUZZ_CHECK(strcmp(fixed.uri, of_path.uri) == 0);
    location_free(&of_path);
    location_free(&of_uri);
    location_free(&fixed);
}

static void check_cache(const char *uri)
{
    static char root[] = "/nowhere";
    const struct cache cache = {.root = root};
    char *const path = cache_path(&cache, &flavors[0], uri);
    FUZZ_CHECK(path != NULL && strlen(path) == strlen(root) + strlen("/normal/.png") + 32);
    free(path);
    cache_has(&cache, uri);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const text = malloc(size + 1);
    struct location location;
    struct message message;
    FUZZ_CHECK(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (location_read(&location, text, &message) == 0) {
        if (location.path[0] == '/')
            check_path(location.path);
        check_cache(location.uri);
    }
    location_free(&location);
    free(text);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const char *const texts[] = {
        "file:///home/a%20b/%C3%A4.uqd",
        "FILE://localhost/a/./b/../c",
        "file:/a?b#c",
        "file://other/a",
        "file:///a%2",
        "/a//b/../../\xff\n",
        "../a b",
        "https://example.org/a.uqd",
        "file:///a%00b",
    };
    if (index >= sizeof texts / sizeof texts[0])
        return 0;
    *data = fuzz_copy((const uint8_t *)texts[index], strlen(texts[index]));
    return strlen(texts[index]);
}
