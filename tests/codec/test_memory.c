/* Memory that is short at any allocation: the call says so, nothing leaks, outputs stay as they
 * are, and the same call later gives what it always gives. */
#include "both_models.h"
#include "codec_support.h"

#include "failing_memory.h"
#include "tiny_model.h"
#include "tiny_paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNTOUCHED = 0xa5 };

/* ---- Models and pictures ---- */

static const struct uqd_metadata blocks[] = {
    {UQD_METADATA_ICC, "a profile", 9},
    {UQD_METADATA_EXIF, "II*", 4},
};

struct subject {
    const char *name;
    int paper, solid, no_distortion;
    enum uqd_dither dither;
    uint32_t width, height, channels, n_metadata, stop_step;
};

static const struct subject subjects[] = {
    {"RGB", 0, 0, 0, UQD_DITHER_NONE, 9, 10, 3, 0, UINT32_MAX},
    {"alpha and metadata", 0, 0, 0, UQD_DITHER_NONE, 3, 66, 4, 2, UINT32_MAX},
    {"dithered", 0, 0, 0, UQD_DITHER_UNIVERSAL, 9, 7, 3, 0, UINT32_MAX},
    {"solid, grey, alpha", 0, 1, 0, UQD_DITHER_NONE, 10, 9, 2, 0, UINT32_MAX},
    {"three steps", 0, 0, 1, UQD_DITHER_NONE, 10, 9, 1, 1, 2},
    {"paper", 1, 0, 0, UQD_DITHER_UNIVERSAL, 20, 20, 4, 2, 0},
    {"paper, solid", 1, 1, 0, UQD_DITHER_UNIVERSAL, 20, 20, 1, 0, 1},
};

enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };

static const struct uqd_model *model_of(const struct models *models, const struct subject *subject)
{
    return subject->paper ? models->paper : models->lattice;
}

static struct uqd_image *image_of(const struct subject *subject)
{
    return make_image(subject->width, subject->height, subject->channels, CONTENT_PHOTO, 8);
}

static int encode_subject(const struct models *models, const struct subject *subject,
                          const struct uqd_image *image, struct file *file)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = subject->dither;
    settings.solid = subject->solid;
    settings.no_distortion = subject->no_distortion;
    settings.stop_step = subject->stop_step;
    settings.metadata = blocks;
    settings.n_metadata = subject->n_metadata;
    return uqd_encode(model_of(models, subject), image, &settings, &file->data, &file->size);
}

/* ---- One call ---- */

/* What is called with memory that is short. */
struct call {
    const char *name;
    int (*run)(void *cookie);
    void (*undo)(void *cookie); /* after a success: takes back what was allocated */
    int (*is_untouched)(const void *cookie);
    void *cookie;
};

/* Fails at every allocation in turn, until the call makes no more; returns how many it made. */
static size_t check_each(const struct call *call, int and_all)
{
    for (size_t n = 1;; n++) {
        const size_t before = memory_n_blocks();
        memory_fail(n, and_all);
        const int status = call->run(call->cookie);
        if (!memory_has_failed()) {
            assert_true(status >= 0);
            call->undo(call->cookie);
            return n - 1;
        }
        if (status != UQD_ERR_NOMEM)
            fail_msg("%s: allocation %zu failed: %s", call->name, n, uqd_status_text(status));
        if (memory_n_blocks() > before && call->is_untouched != NULL)
            fail_msg("%s: allocation %zu failed: %zu blocks are left", call->name, n,
                     memory_n_blocks() - before);
        if (call->is_untouched != NULL && !call->is_untouched(call->cookie))
            fail_msg("%s: allocation %zu failed: the outputs have changed", call->name, n);
    }
}

static size_t check_call(const struct call *call)
{
    return check_each(call, 0) + check_each(call, 1);
}

/* ---- Models ---- */

struct loading {
    const uint8_t *data;
    size_t size;
    int fd; /* -1: from memory */
    struct uqd_model *model;
};

static int run_loading(void *cookie)
{
    struct loading *loading = cookie;
    return loading->fd < 0 ? uqd_model_new(&loading->model, loading->data, loading->size)
                           : uqd_model_open(&loading->model, loading->fd);
}

static void undo_loading(void *cookie)
{
    struct loading *loading = cookie;
    uqd_model_free(loading->model);
    loading->model = NULL;
}

static int is_unloaded(const void *cookie)
{
    return ((const struct loading *)cookie)->model == NULL;
}

static void check_model(const char *name, uint8_t *data, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fflush(file), 0);
    struct loading loadings[] = {{data, size, -1, NULL}, {data, size, fileno(file), NULL}};
    for (int i = 0; i < 2; i++) {
        const struct call call = {name, run_loading, undo_loading, is_unloaded, &loadings[i]};
        assert_true(check_call(&call) > 4);
    }
    fclose(file);
    free(data);
}

static void test_models(void **state)
{
    size_t size;
    (void)state;
    uint8_t *data = tiny_model_bytes(1, &size);
    check_model("lattice model", data, size);
    data = tiny_paper_model(&size);
    check_model("paper model", data, size);
}

/* ---- Encoding ---- */

struct encoding {
    const struct models *models;
    const struct subject *subject;
    const struct uqd_image *image;
    struct file file, wanted;
};

static int run_encoding(void *cookie)
{
    struct encoding *encoding = cookie;
    return encode_subject(encoding->models, encoding->subject, encoding->image, &encoding->file);
}

static void undo_encoding(void *cookie)
{
    struct encoding *encoding = cookie;
    assert_int_equal(encoding->file.size, encoding->wanted.size);
    assert_memory_equal(encoding->file.data, encoding->wanted.data, encoding->wanted.size);
    free(encoding->file.data);
    encoding->file = (struct file){NULL, 0};
}

static int is_not_encoded(const void *cookie)
{
    const struct encoding *encoding = cookie;
    return encoding->file.data == NULL && encoding->file.size == 0;
}

static void test_encode(void **state)
{
    size_t n = 0;
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct uqd_image *image = image_of(&subjects[i]);
        struct encoding encoding = {*state, &subjects[i], image, {NULL, 0}, {NULL, 0}};
        const struct call call = {subjects[i].name, run_encoding, undo_encoding, is_not_encoded,
                                  &encoding};
        assert_int_equal(encode_subject(*state, &subjects[i], image, &encoding.wanted), UQD_OK);
        n += i == 0 ? check_call(&call) : check_each(&call, 0);
        free(encoding.wanted.data);
        free(image);
    }
    print_message("# %zu failing allocations\n", n);
}

/* Weights are read when they are first needed. */
static void test_weights(void **state)
{
    const struct models *shared = *state;
    for (size_t i = 0; i < N_SUBJECTS; i += 5) {
        struct uqd_image *image = image_of(&subjects[i]);
        struct encoding encoding = {shared, &subjects[i], image, {NULL, 0}, {NULL, 0}};
        assert_int_equal(encode_subject(shared, &subjects[i], image, &encoding.wanted), UQD_OK);
        int status = UQD_ERR_NOMEM;
        for (size_t n = 1; status != UQD_OK; n++) {
            const size_t before = memory_n_blocks();
            struct models fresh = {load_tiny_model(1), load_paper_model()};
            encoding.models = &fresh;
            memory_fail(n, 0);
            status = run_encoding(&encoding);
            const int has_failed = memory_has_failed();
            if (status != (has_failed ? UQD_ERR_NOMEM : UQD_OK))
                fail_msg("%s: allocation %zu failed: %s", subjects[i].name, n,
                         uqd_status_text(status));
            if (has_failed) /* the same model, later */
                assert_int_equal(run_encoding(&encoding), UQD_OK);
            undo_encoding(&encoding);
            uqd_model_free(fresh.lattice);
            uqd_model_free(fresh.paper);
            assert_int_equal(memory_n_blocks(), before);
        }
        free(encoding.wanted.data);
        free(image);
    }
}

/* ---- Decoding ---- */

/* A decoder, and one that never lacked memory. */
struct decoding {
    const struct uqd_model *model;
    struct file file;
    struct uqd_decoder *decoder, *calm;
    struct uqd_picture_request request;
    size_t pixels_size, stride, n_map;
    uint8_t *pixels;
    uint32_t *map, step;
};

static int run_new(void *cookie)
{
    struct decoding *decoding = cookie;
    const struct uqd_decoder_settings settings = one_thread_decoding();
    return uqd_decoder_new(&decoding->decoder, decoding->model, &settings);
}

static void undo_new(void *cookie)
{
    struct decoding *decoding = cookie;
    uqd_decoder_free(decoding->decoder);
    decoding->decoder = NULL;
}

static int is_not_new(const void *cookie)
{
    return ((const struct decoding *)cookie)->decoder == NULL;
}

static int run_feed(void *cookie)
{
    struct decoding *decoding = cookie;
    return uqd_decoder_feed(decoding->decoder, decoding->file.data, decoding->file.size);
}

static int run_advance(void *cookie)
{
    return uqd_decoder_advance(((struct decoding *)cookie)->decoder);
}

static int run_prepare(void *cookie)
{
    return uqd_decoder_prepare(((struct decoding *)cookie)->decoder);
}

static void keep(void *cookie)
{
    (void)cookie;
}

static int run_picture(void *cookie)
{
    struct decoding *decoding = cookie;
    memset(decoding->pixels, UNTOUCHED, decoding->pixels_size);
    return uqd_decoder_picture(decoding->decoder, &decoding->request, decoding->pixels,
                               decoding->stride);
}

static int is_not_drawn(const struct decoding *decoding)
{
    for (size_t i = 0; i < decoding->pixels_size; i++)
        if (decoding->pixels[i] != UNTOUCHED)
            return 0;
    return 1;
}

static int run_drawn(void *cookie)
{
    const int status = run_picture(cookie);
    if (status == UQD_ERR_NOMEM && !is_not_drawn(cookie))
        return UQD_ERR_CORRUPT; /* which fails the test */
    return status;
}

static void compare_picture(void *cookie)
{
    struct decoding *decoding = cookie;
    uint8_t *wanted = malloc(decoding->pixels_size);
    assert_non_null(wanted);
    memset(wanted, UNTOUCHED, decoding->pixels_size);
    assert_int_equal(
        uqd_decoder_picture(decoding->calm, &decoding->request, wanted, decoding->stride), UQD_OK);
    assert_memory_equal(decoding->pixels, wanted, decoding->pixels_size);
    free(wanted);
}

static int run_bits(void *cookie)
{
    struct decoding *decoding = cookie;
    memset(decoding->map, UNTOUCHED, decoding->n_map * sizeof *decoding->map);
    const int status =
        uqd_decoder_step_bits(decoding->decoder, decoding->step, decoding->map, decoding->n_map);
    for (size_t i = 0; i < decoding->n_map && status == UQD_ERR_NOMEM; i++)
        if (decoding->map[i] != UINT32_C(0xa5a5a5a5))
            return UQD_ERR_CORRUPT;
    return status;
}

/* The decoder keeps what it allocates: only at its end must all be gone. */
static size_t check_decoder_call(struct decoding *decoding, const char *name,
                                 int (*run)(void *cookie), void (*undo)(void *cookie))
{
    const struct call call = {name, run, undo, NULL, decoding};
    return check_each(&call, 0);
}

/* Of a paper model only the full size, since its network always runs over all of it. */
static size_t check_pictures(struct decoding *decoding, const struct subject *subject)
{
    static const uint32_t reduces[] = {0, 4};
    const struct uqd_info info = info_of(decoding->decoder);
    size_t n = 0;
    for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++)
        for (size_t i = 0; i < (subject->paper ? 1 : sizeof reduces / sizeof *reduces); i++) {
            decoding->request.mode = (enum uqd_mode)mode;
            decoding->request.reduce = reduces[i];
            decoding->stride = (size_t)uqd_reduced_side(info.width, reduces[i]) * info.channels;
            decoding->pixels_size = decoding->stride * uqd_reduced_side(info.height, reduces[i]);
            n += check_decoder_call(decoding, subject->name, run_drawn, compare_picture);
        }
    return n;
}

static size_t check_metadata(struct decoding *decoding)
{
    size_t n_failed = 0;
    for (uint32_t i = 0; i < info_of(decoding->decoder).n_metadata; i++) {
        struct uqd_metadata block;
        int status = UQD_ERR_NOMEM;
        for (size_t n = 1; status != UQD_OK; n++, n_failed++) {
            memory_fail(n, 0);
            status = uqd_decoder_metadata(decoding->decoder, i, &block);
            if (memory_has_failed())
                assert_true(status == UQD_ERR_NOMEM && block.data == NULL && block.size == 0);
        }
        assert_int_equal(block.type, blocks[i].type);
        assert_int_equal(block.size, blocks[i].size);
        assert_memory_equal(block.data, blocks[i].data, block.size);
    }
    return n_failed;
}

/* Every step, and of some of them everything that can be asked. part: the file ends in a step. */
static size_t check_decoder(struct decoding *decoding, const struct subject *subject, int part)
{
    const struct call create = {subject->name, run_new, undo_new, is_not_new, decoding};
    size_t n = check_call(&create);
    assert_int_equal(run_new(decoding), UQD_OK);
    n += check_decoder_call(decoding, subject->name, run_feed, keep);
    uqd_picture_request_default(&decoding->request);
    n += check_pictures(decoding, subject);
    const uint32_t n_steps = info_of(decoding->decoder).n_steps;
    for (uint32_t step = 0; step < n_steps; step++) {
        n += check_decoder_call(decoding, subject->name, run_prepare, keep);
        n += check_decoder_call(decoding, subject->name, run_advance, keep);
        assert_true(uqd_decoder_advance(decoding->calm) >= 0);
        decoding->step = step;
        if (uqd_decoder_steps_complete(decoding->decoder) > step &&
            (step == n_steps / 2 || step + 1 == n_steps))
            n += check_decoder_call(decoding, subject->name, run_bits, keep);
        if (step == n_steps / 2 || step + 1 == n_steps)
            n += check_pictures(decoding, subject);
    }
    if (!part) {
        decoding->request.step = n_steps / 2;
        n += check_pictures(decoding, subject);
        n += check_metadata(decoding);
    }
    return n;
}

static size_t check_decode(const struct models *models, const struct subject *subject, int part)
{
    struct uqd_image *image = image_of(subject);
    struct decoding decoding = {.model = model_of(models, subject)};
    assert_int_equal(encode_subject(models, subject, image, &decoding.file), UQD_OK);
    if (part)
        decoding.file.size = decoding.file.size * 2 / 3;
    const size_t before = memory_n_blocks();
    decoding.calm = full_decoder(decoding.model, decoding.file);
    decoding.pixels = malloc(image_bytes(image));
    decoding.n_map = (size_t)uqd_reduced_side(image->width, 3) * uqd_reduced_side(image->height, 3);
    decoding.map = malloc(decoding.n_map * sizeof *decoding.map);
    assert_true(decoding.pixels != NULL && decoding.map != NULL);
    const size_t n = check_decoder(&decoding, subject, part);
    uqd_decoder_free(decoding.decoder);
    uqd_decoder_free(decoding.calm);
    free(decoding.map);
    free(decoding.pixels);
    assert_int_equal(memory_n_blocks(), before);
    free(decoding.file.data);
    free(image);
    return n;
}

static void test_decode(void **state)
{
    size_t n = 0;
    for (size_t i = 0; i < N_SUBJECTS; i++)
        n += check_decode(*state, &subjects[i], 0) + check_decode(*state, &subjects[i], 1);
    print_message("# %zu failing allocations\n", n);
}

/* ---- Comparing ---- */

struct comparing {
    const struct uqd_image *a, *b;
    struct uqd_metrics metrics;
};

static int run_comparing(void *cookie)
{
    struct comparing *comparing = cookie;
    comparing->metrics = (struct uqd_metrics){.mse = -1};
    return uqd_compare(comparing->a, comparing->b, 1, &comparing->metrics);
}

static int is_not_compared(const void *cookie)
{
    return ((const struct comparing *)cookie)->metrics.mse == -1;
}

static void test_compare(void **state)
{
    (void)state;
    struct uqd_image *a = make_image(30, 20, 3, CONTENT_PHOTO, 1);
    struct uqd_image *b = make_image(30, 20, 3, CONTENT_NOISE, 1);
    struct comparing comparing = {.a = a, .b = b};
    const struct call call = {"comparing", run_comparing, keep, is_not_compared, &comparing};
    assert_true(check_call(&call) > 2);
    free(b);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),  cmocka_unit_test(test_encode),
        cmocka_unit_test(test_weights), cmocka_unit_test(test_decode),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests_name("memory", tests, load_models, free_models);
}
