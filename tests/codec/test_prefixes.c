/* With the shipped model: the same bits of a photograph everywhere, and of pictures unlike any,
 * more bytes never show a worse one.
 *
 *     test_codec_prefixes MODEL.uqdm */
#include "codec_support.h"
#include "coding.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 128, HEIGHT = 96, CUTS_IN_A_STEP = 9, MORE_CUTS = 60, MAX_STEPS = 32 };

/* In dB. What dithered coefficients are around is known less well. */
static const double slack = 0.12, dithered_slack = 1.1;

static const uint8_t black[3] = {0, 0, 0}, blue[3] = {0, 0, 200}, red[3] = {255, 0, 0};

/* An image of one colour on the left and of another on the right half; to be freed with free(). */
static struct uqd_image *new_halves(const uint8_t left[3], const uint8_t right[3])
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_FLAT, 1);
    uint8_t *pixels = (uint8_t *)(uintptr_t)image->pixels;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            memcpy(pixels + y * image->stride + 3 * x, x < WIDTH / 2 ? left : right, 3);
    return image;
}

static void draw(struct uqd_image *image, uint32_t x, uint32_t y, const uint8_t colour[3])
{
    uint8_t *pixels = (uint8_t *)(uintptr_t)image->pixels;
    if (x < WIDTH && y < HEIGHT)
        memcpy(pixels + y * image->stride + 3 * (size_t)x, colour, 3);
}

/* Letters of three strokes each. */
static void draw_text(struct uqd_image *image, uint64_t seed, uint32_t line)
{
    for (uint32_t y = 4; y + 10 < HEIGHT; y += line)
        for (uint32_t x = 4; x + 8 < WIDTH; x += 8)
            for (int stroke = 0; stroke < 3; stroke++) {
                const uint32_t kind = (uint32_t)(next_random(&seed) >> 62);
                for (uint32_t i = 0; i < 9; i++)
                    draw(image,
                         kind == 0   ? x
                         : kind == 1 ? x + 5
                         : kind == 2 ? x + (i < 5 ? i : 5)
                                     : x + i * 5 / 8,
                         kind == 2 ? y + 5 : y + i, red);
            }
}

/* Bars of 2 pixels' width, across or down. */
static void draw_bars(struct uqd_image *image, uint64_t seed)
{
    for (uint32_t i = 0; i < WIDTH * HEIGHT / 60; i++) {
        const uint32_t x = (uint32_t)(next_random(&seed) >> 32) % WIDTH;
        const uint32_t y = (uint32_t)(next_random(&seed) >> 32) % HEIGHT;
        const uint32_t length = 2 + (uint32_t)(next_random(&seed) >> 32) % 7;
        const int is_down = next_random(&seed) >> 63 != 0;
        for (uint32_t k = 0; k < 2 * length; k++)
            draw(image, x + (is_down ? k % 2 : k / 2), y + (is_down ? k / 2 : k % 2), red);
    }
}

/* A smooth sky, dithered by half a level. */
static struct uqd_image *new_sky(uint64_t seed)
{
    struct uqd_image *image = new_halves(black, black);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++) {
            const double distance = hypot(x - 60.0, y - 40.0);
            uint8_t colour[3];
            for (int c = 0; c < 3; c++)
                colour[c] = (uint8_t)(200 + 10 * c - distance * (0.12 - 0.03 * c) +
                                      (double)(next_random(&seed) >> 11) / (1ll << 53));
            draw(image, x, y, colour);
        }
    return image;
}

/* Squares of 20 x 20 with noise of different strengths: what lies around a coefficient tells much
 * of it. */
static struct uqd_image *new_patches(uint32_t width, uint32_t height)
{
    enum { SIDE = 20 };
    static const int strengths[] = {1, 4, 12, 40, 90};
    struct uqd_image *image = make_image(width, height, 3, CONTENT_NOISE, 1);
    uint8_t *pixels = (uint8_t *)(uintptr_t)image->pixels;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < 3; c++) {
                uint8_t *sample = pixels + y * image->stride + 3 * (size_t)x + c;
                const int noise = *sample - 128;
                *sample =
                    (uint8_t)(128 + noise * strengths[(x / SIDE * 7 + y / SIDE * 3) % 5] / 128);
            }
    return image;
}

/* Where each step ends. Returns their number. */
static uint32_t find_ends(const struct uqd_model *model, struct file file, size_t ends[MAX_STEPS])
{
    struct uqd_decoder *decoder = full_decoder(model, file);
    const struct uqd_info info = info_of(decoder);
    for (uint32_t s = 0; s < info.n_steps; s++)
        ends[s] = (size_t)step_info_of(decoder, s).bytes;
    uqd_decoder_free(decoder);
    return info.n_steps;
}

static size_t header_size(const struct uqd_model *model, struct file file)
{
    struct uqd_decoder *decoder = full_decoder(model, file);
    const size_t size = (size_t)info_of(decoder).header_size;
    uqd_decoder_free(decoder);
    return size;
}

/* What the decoder shows with the file's first bytes so far, and the best of any of them before. */
struct cut {
    struct uqd_decoder *decoder;
    size_t fed;
    double best, slack;
    uint32_t n; /* in a step */
};

static void check_cut(const struct uqd_image *image, struct file file, struct cut *cut, size_t size)
{
    assert_int_equal(uqd_decoder_feed(cut->decoder, file.data + cut->fed, size - cut->fed), UQD_OK);
    cut->fed = size;
    (void)advance_all(cut->decoder);
    uint8_t *pixels = picture_at(cut->decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    const double psnr = psnr_of(image, pixels);
    free(pixels);
    if (psnr < cut->best - cut->slack)
        fail_msg("%.3f dB after %zu bytes, %.3f dB before", psnr, size, cut->best);
    cut->best = fmax(cut->best, psnr);
}

static void check_cuts(const struct uqd_image *image, struct file file, struct cut *cut,
                       size_t begin, size_t end)
{
    for (uint32_t i = 0; i <= cut->n; i++)
        check_cut(image, file, cut, begin + (end - begin) * i / (cut->n + 1));
}

/* What is made of the whole file is exact. Of dithered files also the cuts in step 0 are looked at.
 * Frees the file. */
static void check_cuts_of(const struct uqd_model *model, const struct uqd_image *image,
                          struct file file, double most_loss, uint32_t n_cuts)
{
    size_t ends[MAX_STEPS];
    const uint32_t n_ends = find_ends(model, file, ends);
    struct cut cut = {empty_decoder(model), 0, -INFINITY, most_loss, n_cuts};
    if (most_loss > slack)
        check_cuts(image, file, &cut, header_size(model, file), ends[0]);
    for (uint32_t s = 1; s < n_ends; s++)
        check_cuts(image, file, &cut, ends[s - 1], ends[s]);
    check_cut(image, file, &cut, ends[n_ends - 1]);
    assert_true(isinf(cut.best));
    uqd_decoder_free(cut.decoder);
    free(file.data);
}

/* settings: with dither, or NULL. */
static void check_file(const struct uqd_model *model, struct uqd_image *image,
                       const struct uqd_encode_settings *settings)
{
    check_cuts_of(model, image, encode(model, image, settings),
                  settings != NULL ? dithered_slack : slack, CUTS_IN_A_STEP);
    free(image);
}

static void check_picture(const struct uqd_model *model, struct uqd_image *image)
{
    check_file(model, image, NULL);
}

static void test_strokes(void **state)
{
    struct uqd_image *image = new_halves(black, blue);
    draw_text(image, 4, 19);
    check_picture(*state, image);
}

static void test_text_on_blue(void **state)
{
    struct uqd_image *image = new_halves(blue, blue);
    draw_text(image, 7, 12);
    check_picture(*state, image);
}

static void test_bars(void **state)
{
    struct uqd_image *image = new_halves(black, blue);
    draw_bars(image, 5);
    check_picture(*state, image);
}

static void test_sky(void **state)
{
    check_picture(*state, new_sky(2));
}

/* Most of the network's guesses at them are far off. */
static void test_one_colour(void **state)
{
    const uint8_t colours[][3] = {{12, 200, 7}, {255, 0, 255}, {3, 3, 3}};
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        check_picture(*state, new_halves(colours[i], colours[i]));
}

/* In later phases a tile whose bytes have ended keeps those around it from going on: they would
 * take other symbols for theirs. */
static void test_tiles(void **state)
{
    const struct coding coding = {.name = "tiles", .colours = 3, .tile_log2 = 4};
    struct uqd_image *image = new_patches(226, 190);
    check_cuts_of(*state, image, encode_as(*state, image, &coding), slack, MORE_CUTS);
    free(image);
}

/* Nor does one hold up others that are predicted by themselves. */
static void test_separate_tiles(void **state)
{
    const struct coding coding = {.name = "tiles", .colours = 3, .tile_log2 = 4, .separate = 1};
    struct uqd_image *image = new_patches(226, 190);
    check_cuts_of(*state, image, encode_as(*state, image, &coding), slack, MORE_CUTS);
    free(image);
}

/* The cells of dithered coefficients end anywhere, also next to 0, where most coefficients are. */
static void test_dithered(void **state)
{
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    settings.dither = UQD_DITHER_UNIVERSAL;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        settings.seed = seed;
        check_file(*state, make_image(WIDTH, HEIGHT, 3, CONTENT_PHOTO, seed), &settings);
    }
}

/* Of all steps. To be written anew with every change of the model, or of what is shown. */
static void test_photo(void **state)
{
    const uint64_t expected = UINT64_C(0x97c6c6020ae40bcd);
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_PHOTO, 3);
    const struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    uint64_t hash = 0;
    for (uint32_t s = 0; s < info_of(decoder).n_steps; s++)
        hash = 31 * hash + picture_hash(decoder, s, UQD_MODE_DENOISED);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    if (hash != expected)
        fail_msg("pictures of hash %016llx", (unsigned long long)hash);
}

static const char *model_path;

static int open_model(void **state)
{
    struct uqd_model *model;
    const int fd = open(model_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const int status = uqd_model_open(&model, fd);
    close(fd);
    *state = model;
    return status;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_photo),        cmocka_unit_test(test_strokes),
        cmocka_unit_test(test_text_on_blue), cmocka_unit_test(test_bars),
        cmocka_unit_test(test_sky),          cmocka_unit_test(test_one_colour),
        cmocka_unit_test(test_tiles),        cmocka_unit_test(test_separate_tiles),
        cmocka_unit_test(test_dithered),
    };
    if (argc != 2)
        return 2;
    model_path = argv[1];
    return cmocka_run_group_tests(tests, open_model, teardown_model);
}
