#include "picture.h"

#include "scale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gboolean picture_fail(int status, const struct message *message, GError **error)
{
    const GdkPixbufError code = status == UQD_ERR_NOMEM || status == UQD_ERR_LIMIT
                                    ? GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY
                                : status == UQD_ERR_CORRUPT     ? GDK_PIXBUF_ERROR_CORRUPT_IMAGE
                                : status == UQD_ERR_UNSUPPORTED ? GDK_PIXBUF_ERROR_UNKNOWN_TYPE
                                                                : GDK_PIXBUF_ERROR_FAILED;
    g_set_error_literal(error, GDK_PIXBUF_ERROR, code, message->text);
    return FALSE;
}

static gboolean fail_without_memory(GError **error)
{
    g_set_error_literal(error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY,
                        "There is not enough memory for the picture");
    return FALSE;
}

/* ---- Sizes --------------------------------------------------------------------------------- */

void picture_plan(struct picture *picture, const struct uqd_info *info, uint32_t width,
                  uint32_t height)
{
    const gboolean is_larger = width > info->width || height > info->height;
    *picture = (struct picture){.width = is_larger ? info->width : width,
                                .height = is_larger ? info->height : height};
    while (picture->reduce < UQD_MAX_REDUCE &&
           uqd_reduced_side(info->width, picture->reduce + 1) >= picture->width &&
           uqd_reduced_side(info->height, picture->reduce + 1) >= picture->height)
        picture->reduce++;
}

/* ---- Pixels -------------------------------------------------------------------------------- */

static void expand_row(const uint8_t *in, uint32_t channels, uint8_t *out, uint32_t width)
{
    if (channels >= 3) {
        memcpy(out, in, (size_t)width * channels);
        return;
    }
    for (uint32_t x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++)
            *out++ = *in;
        if (channels == 2)
            *out++ = in[1];
        in += channels;
    }
}

static void copy_pixels(const struct pixels *from, GdkPixbuf *to)
{
    uint8_t *out = gdk_pixbuf_get_pixels(to);
    const size_t stride = (size_t)gdk_pixbuf_get_rowstride(to);
    const size_t row = (size_t)from->width * from->channels;
    for (uint32_t y = 0; y < from->height; y++)
        expand_row(from->data + y * row, from->channels, out + y * stride, from->width);
}

/* By way of pixels that are smaller than the pixbuf's or of another size. */
static gboolean render_indirectly(struct picture *picture, struct decoding *decoding,
                                  GError **error)
{
    const struct uqd_info *info = &decoding->info;
    struct message message;
    struct pixels pixels = {.width = uqd_reduced_side(info->width, picture->reduce),
                            .height = uqd_reduced_side(info->height, picture->reduce),
                            .channels = info->channels};
    const size_t row = (size_t)pixels.width * pixels.channels;
    pixels.data = malloc(row * pixels.height);
    if (!pixels.data)
        return fail_without_memory(error);
    int status = decoding_render(decoding, picture->reduce, pixels.data, row, &message);
    gboolean is_done = status == 0 || picture_fail(status, &message, error);
    if (is_done && (pixels.width != picture->width || pixels.height != picture->height) &&
        scale_pixels(&pixels, picture->width, picture->height) < 0)
        is_done = fail_without_memory(error);
    if (is_done)
        copy_pixels(&pixels, picture->pixbuf);
    free(pixels.data);
    return is_done;
}

static gboolean render(struct picture *picture, struct decoding *decoding, GError **error)
{
    const struct uqd_info *info = &decoding->info;
    struct message message;
    if (info->channels < 3 || picture->width != info->width || picture->height != info->height)
        return render_indirectly(picture, decoding, error);
    const int status = decoding_render(decoding, 0, gdk_pixbuf_get_pixels(picture->pixbuf),
                                       (size_t)gdk_pixbuf_get_rowstride(picture->pixbuf), &message);
    return status == 0 || picture_fail(status, &message, error);
}

gboolean picture_create(struct picture *picture, const struct uqd_info *info, GError **error)
{
    picture->pixbuf = gdk_pixbuf_new(GDK_COLORSPACE_RGB, info->channels % 2 == 0, 8,
                                     (int)picture->width, (int)picture->height);
    if (!picture->pixbuf)
        return fail_without_memory(error);
    gdk_pixbuf_fill(picture->pixbuf, 0);
    return TRUE;
}

gboolean picture_render(struct picture *picture, struct decoding *decoding, GError **error)
{
    if (!render(picture, decoding, error))
        return FALSE;
    picture_note_metadata(picture, decoding);
    return TRUE;
}

/* ---- Metadata ------------------------------------------------------------------------------ */

/* Of a key that is there already the pixbuf keeps the value. */
void picture_note_metadata(const struct picture *picture, struct decoding *decoding)
{
    struct uqd_metadata icc;
    char digit[2] = {0};
    if (decoding_metadata(decoding, UQD_METADATA_ICC, &icc)) {
        char *base64 = g_base64_encode(icc.data, icc.size);
        gdk_pixbuf_set_option(picture->pixbuf, "icc-profile", base64);
        g_free(base64);
    }
    digit[0] = (char)('0' + decoding_orientation(decoding));
    if (digit[0] != '0')
        gdk_pixbuf_set_option(picture->pixbuf, "orientation", digit);
}
