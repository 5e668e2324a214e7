/* What the functions of uqd.h promise about arguments, order, cancelling, and sharing. */
#include "codec_support.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sample {
    struct uqd_image *image;
    struct file file;
};

static struct sample make_sample(const struct uqd_model *model, uint32_t width, uint32_t height)
{
    struct sample sample = {.image = make_image(width, height, 3, CONTENT_PHOTO, 16)};
    sample.file = encode(model, sample.image, NULL);
    return sample;
}

static void free_sample(struct sample *sample)
{
    free(sample->image);
    free(sample->file.data);
}

/* ---- Arguments ---- */

static void test_encode_arguments(void **state)
{
    static const uint8_t pixels[64];
    const struct uqd_image good = {4, 4, 3, 12, pixels};
    const struct uqd_image bad[] = {
        {0, 4, 3, 12, pixels},
        {4, 0, 3, 12, pixels},
        {65536, 1, 1, 65536, pixels},
        {1, 65536, 1, 1, pixels},
        {4, 4, 5, 20, pixels},
        {4, 4, 4, 15, pixels},
        {4, 4, 0, 12, pixels},
        {4, 4, 3, 11, pixels},
        {4, 4, 3, 12, NULL},
        {UINT32_MAX, 4, 3, 12, pixels},
        {4, UINT32_MAX, 3, 12, pixels},
    };
    uint8_t *data = NULL;
    size_t size = 1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (uqd_encode(*state, &bad[i], NULL, &data, &size) != UQD_ERR_ARG)
            fail_msg("image %zu is accepted", i);
    assert_int_equal(uqd_encode(NULL, &good, NULL, &data, &size), UQD_ERR_ARG);
    assert_int_equal(uqd_encode(*state, NULL, NULL, &data, &size), UQD_ERR_ARG);
    assert_int_equal(uqd_encode(*state, &good, NULL, NULL, &size), UQD_ERR_ARG);
    assert_int_equal(uqd_encode(*state, &good, NULL, &data, NULL), UQD_ERR_ARG);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = (enum uqd_dither)2;
    assert_int_equal(uqd_encode(*state, &good, &settings, &data, &size), UQD_ERR_ARG);
    settings = one_thread_encoding();
    settings.struct_size = 0;
    assert_int_equal(uqd_encode(*state, &good, &settings, &data, &size), UQD_ERR_ARG);
    assert_null(data);
    assert_int_equal(size, 1);
}

static void test_picture_arguments(void **state)
{
    struct sample sample = make_sample(*state, 9, 8);
    struct uqd_decoder *decoder = full_decoder(*state, sample.file);
    const uint32_t n_steps = info_of(decoder).n_steps;
    uint8_t pixels[9 * 8 * 3];
    struct uqd_picture_request good;
    uqd_picture_request_default(&good);
    assert_int_equal(good.step, UQD_STEP_LATEST);
    assert_int_equal(good.mode, UQD_MODE_DENOISED);
    assert_int_equal(uqd_decoder_picture(NULL, &good, pixels, 27), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_picture(decoder, NULL, pixels, 27), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_picture(decoder, &good, NULL, 27), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_picture(decoder, &good, pixels, 26), UQD_ERR_ARG);
    struct uqd_picture_request request = good;
    request.mode = (enum uqd_mode)0;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_ERR_ARG);
    request.mode = (enum uqd_mode)4;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_ERR_ARG);
    request = good;
    request.reduce = 7;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_ERR_ARG);
    request = good;
    request.bytes = 1;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_OK);
    request.step = 0;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_ERR_ARG);
    request.bytes = 0;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_NEED_DATA);
    request.step = n_steps;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_ERR_ARG);
    struct uqd_step_info step;
    assert_int_equal(uqd_decoder_step_info(decoder, n_steps, &step), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

static void test_null(void **state)
{
    struct sample sample = make_sample(*state, 9, 8);
    struct uqd_decoder *decoder = empty_decoder(*state);
    uqd_decoder_free(NULL);
    uqd_model_free(NULL);
    assert_int_equal(uqd_decoder_new(NULL, *state, NULL), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_feed(NULL, "", 0), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_feed(decoder, NULL, 1), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_info(decoder, NULL), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_info(decoder, 0, NULL), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_set_model(decoder, *state), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_advance(NULL), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_steps_complete(NULL), 0);
    assert_int_equal(uqd_decoder_bytes_fed(NULL), 0);
    /* The refused calls left nothing behind. */
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

static void test_texts(void **state)
{
    (void)state;
    for (int status = -20; status < 20; status++)
        assert_true(strlen(uqd_status_text(status)) > 0);
    assert_true(strlen(uqd_version()) >= 5);
    assert_non_null(strstr(uqd_cpu_features(), "c"));
}

static void test_wrong_order(void **state)
{
    struct sample sample = make_sample(*state, 9, 8);
    struct uqd_decoder *decoder = empty_decoder(NULL);
    uint8_t pixels[9 * 8 * 3];
    struct uqd_picture_request request;
    struct uqd_step_info step;
    uqd_picture_request_default(&request);
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_step_info(decoder, 0, &step), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_OK);
    assert_string_equal(step_info_of(decoder, 0).name, "");
    assert_true(info_of(decoder).lossless);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_set_model(decoder, *state), UQD_OK);
    assert_string_equal(step_info_of(decoder, 0).name, uqd_model_step_name(*state, 0));
    assert_int_equal(advance_all(decoder), UQD_END);
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_OK);
    assert_memory_equal(pixels, sample.image->pixels, sizeof pixels);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* ---- Progress ---- */

struct progress {
    int calls, cancel_at; /* cancels with that call; 0: never */
    double last;
};

static int note_progress(void *cookie, double done)
{
    struct progress *progress = cookie;
    assert_true(done >= progress->last && done <= 1);
    progress->last = done;
    return ++progress->calls == progress->cancel_at;
}

static void test_cancel_encode(void **state)
{
    struct uqd_image *image = make_image(40, 33, 3, CONTENT_PHOTO, 17);
    struct uqd_encode_settings settings = one_thread_encoding();
    struct progress progress = {.calls = 0};
    settings.progress = note_progress;
    settings.cookie = &progress;
    const struct file file = encode(*state, image, &settings);
    const int calls = progress.calls;
    assert_true(calls > 10);
    assert_true(progress.last > 0.9);
    free(file.data);
    for (int at = 1; at <= calls; at += at < 10 ? 1 : 13) {
        uint8_t *data = NULL;
        size_t size;
        progress = (struct progress){.cancel_at = at};
        assert_int_equal(uqd_encode(*state, image, &settings, &data, &size), UQD_ERR_CANCELLED);
        assert_null(data);
        assert_int_equal(progress.calls, at);
    }
    free(image);
}

/* Cancels the call again and again, each time later, until it succeeds; returns how often. */
static int cancel_advance(struct uqd_decoder *decoder, struct progress *progress)
{
    for (int at = 1;; at++) {
        *progress = (struct progress){.cancel_at = at};
        const uint32_t before = uqd_decoder_steps_complete(decoder);
        const int status = uqd_decoder_advance(decoder);
        if (status == UQD_OK)
            return at - 1;
        assert_int_equal(status, UQD_ERR_CANCELLED);
        assert_int_equal(uqd_decoder_steps_complete(decoder), before);
    }
}

static int cancel_picture(struct uqd_decoder *decoder, struct progress *progress,
                          const struct uqd_picture_request *request, uint8_t *pixels, size_t stride)
{
    for (int at = 1;; at++) {
        *progress = (struct progress){.cancel_at = at};
        const int status = uqd_decoder_picture(decoder, request, pixels, stride);
        if (status == UQD_OK)
            return at - 1;
        assert_int_equal(status, UQD_ERR_CANCELLED);
    }
}

static void test_cancel_decode(void **state)
{
    struct sample sample = make_sample(*state, 40, 33);
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct progress progress;
    settings.progress = note_progress;
    settings.cookie = &progress;
    struct uqd_decoder *decoder, *calm = full_decoder(*state, sample.file);
    assert_int_equal(uqd_decoder_new(&decoder, *state, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_OK);
    uint8_t *pixels = malloc(image_bytes(sample.image));
    int cancelled = 0;
    for (uint32_t s = 0; s < info_of(calm).n_steps; s++) {
        cancelled += cancel_advance(decoder, &progress);
        assert_int_equal(uqd_decoder_advance(calm), UQD_OK);
        for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++) {
            const struct uqd_picture_request request = {
                .struct_size = sizeof request, .step = s, .mode = (enum uqd_mode)mode, .seed = 5};
            cancelled += cancel_picture(decoder, &progress, &request, pixels, sample.image->stride);
            uint8_t *want = picture_at(calm, s, (enum uqd_mode)mode);
            assert_memory_equal(pixels, want, image_bytes(sample.image));
            free(want);
        }
    }
    assert_true(cancelled > 50);
    assert_memory_equal(pixels, sample.image->pixels, image_bytes(sample.image));
    free(pixels);
    uqd_decoder_free(decoder);
    uqd_decoder_free(calm);
    free_sample(&sample);
}

/* ---- Reduced pictures ---- */

/* Mean of the samples of the original around the place of one of the reduced picture, whose samples
 * stand for the first of 2^reduce, not for their middle. */
static double box_mean(const struct uqd_image *image, uint32_t reduce, uint32_t x, uint32_t y,
                       uint32_t c)
{
    const int half = 1 << reduce >> 1, left = (int)(x << reduce), top = (int)(y << reduce);
    double sum = 0, n = 0;
    for (int v = top - half; v <= top + half; v++)
        for (int u = left - half; u <= left + half; u++) {
            if (u < 0 || v < 0 || u >= (int)image->width || v >= (int)image->height)
                continue;
            sum += image->pixels[(size_t)v * image->stride + (size_t)u * image->channels + c];
            n++;
        }
    return sum / n;
}

static double rms_to_box(const struct uqd_image *image, uint32_t reduce, const uint8_t *pixels,
                         uint32_t width, uint32_t height)
{
    double sum = 0;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < 3; c++) {
                const double d = pixels[(y * width + x) * 3 + c] - box_mean(image, reduce, x, y, c);
                sum += d * d;
            }
    return sqrt(sum / (3.0 * width * height));
}

static void check_reduced(struct uqd_decoder *decoder, const struct uqd_image *image,
                          uint32_t reduce)
{
    const uint32_t width = uqd_reduced_side(image->width, reduce);
    const uint32_t height = uqd_reduced_side(image->height, reduce);
    assert_int_equal(width, (image->width + (1u << reduce) - 1) >> reduce);
    uint8_t *pixels[4];
    const struct uqd_picture_request requests[4] = {
        {sizeof *requests, UQD_STEP_LATEST, UQD_MODE_DENOISED, 0, reduce, 0},
        {sizeof *requests, info_of(decoder).n_steps - 1, UQD_MODE_ANCESTRAL, 3, reduce, 0},
        {sizeof *requests, info_of(decoder).n_steps - 1, UQD_MODE_FLOW, 3, reduce, 0},
        {sizeof *requests, 2, UQD_MODE_ANCESTRAL, 3, reduce, 0},
    };
    for (int i = 0; i < 4; i++) {
        pixels[i] = malloc((size_t)width * height * 3);
        assert_int_equal(uqd_decoder_picture(decoder, &requests[i], pixels[i], (size_t)width * 3),
                         UQD_OK);
    }
    for (int i = 1; i < 3; i++)
        assert_memory_equal(pixels[i], pixels[0], (size_t)width * height * 3);
    const double rms = rms_to_box(image, reduce, pixels[0], width, height);
    print_message("# reduced %u times: %.2f grey levels from the mean of the samples\n", reduce,
                  rms);
    /* Of 133 x 70, six times leave 3 x 2: hardly a picture. */
    assert_true(reduce == 0 ? rms == 0 : rms < (reduce < 6 ? 15 : 48));
    for (int i = 0; i < 4; i++)
        free(pixels[i]);
}

static void test_reduce(void **state)
{
    struct sample sample = make_sample(*state, 133, 70);
    struct uqd_decoder *decoder = full_decoder(*state, sample.file);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t reduce = 0; reduce <= 6; reduce++)
        check_reduced(decoder, sample.image, reduce);
    uqd_decoder_free(decoder);
    free_sample(&sample);
    assert_int_equal(uqd_reduced_side(1, 6), 1);
    assert_int_equal(uqd_reduced_side(65535, 6), 1024);
}

static void test_reduce_of_tiny_pictures(void **state)
{
    static const uint32_t sides[] = {1, 2, 7, 9};
    for (int i = 0; i < 4; i++) {
        struct sample sample = make_sample(*state, sides[i], 3);
        struct uqd_decoder *decoder = full_decoder(*state, sample.file);
        uint8_t pixels[9 * 3 * 3];
        for (int status = UQD_OK; status == UQD_OK; status = uqd_decoder_advance(decoder))
            for (uint32_t reduce = 0; reduce <= 6; reduce++)
                for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++) {
                    const struct uqd_picture_request request = {
                        sizeof request, UQD_STEP_LATEST, (enum uqd_mode)mode, 1, reduce, 0};
                    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, 27), UQD_OK);
                }
        uqd_decoder_free(decoder);
        free_sample(&sample);
    }
}

/* A limit that is found when the model is set holds for every call. */
static void test_limit_with_a_late_model(void **state)
{
    struct sample sample = make_sample(*state, 40, 33);
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_picture_request request;
    struct uqd_decoder *decoder;
    uint8_t *pixels = malloc(image_bytes(sample.image));
    settings.max_memory = 1000;
    uqd_picture_request_default(&request);
    assert_int_equal(uqd_decoder_new(&decoder, NULL, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_OK);
    assert_int_equal(uqd_decoder_set_model(decoder, *state), UQD_ERR_LIMIT);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_LIMIT);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_ERR_LIMIT);
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, sample.image->stride),
                     UQD_ERR_LIMIT);
    uqd_decoder_free(decoder);
    free(pixels);
    free_sample(&sample);
}

/* ---- Structures of other versions ---- */

/* A program of an earlier version has fewer members, behind which is something else; one of a later
 * version has more. */
static void test_settings_of_other_versions(void **state)
{
    struct {
        struct uqd_encode_settings settings;
        uint8_t behind[32];
    } early, late;
    const size_t early_size = offsetof(struct uqd_encode_settings, metadata);
    struct uqd_image *image = make_image(9, 8, 3, CONTENT_PHOTO, 18);
    memset(&early, 0xa5, sizeof early);
    memset(&late, 0xa5, sizeof late);
    uqd_encode_settings_init(&early.settings, early_size);
    uqd_encode_settings_init(&late.settings, sizeof late);
    assert_int_equal(early.settings.struct_size, early_size);
    assert_int_equal(((uint8_t *)&early)[early_size], 0xa5);
    assert_int_equal(late.behind[0] | late.behind[31], 0);
    early.settings.threads = late.settings.threads = 1;
    const struct file file = encode(*state, image, NULL);
    const struct file files[2] = {encode(*state, image, &early.settings),
                                  encode(*state, image, &late.settings)};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(files[i].size, file.size);
        assert_memory_equal(files[i].data, file.data, file.size);
        free(files[i].data);
    }
    struct uqd_decoder_settings decoding = {0};
    struct uqd_decoder *decoder = NULL;
    assert_int_equal(uqd_decoder_new(&decoder, NULL, &decoding), UQD_ERR_ARG);
    assert_null(decoder);
    free(file.data);
    free(image);
}

/* A request of a program that knows no bytes means all that was fed, whatever lies behind it. */
static void test_request_of_an_earlier_version(void **state)
{
    struct sample sample = make_sample(*state, 40, 33);
    struct uqd_decoder *decoder = full_decoder(*state, sample.file);
    const size_t n = image_bytes(sample.image);
    uint8_t *pixels = malloc(n);
    struct uqd_picture_request request;
    assert_int_equal(advance_all(decoder), UQD_END);
    memset(&request, 0xa5, sizeof request);
    uqd_picture_request_init(&request, offsetof(struct uqd_picture_request, bytes));
    assert_int_equal(request.struct_size, offsetof(struct uqd_picture_request, bytes));
    request.bytes = 1;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, sample.image->stride), UQD_OK);
    assert_memory_equal(pixels, sample.image->pixels, n);
    request.step = 0;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, sample.image->stride), UQD_OK);
    free(pixels);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* ---- Seed ---- */

static void test_sampling_seed(void **state)
{
    struct sample sample = make_sample(*state, 40, 33);
    struct uqd_decoder *decoder = full_decoder(*state, sample.file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const size_t n = image_bytes(sample.image);
    uint8_t *pixels[3];
    for (uint64_t i = 0; i < 3; i++) {
        struct uqd_picture_request request;
        uqd_picture_request_default(&request);
        request.step = 1;
        request.mode = UQD_MODE_ANCESTRAL;
        request.seed = i / 2;
        pixels[i] = malloc(n);
        assert_int_equal(uqd_decoder_picture(decoder, &request, pixels[i], sample.image->stride),
                         UQD_OK);
    }
    assert_memory_equal(pixels[0], pixels[1], n);
    assert_memory_not_equal(pixels[0], pixels[2], n);
    for (int i = 0; i < 3; i++)
        free(pixels[i]);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* ---- Threads of the caller ---- */

enum { N_WORKERS = 4, N_ROUNDS = 4 };

struct worker {
    const struct uqd_model *model;
    const struct sample *sample;
    uint64_t hash;
};

/* No assertions here: cmocka's jump to the thread that started the test. */
static void *work(void *cookie)
{
    struct worker *worker = cookie;
    const struct uqd_image *image = worker->sample->image;
    const struct uqd_decoder_settings settings = one_thread_decoding();
    uint8_t *pixels = malloc(image_bytes(image));
    for (int round = 0; round < N_ROUNDS; round++) {
        struct uqd_decoder *decoder;
        if (uqd_decoder_new(&decoder, worker->model, &settings) != UQD_OK)
            break;
        int status =
            uqd_decoder_feed(decoder, worker->sample->file.data, worker->sample->file.size);
        while (status == UQD_OK) {
            status = uqd_decoder_advance(decoder);
            struct uqd_picture_request request;
            uqd_picture_request_default(&request);
            request.mode = UQD_MODE_FLOW;
            if (uqd_decoder_picture(decoder, &request, pixels, image->stride) == UQD_OK)
                for (size_t i = 0; i < image_bytes(image); i++)
                    worker->hash = (worker->hash ^ pixels[i]) * UINT64_C(1099511628211);
        }
        uqd_decoder_free(decoder);
    }
    free(pixels);
    return NULL;
}

static void test_parallel_decoders(void **state)
{
    struct sample sample = make_sample(*state, 40, 33);
    struct worker alone = {*state, &sample, 1};
    (void)work(&alone);
    pthread_t threads[N_WORKERS];
    struct worker workers[N_WORKERS];
    for (int i = 0; i < N_WORKERS; i++) {
        workers[i] = (struct worker){*state, &sample, 1};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < N_WORKERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(alone.hash != 1);
    for (int i = 0; i < N_WORKERS; i++)
        assert_true(workers[i].hash == alone.hash);
    free_sample(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_arguments),
        cmocka_unit_test(test_picture_arguments),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_wrong_order),
        cmocka_unit_test(test_cancel_encode),
        cmocka_unit_test(test_cancel_decode),
        cmocka_unit_test(test_reduce),
        cmocka_unit_test(test_reduce_of_tiny_pictures),
        cmocka_unit_test(test_limit_with_a_late_model),
        cmocka_unit_test(test_settings_of_other_versions),
        cmocka_unit_test(test_request_of_an_earlier_version),
        cmocka_unit_test(test_sampling_seed),
        cmocka_unit_test(test_parallel_decoders),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
