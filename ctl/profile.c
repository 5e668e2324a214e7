#include "profile.h"

#include "bus_names.h"
#include "dict.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int add(struct pixels *pixels, const void *data, size_t size, struct message *message)
{
    if (pixels_add_metadata(pixels, UQD_METADATA_ICC, data, size) < 0)
        return message_set(message, "out of memory");
    return 0;
}

/* ---- From the file ------------------------------------------------------------------------- */

/* Feeds the next bytes of the file. 0, 1 at its end, or -1 with a message. */
static int feed(const struct remote *remote, struct uqd_decoder *decoder, struct message *message)
{
    uint8_t chunk[16384];
    const ssize_t n = pread(remote->fd, chunk, sizeof chunk, (off_t)uqd_decoder_bytes_fed(decoder));
    if (n < 0 && errno == EINTR)
        return 0;
    if (n < 0)
        return message_set(message, "%s: cannot be read: %s", remote->name, strerror(errno));
    if (n == 0)
        return 1;
    const int status = uqd_decoder_feed(decoder, chunk, (size_t)n);
    if (status < 0)
        return message_set(message, "%s: its profile cannot be read: %s", remote->name,
                           uqd_status_text(status));
    return 0;
}

/* Whether the profile has been fed; its data is NULL if there is none, or a damaged one. */
static bool find(struct uqd_decoder *decoder, struct uqd_metadata *profile)
{
    struct uqd_info info;
    int status = uqd_decoder_info(decoder, &info);
    for (uint32_t i = 0; status == UQD_OK && i < info.n_metadata; i++) {
        status = uqd_decoder_metadata(decoder, i, profile);
        if (profile->type == UQD_METADATA_ICC)
            return status != UQD_NEED_DATA;
        status = UQD_OK;
    }
    *profile = (struct uqd_metadata){.data = NULL};
    return status != UQD_NEED_DATA;
}

static int add_from_file(const struct remote *remote, struct pixels *pixels,
                         struct message *message)
{
    struct uqd_metadata profile = {.data = NULL};
    struct uqd_decoder *decoder;
    int result = 0;
    if (uqd_decoder_new(&decoder, NULL, NULL) < 0)
        return message_set(message, "out of memory");
    while (result == 0 && !find(decoder, &profile))
        result = feed(remote, decoder, message);
    if (result >= 0)
        result = profile.data ? add(pixels, profile.data, profile.size, message) : 0;
    uqd_decoder_free(decoder);
    return result;
}

/* ---- From the daemon ----------------------------------------------------------------------- */

/* False if it does not tell it. */
static bool get_told(const struct remote *remote, const uint8_t **data, int *size)
{
    DBusMessageIter value, bytes;
    if (!dict_find(&remote->info, KEY_ICC, &value) ||
        dbus_message_iter_get_arg_type(&value) != DBUS_TYPE_ARRAY ||
        dbus_message_iter_get_element_type(&value) != DBUS_TYPE_BYTE)
        return false;
    dbus_message_iter_recurse(&value, &bytes);
    dbus_message_iter_get_fixed_array(&bytes, data, size);
    return *size > 0;
}

int profile_add(const struct remote *remote, struct pixels *pixels, struct message *message)
{
    const char *colour;
    const uint8_t *data;
    int size;
    if (!dict_get_string(&remote->info, KEY_COLOUR, &colour) || strcmp(colour, COLOUR_ICC) != 0)
        return 0;
    if (get_told(remote, &data, &size))
        return add(pixels, data, (size_t)size, message);
    return add_from_file(remote, pixels, message);
}
