#include "image.h"

#include "decoding.h"
#include "memory.h"
#include "scale.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Numbers of glycin's MemoryFormat, by the number of channels from 1. */
static const uint32_t memory_formats[] = {19 /* G8 */, 18 /* G8a8 */, 7 /* R8g8b8 */,
                                          5 /* R8g8b8a8 */};

struct image {
    struct decoding decoding;
    uqd_progress stop; /* whether the picture is still wanted */
    void *cookie;
};

/* ---- Errors -------------------------------------------------------------------------------- */

static void set_error(struct image_error *error, int status, const char *text)
{
    error->name = status == UQD_ERR_NOMEM || status == UQD_ERR_LIMIT ? "OutOfMemory"
                  : status == UQD_ERR_UNSUPPORTED                    ? "UnsupportedImageFormat"
                  : status == UQD_ERR_CANCELLED                      ? "Aborted"
                                                                     : "LoadingError";
    error->text = g_strdup(text);
}

static void set_no_memory(struct image_error *error)
{
    set_error(error, UQD_ERR_NOMEM, "There is not enough memory for the picture");
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* Like read, of the first descriptor, and waits until there is something; ECANCELED if closing is
 * cancelled before, which the second one tells. */
static ssize_t read_some(GPollFD fds[2], void *chunk, size_t size, GCancellable *closing)
{
    for (;;) {
        const int n_ready = g_poll(fds, 2, -1);
        if (g_cancellable_is_cancelled(closing)) {
            errno = ECANCELED;
            return -1;
        }
        const ssize_t n = n_ready < 0 ? -1 : read(fds[0].fd, chunk, size);
        if (n >= 0 || (errno != EINTR && errno != EAGAIN))
            return n;
    }
}

/* 0, or a negative status with a message. */
static int feed_file(struct image *image, int fd, GCancellable *closing, struct message *message)
{
    GPollFD fds[] = {{.fd = fd, .events = G_IO_IN}, {.fd = -1}};
    uint8_t chunk[1 << 16];
    int status = 0, cause = EMFILE;
    ssize_t n = -1;
    if (g_cancellable_make_pollfd(closing, &fds[1])) {
        while (status == 0 && (n = read_some(fds, chunk, sizeof chunk, closing)) > 0)
            status = decoding_feed(&image->decoding, chunk, (size_t)n, message);
        cause = errno;
        g_cancellable_release_fd(closing);
    }
    if (n >= 0)
        return status;
    message_set(message, "The file cannot be read: %s", g_strerror(cause));
    return cause == ECANCELED ? UQD_ERR_CANCELLED : UQD_ERR_CORRUPT;
}

/* What is refused is not read any further. */
static bool read_file(struct image *image, int fd, GCancellable *closing, struct image_error *error)
{
    struct message message;
    int status = feed_file(image, fd, closing, &message);
    if (status == 0)
        status = decoding_check_end(&image->decoding, &message);
    if (status != 0)
        set_error(error, status, message.text);
    return status == 0;
}

struct image *image_new(int fd, GCancellable *closing, uqd_progress stop, void *cookie,
                        struct image_error *error)
{
    struct image *image = g_new0(struct image, 1);
    struct message message;
    image->stop = stop;
    image->cookie = cookie;
    const int status = decoding_begin(&image->decoding, stop, cookie, &message);
    if (status != 0)
        set_error(error, status, message.text);
    else if (read_file(image, fd, closing, error))
        return image;
    image_free(image);
    return NULL;
}

void image_free(struct image *image)
{
    if (!image)
        return;
    decoding_end(&image->decoding);
    g_free(image);
}

/* ---- Dictionaries -------------------------------------------------------------------------- */

/* Moves the descriptor to the list. Its place there, or -1. */
static int append_fd(GUnixFDList *fds, int fd)
{
    const int place = fd < 0 ? -1 : g_unix_fd_list_append(fds, fd, NULL);
    if (fd >= 0)
        close(fd); /* the list has a copy */
    return place;
}

/* Appends a block of metadata, if the picture has it, as memory. False without memory. */
static bool add_block(struct image *image, enum uqd_metadata_type type, const char *key,
                      GVariantBuilder *dictionary, GUnixFDList *fds)
{
    struct uqd_metadata block;
    if (!decoding_metadata(&image->decoding, type, &block))
        return true;
    const int place = append_fd(fds, memory_copy(block.data, block.size));
    if (place >= 0)
        g_variant_builder_add(dictionary, "{sv}", key, g_variant_new_handle(place));
    return place >= 0;
}

GVariant *image_details(struct image *image, GUnixFDList *fds, struct image_error *error)
{
    const struct uqd_info *info = &image->decoding.info;
    GVariantBuilder details;
    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&details, "{sv}", "width", g_variant_new_uint32(info->width));
    g_variant_builder_add(&details, "{sv}", "height", g_variant_new_uint32(info->height));
    g_variant_builder_add(&details, "{sv}", "info_format_name", g_variant_new_string("UQD"));
    /* An orientation in the EXIF data is glycin's to apply. */
    g_variant_builder_add(&details, "{sv}", "transformation_ignore_exif",
                          g_variant_new_boolean(FALSE));
    if (add_block(image, UQD_METADATA_EXIF, "metadata_exif", &details, fds) &&
        add_block(image, UQD_METADATA_XMP, "metadata_xmp", &details, fds))
        return g_variant_builder_end(&details);
    g_variant_builder_clear(&details);
    set_no_memory(error);
    return NULL;
}

static bool add_colours(struct image *image, GVariantBuilder *details, GUnixFDList *fds)
{
    struct uqd_metadata cicp;
    if (decoding_metadata(&image->decoding, UQD_METADATA_CICP, &cicp) && cicp.size == 4) {
        const uint8_t *code = cicp.data;
        g_variant_builder_add(details, "{sv}", "color_cicp",
                              g_variant_new("(yyyy)", code[0], code[1], code[2], code[3]));
    }
    return add_block(image, UQD_METADATA_ICC, "color_icc_profile", details, fds);
}

static GVariant *frame_details(struct image *image, GUnixFDList *fds)
{
    const uint32_t channels = image->decoding.info.channels;
    GVariantBuilder details;
    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&details, "{sv}", "info_alpha_channel",
                          g_variant_new_boolean(channels % 2 == 0));
    g_variant_builder_add(&details, "{sv}", "info_grayscale", g_variant_new_boolean(channels < 3));
    if (add_colours(image, &details, fds))
        return g_variant_builder_end(&details);
    g_variant_builder_clear(&details);
    return NULL;
}

/* ---- Pixels -------------------------------------------------------------------------------- */

/* A side, made shorter in the ratio of two others. */
static uint32_t in_ratio(uint32_t side, uint32_t shorter, uint32_t longer)
{
    const uint32_t scaled = (uint32_t)(((uint64_t)side * shorter + longer / 2) / longer);
    return scaled > 0 ? scaled : 1;
}

/* The largest size that fits the one that is asked for and has the picture's aspect, unless it were
 * larger than the picture or a part of it is wanted: then that of the picture. */
static void choose_size(const struct uqd_info *info, GVariant *request, uint32_t *width,
                        uint32_t *height)
{
    GVariant *clip = g_variant_lookup_value(request, "clip", NULL);
    guint32 box_width, box_height;
    *width = info->width;
    *height = info->height;
    if (!clip && g_variant_lookup(request, "scale", "(uu)", &box_width, &box_height) &&
        box_width > 0 && box_height > 0) {
        if (*width > box_width) {
            *height = in_ratio(*height, box_width, *width);
            *width = box_width;
        }
        if (*height > box_height) {
            *width = in_ratio(info->width, box_height, info->height);
            *height = box_height;
        }
    }
    g_clear_pointer(&clip, g_variant_unref);
}

static uint32_t choose_reduce(const struct uqd_info *info, uint32_t width, uint32_t height)
{
    uint32_t reduce = 0;
    while (reduce < UQD_MAX_REDUCE && uqd_reduced_side(info->width, reduce + 1) >= width &&
           uqd_reduced_side(info->height, reduce + 1) >= height)
        reduce++;
    return reduce;
}

/* Renders by way of pixels of another size. 0, or a negative status with a message. */
static int render_scaled(struct image *image, uint32_t width, uint32_t height, uint8_t *bytes,
                         struct message *message)
{
    const struct uqd_info *info = &image->decoding.info;
    const uint32_t reduce = choose_reduce(info, width, height);
    struct pixels pixels = {.width = uqd_reduced_side(info->width, reduce),
                            .height = uqd_reduced_side(info->height, reduce),
                            .channels = info->channels};
    const size_t row = (size_t)pixels.width * pixels.channels;
    pixels.data = malloc(row * pixels.height);
    int status = UQD_ERR_NOMEM;
    message_set(message, "There is not enough memory for the picture");
    if (pixels.data)
        status = decoding_render(&image->decoding, reduce, pixels.data, row, message);
    if (status == 0) {
        status = scale_pixels_with(&pixels, width, height, image->stop, image->cookie);
        message_set(message, "The picture cannot be scaled: %s", uqd_status_text(status));
    }
    if (status == 0)
        memcpy(bytes, pixels.data, (size_t)width * height * pixels.channels);
    free(pixels.data);
    return status;
}

static int render(struct image *image, uint32_t width, uint32_t height, uint8_t *bytes,
                  struct message *message)
{
    const struct uqd_info *info = &image->decoding.info;
    const int status = decoding_advance(&image->decoding, message);
    if (status != 0)
        return status;
    if (width != info->width || height != info->height)
        return render_scaled(image, width, height, bytes, message);
    return decoding_render(&image->decoding, 0, bytes, (size_t)width * info->channels, message);
}

/* The place in the list of a descriptor of the pixels, or -1 with an error. */
static int make_texture(struct image *image, uint32_t width, uint32_t height, GUnixFDList *fds,
                        struct image_error *error)
{
    const size_t size = (size_t)width * height * image->decoding.info.channels;
    struct message message;
    uint8_t *bytes;
    const int fd = memory_create(size, &bytes);
    if (fd < 0) {
        set_no_memory(error);
        return -1;
    }
    const int status = render(image, width, height, bytes, &message);
    memory_unmap(bytes, size);
    if (status != 0) {
        close(fd);
        set_error(error, status, message.text);
        return -1;
    }
    const int place = append_fd(fds, fd);
    if (place < 0)
        set_no_memory(error);
    return place;
}

GVariant *image_frame(struct image *image, GVariant *request, GUnixFDList *fds,
                      struct image_error *error)
{
    const uint32_t channels = image->decoding.info.channels;
    uint32_t width, height;
    choose_size(&image->decoding.info, request, &width, &height);
    const int texture = make_texture(image, width, height, fds, error);
    if (texture < 0)
        return NULL;
    GVariant *details = frame_details(image, fds);
    if (!details) {
        set_no_memory(error);
        return NULL;
    }
    /* Still pictures have no delay: seconds and nanoseconds are 0. */
    return g_variant_new("(uuuuh(tu)@a{sv})", width, height, width * channels,
                         memory_formats[channels - 1], texture, (guint64)0, 0u, details);
}
