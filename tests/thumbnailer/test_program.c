/* uqd-thumbnailer as file managers call it. */
#include "colour_profile.h"
#include "made_file.h"
#include "png_file.h"
#include "profiles.h"
#include "scratch.h"
#include "thumbnail_file.h"

#include <fcntl.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *program_path;

/* ---- Sizes --------------------------------------------------------------------------------- */

static void check_size(uint32_t width, uint32_t height, const char *size, uint32_t wanted_width,
                       uint32_t wanted_height)
{
    made_file_write(width, height, 3, 0);
    THUMBNAILER_DONE("-s", size, "a.uqd", "a.png");
    struct pixels pixels = thumbnail_read("a.png");
    if (pixels.width != wanted_width || pixels.height != wanted_height)
        fail_msg("%ux%u in %s: %ux%u", width, height, size, pixels.width, pixels.height);
    pixels_free(&pixels);
    assert_number("a.png", "Thumb::Image::Width", width);
    assert_number("a.png", "Thumb::Image::Height", height);
}

static void test_sizes(void **state)
{
    (void)state;
    check_size(1, 1, "128", 1, 1);
    check_size(3, 2000, "128", 1, 128);
    check_size(2000, 3, "256", 256, 1);
    check_size(37, 23, "128", 37, 23);
    check_size(37, 23, "37", 37, 23);
    check_size(37, 23, "36", 36, 22);
    check_size(301, 200, "100", 100, 66);
    check_size(8, 8, "1", 1, 1);
    check_size(300, 301, "7", 7, 7);
}

static void test_default_size(void **state)
{
    (void)state;
    made_file_write(150, 300, 3, 0);
    THUMBNAILER_DONE("a.uqd", "a.png");
    struct pixels pixels = thumbnail_read("a.png");
    assert_int_equal(pixels.width, 64);
    assert_int_equal(pixels.height, 128);
    pixels_free(&pixels);
}

/* ---- What it says of the file -------------------------------------------------------------- */

static void assert_header(const char *path)
{
    size_t size, file_size;
    uint8_t *file = scratch_read(path, &file_size);
    const uint8_t *header = png_file_find(file, file_size, "IHDR", 0, &size);
    assert_non_null(header);
    assert_int_equal(header[8], 8);
    assert_int_equal(header[9], PNG_COLOR_TYPE_RGB_ALPHA);
    assert_int_equal(header[12], PNG_INTERLACE_NONE);
    free(file);
}

static void test_keys(void **state)
{
    const struct timespec times[2] = {{.tv_sec = 1000000000}, {1234567890, 987654321}};
    struct stat status;
    char uri[8192];
    (void)state;
    made_file_write(200, 100, 1, 0);
    assert_int_equal(rename("a.uqd", "b \xc3\xbc%.uqd"), 0);
    assert_int_equal(utimensat(AT_FDCWD, "b \xc3\xbc%.uqd", times, 0), 0);
    assert_int_equal(stat("b \xc3\xbc%.uqd", &status), 0);
    THUMBNAILER_DONE("-s", "64", "b \xc3\xbc%.uqd", "a.png");
    snprintf(uri, sizeof uri, "file://%s/b%%20%%C3%%BC%%25.uqd", scratch_directory());
    assert_header("a.png");
    assert_text("a.png", "Thumb::URI", uri);
    assert_text("a.png", "Thumb::MTime", "1234567890");
    assert_number("a.png", "Thumb::Size", status.st_size);
    assert_text("a.png", "Thumb::Mimetype", MIME_TYPE);
    assert_text("a.png", "Thumb::Image::Width", "200");
    assert_text("a.png", "Thumb::Image::Height", "100");
    char *software = thumbnail_text("a.png", "Software");
    assert_non_null(software);
    assert_true(strncmp(software, "uqd-thumbnailer ", 16) == 0);
    free(software);
    assert_int_equal(remove("b \xc3\xbc%.uqd"), 0);
}

/* The URI stays as the caller writes it. */
static void test_uri(void **state)
{
    char uri[8192];
    (void)state;
    made_file_write(20, 10, 3, 0);
    assert_int_equal(rename("a.uqd", "b 25%.uqd"), 0);
    snprintf(uri, sizeof uri, "file://localhost%s/%%62%%20%%32%%35%%25.uqd", scratch_directory());
    THUMBNAILER_DONE("-s", "64", uri, "a.png");
    assert_text("a.png", "Thumb::URI", uri);
    assert_int_equal(remove("b 25%.uqd"), 0);
}

/* ---- Colours ------------------------------------------------------------------------------- */

static struct pixels gradient(uint32_t channels)
{
    struct pixels pixels = {.width = 60, .height = 40, .channels = channels};
    pixels.data = malloc((size_t)60 * 40 * channels);
    assert_non_null(pixels.data);
    for (uint32_t y = 0; y < 40; y++)
        for (uint32_t x = 0; x < 60; x++)
            for (uint32_t c = 0; c < channels; c++)
                pixels.data[(y * 60 + x) * channels + c] = (uint8_t)(c == 0   ? x * 4
                                                                     : c == 1 ? y * 6
                                                                     : c == 2 ? 255 - x * 3
                                                                              : y * 5 + 20);
    return pixels;
}

static void encode_pixels(const struct pixels *pixels, const struct uqd_metadata *profile)
{
    const struct uqd_image image = {pixels->width, pixels->height, pixels->channels,
                                    (size_t)pixels->width * pixels->channels, pixels->data};
    made_file_encode(&image, profile, 0);
}

/* The pixels of the thumbnail before they are converted. */
static struct pixels rendered(uint32_t edge)
{
    struct render_request request = {.edge = edge, .milliseconds_left = made_file_no_deadline};
    struct input input;
    struct pixels pixels;
    struct message message;
    made_file_open(&input, &request);
    assert_int_equal(render(&input, &request, &pixels, &message), 0);
    input_close(&input);
    return pixels;
}

static void check_profile(enum profile_kind kind, uint32_t channels)
{
    struct profile profile = profile_new(kind);
    const struct uqd_metadata block = {UQD_METADATA_ICC, profile.data, profile.size};
    struct pixels from = gradient(channels);
    struct message message;
    encode_pixels(&from, &block);
    THUMBNAILER_DONE("-s", "30", "a.uqd", "a.png");
    struct pixels got = thumbnail_read("a.png"), plain = rendered(30);
    struct colour_converter *converter =
        colour_converter_new(profile.data, profile.size, channels, &message);
    assert_non_null(converter);
    struct pixels wanted = {.width = 30, .height = 20, .channels = channels % 2 == 0 ? 4 : 3};
    wanted.data = calloc(30 * 20, 4);
    assert_non_null(wanted.data);
    colour_converter_run(converter, plain.data, wanted.data, 30 * 20);
    assert_int_equal(pixels_expand(&wanted, 4), 0);
    assert_same_pixels(&got, &wanted);
    assert_int_equal(pixels_expand(&plain, 4), 0);
    assert_memory_not_equal(got.data, plain.data, (size_t)30 * 20 * 4);
    colour_converter_free(converter);
    pixels_free(&wanted);
    pixels_free(&plain);
    pixels_free(&got);
    pixels_free(&from);
    free(profile.data);
}

static void test_profiles(void **state)
{
    (void)state;
    check_profile(PROFILE_WIDE, 3);
    check_profile(PROFILE_SWAPPED, 4);
    check_profile(PROFILE_GREY, 1);
    check_profile(PROFILE_GREY, 2);
}

/* A picture without a profile, or with one that fits nothing, keeps its numbers. */
static void test_no_profile(void **state)
{
    static const uint8_t damaged[200] = {1, 2, 3};
    const struct uqd_metadata block = {UQD_METADATA_ICC, damaged, sizeof damaged};
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        struct pixels from = gradient(channels);
        encode_pixels(&from, channels == 3 ? &block : NULL);
        THUMBNAILER_DONE("-s", "30", "a.uqd", "a.png");
        struct pixels got = thumbnail_read("a.png"), wanted = rendered(30);
        assert_int_equal(pixels_expand(&wanted, 4), 0);
        assert_same_pixels(&got, &wanted);
        pixels_free(&got);
        pixels_free(&wanted);
        pixels_free(&from);
    }
}

/* Alpha is that of the picture, scaled. */
static void test_alpha(void **state)
{
    struct pixels from = gradient(4);
    (void)state;
    encode_pixels(&from, NULL);
    THUMBNAILER_DONE("-s", "60", "a.uqd", "a.png");
    struct pixels got = thumbnail_read("a.png");
    for (uint32_t y = 0; y < 40; y++)
        for (uint32_t x = 0; x < 60; x++)
            assert_in_range(got.data[(y * 60 + x) * 4 + 3] + 8 - from.data[(y * 60 + x) * 4 + 3], 0,
                            16);
    pixels_free(&got);
    pixels_free(&from);
}

/* ---- Files that are not whole -------------------------------------------------------------- */

static struct uqd_info file_info(uint64_t *first_step)
{
    struct uqd_step_info step;
    struct input input;
    made_file_open(&input, NULL);
    assert_int_equal(uqd_decoder_step_info(input.decoder, 0, &step), UQD_OK);
    *first_step = step.bytes;
    const struct uqd_info info = input.info;
    input_close(&input);
    return info;
}

/* The first size bytes of a.uqd, with the byte at `damaged` changed unless that is 0. */
static void write_part(const char *path, size_t size, size_t damaged)
{
    size_t whole;
    uint8_t *data = scratch_read("a.uqd", &whole);
    assert_true(size <= whole);
    if (damaged > 0)
        data[damaged] ^= 0x55;
    scratch_write(path, data, size);
    free(data);
}

static void test_cut_files(void **state)
{
    struct process_result result;
    uint64_t first;
    (void)state;
    made_file_write(150, 90, 3, 0);
    const struct uqd_info info = file_info(&first);
    write_part("cut.uqd", (size_t)info.header_size + 40, 0);
    THUMBNAILER_DONE("cut.uqd", "cut.png");
    write_part("cut.uqd", (size_t)first + 1, 0);
    THUMBNAILER_DONE("cut.uqd", "cut.png");
    assert_true(scratch_exists("cut.png"));
    write_part("cut.uqd", 9, 0);
    THUMBNAILER(&result, "cut.uqd", "none.png");
    assert_refused(&result, 1, "cut.uqd: is cut off inside its header, after 9 bytes");
    scratch_write("cut.uqd", "", 0);
    THUMBNAILER(&result, "cut.uqd", "none.png");
    assert_refused(&result, 1, "cut.uqd: is empty");
    assert_false(scratch_exists("none.png"));
}

static void test_damaged_files(void **state)
{
    struct process_result result;
    uint64_t first;
    (void)state;
    made_file_write(150, 90, 3, 0);
    const struct uqd_info info = file_info(&first);
    write_part("bad.uqd", (size_t)info.file_size, (size_t)first - 10);
    THUMBNAILER(&result, "bad.uqd", "none.png");
    assert_refused(&result, 1, "bad.uqd: its first step is damaged");
    write_part("bad.uqd", (size_t)info.file_size, (size_t)first + 10);
    THUMBNAILER_DONE("-s", "150", "bad.uqd", "bad.png");
    struct pixels got = thumbnail_read("bad.png"), wanted = made_file_picture(0, 0);
    assert_int_equal(pixels_expand(&wanted, 4), 0);
    assert_same_pixels(&got, &wanted);
    pixels_free(&got);
    pixels_free(&wanted);
    scratch_write("text.uqd", "no picture at all", 17);
    THUMBNAILER(&result, "text.uqd", "none.png");
    assert_refused(&result, 1, "text.uqd: ");
    assert_false(scratch_exists("none.png"));
}

/* ---- Other failures ------------------------------------------------------------------------ */

static void test_no_files(void **state)
{
    struct process_result result;
    (void)state;
    assert_int_equal(mkdir("directory", 0700), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    THUMBNAILER(&result, "directory", "none.png");
    assert_refused(&result, 1, "directory: is a directory");
    THUMBNAILER(&result, "pipe", "none.png");
    assert_refused(&result, 1, "pipe: is not a regular file");
    THUMBNAILER(&result, "missing.uqd", "none.png");
    assert_refused(&result, 1, "missing.uqd: cannot be opened: No such file");
    THUMBNAILER(&result, "file://other/a.uqd", "none.png");
    assert_refused(&result, 1, "is on another machine");
    assert_false(scratch_exists("none.png"));
}

static void test_output_that_cannot_be(void **state)
{
    struct process_result result;
    (void)state;
    made_file_write(20, 10, 3, 0);
    THUMBNAILER(&result, "a.uqd", "missing/a.png");
    assert_refused(&result, 1, "missing/a.png: cannot be written: ");
    THUMBNAILER(&result, "a.uqd", "directory");
    assert_refused(&result, 1, "directory: cannot be written: ");
}

/* By whatever name. */
static void test_output_that_is_the_input(void **state)
{
    struct process_result result;
    (void)state;
    made_file_write(20, 10, 3, 0);
    assert_int_equal(symlink("a.uqd", "link.png"), 0);
    THUMBNAILER(&result, "a.uqd", "a.uqd");
    assert_refused(&result, 1, "a.uqd: is the input itself");
    THUMBNAILER(&result, "a.uqd", "link.png");
    assert_refused(&result, 1, "link.png: is the input itself");
    THUMBNAILER_DONE("a.uqd", "after.png"); /* which is what it was */
    unlink("link.png");
}

/* Runs the program without rights that root has; skips the test where that cannot be done. */
static void run_unprivileged(struct process_result *result, const char *input, const char *output)
{
    static const char *const give_up[] = {"setpriv", "--reuid=65534", "--regid=65534",
                                          "--clear-groups"};
    const char *argv[8] = {give_up[0], give_up[1], give_up[2], give_up[3], program_path};
    const char *const *first = geteuid() == 0 ? argv : argv + 4;
    argv[5] = "--version";
    const int started = process_run(result, first, NULL, 0, 60);
    const int usable = started == 0 && result->exit_code == 0;
    process_result_free(result);
    if (!usable) {
        print_message("skip: root may read and write everything, and setpriv does not run it\n");
        skip();
    }
    argv[5] = input;
    argv[6] = output;
    assert_int_equal(process_run(result, first, NULL, 0, 60), 0);
}

static void test_no_permission(void **state)
{
    struct process_result result;
    (void)state;
    made_file_write(20, 10, 3, 0);
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(chmod("models", 0755), 0);
    assert_int_equal(mkdir("locked", 0500), 0);
    run_unprivileged(&result, "a.uqd", "locked/a.png");
    assert_refused(&result, 1, "locked/a.png: cannot be written: Permission denied");
    assert_int_equal(chmod("a.uqd", 0), 0);
    run_unprivileged(&result, "a.uqd", "none.png");
    assert_refused(&result, 1, "a.uqd: cannot be opened: Permission denied");
    assert_int_equal(remove("a.uqd"), 0);
}

/* What was there before stays after a failure, and nothing else is left. */
static void test_failures_keep_the_output(void **state)
{
    struct process_result result;
    size_t size;
    (void)state;
    made_file_write(20, 10, 3, 0);
    scratch_write("text.uqd", "no picture at all", 17);
    scratch_write("older.png", "older", 5);
    const unsigned n_files = scratch_count();
    THUMBNAILER(&result, "text.uqd", "older.png");
    assert_refused(&result, 1, "text.uqd: ");
    THUMBNAILER(&result, "--deadline", "0", "a.uqd", "older.png");
    assert_refused(&result, 1, "a.uqd: no picture was ready within the time");
    uint8_t *data = scratch_read("older.png", &size);
    assert_int_equal(size, 5);
    assert_memory_equal(data, "older", 5);
    free(data);
    assert_int_equal(scratch_count(), n_files);
}

/* The file is its user's own, or what an older one was. */
static void test_mode_of_the_output(void **state)
{
    struct stat status;
    (void)state;
    made_file_write(20, 10, 3, 0);
    THUMBNAILER_DONE("a.uqd", "new.png");
    assert_int_equal(stat("new.png", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    scratch_write("empty.png", "", 0);
    assert_int_equal(chmod("empty.png", 0640), 0);
    THUMBNAILER_DONE("a.uqd", "empty.png");
    assert_int_equal(stat("empty.png", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    scratch_assert_same("new.png", "empty.png");
}

/* A caller that made the file, and reads it by its own descriptor, gets the picture. */
static void test_file_of_the_caller(void **state)
{
    char start[8];
    (void)state;
    made_file_write(20, 10, 3, 0);
    THUMBNAILER_DONE("a.uqd", "new.png");
    scratch_write("callers.png", "", 0);
    const int fd = open("callers.png", O_RDONLY);
    assert_true(fd >= 0);
    THUMBNAILER_DONE("a.uqd", "callers.png");
    assert_int_equal(read(fd, start, sizeof start), sizeof start);
    assert_memory_equal(start, "\x89PNG\r\n\x1a\n", sizeof start);
    close(fd);
    scratch_assert_same("new.png", "callers.png");
}

/* Half a picture is left neither in such a file nor beside it. */
static void test_full_disk(void **state)
{
    static const char *const outputs[] = {"callers.png", "none.png"};
    struct process_result result;
    struct stat status;
    (void)state;
    made_file_write(200, 100, 3, 0);
    scratch_write("callers.png", "", 0);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const char *const argv[] = {"prlimit", "--fsize=100", program_path,
                                    "a.uqd",   outputs[i],    NULL};
        const unsigned n_files = scratch_count();
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_refused(&result, 1, "cannot be written: File too large");
        assert_int_equal(scratch_count(), n_files);
    }
    assert_int_equal(stat("callers.png", &status), 0);
    assert_int_equal(status.st_size, 0);
}

static void test_missing_model(void **state)
{
    struct process_result result;
    (void)state;
    made_file_write(20, 10, 3, 0);
    setenv("UQD_MODELS", "/nonexistent", 1);
    THUMBNAILER(&result, "a.uqd", "none.png");
    setenv("UQD_MODELS", "models", 1);
    assert_refused(&result, 1, "a.uqd: cannot be decoded: the model ");
}

/* Neither a home nor a bus nor anything else of a session. */
static void test_empty_environment(void **state)
{
    struct process_result result;
    const char *const argv[] = {"env",   "-i", "UQD_MODELS=models", program_path, "a.uqd",
                                "e.png", NULL};
    (void)state;
    made_file_write(20, 10, 3, 0);
    assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
    assert_int_equal(result.exit_code, 0);
    assert_string_equal(result.err, "");
    process_result_free(&result);
    assert_true(scratch_exists("e.png"));
}

static void test_command_lines(void **state)
{
    struct process_result result;
    (void)state;
    THUMBNAILER(&result, "a.uqd");
    assert_refused(&result, 2, "an operand is missing");
    THUMBNAILER(&result, "-s", "0", "a.uqd", "a.png");
    assert_refused(&result, 2, "--size: from 1 to 65535");
    THUMBNAILER(&result, "-s", "x", "a.uqd", "a.png");
    assert_refused(&result, 2, "is not a whole number");
    THUMBNAILER(&result, "--deadline", "100000", "a.uqd", "a.png");
    assert_refused(&result, 2, "--deadline: at most");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_default_size),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_uri),
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_no_profile),
        cmocka_unit_test(test_alpha),
        cmocka_unit_test(test_cut_files),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_no_files),
        cmocka_unit_test(test_output_that_cannot_be),
        cmocka_unit_test(test_output_that_is_the_input),
        cmocka_unit_test(test_no_permission),
        cmocka_unit_test(test_failures_keep_the_output),
        cmocka_unit_test(test_mode_of_the_output),
        cmocka_unit_test(test_file_of_the_caller),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_missing_model),
        cmocka_unit_test(test_empty_environment),
        cmocka_unit_test(test_command_lines),
    };
    program_path = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!program_path)
        return 2;
    thumbnailer_is(program_path);
    return cmocka_run_group_tests_name("program", tests, made_file_setup, scratch_teardown);
}
