/* Whoever cancels does not wait long, whatever the library is at. Work is counted, not timed: the
 * basic blocks that run, which the compiler counts, the bytes that other libraries handle, and the
 * multiply-accumulates of the networks.
 * Between two looks at the callback there is never more than a limit of it, nor between the one
 * that cancels and the return; a loop over the picture that does not look is several times as long.
 */
#include "both_models.h"
#include "codec_support.h"

#include "codec/rows.h"
#include "tiny_paper.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    WIDTH = 100, /* rows are short, and many: a look at each of them is soon */
    HEIGHT = 3000,
    LIMIT = 600000,
    TILE_LIMIT = 3000000, /* of a paper model, which looks after each tile */
    BYTES_PER_BLOCK = 16,
    MACS_PER_BLOCK = 1000,
};

/* ---- Counts ---- */

static uint64_t work;
static int is_network; /* which is counted otherwise */

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    work += !is_network;
}

/* Rows of the networks, whose kernels differ, by their multiply-accumulates. */
struct rows {
    uqd_row_function *function;
    void *arguments;
    double macs_per_row;
};

static void count_rows(void *cookie, uint32_t row_begin, uint32_t row_end)
{
    const struct rows *rows = cookie;
    is_network = 1;
    rows->function(rows->arguments, row_begin, row_end);
    is_network = 0;
    work += (uint64_t)(rows->macs_per_row * (row_end - row_begin) / MACS_PER_BLOCK);
}

int __real_uqd_for_rows(struct uqd_work *looked_at, uint32_t width, uint32_t height,
                        double macs_per_pixel, uqd_row_function *function, void *arguments);
int __wrap_uqd_for_rows(struct uqd_work *looked_at, uint32_t width, uint32_t height,
                        double macs_per_pixel, uqd_row_function *function, void *arguments);
int __wrap_uqd_for_rows(struct uqd_work *looked_at, uint32_t width, uint32_t height,
                        double macs_per_pixel, uqd_row_function *function, void *arguments)
{
    struct rows rows = {function, arguments, macs_per_pixel * width};
    return __real_uqd_for_rows(looked_at, width, height, macs_per_pixel, count_rows, &rows);
}

void *__real_memcpy(void *to, const void *from, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t size)
{
    work += size / BYTES_PER_BLOCK;
    return __real_memcpy(to, from, size);
}

void *__real_memmove(void *to, const void *from, size_t size);
void *__wrap_memmove(void *to, const void *from, size_t size);
void *__wrap_memmove(void *to, const void *from, size_t size)
{
    work += size / BYTES_PER_BLOCK;
    return __real_memmove(to, from, size);
}

void *__real_memset(void *to, int value, size_t size);
void *__wrap_memset(void *to, int value, size_t size);
void *__wrap_memset(void *to, int value, size_t size)
{
    work += size / BYTES_PER_BLOCK;
    return __real_memset(to, value, size);
}

uLong __real_crc32_z(uLong crc, const Bytef *data, z_size_t size);
uLong __wrap_crc32_z(uLong crc, const Bytef *data, z_size_t size);
uLong __wrap_crc32_z(uLong crc, const Bytef *data, z_size_t size)
{
    work += size / BYTES_PER_BLOCK;
    return __real_crc32_z(crc, data, size);
}

int __real_deflate(z_streamp stream, int flush);
int __wrap_deflate(z_streamp stream, int flush);
int __wrap_deflate(z_streamp stream, int flush)
{
    const uLong before = stream->total_in;
    const int result = __real_deflate(stream, flush);
    work += stream->total_in - before;
    return result;
}

int __real_inflate(z_streamp stream, int flush);
int __wrap_inflate(z_streamp stream, int flush);
int __wrap_inflate(z_streamp stream, int flush)
{
    const uLong before = stream->total_out;
    const int result = __real_inflate(stream, flush);
    work += stream->total_out - before;
    return result;
}

/* ---- Looks ---- */

struct watch {
    unsigned looks, cancel_at; /* 0: not at all */
    uint64_t last, most;       /* work until the last look, and between two */
    uint64_t limit;
};

static uint64_t most_of_all;

static void note(struct watch *watch)
{
    const uint64_t since = work - watch->last;
    most_of_all = since > most_of_all ? since : most_of_all;
    watch->most = since > watch->most ? since : watch->most;
    watch->last = work;
}

static int look(void *cookie, double done)
{
    struct watch *watch = cookie;
    (void)done;
    note(watch);
    return ++watch->looks == watch->cancel_at;
}

/* Before a call that is to be cancelled at that look. */
static void begin(struct watch *watch, unsigned cancel_at, int paper)
{
    *watch =
        (struct watch){.cancel_at = cancel_at, .last = work, .limit = paper ? TILE_LIMIT : LIMIT};
}

/* After the call; returns whether it was cancelled. */
static int ended(struct watch *watch, int status, const char *name)
{
    note(watch);
    if (watch->most > watch->limit)
        fail_msg("%s, cancelled at look %u of %u: %llu of work without a look", name,
                 watch->cancel_at, watch->looks, (unsigned long long)watch->most);
    assert_int_equal(status == UQD_ERR_CANCELLED,
                     watch->cancel_at > 0 && watch->looks >= watch->cancel_at);
    return status == UQD_ERR_CANCELLED;
}

/* The looks at which one call after the other is cancelled, until one is not. */
static unsigned later(unsigned cancel_at)
{
    return 4 * cancel_at + 1;
}

/* ---- Pictures ---- */

struct subject {
    const char *name;
    int paper, solid;
    enum uqd_dither dither;
    uint32_t width, height, channels;
    enum content content;
};

static const struct subject subjects[] = {
    {"photo with alpha", 0, 0, UQD_DITHER_NONE, WIDTH, HEIGHT, 4, CONTENT_PHOTO},
    {"grey, dithered", 0, 0, UQD_DITHER_UNIVERSAL, WIDTH / 2, HEIGHT, 1, CONTENT_PHOTO},
    {"one colour, solid", 0, 1, UQD_DITHER_NONE, WIDTH / 4, HEIGHT / 4, 3, CONTENT_FLAT},
    {"paper", 1, 0, UQD_DITHER_UNIVERSAL, 64, 200, 4, CONTENT_PHOTO},
};

enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };

static const struct uqd_model *model_of(const struct models *models, const struct subject *subject)
{
    return subject->paper ? models->paper : models->lattice;
}

/* ---- Encoding ---- */

static struct file check_encode(const struct models *models, const struct subject *subject,
                                const struct uqd_image *image)
{
    struct watch watch;
    struct uqd_encode_settings settings = one_thread_encoding();
    struct file file = {NULL, 0};
    int status = UQD_ERR_CANCELLED;
    settings.dither = subject->dither;
    settings.solid = subject->solid;
    settings.progress = look;
    settings.cookie = &watch;
    for (unsigned at = 1; status != UQD_OK; at = later(at)) {
        begin(&watch, at, subject->paper);
        status = uqd_encode(model_of(models, subject), image, &settings, &file.data, &file.size);
        if (ended(&watch, status, subject->name))
            assert_null(file.data);
    }
    return file;
}

static void test_encode(void **state)
{
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        struct uqd_image *image = make_image(subjects[i].width, subjects[i].height,
                                             subjects[i].channels, subjects[i].content, 3);
        free(check_encode(*state, &subjects[i], image).data);
        free(image);
        print_message("# %s: at most %llu\n", subjects[i].name, (unsigned long long)most_of_all);
        most_of_all = 0;
    }
}

/* ---- Decoding ---- */

/* A decoder, and what it is asked. */
struct decoding {
    const char *name;
    int paper;
    struct uqd_decoder *decoder;
    struct watch watch;
    uint8_t *pixels;
    uint32_t *map;
    struct uqd_info info;
};

static void check_advance(struct decoding *decoding)
{
    int status = UQD_ERR_CANCELLED;
    for (unsigned at = 1; status != UQD_OK; at = later(at)) {
        begin(&decoding->watch, at, decoding->paper);
        status = uqd_decoder_advance(decoding->decoder);
        ended(&decoding->watch, status, decoding->name);
    }
}

static void check_prepare(struct decoding *decoding)
{
    int status = UQD_ERR_CANCELLED;
    for (unsigned at = 1; status == UQD_ERR_CANCELLED; at = later(at)) {
        begin(&decoding->watch, at, decoding->paper);
        status = uqd_decoder_prepare(decoding->decoder);
        ended(&decoding->watch, status, decoding->name);
    }
}

static void check_picture(struct decoding *decoding, uint32_t step, enum uqd_mode mode,
                          uint32_t reduce)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.mode = mode;
    request.reduce = reduce;
    int status = UQD_ERR_CANCELLED;
    for (unsigned at = 1; status != UQD_OK; at = later(at)) {
        begin(&decoding->watch, at, decoding->paper);
        status = uqd_decoder_picture(decoding->decoder, &request, decoding->pixels,
                                     (size_t)uqd_reduced_side(decoding->info.width, reduce) *
                                         decoding->info.channels);
        ended(&decoding->watch, status, decoding->name);
    }
}

static void check_bits(struct decoding *decoding, uint32_t step)
{
    const size_t n = (size_t)uqd_reduced_side(decoding->info.width, 3) *
                     uqd_reduced_side(decoding->info.height, 3);
    int status = UQD_ERR_CANCELLED;
    for (unsigned at = 1; status != UQD_OK; at = later(at)) {
        begin(&decoding->watch, at, decoding->paper);
        status = uqd_decoder_step_bits(decoding->decoder, step, decoding->map, n);
        ended(&decoding->watch, status, decoding->name);
    }
}

/* All that a decoder can be asked, with the file's bytes up to some place in a step. */
static void check_decoder(struct decoding *decoding, struct file file)
{
    const uint32_t n = decoding->info.n_steps, middle = n / 2;
    check_picture(decoding, UQD_STEP_LATEST, UQD_MODE_DENOISED, 0);
    for (uint32_t step = 0; step < n; step++) {
        check_prepare(decoding);
        check_advance(decoding);
        if (step == middle || step + 1 == n) {
            check_picture(decoding, step, UQD_MODE_DENOISED, 0);
            check_picture(decoding, step, UQD_MODE_FLOW, 0);
            check_bits(decoding, step);
        }
    }
    check_picture(decoding, middle, UQD_MODE_ANCESTRAL, 0);
    check_picture(decoding, middle, UQD_MODE_DENOISED, 1);
    check_picture(decoding, n - 1, UQD_MODE_DENOISED, 4);
    assert_int_equal(uqd_decoder_bytes_fed(decoding->decoder), file.size);
    check_picture(decoding, n - 1, UQD_MODE_DENOISED, 0);
}

/* What is at hand of a file that ends inside a step. */
static void check_part(const struct uqd_model *model, const struct decoding *whole,
                       struct file file)
{
    struct decoding decoding = *whole;
    struct uqd_decoder_settings settings = one_thread_decoding();
    settings.progress = look;
    settings.cookie = &decoding.watch;
    const uint32_t middle = whole->info.n_steps / 2;
    const uint64_t end = step_info_of(whole->decoder, middle).bytes;
    const uint64_t before = middle > 0 ? step_info_of(whole->decoder, middle - 1).bytes : 0;
    file.size = (size_t)(before + (end - before) * 2 / 3);
    assert_int_equal(uqd_decoder_new(&decoding.decoder, model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoding.decoder, file.data, file.size), UQD_OK);
    check_picture(&decoding, UQD_STEP_LATEST, UQD_MODE_DENOISED, 0);
    check_picture(&decoding, UQD_STEP_LATEST, UQD_MODE_DENOISED, 3);
    uqd_decoder_free(decoding.decoder);
}

static void check_decode(const struct models *models, const struct subject *subject)
{
    const struct uqd_model *model = model_of(models, subject);
    struct uqd_image *image =
        make_image(subject->width, subject->height, subject->channels, subject->content, 3);
    struct uqd_encode_settings encoding = one_thread_encoding();
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct decoding decoding = {.name = subject->name, .paper = subject->paper};
    encoding.dither = subject->dither;
    encoding.solid = subject->solid;
    const struct file file = encode(model, image, &encoding);
    settings.progress = look;
    settings.cookie = &decoding.watch;
    assert_int_equal(uqd_decoder_new(&decoding.decoder, model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoding.decoder, file.data, file.size), UQD_OK);
    decoding.info = info_of(decoding.decoder);
    decoding.pixels = malloc(image_bytes(image));
    decoding.map = calloc(image_bytes(image), sizeof *decoding.map);
    assert_true(decoding.pixels != NULL && decoding.map != NULL);
    check_decoder(&decoding, file);
    assert_memory_equal(decoding.pixels, image->pixels, image_bytes(image));
    check_part(model, &decoding, file);
    uqd_decoder_free(decoding.decoder);
    free(decoding.map);
    free(decoding.pixels);
    free(file.data);
    free(image);
}

static void test_decode(void **state)
{
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        check_decode(*state, &subjects[i]);
        print_message("# %s: at most %llu\n", subjects[i].name, (unsigned long long)most_of_all);
        most_of_all = 0;
    }
}

/* ---- Two pictures ---- */

static void check_compare(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim)
{
    struct watch watch;
    struct uqd_metrics metrics = {.mse = -1};
    int status = UQD_ERR_CANCELLED;
    for (unsigned at = 1; status != UQD_OK; at = later(at)) {
        begin(&watch, at, 0);
        status = uqd_compare_with(a, b, with_ms_ssim, &metrics, look, &watch);
        if (ended(&watch, status, "comparing"))
            assert_true(metrics.mse == -1);
    }
    assert_true(metrics.mse > 0);
}

static void test_compare_and_mix(void **state)
{
    struct uqd_image *a = make_image(WIDTH, HEIGHT, 3, CONTENT_PHOTO, 3);
    struct uqd_image *b = make_image(WIDTH, HEIGHT, 3, CONTENT_PHOTO, 4);
    uint8_t *pixels = malloc(image_bytes(a));
    struct watch watch;
    int status = UQD_ERR_CANCELLED;
    (void)state;
    assert_non_null(pixels);
    check_compare(a, b, 0);
    check_compare(a, b, 1);
    for (unsigned at = 1; status != UQD_OK; at = later(at)) {
        begin(&watch, at, 0);
        status = uqd_mix_with(a, b, 30, pixels, a->stride, look, &watch);
        ended(&watch, status, "mixing");
    }
    print_message("# at most %llu\n", (unsigned long long)most_of_all);
    free(pixels);
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_compare_and_mix),
    };
    return cmocka_run_group_tests_name("cancel", tests, load_models, free_models);
}
