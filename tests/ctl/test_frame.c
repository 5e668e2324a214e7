/* uqdctl frame: the same pixels as the library decodes, in a PNG file with the file's profile. */
#include "ctl_desk.h"
#include "image_file.h"
#include "profile_make.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct pixels read_png(const char *path)
{
    struct pixels pixels;
    struct message message;
    if (image_read(path, NULL, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    assert_int_equal(remove(path), 0);
    return pixels;
}

/* Whether the file is the picture of the first bytes of the sample. */
static void expect_picture(const struct ctl_desk *ctl, const char *path, uint64_t size,
                           const struct uqd_picture_request *request)
{
    const struct sample *sample = &ctl->sample;
    struct pixels pixels = read_png(path);
    uint8_t *wanted = sample_render(sample, (size_t)size, request);
    assert_int_equal(pixels.width, uqd_reduced_side(sample->width, request->reduce));
    assert_int_equal(pixels.height, uqd_reduced_side(sample->height, request->reduce));
    assert_int_equal(pixels.channels, 3);
    assert_memory_equal(pixels.data, wanted, (size_t)pixels.width * pixels.height * 3);
    pixels_free(&pixels);
    free(wanted);
}

static void frame_is_silent(const char *const arguments[])
{
    char *output = ctl_output(arguments);
    assert_string_equal(output, "");
    free(output);
}
#define FRAME(...)                                                                                 \
    frame_is_silent((const char *const[]){"frame", "a.uqd", "-o", "x.png", __VA_ARGS__, NULL})

static void every_step_is_what_the_library_decodes(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct uqd_picture_request request;
    char step[16];
    uqd_picture_request_default(&request);
    for (uint32_t i = 0; i < ctl->sample.info.n_steps; i++) {
        snprintf(step, sizeof step, "%" PRIu32, i);
        request.step = i;
        FRAME("--step", step);
        expect_picture(ctl, "x.png", ctl->sample.size, &request);
    }
    FRAME(NULL);
    expect_picture(ctl, "x.png", ctl->sample.size, &request);
}

static void modes_and_sizes_are_as_asked(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = 1;
    request.mode = UQD_MODE_FLOW;
    FRAME("--step", "1", "--mode", "flow");
    expect_picture(ctl, "x.png", ctl->sample.size, &request);
    request.mode = UQD_MODE_ANCESTRAL;
    request.seed = 77;
    request.reduce = 1;
    FRAME("--step", "1", "--mode", "ancestral", "--seed", "77", "--reduce", "1");
    expect_picture(ctl, "x.png", ctl->sample.size, &request);
}

/* Whether the file is a part of the picture that the sample's first bytes give. */
static void expect_part(const struct ctl_desk *ctl, struct uqd_region region, uint64_t size,
                        const struct uqd_picture_request *request)
{
    const struct sample *sample = &ctl->sample;
    const struct uqd_region part = uqd_reduced_region(region, request->reduce);
    const size_t row = uqd_reduced_side(sample->width, request->reduce) * 3u;
    struct pixels pixels = read_png("x.png");
    uint8_t *whole = sample_render(sample, (size_t)size, request);
    assert_int_equal(pixels.width, part.width);
    assert_int_equal(pixels.height, part.height);
    for (uint32_t y = 0; y < part.height; y++)
        assert_memory_equal(pixels.data + y * part.width * 3u,
                            whole + (part.y + y) * row + part.x * 3u, part.width * 3u);
    pixels_free(&pixels);
    free(whole);
}

static void a_region_is_a_part_of_the_picture(void **state)
{
    static const struct uqd_region region = {3, 5, 20, 10};
    const struct ctl_desk *ctl = *state;
    const uint64_t cut = (ctl->sample.step_bytes[1] + ctl->sample.step_bytes[2]) / 2;
    struct uqd_picture_request request;
    char bytes[24];
    uqd_picture_request_default(&request);
    request.step = 1;
    FRAME("--region", "3,5,20,10", "--step", "1");
    expect_part(ctl, region, ctl->sample.size, &request);
    request.step = ctl->sample.info.n_steps - 1;
    request.reduce = 2;
    FRAME("--region", "3,5,20,10", "--reduce", "2");
    expect_part(ctl, region, ctl->sample.size, &request);
    request.step = UQD_STEP_LATEST;
    request.reduce = 0;
    snprintf(bytes, sizeof bytes, "%" PRIu64, cut);
    FRAME("--region", "3,5,20,10", "--bytes", bytes);
    expect_part(ctl, region, cut, &request);
    FRAME("--region", "0,0,40,30");
    expect_picture(ctl, "x.png", ctl->sample.size, &request);
    /* The edge is that of the region. */
    FRAME("--region", "3,5,20,10", "--max-edge", "8");
    struct pixels pixels = read_png("x.png");
    assert_int_equal(pixels.width, 8);
    assert_int_equal(pixels.height, 4);
    pixels_free(&pixels);
}

static void a_region_lies_in_the_picture(void **state)
{
    (void)state;
    CTL_FAILS(1, "uqdctl: a.uqd: the picture has 40 x 30 pixels, and the region 30,0,20,10 ",
              "frame", "a.uqd", "-o", "x.png", "--region", "30,0,20,10");
    assert_int_equal(access("x.png", F_OK), -1);
    CTL_FAILS(2, "--region: 1,2,0,4 has no pixels", "frame", "a.uqd", "-o", "x.png", "--region",
              "1,2,0,4");
    CTL_FAILS(2, "--region: \"1,2,3\" is not X,Y,W,H", "frame", "a.uqd", "-o", "x.png", "--region",
              "1,2,3");
}

static void bytes_are_a_cut_file(void **state)
{
    const struct ctl_desk *ctl = *state;
    const uint64_t size = (ctl->sample.step_bytes[0] + ctl->sample.step_bytes[1]) / 2;
    struct uqd_picture_request request;
    char bytes[24], wanted[64];
    struct process_result result;
    uqd_picture_request_default(&request);
    request.step = UQD_STEP_LATEST;
    snprintf(bytes, sizeof bytes, "%" PRIu64, size);
    FRAME("--bytes", bytes);
    expect_picture(ctl, "x.png", size, &request);
    ctl_desk_write("cut.uqd", ctl->sample.data, (size_t)size);
    CTL_RUN(&result, "frame", "cut.uqd", "-o", "x.png");
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.err, "uqdctl: cut.uqd: ends after ");
    snprintf(wanted, sizeof wanted, ": 1 of %" PRIu32 " steps is complete, ",
             ctl->sample.info.n_steps);
    assert_contains(result.err, wanted);
    process_result_free(&result);
    expect_picture(ctl, "x.png", size, &request);
    CTL_FAILS(1, "cut.uqd: there is no step 1: the file ends after 1 step\n", "frame", "cut.uqd",
              "-o", "x.png", "--step", "1");
    CTL_FAILS(1, "a.uqd: there is no step 99", "frame", "a.uqd", "-o", "x.png", "--step", "99");
    assert_int_equal(access("x.png", F_OK), -1);
}

/* What comes before the damage is there by its number only. */
static void damage_is_told(void **state)
{
    const struct ctl_desk *ctl = *state;
    const struct sample *sample = &ctl->sample;
    uint8_t *data = malloc(sample->size);
    struct uqd_picture_request request;
    assert_non_null(data);
    memcpy(data, sample->data, sample->size);
    data[(sample->step_bytes[1] + sample->step_bytes[2]) / 2] ^= 0xff;
    ctl_desk_write("damaged.uqd", data, sample->size);
    free(data);
    CTL_FAILS(1, "damaged.uqd: step 2 is damaged, --step 1 still works", "frame", "damaged.uqd",
              "-o", "x.png");
    assert_int_equal(access("x.png", F_OK), -1);
    frame_is_silent(
        (const char *const[]){"frame", "damaged.uqd", "-o", "x.png", "--step", "1", NULL});
    uqd_picture_request_default(&request);
    request.step = 1;
    expect_picture(ctl, "x.png", sample->size, &request);
}

/* PNG is not written under the name of another format; names that say none are the user's. */
static void names_say_png_or_nothing(void **state)
{
    static const char *const wrong[] = {"x.jpg", "x.PPM", "x.webp", "x.apng"};
    static const char *const right[] = {"x.PNG", "x", "x.part", ".jpg", "x.jpg.1"};
    const struct ctl_desk *ctl = *state;
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = UQD_STEP_LATEST;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CTL_FAILS(2, "the name says another format than PNG", "frame", "a.uqd", "-o", wrong[i]);
        assert_int_equal(access(wrong[i], F_OK), -1);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        frame_is_silent((const char *const[]){"frame", "a.uqd", "-o", right[i], NULL});
        expect_picture(ctl, right[i], ctl->sample.size, &request);
    }
}

static void an_edge_is_met_exactly(void **state)
{
    static const struct {
        const char *edge;
        uint32_t width, height;
    } cases[] = {{"40", 40, 30}, {"1000", 40, 30}, {"20", 20, 15}, {"13", 13, 10}, {"1", 1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FRAME("--max-edge", cases[i].edge);
        struct pixels pixels = read_png("x.png");
        assert_int_equal(pixels.width, cases[i].width);
        assert_int_equal(pixels.height, cases[i].height);
        pixels_free(&pixels);
    }
}

/* Whether the picture of a file with this profile has it, too. */
static void expect_profile_kept(const struct ctl_desk *ctl, const uint8_t *icc, size_t icc_size)
{
    const struct sample *sample = &ctl->sample;
    const struct uqd_image image = {sample->width, sample->height, 3, (size_t)sample->width * 3,
                                    sample->pixels};
    const struct uqd_metadata profile = {.type = UQD_METADATA_ICC, .data = icc, .size = icc_size};
    struct uqd_encode_settings settings;
    uint8_t *data;
    size_t size;
    uqd_encode_settings_default(&settings);
    settings.metadata = &profile;
    settings.n_metadata = 1;
    settings.threads = 1;
    assert_int_equal(uqd_encode(sample->model, &image, &settings, &data, &size), UQD_OK);
    ctl_desk_write("icc.uqd", data, size);
    free(data);
    frame_is_silent((const char *const[]){"frame", "icc.uqd", "-o", "x.png", NULL});
    struct pixels pixels = read_png("x.png");
    const struct uqd_metadata *kept = pixels_metadata(&pixels, UQD_METADATA_ICC);
    assert_non_null(kept);
    assert_int_equal(kept->size, icc_size);
    assert_memory_equal(kept->data, icc, icc_size);
    pixels_free(&pixels);
}

/* Also a profile that is too long for the daemon to tell it, as this one with a long tail. */
static void the_profile_is_kept(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct profile_colours colours = profile_srgb_colours;
    uint8_t *icc;
    size_t size;
    colours.gamma = 180000;
    assert_int_equal(profile_from_colours(&colours, 0, &icc, &size), 0);
    expect_profile_kept(ctl, icc, size);
    const size_t long_size = size + 70000;
    uint8_t *longer = realloc(icc, long_size);
    assert_non_null(longer);
    memset(longer + size, 'x', 70000);
    for (int i = 0; i < 4; i++) /* a profile begins with its length */
        longer[i] = (uint8_t)(long_size >> (24 - 8 * i));
    expect_profile_kept(ctl, longer, long_size);
    free(longer);
}

static void standard_output_takes_a_picture(void **state)
{
    struct process_result result;
    size_t size;
    (void)state;
    FRAME(NULL);
    FILE *file = fopen("x.png", "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = (size_t)ftell(file);
    fclose(file);
    CTL_RUN(&result, "frame", "a.uqd", "-o", "-");
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(result.out_size, size);
    assert_memory_equal(result.out, "\x89PNG", 4);
    process_result_free(&result);
    CTL_FAILS(1, "missing/x.png: ", "frame", "a.uqd", "-o", "missing/x.png");
    CTL_FAILS(1, "./a.uqd: is the input itself", "frame", "a.uqd", "-o", "./a.uqd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_what_the_library_decodes),
        cmocka_unit_test(modes_and_sizes_are_as_asked),
        cmocka_unit_test(a_region_is_a_part_of_the_picture),
        cmocka_unit_test(a_region_lies_in_the_picture),
        cmocka_unit_test(bytes_are_a_cut_file),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(names_say_png_or_nothing),
        cmocka_unit_test(an_edge_is_met_exactly),
        cmocka_unit_test(the_profile_is_kept),
        cmocka_unit_test(standard_output_takes_a_picture),
    };
    return cmocka_run_group_tests_name("frame", tests, ctl_desk_setup_daemon, ctl_desk_teardown);
}
