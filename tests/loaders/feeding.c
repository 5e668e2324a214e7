#include "feeding.h"

#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* ---- The list of modules ------------------------------------------------------------------- */

#if IS_SANITIZED
static int list_modules(const char *module, const char *query_loaders)
{
    char lines[8192];
    (void)query_loaders;
    snprintf(lines, sizeof lines,
             "\"%s\"\n\"uqd\" 4 \"uqd\" \"UQD image\" \"MIT\"\n\"" MIME_TYPE
             "\" \"\"\n\"uqd\" \"\"\n\"\\215UQD\" \"    \" 100\n\n",
             module);
    scratch_write("loaders.cache", lines, strlen(lines));
    return 0;
}
#else
static int list_modules(const char *module, const char *query_loaders)
{
    const char *const argv[] = {query_loaders, module, NULL};
    struct process_result result;
    if (process_run(&result, argv, NULL, 0, 60) != 0)
        return -1;
    scratch_write("loaders.cache", result.out, result.out_size);
    const int is_listed = result.exit_code == 0 && strstr(result.out, module) != NULL;
    if (!is_listed)
        fprintf(stderr, "%s: %s%s\n", query_loaders, result.out, result.err);
    process_result_free(&result);
    return is_listed ? 0 : -1;
}
#endif

static int describe_type(const char *description)
{
    const char *const argv[] = {"update-mime-database", "share/mime", NULL};
    struct process_result result;
    size_t size;
    char path[4200];
    if (mkdir("share", 0700) != 0 || mkdir("share/mime", 0700) != 0 ||
        mkdir("share/mime/packages", 0700) != 0)
        return -1;
    uint8_t *xml = scratch_read(description, &size);
    scratch_write("share/mime/packages/uqd.xml", xml, size);
    free(xml);
    snprintf(path, sizeof path, "%s/share", scratch_directory());
    setenv("XDG_DATA_HOME", path, 1);
    setenv("GIO_USE_VFS", "local", 1);
    if (process_run(&result, argv, NULL, 0, 60) != 0)
        return -1;
    const int is_done = result.exit_code == 0;
    if (!is_done)
        fprintf(stderr, "update-mime-database: %s\n", result.err);
    process_result_free(&result);
    return is_done ? 0 : -1;
}

int feeding_setup(const char *module, const char *query_loaders, const char *description)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/loaders.cache", scratch_directory());
    setenv("GDK_PIXBUF_MODULE_FILE", path, 1);
    return describe_type(description) == 0 ? list_modules(module, query_loaders) : -1;
}

/* ---- Feeding ------------------------------------------------------------------------------- */

static void on_size(GdkPixbufLoader *loader, int width, int height, struct feeding *feeding)
{
    feeding->n_sized++;
    feeding->width = width;
    feeding->height = height;
    if (feeding->set_width >= 0)
        gdk_pixbuf_loader_set_size(loader, feeding->set_width, feeding->set_height);
}

/* Clears the pixbuf, as geeqie does: what shows comes afterwards. */
static void on_prepared(GdkPixbufLoader *loader, struct feeding *feeding)
{
    GdkPixbuf *pixbuf = gdk_pixbuf_loader_get_pixbuf(loader);
    assert_non_null(pixbuf);
    memset(gdk_pixbuf_get_pixels(pixbuf), 0, gdk_pixbuf_get_byte_length(pixbuf));
    feeding->n_prepared++;
}

static void on_updated(GdkPixbufLoader *loader, int x, int y, int width, int height,
                       struct feeding *feeding)
{
    GdkPixbuf *pixbuf = gdk_pixbuf_loader_get_pixbuf(loader);
    assert_true(x == 0 && y == 0);
    assert_int_equal(width, gdk_pixbuf_get_width(pixbuf));
    assert_int_equal(height, gdk_pixbuf_get_height(pixbuf));
    if (feeding->updated)
        feeding->updated(feeding, pixbuf);
    feeding->n_updated++;
}

void feeding_begin(struct feeding *feeding, int named)
{
    *feeding = (struct feeding){.set_width = -1};
    feeding->loader =
        named ? gdk_pixbuf_loader_new_with_type("uqd", NULL) : gdk_pixbuf_loader_new();
    assert_non_null(feeding->loader);
    g_signal_connect(feeding->loader, "size-prepared", G_CALLBACK(on_size), feeding);
    g_signal_connect(feeding->loader, "area-prepared", G_CALLBACK(on_prepared), feeding);
    g_signal_connect(feeding->loader, "area-updated", G_CALLBACK(on_updated), feeding);
}

gboolean feeding_write(struct feeding *feeding, const uint8_t *data, size_t size, size_t chunk,
                       GError **error)
{
    for (size_t i = 0; i < size; i += chunk) {
        const size_t n = size - i < chunk ? size - i : chunk;
        if (!gdk_pixbuf_loader_write(feeding->loader, data + i, n, error))
            return FALSE;
    }
    return TRUE;
}

gboolean feeding_close(struct feeding *feeding, GError **error)
{
    return gdk_pixbuf_loader_close(feeding->loader, error);
}

void feeding_end(struct feeding *feeding)
{
    g_object_unref(feeding->loader);
}

/* ---- Comparing ----------------------------------------------------------------------------- */

void assert_pixbuf(GdkPixbuf *pixbuf, const struct pixels *wanted)
{
    const size_t row = (size_t)wanted->width * wanted->channels;
    assert_non_null(pixbuf);
    assert_int_equal(gdk_pixbuf_get_width(pixbuf), wanted->width);
    assert_int_equal(gdk_pixbuf_get_height(pixbuf), wanted->height);
    assert_int_equal(gdk_pixbuf_get_n_channels(pixbuf), wanted->channels);
    assert_int_equal(gdk_pixbuf_get_has_alpha(pixbuf), wanted->channels == 4);
    const size_t stride = (size_t)gdk_pixbuf_get_rowstride(pixbuf);
    const uint8_t *pixels = gdk_pixbuf_read_pixels(pixbuf);
    for (uint32_t y = 0; y < wanted->height; y++)
        assert_memory_equal(pixels + y * stride, wanted->data + y * row, row);
}

void assert_error(GError **error, GdkPixbufError code, const char *part)
{
    assert_non_null(*error);
    if ((*error)->domain != GDK_PIXBUF_ERROR || (*error)->code != (int)code ||
        !strstr((*error)->message, part))
        fail_msg("code %d: %s", (*error)->code, (*error)->message);
    g_clear_error(error);
}
