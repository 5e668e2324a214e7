#include "codec/alpha.h"

#include "container/record.h"
#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEAN_LOG2 = 3,
    MEAN_SIDE = 1 << MEAN_LOG2,
    OPAQUE = 255,
    PREDICT_NOTHING = 0,
    PREDICT_GRADIENT = 1,
};

struct size {
    uint32_t width, height;
};

static uint32_t reduced(uint32_t side, uint32_t n)
{
    return (side + (1U << n) - 1) >> n;
}

static struct size size_of(uint32_t width, uint32_t height, enum uqd_alpha_piece piece)
{
    const uint32_t n = piece == UQD_ALPHA_COARSE ? MEAN_LOG2 : 0;
    return (struct size){reduced(width, n), reduced(height, n)};
}

static size_t n_samples(struct size size)
{
    return (size_t)size.width * size.height;
}

uint64_t uqd_alpha_memory(uint32_t width, uint32_t height)
{
    uint64_t samples = 0;
    for (int piece = 0; piece < UQD_ALPHA_PIECES; piece++)
        samples += n_samples(size_of(width, height, (enum uqd_alpha_piece)piece));
    /* A picture of fewer bytes than were fed has its own beside the decoder's. */
    return 2 * samples + (UINT64_C(8) * width);
}

/* ---- Prediction ---------------------------------------------------------------------------- */

/* The prediction of a sample by those to the left, above, and between: of the three the middle of
 * left, above and left + above - between, as in LOCO-I (Weinberger, Seroussi, Sapiro, 2000). */
static uint8_t gradient(uint8_t left, uint8_t above, uint8_t between)
{
    const uint8_t low = left < above ? left : above, high = left < above ? above : left;
    if (between >= high)
        return low;
    return between <= low ? high : (uint8_t)(left + above - between);
}

static uint8_t predict(const uint8_t *samples, uint32_t width, uint32_t x, uint32_t y)
{
    const uint8_t *sample = samples + (size_t)y * width + x;
    if (x == 0 && y == 0)
        return OPAQUE;
    if (x == 0 || y == 0)
        return x > 0 ? sample[-1] : sample[-(ptrdiff_t)width];
    return gradient(sample[-1], sample[-(ptrdiff_t)width], sample[-(ptrdiff_t)width - 1]);
}

static int subtract_predictions(const uint8_t *samples, struct size size, uint8_t *residuals,
                                struct uqd_work *work)
{
    for (uint32_t y = 0; y < size.height && uqd_work_look(work, size.width) == UQD_OK; y++)
        for (uint32_t x = 0; x < size.width; x++)
            *residuals++ =
                (uint8_t)(samples[(size_t)y * size.width + x] - predict(samples, size.width, x, y));
    return uqd_work_look(work, 0);
}

/* From n residuals, in their place. */
static int add_predictions(uint8_t *samples, uint32_t width, size_t n, struct uqd_work *work)
{
    uint32_t x = 0, y = 0;
    for (size_t i = 0; i < n; i++) {
        samples[i] = (uint8_t)(samples[i] + predict(samples, width, x, y));
        if (++x == width) {
            x = 0;
            y++;
            if (uqd_work_look(work, width) < 0)
                return UQD_ERR_CANCELLED;
        }
    }
    return UQD_OK;
}

/* ---- Encoding ------------------------------------------------------------------------------ */

static uint8_t mean_of_square(const struct uqd_image *image, uint32_t left, uint32_t top)
{
    const uint32_t right = left + MEAN_SIDE < image->width ? left + MEAN_SIDE : image->width;
    const uint32_t bottom = top + MEAN_SIDE < image->height ? top + MEAN_SIDE : image->height;
    const uint32_t count = (right - left) * (bottom - top);
    uint32_t sum = 0;
    for (uint32_t y = top; y < bottom; y++)
        for (uint32_t x = left; x < right; x++)
            sum += image->pixels[y * image->stride + (size_t)(x + 1) * image->channels - 1];
    return (uint8_t)((sum + count / 2) / count);
}

static int take_samples(const struct uqd_image *image, enum uqd_alpha_piece piece, struct size size,
                        uint8_t *samples, struct uqd_work *work)
{
    for (uint32_t y = 0; y < size.height && uqd_work_look(work, image->width) == UQD_OK; y++)
        for (uint32_t x = 0; x < size.width; x++)
            *samples++ =
                piece == UQD_ALPHA_COARSE
                    ? mean_of_square(image, x << MEAN_LOG2, y << MEAN_LOG2)
                    : image->pixels[y * image->stride + (size_t)(x + 1) * image->channels - 1];
    return uqd_work_look(work, 0);
}

/* Packs the samples as they are and as residuals, and gives the shorter. */
static int pack(const uint8_t *samples, struct size size, uint8_t *content, uint8_t **data,
                size_t *n, struct uqd_work *work)
{
    uint8_t *residuals;
    size_t n_residuals;
    content[0] = PREDICT_NOTHING;
    int status = uqd_work_copy(work, content + 1, samples, n_samples(size));
    if (status == UQD_OK)
        status = uqd_record_pack(content, 1 + n_samples(size), data, n, work);
    if (status < 0)
        return status;
    content[0] = PREDICT_GRADIENT;
    status = subtract_predictions(samples, size, content + 1, work);
    if (status == UQD_OK)
        status = uqd_record_pack(content, 1 + n_samples(size), &residuals, &n_residuals, work);
    if (status == UQD_OK && n_residuals < *n) {
        free(*data);
        *data = residuals;
        *n = n_residuals;
    } else if (status == UQD_OK) {
        free(residuals);
    } else {
        free(*data);
    }
    return status;
}

int uqd_alpha_encode(const struct uqd_image *image, enum uqd_alpha_piece piece, uint8_t **data,
                     size_t *size, struct uqd_work *work)
{
    const struct size sides = size_of(image->width, image->height, piece);
    uint8_t *samples = malloc(n_samples(sides)), *content = malloc(1 + n_samples(sides));
    int status = UQD_ERR_NOMEM;
    if (samples != NULL && content != NULL) {
        status = take_samples(image, piece, sides, samples, work);
        if (status == UQD_OK)
            status = pack(samples, sides, content, data, size, work);
    }
    free(samples);
    free(content);
    return status;
}

/* ---- Decoding ------------------------------------------------------------------------------ */

int uqd_alpha_shows(enum uqd_alpha_piece piece, uint32_t reduce)
{
    return piece == UQD_ALPHA_COARSE || reduce < MEAN_LOG2;
}

static void forget(struct uqd_alpha *alpha, enum uqd_alpha_piece piece)
{
    free(alpha->contents[piece]);
    alpha->contents[piece] = NULL;
    alpha->n_known[piece] = 0;
}

/* Takes over a content of which n bytes are known, unless it fails. */
static int take_content(struct uqd_alpha *alpha, enum uqd_alpha_piece piece, uint8_t *content,
                        size_t n, struct uqd_work *work)
{
    const struct size size = size_of(alpha->width, alpha->height, piece);
    if (content[0] > PREDICT_GRADIENT)
        return UQD_ERR_CORRUPT;
    const int status = content[0] == PREDICT_GRADIENT
                           ? add_predictions(content + 1, size.width, n - 1, work)
                           : UQD_OK;
    if (status < 0)
        return status;
    alpha->contents[piece] = realloc(content, n);
    if (alpha->contents[piece] == NULL)
        return UQD_ERR_NOMEM;
    alpha->n_known[piece] = n - 1;
    return UQD_OK;
}

/* Unpacks what is at hand of a record into `room` bytes; *n: how many are known. */
static int unpack(const uint8_t *data, size_t available, size_t size, uint8_t *content, size_t room,
                  size_t *n, struct uqd_work *work)
{
    *n = room;
    return available == size ? uqd_record_unpack(data, size, content, room, work)
                             : uqd_record_unpack_part(data, available, content, room, n, work);
}

int uqd_alpha_decode(struct uqd_alpha *alpha, enum uqd_alpha_piece piece, const uint8_t *data,
                     size_t available, size_t size, struct uqd_work *work)
{
    const size_t whole = 1 + n_samples(size_of(alpha->width, alpha->height, piece));
    const uint64_t most = uqd_record_most(available);
    const size_t room = most < whole ? (size_t)most : whole;
    size_t n;
    uint64_t told;
    forget(alpha, piece);
    if (available == size) {
        const int status = uqd_record_check(data, size, whole, &told, work);
        if (status < 0)
            return status;
        if (told != whole)
            return UQD_ERR_CORRUPT;
    }
    uint8_t *content = malloc(room);
    if (content == NULL)
        return room > 0 ? UQD_ERR_NOMEM : UQD_OK;
    int status = unpack(data, available, size, content, room, &n, work);
    if (status == UQD_OK && n > 0)
        status = take_content(alpha, piece, content, n, work);
    if (alpha->contents[piece] == NULL)
        free(content);
    return status;
}

void uqd_alpha_free(struct uqd_alpha *alpha)
{
    for (int piece = 0; piece < UQD_ALPHA_PIECES; piece++)
        free(alpha->contents[piece]);
    *alpha = (struct uqd_alpha){0};
}

/* ---- Showing ------------------------------------------------------------------------------- */

static uint32_t known_mean(const struct uqd_alpha *alpha, size_t i)
{
    return i < alpha->n_known[UQD_ALPHA_COARSE] ? alpha->contents[UQD_ALPHA_COARSE][1 + i] : OPAQUE;
}

/* The two means between whose centres a pixel lies, and how far from the first, in sixteenths. */
struct between {
    uint32_t first, second, distance;
};

static struct between find_between(uint32_t pixel, uint32_t n_means)
{
    const int32_t place = 2 * (int32_t)pixel - (MEAN_SIDE - 1);
    if (place <= 0)
        return (struct between){0, 0, 0};
    const uint32_t first = (uint32_t)place >> (MEAN_LOG2 + 1);
    const uint32_t second = first + 1 < n_means ? first + 1 : first;
    return (struct between){first, second, (uint32_t)place & (2 * MEAN_SIDE - 1)};
}

/* Row y of the full size as far as it is known. */
static void make_row(const struct uqd_alpha *alpha, uint32_t y, uint8_t *row)
{
    const struct size means = size_of(alpha->width, alpha->height, UQD_ALPHA_COARSE);
    const size_t begin = (size_t)y * alpha->width, n_exact = alpha->n_known[UQD_ALPHA_EXACT];
    uint32_t n = 0;
    if (n_exact > begin) {
        n = n_exact - begin < alpha->width ? (uint32_t)(n_exact - begin) : alpha->width;
        memcpy(row, alpha->contents[UQD_ALPHA_EXACT] + 1 + begin, n);
    }
    const struct between down = find_between(y, means.height);
    for (uint32_t x = n; x < alpha->width; x++) {
        const struct between across = find_between(x, means.width);
        const size_t first = (size_t)down.first * means.width;
        const size_t second = (size_t)down.second * means.width;
        const uint32_t above = known_mean(alpha, first + across.first) * (16 - across.distance) +
                               known_mean(alpha, first + across.second) * across.distance;
        const uint32_t below = known_mean(alpha, second + across.first) * (16 - across.distance) +
                               known_mean(alpha, second + across.second) * across.distance;
        row[x] = (uint8_t)((above * (16 - down.distance) + below * down.distance + 128) >> 8);
    }
}

/* A picture from whose squares of 2^reduce samples the means are shown: the full size, or the means
 * where the picture to be shown is no larger. */
struct base {
    const struct uqd_alpha *alpha;
    struct size size;
    uint32_t reduce;
    int of_means;
};

static int is_known(const struct uqd_alpha *alpha)
{
    return alpha->n_known[UQD_ALPHA_COARSE] > 0 || alpha->n_known[UQD_ALPHA_EXACT] > 0;
}

static void make_base_row(const struct base *base, uint32_t y, uint8_t *row)
{
    if (!base->of_means) {
        make_row(base->alpha, y, row);
        return;
    }
    for (uint32_t x = 0; x < base->size.width; x++)
        row[x] = (uint8_t)known_mean(base->alpha, (size_t)y * base->size.width + x);
}

/* Row y of the picture to be shown, in the first bytes of `row`. */
static void make_shown_row(const struct base *base, uint32_t y, uint8_t *row, uint32_t *sums)
{
    const uint32_t side = 1U << base->reduce, width = reduced(base->size.width, base->reduce);
    const uint32_t begin = y << base->reduce;
    const uint32_t end = base->size.height - begin > side ? begin + side : base->size.height;
    memset(sums, 0, width * sizeof *sums);
    for (uint32_t from = begin; from < end; from++) {
        make_base_row(base, from, row);
        for (uint32_t x = 0; x < base->size.width; x++)
            sums[x >> base->reduce] += row[x];
    }
    for (uint32_t x = 0; x < width; x++) {
        const uint32_t left = base->size.width - (x << base->reduce);
        const uint32_t count = (left < side ? left : side) * (end - begin);
        row[x] = (uint8_t)((sums[x] + count / 2) / count);
    }
}

/* From the last pixel on, since the row grows in its place. */
static void spread(uint8_t *pixels, uint32_t width, uint32_t colours, const uint8_t *alpha)
{
    for (uint32_t x = width; x-- > 0;) {
        uint8_t *pixel = pixels + (size_t)x * (colours + 1);
        memmove(pixel, pixels + (size_t)x * colours, colours);
        pixel[colours] = alpha[x];
    }
}

static struct base base_of(const struct uqd_alpha *alpha, uint32_t reduce)
{
    const int of_means = reduce >= MEAN_LOG2;
    return (struct base){
        alpha,
        size_of(alpha->width, alpha->height, of_means ? UQD_ALPHA_COARSE : UQD_ALPHA_EXACT),
        of_means ? reduce - MEAN_LOG2 : reduce,
        of_means,
    };
}

int uqd_alpha_scratch_init(struct uqd_alpha_scratch *scratch, const struct uqd_alpha *alpha,
                           uint32_t reduce)
{
    scratch->row = malloc(base_of(alpha, reduce).size.width);
    scratch->sums = uqd_malloc_array(reduced(alpha->width, reduce), sizeof *scratch->sums);
    return scratch->row != NULL && scratch->sums != NULL ? UQD_OK : UQD_ERR_NOMEM;
}

void uqd_alpha_scratch_free(struct uqd_alpha_scratch *scratch)
{
    free(scratch->row);
    free(scratch->sums);
}

int uqd_alpha_show(const struct uqd_alpha *alpha, const struct uqd_alpha_scratch *scratch,
                   uint32_t reduce, struct uqd_region region, uint32_t colours, uint8_t *pixels,
                   size_t stride, struct uqd_work *work)
{
    const struct base base = base_of(alpha, reduce);
    const uint32_t width = reduced(alpha->width, reduce);
    const int known = is_known(alpha);
    int status = UQD_OK;
    assert(region.x + region.width <= width);
    assert(region.y + region.height <= reduced(alpha->height, reduce));
    if (!known)
        memset(scratch->row, OPAQUE, width);
    for (uint32_t y = 0; y < region.height && status == UQD_OK; y++) {
        if (known)
            make_shown_row(&base, region.y + y, scratch->row, scratch->sums);
        spread(pixels + y * stride, region.width, colours, scratch->row + region.x);
        status = uqd_work_look(work, known ? (size_t)base.size.width << base.reduce : width);
    }
    return status;
}
