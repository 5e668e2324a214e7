/* Regions of a picture: decoded alone where the file can do that, and cut out of what was decoded.
 */
#include "api/decoder.h"
#include "api/image.h"
#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- Rectangles ---- */

struct uqd_region uqd_reduced_region(struct uqd_region region, uint32_t reduce)
{
    const uint32_t n = reduce < 31 ? reduce : 31;
    const uint32_t x = region.x >> n, y = region.y >> n;
    return (struct uqd_region){
        .x = x,
        .y = y,
        .width = uqd_reduced_side(region.x + region.width, reduce) - x,
        .height = uqd_reduced_side(region.y + region.height, reduce) - y,
    };
}

static int are_equal(struct uqd_region a, struct uqd_region b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

/* Copies the part `from` of a picture that shows `of`, both in reduced pixels, of n bytes. */
static void copy_part(uint8_t *to, size_t to_stride, struct uqd_region from, const uint8_t *picture,
                      size_t stride, struct uqd_region of, size_t n)
{
    assert(from.x >= of.x && from.x + from.width <= of.x + of.width);
    assert(from.y >= of.y && from.y + from.height <= of.y + of.height);
    for (uint32_t y = 0; y < from.height; y++)
        memcpy(to + y * to_stride, picture + (from.y - of.y + y) * stride + (from.x - of.x) * n,
               from.width * n);
}

/* ---- The decoder's ---- */

static struct uqd_region all_of(const struct uqd_decoder *decoder)
{
    return (struct uqd_region){0, 0, decoder->header.width, decoder->header.height};
}

struct uqd_region uqd_decoder_region(const struct uqd_decoder *decoder)
{
    return decoder->region.width > 0 ? decoder->region : all_of(decoder);
}

int uqd_decoder_set_region(struct uqd_decoder *decoder, const struct uqd_region *region)
{
    if (decoder == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    const struct uqd_region all = all_of(decoder), wanted = region != NULL ? *region : all;
    if (!uqd_region_is_in(&wanted, all.width, all.height))
        return UQD_ERR_ARG;
    decoder->region = are_equal(wanted, all) ? (struct uqd_region){0} : wanted;
    if (decoder->session != NULL)
        decoder->sessions->close(decoder->session);
    decoder->session = NULL;
    if (decoder->failure == UQD_ERR_CORRUPT) /* of a step, which will be seen again */
        decoder->failure = UQD_OK;
    return UQD_OK;
}

/* What the session shows of the picture, reduced. */
static struct uqd_region shown_by_session(const struct uqd_decoder *decoder, uint32_t reduce)
{
    const int is_window = decoder->sessions->window != NULL && reduce < UQD_WINDOW_REDUCE;
    return uqd_reduced_region(
        is_window ? decoder->sessions->window(decoder->session) : all_of(decoder), reduce);
}

int uqd_decoder_show_colours(struct uqd_decoder *decoder, int step, const struct uqd_source *source,
                             const struct uqd_picture_request *request, uint8_t *pixels,
                             size_t stride)
{
    const struct uqd_session_class *sessions = decoder->sessions;
    const struct uqd_region shown = shown_by_session(decoder, request->reduce);
    const struct uqd_region wanted =
        uqd_reduced_region(uqd_decoder_region(decoder), request->reduce);
    const size_t colours = decoder->header.colours, row = shown.width * colours;
    if (are_equal(shown, wanted))
        return sessions->show(decoder->session, step, source, request, pixels, stride);
    uint8_t *picture = uqd_malloc_array(shown.height, row);
    if (picture == NULL)
        return UQD_ERR_NOMEM;
    const int status = sessions->show(decoder->session, step, source, request, picture, row);
    if (status >= 0)
        copy_part(pixels, stride, wanted, picture, row, shown, colours);
    free(picture);
    return status;
}
