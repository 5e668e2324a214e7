#include "loading.h"

#include "decoding.h"
#include "pace.h"
#include "picture.h"

#include <errno.h>
#include <stdint.h>

struct loading {
    GdkPixbufModuleSizeFunc size_func;
    GdkPixbufModulePreparedFunc prepared_func;
    GdkPixbufModuleUpdatedFunc updated_func;
    gpointer user_data;
    struct decoding decoding;
    struct picture picture; /* planned once the header is known */
    gboolean is_planned;
    gboolean has_failed; /* the program was told, and nothing more is shown */
    uint32_t n_shown;    /* steps */
    uint64_t bytes_shown;
    gboolean may_show_part; /* of a step whose end was not there */
    gint64 (*now)(void);    /* microseconds */
    struct pace pace;
};

static struct loading *loading_new(GError **error)
{
    struct loading *loading = g_new0(struct loading, 1);
    loading->now = g_get_monotonic_time;
    struct message message;
    const int status = decoding_begin(&loading->decoding, NULL, NULL, &message);
    if (status == 0)
        return loading;
    picture_fail(status, &message, error);
    decoding_end(&loading->decoding);
    g_free(loading);
    return NULL;
}

static void loading_free(struct loading *loading)
{
    g_clear_object(&loading->picture.pixbuf);
    decoding_end(&loading->decoding);
    g_free(loading);
}

gpointer loading_begin(GdkPixbufModuleSizeFunc size_func, GdkPixbufModulePreparedFunc prepared_func,
                       GdkPixbufModuleUpdatedFunc updated_func, gpointer user_data, GError **error)
{
    struct loading *loading = loading_new(error);
    if (!loading)
        return NULL;
    loading->size_func = size_func;
    loading->prepared_func = prepared_func;
    loading->updated_func = updated_func;
    loading->user_data = user_data;
    loading->pace.begun = loading->now();
    return loading;
}

void loading_set_clock(gpointer context, gint64 (*now)(void))
{
    struct loading *loading = context;
    loading->now = now;
    loading->pace.begun = now();
}

/* ---- Steps of the work --------------------------------------------------------------------- */

static gboolean feed(struct loading *loading, const void *data, size_t size, GError **error)
{
    struct message message;
    const int status = decoding_feed(&loading->decoding, data, size, &message);
    return status == 0 || picture_fail(status, &message, error);
}

static gboolean advance(struct loading *loading, GError **error)
{
    struct message message;
    const int status = decoding_advance(&loading->decoding, &message);
    return status == 0 || picture_fail(status, &message, error);
}

/* Asks the program once which size it wants. */
static gboolean plan(struct loading *loading, GError **error)
{
    const struct uqd_info *info = &loading->decoding.info;
    int width = (int)info->width, height = (int)info->height;
    if (loading->is_planned || !decoding_has_header(&loading->decoding))
        return TRUE;
    if (loading->size_func)
        loading->size_func(&width, &height, loading->user_data);
    if (width <= 0 || height <= 0) {
        g_set_error_literal(error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_FAILED,
                            "A picture without pixels was asked for");
        return FALSE;
    }
    picture_plan(&loading->picture, info, (uint32_t)width, (uint32_t)height);
    loading->is_planned = TRUE;
    return TRUE;
}

/* Shows the program the pixbuf before anything is in it: some clear it then. */
static gboolean prepare(struct loading *loading, GError **error)
{
    struct picture *picture = &loading->picture;
    if (!picture_create(picture, &loading->decoding.info, error))
        return FALSE;
    if (loading->prepared_func)
        loading->prepared_func(picture->pixbuf, NULL, loading->user_data);
    return TRUE;
}

static gboolean show(struct loading *loading, GError **error)
{
    struct picture *picture = &loading->picture;
    if (!picture->pixbuf && !prepare(loading, error))
        return FALSE;
    const gint64 before = loading->now();
    if (!picture_render(picture, &loading->decoding, error))
        return FALSE;
    loading->pace.showing += loading->now() - before;
    loading->may_show_part = decoding_wants_more(&loading->decoding);
    loading->n_shown = uqd_decoder_steps_complete(loading->decoding.decoder);
    loading->bytes_shown = uqd_decoder_bytes_fed(loading->decoding.decoder);
    if (loading->updated_func)
        loading->updated_func(picture->pixbuf, 0, 0, (int)picture->width, (int)picture->height,
                              loading->user_data);
    return TRUE;
}

/* Whether complete steps are there that have not been shown. */
static gboolean has_new_steps(const struct loading *loading)
{
    return uqd_decoder_steps_complete(loading->decoding.decoder) > loading->n_shown;
}

/* Whether the picture is worth its time now, though there may be a better one soon. */
static gboolean is_time_to_show(const struct loading *loading)
{
    if (!loading->picture.pixbuf || !decoding_wants_more(&loading->decoding))
        return TRUE;
    return pace_allows(&loading->pace, loading->now());
}

static gboolean increment(struct loading *loading, const void *data, size_t size, GError **error)
{
    const gint64 before = loading->now();
    const gboolean is_done =
        feed(loading, data, size, error) && plan(loading, error) && advance(loading, error);
    loading->pace.decoding += loading->now() - before;
    return is_done &&
           (!has_new_steps(loading) || !is_time_to_show(loading) || show(loading, error));
}

/* Whether there is a picture that has not been shown, be it of a part of a step; or one that is
 * shown has part of a step that turned out to be damaged. */
static gboolean has_news(const struct loading *loading)
{
    return !loading->picture.pixbuf || has_new_steps(loading) ||
           (loading->decoding.status < 0 && loading->may_show_part) ||
           (decoding_wants_more(&loading->decoding) &&
            uqd_decoder_bytes_fed(loading->decoding.decoder) > loading->bytes_shown);
}

static gboolean finish(struct loading *loading, GError **error)
{
    struct message message;
    const int status = decoding_check_end(&loading->decoding, &message);
    if (status != 0)
        return picture_fail(status, &message, error);
    if (has_news(loading))
        return show(loading, error);
    picture_note_metadata(&loading->picture, &loading->decoding);
    return TRUE;
}

/* ---- The functions of the module ----------------------------------------------------------- */

gboolean loading_increment(gpointer context, const guchar *data, guint size, GError **error)
{
    struct loading *loading = context;
    loading->has_failed = loading->has_failed || !increment(loading, data, size, error);
    return !loading->has_failed;
}

gboolean loading_stop(gpointer context, GError **error)
{
    struct loading *loading = context;
    const gboolean is_done = loading->has_failed || finish(loading, error);
    loading_free(loading);
    return is_done;
}

static gboolean feed_file(struct loading *loading, FILE *file, GError **error)
{
    uint8_t chunk[1 << 16];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        if (!feed(loading, chunk, n, error))
            return FALSE;
    if (!ferror(file))
        return TRUE;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "The file cannot be read: %s",
                g_strerror(errno));
    return FALSE;
}

GdkPixbuf *loading_whole(FILE *file, GError **error)
{
    struct loading *loading = loading_new(error);
    GdkPixbuf *pixbuf = NULL;
    if (!loading)
        return NULL;
    if (feed_file(loading, file, error) && plan(loading, error) && advance(loading, error) &&
        finish(loading, error))
        pixbuf = g_object_ref(loading->picture.pixbuf);
    loading_free(loading);
    return pixbuf;
}
