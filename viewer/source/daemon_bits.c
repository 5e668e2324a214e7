/* The map of bits in flight: one at a time is asked of the daemon. */
#include "source/daemon.h"
#include "source/pending_call.h"

static void take_bits(struct remote *remote, uint32_t step, DBusMessage *reply)
{
    struct message message;
    if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
        source_post_bits(&remote->source, step, NULL, remote_error_text(reply));
        return;
    }
    struct bits_map *bits = bus_read_bits(reply, &remote->source.config.file->info, &message);
    source_post_bits(&remote->source, step, bits, bits ? "" : message.text);
}

static void on_bits(DBusPendingCall *call, void *cookie)
{
    struct in_flight *bits = cookie;
    struct remote *remote = bits->remote;
    const uint32_t step = bits->key.step;
    DBusMessage *reply = pending_call_take(&bits->call);
    (void)call;
    if (remote_is_death(reply))
        remote_lose(remote);
    else if (dbus_connection_get_is_connected(remote->connection))
        take_bits(remote, step, reply);
    dbus_message_unref(reply);
}

void remote_ask_bits(struct remote *remote, uint32_t step)
{
    struct in_flight *bits = &remote->bits;
    pending_call_drop(&bits->call);
    bits->key = (struct frame_key){.step = step};
    if (!remote_send(remote, bus_new_get_bits(&remote->job, step), &bits->call, on_bits, bits))
        source_post_bits(&remote->source, step, NULL, "the daemon cannot be asked");
}
