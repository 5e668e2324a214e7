/* Pictures by paper models: lossless at the end, the same bits everywhere, cut and damaged. */
#include "codec_support.h"

#include "codec/paper/network.h"
#include "tiny_paper.h"
#include "util/isa.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { N_STEPS = 4, N_MODES = 3 };

static const enum uqd_mode modes[N_MODES] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

static int setup_paper(void **state)
{
    size_t size;
    uint8_t *bytes = tiny_paper_model(&size);
    struct uqd_model *model;
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    free(bytes);
    *state = model;
    return 0;
}

/* ---- Round trips ---- */

static void check_lossless(const struct uqd_model *model, uint32_t width, uint32_t height,
                           uint32_t channels, int solid)
{
    struct uqd_image *image = make_image(width, height, channels, CONTENT_PHOTO, 3);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = solid;
    settings.seed = 8;
    settings.threads = 2;
    struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const struct uqd_info info = info_of(decoder);
    assert_int_equal(info.n_steps, N_STEPS);
    assert_int_equal(info.dither, UQD_DITHER_UNIVERSAL);
    assert_int_equal(info.seed, 8);
    assert_true(info.lossless);
    uint8_t *last = picture_at(decoder, N_STEPS - 1, UQD_MODE_DENOISED);
    assert_memory_equal(last, image->pixels, image_bytes(image));
    free(last);
    for (uint32_t s = 0; s + 1 < N_STEPS && !solid; s++) {
        uint8_t *shown = picture_at(decoder, s, UQD_MODE_DENOISED);
        const double told = step_info_of(decoder, s).psnr, measured = psnr_of(image, shown);
        assert_true(told == measured || fabs(told - measured) < 0.006);
        free(shown);
    }
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

static void test_lossless(void **state)
{
    check_lossless(*state, 64, 64, 3, 0);
    check_lossless(*state, 1, 1, 3, 0);
    check_lossless(*state, 65, 3, 3, 0);
    check_lossless(*state, 5, 70, 1, 0);
    check_lossless(*state, 9, 7, 3, 1);
    check_lossless(*state, 66, 2, 1, 1);
}

/* ---- Memory ---- */

/* The least max_memory with which a decoder on so many threads takes the file. */
static uint64_t memory_needed(const struct uqd_model *model, struct file file, uint32_t threads)
{
    uint64_t low = 0, high = UINT64_C(1) << 40;
    while (high - low > 1) {
        struct uqd_decoder_settings settings = one_thread_decoding();
        struct uqd_decoder *decoder;
        settings.threads = threads;
        settings.max_memory = low + (high - low) / 2;
        assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
        const int status = uqd_decoder_feed(decoder, file.data, file.size);
        assert_true(status == UQD_OK || status == UQD_ERR_LIMIT);
        *(status == UQD_OK ? &high : &low) = settings.max_memory;
        uqd_decoder_free(decoder);
    }
    return high;
}

/* Each thread that runs tiles has a network of its own, or scratch memory if there is one tile: so
 * many are asked for, whatever OpenMP would give. */
static void test_memory_of_threads(void **state)
{
    for (uint32_t tiles = 1; tiles <= 4; tiles += 3) {
        struct uqd_image *image = make_image(64 * tiles, 64, 3, CONTENT_PHOTO, 3);
        struct file file = encode(*state, image, NULL);
        const uint64_t one = memory_needed(*state, file, 1), four = memory_needed(*state, file, 4);
        const uint64_t network = uqd_paper_network_size(*state, 1);
        assert_true(four - one ==
                    (tiles == 1 ? uqd_paper_network_size(*state, 4) - network : 3 * network));
        free(file.data);
        free(image);
    }
}

/* What is outside the picture is drawn, not coded. */
static void test_outside_is_free(void **state)
{
    struct uqd_image *whole = make_image(64, 64, 3, CONTENT_PHOTO, 3);
    struct uqd_image *part = make_image(16, 16, 3, CONTENT_PHOTO, 3);
    struct file large = encode(*state, whole, NULL), small = encode(*state, part, NULL);
    assert_true(small.size < large.size / 10);
    free(large.data);
    free(small.data);
    free(whole);
    free(part);
}

/* ---- The same bits ---- */

struct way {
    uint32_t threads, cpu_mask;
};

static uint64_t outcome(const struct uqd_model *model, const struct uqd_image *image,
                        struct way way, int n_modes)
{
    struct uqd_encode_settings encoding = one_thread_encoding();
    struct uqd_decoder_settings decoding = one_thread_decoding();
    encoding.threads = decoding.threads = way.threads;
    encoding.cpu_mask = decoding.cpu_mask = way.cpu_mask;
    struct file file = encode(model, image, &encoding);
    uint64_t hashes[1 + N_STEPS * N_MODES] = {XXH3_64bits(file.data, file.size)};
    struct uqd_decoder *decoder;
    assert_int_equal(uqd_decoder_new(&decoder, model, &decoding), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t s = 0; s < N_STEPS; s++)
        for (int m = 0; m < n_modes; m++)
            hashes[1 + s * N_MODES + (uint32_t)m] = picture_hash(decoder, s, modes[m]);
    uqd_decoder_free(decoder);
    free(file.data);
    return XXH3_64bits(hashes, sizeof hashes);
}

static void test_threads(void **state)
{
    struct uqd_image *images[] = {make_image(30, 20, 3, CONTENT_PHOTO, 1),
                                  make_image(130, 10, 3, CONTENT_PHOTO, 2)};
    for (int i = 0; i < 2; i++) {
        const uint64_t one = outcome(*state, images[i], (struct way){1, (uint32_t)UQD_CPU_ALL}, 3);
        for (uint32_t threads = 2; threads <= 5; threads += i == 0 ? 1 : 3)
            assert_true(
                outcome(*state, images[i], (struct way){threads, (uint32_t)UQD_CPU_ALL}, 3) == one);
        free(images[i]);
    }
}

/* Plain C is so slow that the first step has to do. */
static uint64_t first_step(const struct uqd_model *model, const struct uqd_image *image,
                           uint32_t cpu_mask)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.threads = 2;
    settings.cpu_mask = cpu_mask;
    settings.stop_step = 0;
    settings.no_distortion = 1;
    struct file file = encode(model, image, &settings);
    const uint64_t hash = XXH3_64bits(file.data, file.size);
    free(file.data);
    return hash;
}

static void test_instruction_sets(void **state)
{
    static const uint32_t masks[] = {UQD_CPU_AVX2, UQD_CPU_NEON};
    const struct way all = {2, (uint32_t)UQD_CPU_ALL};
    struct uqd_image *image = make_image(12, 9, 3, CONTENT_PHOTO, 1);
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++)
        if (uqd_cpu_flags() & masks[i])
            assert_true(outcome(*state, image, (struct way){2, masks[i]}, 1) ==
                        outcome(*state, image, all, 1));
    assert_true(first_step(*state, image, 0) == first_step(*state, image, all.cpu_mask));
    free(image);
}

/* The format: the file and the pictures of all modes, for ever. */
static void test_golden(void **state)
{
    struct uqd_image *image = make_image(70, 12, 3, CONTENT_PHOTO, 4);
    const uint64_t hash = outcome(*state, image, (struct way){2, (uint32_t)UQD_CPU_ALL}, 3);
    if (hash != UINT64_C(0x2b6e0a09c6e53573))
        fail_msg("0x%016llx", (unsigned long long)hash);
    free(image);
}

/* ---- Cut and damaged ---- */

struct sample {
    struct uqd_image *image;
    struct file file;
    uint64_t header_size, step_end[N_STEPS], hashes[N_STEPS];
};

static struct sample make_sample(const struct uqd_model *model, uint32_t width, uint32_t height)
{
    struct sample sample = {.image = make_image(width, height, 3, CONTENT_PHOTO, 6)};
    sample.file = encode(model, sample.image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, sample.file);
    assert_int_equal(advance_all(decoder), UQD_END);
    sample.header_size = info_of(decoder).header_size;
    for (uint32_t s = 0; s < N_STEPS; s++) {
        sample.step_end[s] = step_info_of(decoder, s).bytes;
        sample.hashes[s] = picture_hash(decoder, s, UQD_MODE_DENOISED);
    }
    uqd_decoder_free(decoder);
    return sample;
}

static void free_sample(struct sample *sample)
{
    free(sample->file.data);
    free(sample->image);
}

static uint32_t steps_within(const struct sample *sample, size_t n)
{
    uint32_t steps = 0;
    while (steps < N_STEPS && sample->step_end[steps] <= n)
        steps++;
    return steps;
}

/* Byte after byte: the pictures of whole steps, and with one tile nothing between them. */
static void test_every_length(void **state)
{
    struct sample sample = make_sample(*state, 5, 4);
    struct uqd_decoder *decoder = empty_decoder(*state);
    for (size_t n = 1; n <= sample.file.size; n++) {
        const int status = uqd_decoder_feed(decoder, sample.file.data + n - 1, 1);
        if (n < sample.header_size) {
            assert_int_equal(status, UQD_NEED_DATA);
            continue;
        }
        const uint32_t complete = steps_within(&sample, n);
        assert_int_equal(advance_all(decoder), n == sample.file.size ? UQD_END : UQD_NEED_DATA);
        assert_int_equal(uqd_decoder_steps_complete(decoder), complete);
        const uint64_t latest = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
        if (complete > 0 && latest != sample.hashes[complete - 1])
            fail_msg("%zu bytes: not the picture of step %u", n, complete - 1);
    }
    for (uint32_t s = 0; s < N_STEPS; s++)
        assert_true(picture_hash(decoder, s, UQD_MODE_DENOISED) == sample.hashes[s]);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* Of several tiles, those whose chunks are there are shown with the next step. */
static void test_tiles_one_by_one(void **state)
{
    struct sample sample = make_sample(*state, 150, 6);
    const size_t begin = (size_t)sample.step_end[0], end = (size_t)sample.step_end[1];
    int n_pictures = 0;
    uint64_t before = 0;
    for (size_t n = begin; n <= end; n += (end - begin) / 7) {
        struct uqd_decoder *decoder = empty_decoder(*state);
        assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, n), UQD_OK);
        assert_int_equal(advance_all(decoder), UQD_NEED_DATA);
        assert_int_equal(uqd_decoder_steps_complete(decoder), steps_within(&sample, n));
        const uint64_t hash = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
        n_pictures += hash != before;
        before = hash;
        uqd_decoder_free(decoder);
    }
    assert_true(n_pictures >= 3);
    free_sample(&sample);
}

/* Bytes changed: what comes before the damage is as it was, then an error. */
static void test_damage(void **state)
{
    struct sample sample = make_sample(*state, 5, 4);
    for (size_t at = 0; at < sample.file.size; at += at < sample.header_size ? 1 : 7) {
        struct uqd_decoder *decoder = empty_decoder(*state);
        sample.file.data[at] ^= 0x41;
        int status = uqd_decoder_feed(decoder, sample.file.data, sample.file.size);
        const uint32_t whole = at < sample.header_size ? 0 : steps_within(&sample, at);
        while (status == UQD_OK)
            status = uqd_decoder_advance(decoder);
        assert_true(status < 0 || (at < sample.header_size && status == UQD_NEED_DATA));
        if (at >= sample.header_size) {
            assert_int_equal(status, UQD_ERR_CORRUPT);
            assert_int_equal(uqd_decoder_steps_complete(decoder), whole);
            if (whole > 0)
                assert_true(picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED) ==
                            sample.hashes[whole - 1]);
        }
        uqd_decoder_free(decoder);
        sample.file.data[at] ^= 0x41;
    }
    free_sample(&sample);
}

/* A lattice model does not decode it, whatever its identity, nor the other way round. */
static void test_other_class(void **state)
{
    struct uqd_model *lattice = load_tiny_model(1);
    struct sample sample = make_sample(*state, 5, 4);
    struct file other = encode(lattice, sample.image, NULL);
    struct uqd_decoder *decoder = empty_decoder(lattice);
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_ERR_MODEL);
    uqd_decoder_free(decoder);
    decoder = empty_decoder(*state);
    assert_int_equal(uqd_decoder_feed(decoder, other.data, other.size), UQD_ERR_MODEL);
    uqd_decoder_free(decoder);
    free(other.data);
    free_sample(&sample);
    uqd_model_free(lattice);
}

/* ---- Calls ---- */

struct stopper {
    int left; /* calls before it says stop */
};

static int stop_later(void *cookie, double done)
{
    struct stopper *stopper = cookie;
    assert_true(done >= 0 && done <= 1);
    return stopper->left-- <= 0;
}

/* Cancelled anywhere, a call can be made again. */
static void test_cancel(void **state)
{
    struct sample sample = make_sample(*state, 70, 5);
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct stopper stopper;
    settings.threads = 2;
    settings.progress = stop_later;
    settings.cookie = &stopper;
    struct uqd_decoder *decoder;
    assert_int_equal(uqd_decoder_new(&decoder, *state, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_OK);
    int n_cancelled = 0;
    for (int status = UQD_OK; status != UQD_END;) {
        stopper.left = 2 * n_cancelled;
        status = uqd_decoder_advance(decoder);
        assert_true(status == UQD_OK || status == UQD_END || status == UQD_ERR_CANCELLED);
        n_cancelled += status == UQD_ERR_CANCELLED;
        assert_true(n_cancelled < 1000);
    }
    assert_true(n_cancelled > 0);
    stopper.left = 1000;
    for (uint32_t s = 0; s < N_STEPS; s++)
        assert_true(picture_hash(decoder, s, UQD_MODE_DENOISED) == sample.hashes[s]);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* Reduced pictures are means of the pixels of the whole one. */
static void test_reduced(void **state)
{
    struct sample sample = make_sample(*state, 67, 5);
    struct uqd_decoder *decoder = full_decoder(*state, sample.file);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t reduce = 1; reduce <= 6; reduce++) {
        const uint32_t width = uqd_reduced_side(67, reduce), height = uqd_reduced_side(5, reduce);
        const uint32_t side = 1u << reduce;
        uint8_t *pixels = malloc((size_t)3 * width * height);
        struct uqd_picture_request request;
        uqd_picture_request_default(&request);
        request.reduce = reduce;
        assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, (size_t)3 * width), UQD_OK);
        uint32_t sum = 0, n = 0;
        for (uint32_t y = 0; y < side && y < 5; y++)
            for (uint32_t x = side * (width - 1); x < 67; x++, n++)
                sum += sample.image->pixels[(y * 67 + x) * 3 + 1];
        assert_int_equal(pixels[3 * (width - 1) + 1], (sum + n / 2) / n);
        free(pixels);
    }
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lossless),
        cmocka_unit_test(test_outside_is_free),
        cmocka_unit_test(test_memory_of_threads),
        cmocka_unit_test(test_outside_is_free),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_tiles_one_by_one),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_other_class),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_reduced),
    };
    return cmocka_run_group_tests(tests, setup_paper, teardown_model);
}
