/* The same bits whatever the threads, the instruction set, and the caller's floating-point mode. */
#include "codec_support.h"

#include "fp_mode.h"
#include "util/isa.h"

#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 32, N_MODES = 3 };

static const enum uqd_mode modes[N_MODES] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

/* How to compute. */
struct way {
    uint32_t threads, cpu_mask;
    int only_denoised; /* leave the slower modes out */
};

/* All that comes out: the file, every step's pictures, and one of a cut file. */
struct outcome {
    struct file file;
    uint64_t hashes[MAX_STEPS][N_MODES];
    uint64_t cut;
};

static struct uqd_decoder *decoder_for(const struct uqd_model *model, struct way way)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    settings.threads = way.threads;
    settings.cpu_mask = way.cpu_mask;
    struct uqd_decoder *decoder;
    assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
    return decoder;
}

static uint64_t hash_of_cut(const struct uqd_model *model, struct file file, struct way way)
{
    struct uqd_decoder *decoder = decoder_for(model, way);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size * 6 / 10), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_NEED_DATA);
    const uint64_t hash = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    uqd_decoder_free(decoder);
    return hash;
}

static struct outcome run_codec(const struct uqd_model *model, const struct uqd_image *image,
                                enum uqd_dither dither, struct way way)
{
    struct outcome outcome = {.cut = 0};
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.threads = way.threads;
    settings.cpu_mask = way.cpu_mask;
    settings.dither = dither;
    outcome.file = encode(model, image, &settings);
    struct uqd_decoder *decoder = decoder_for(model, way);
    assert_int_equal(uqd_decoder_feed(decoder, outcome.file.data, outcome.file.size), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t s = 0; s < info_of(decoder).n_steps; s++)
        for (int m = 0; m < (way.only_denoised ? 1 : N_MODES); m++)
            outcome.hashes[s][m] = picture_hash(decoder, s, modes[m]);
    uint8_t *last = picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    assert_memory_equal(last, image->pixels, image_bytes(image));
    free(last);
    uqd_decoder_free(decoder);
    outcome.cut = hash_of_cut(model, outcome.file, way);
    return outcome;
}

/* Frees the one that is compared. */
static void check_same(const struct outcome *want, struct outcome got, const char *what)
{
    if (got.file.size != want->file.size ||
        memcmp(got.file.data, want->file.data, got.file.size) != 0)
        fail_msg("%s: another file", what);
    if (memcmp(got.hashes, want->hashes, sizeof got.hashes) != 0)
        fail_msg("%s: other pictures", what);
    if (got.cut != want->cut)
        fail_msg("%s: another picture of the cut file", what);
    free(got.file.data);
}

static const struct way plain = {1, 0, 0};

static void check_threads(const struct uqd_model *model, const struct uqd_image *image,
                          const struct outcome *want, enum uqd_dither dither)
{
    static const uint32_t counts[] = {2, 4};
    for (int i = 0; i < 2; i++) {
        char what[40];
        snprintf(what, sizeof what, "%u threads", counts[i]);
        const struct way way = {counts[i], (uint32_t)UQD_CPU_ALL, 0};
        check_same(want, run_codec(model, image, dither, way), what);
    }
}

static void check_instruction_sets(const struct uqd_model *model, const struct uqd_image *image,
                                   const struct outcome *want, enum uqd_dither dither)
{
    /* The last is plain C. */
    for (size_t i = 0; i + 1 < uqd_n_isas; i++) {
        const struct uqd_isa *isa = &uqd_isas[i];
        if (!(uqd_cpu_flags() & isa->flag)) {
            print_message("# skip: this machine has no %s\n", isa->name);
            continue;
        }
        print_message("# compared with plain C: %s\n", isa->name);
        const struct way way = {1, isa->flag | isa->needs, 0};
        check_same(want, run_codec(model, image, dither, way), isa->name);
    }
}

static void test_small(void **state)
{
    for (int dither = 0; dither < 2; dither++) {
        struct uqd_image *image = make_image(48, 40, 3, CONTENT_PHOTO, 7);
        struct outcome want = run_codec(*state, image, (enum uqd_dither)dither, plain);
        check_threads(*state, image, &want, (enum uqd_dither)dither);
        check_instruction_sets(*state, image, &want, (enum uqd_dither)dither);
        free(want.file.data);
        free(image);
    }
}

/* Wide and tall enough for two tiles, and for rows shared out among threads. */
static void check_tiles(const struct uqd_model *model, uint32_t width, uint32_t height)
{
    static const struct way alone = {1, (uint32_t)UQD_CPU_ALL, 1};
    static const struct way together = {4, (uint32_t)UQD_CPU_ALL, 1};
    struct uqd_image *image = make_image(width, height, 3, CONTENT_PHOTO, 7);
    struct outcome want = run_codec(model, image, UQD_DITHER_NONE, alone);
    check_same(&want, run_codec(model, image, UQD_DITHER_NONE, together), "two tiles, 4 threads");
    free(want.file.data);
    free(image);
}

static void test_tiles(void **state)
{
    check_tiles(*state, 1040, 16);
    check_tiles(*state, 9, 1030);
}

static void check_mode_of_caller(const struct uqd_model *model, const struct uqd_image *image,
                                 const struct outcome *want, const char *what)
{
    struct outcome got[2];
    for (uint32_t i = 0; i < 2; i++)
        got[i] = run_codec(model, image, UQD_DITHER_NONE,
                           (struct way){1 + i, i == 0 ? 0 : (uint32_t)UQD_CPU_ALL, 0});
    assert_int_equal(fesetround(FE_TONEAREST), 0);
    fp_mode_set(FP_MODE_DEFAULT);
    check_same(want, got[0], what);
    check_same(want, got[1], what);
}

static void test_rounding_modes(void **state)
{
    static const struct {
        const char *name;
        int mode;
    } rounding[] = {
        {"upward", FE_UPWARD}, {"downward", FE_DOWNWARD}, {"toward zero", FE_TOWARDZERO}};
    struct uqd_image *image = make_image(48, 40, 3, CONTENT_PHOTO, 7);
    struct outcome want = run_codec(*state, image, UQD_DITHER_NONE, plain);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fesetround(rounding[i].mode), 0);
        check_mode_of_caller(*state, image, &want, rounding[i].name);
    }
    free(want.file.data);
    free(image);
}

/* Flushing denormals to zero, as audio programs and -ffast-math start-up code do. The mode is the
 * caller's and must be the same after the calls. */
static void test_flush_to_zero(void **state)
{
    if (!FP_MODE_KNOWN) {
        print_message("skip: this test does not know how this machine flushes denormals\n");
        skip();
    }
    const uint64_t flushing = FP_MODE_DEFAULT | FP_MODE_FLUSH;
    struct uqd_image *image = make_image(48, 40, 3, CONTENT_PHOTO, 7);
    struct outcome want = run_codec(*state, image, UQD_DITHER_NONE, plain);
    fp_mode_set(flushing);
    struct file file = encode(*state, image, NULL);
    const uint64_t after = fp_mode();
    check_mode_of_caller(*state, image, &want, "flush to zero");
    assert_int_equal(after, flushing);
    free(file.data);
    free(want.file.data);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_rounding_modes),
        cmocka_unit_test(test_flush_to_zero),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
