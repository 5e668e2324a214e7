/* What the tests of the loader for glycin share: a loader for each test, and pictures that it must
 * show. Everything here fails the test if it cannot. */
#ifndef UQD_TESTS_GLYCIN_FIXTURE_H
#define UQD_TESTS_GLYCIN_FIXTURE_H

#include "glycin_client.h"
#include "image_file.h"

#include <stddef.h>
#include <stdint.h>

#define ERRORS           "org.gnome.glycin.Error."
#define LOADER_INTERFACE "org.gnome.glycin.Loader"
#define IMAGE_INTERFACE  "org.gnome.glycin.Image"

/* For main: takes the paths of the loader, its configuration and `uqd`. False if they are missing.
 */
int glycin_arguments(int argc, char **argv);

const char *glycin_loader(void);
const char *glycin_configuration(void);

/* The loader of a test, between the fixtures glycin_start and glycin_stop. */
extern struct glycin_client client;
int glycin_start(void **state);
int glycin_stop(void **state);
#define WITH_LOADER(test) cmocka_unit_test_setup_teardown(test, glycin_start, glycin_stop)

/* A dictionary with nothing in it, floating. */
GVariant *glycin_empty(void);

/* A number as text, in a static buffer. */
const char *glycin_number(uint64_t value);

void glycin_assert_same(const struct pixels *got, const struct pixels *wanted);

/* Checks what is said of a picture before it is decoded. */
void glycin_check_details(GVariant *details, uint32_t width, uint32_t height);

/* Opens the first size bytes of "a.uqd" and checks the picture. */
void glycin_check_picture(size_t size, const struct pixels *wanted);

/* Checks that a call gets the error. body is floating, or NULL. */
void glycin_check_refused(const char *path, const char *interface, const char *method,
                          GVariant *body, const char *wanted);

#endif
