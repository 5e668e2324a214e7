#include "glycin_fixture.h"

#include "loader_file.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct glycin_client client;

static const char *loader_path, *configuration;

int glycin_arguments(int argc, char **argv)
{
    if (argc < 4)
        return 0;
    loader_path = realpath(argv[1], NULL); /* the fixture changes the directory */
    configuration = realpath(argv[2], NULL);
    loader_file_uqd(realpath(argv[3], NULL));
    return loader_path && configuration;
}

const char *glycin_loader(void)
{
    return loader_path;
}

const char *glycin_configuration(void)
{
    return configuration;
}

int glycin_start(void **state)
{
    const char *const program[] = {loader_path, NULL};
    (void)state;
    glycin_client_start(&client, program);
    return 0;
}

int glycin_stop(void **state)
{
    (void)state;
    glycin_client_stop(&client);
    return 0;
}

GVariant *glycin_empty(void)
{
    return g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
}

const char *glycin_number(uint64_t value)
{
    static char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return text;
}

void glycin_assert_same(const struct pixels *got, const struct pixels *wanted)
{
    assert_int_equal(got->width, wanted->width);
    assert_int_equal(got->height, wanted->height);
    assert_int_equal(got->channels, wanted->channels);
    assert_memory_equal(got->data, wanted->data,
                        (size_t)wanted->width * wanted->height * wanted->channels);
}

static void assert_boolean(GVariant *dictionary, const char *key, gboolean wanted)
{
    gboolean value;
    assert_true(g_variant_lookup(dictionary, key, "b", &value));
    assert_int_equal(value, wanted);
}

void glycin_check_details(GVariant *details, uint32_t width, uint32_t height)
{
    guint32 value;
    assert_true(g_variant_lookup(details, "width", "u", &value));
    assert_int_equal(value, width);
    assert_true(g_variant_lookup(details, "height", "u", &value));
    assert_int_equal(value, height);
    assert_boolean(details, "transformation_ignore_exif", FALSE);
}

/* Opens the first size bytes of "a.uqd" and checks the picture. */
void glycin_check_picture(size_t size, const struct pixels *wanted)
{
    struct glycin_frame frame;
    GVariant *details;
    GUnixFDList *fds;
    size_t whole;
    uint8_t *data = scratch_read("a.uqd", &whole);
    char *path = glycin_client_open(&client, data, size < whole ? size : whole, &details, &fds);
    glycin_check_details(details, wanted->width, wanted->height);
    glycin_client_frame(&client, path, glycin_empty(), &frame);
    glycin_assert_same(&frame.pixels, wanted);
    assert_boolean(frame.details, "info_grayscale", wanted->channels < 3);
    assert_boolean(frame.details, "info_alpha_channel", wanted->channels % 2 == 0);
    glycin_frame_free(&frame);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
}

void glycin_check_refused(const char *path, const char *interface, const char *method,
                          GVariant *body, const char *wanted)
{
    GUnixFDList *fds = NULL;
    char *error_name;
    GVariant *reply =
        glycin_client_call(&client, path, interface, method, body, NULL, &fds, &error_name);
    assert_null(reply);
    assert_string_equal(error_name, wanted);
    g_free(error_name);
}
