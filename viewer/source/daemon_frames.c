/* Frames in flight: asked of the daemon, one for each purpose. */
#include "source/daemon.h"
#include "source/pending_call.h"

static void take_frame(struct remote *remote, enum source_purpose purpose,
                       const struct frame_key *key, DBusMessage *reply)
{
    struct message message;
    if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
        source_post_refused(&remote->source, purpose, key, remote_error_text(reply));
        return;
    }
    struct picture *picture =
        bus_read_frame(reply, &remote->source.config.file->info, key->reduce, &message);
    if (picture)
        source_post_picture(&remote->source, purpose, key, picture);
    else
        source_post_refused(&remote->source, purpose, key, message.text);
}

static void on_frame(DBusPendingCall *call, void *cookie)
{
    struct in_flight *frame = cookie;
    struct remote *remote = frame->remote;
    struct frame_key key = frame->key;
    DBusMessage *reply = pending_call_take(&frame->call);
    (void)call;
    if (remote_is_death(reply))
        remote_lose(remote);
    else if (dbus_connection_get_is_connected(remote->connection))
        take_frame(remote, (enum source_purpose)(frame - remote->frames), &key, reply);
    dbus_message_unref(reply);
}

void remote_ask_frame(struct remote *remote, enum source_purpose purpose,
                      const struct frame_key *key)
{
    struct in_flight *frame = &remote->frames[purpose];
    pending_call_drop(&frame->call);
    frame->key = *key;
    if (!remote_send(remote, bus_new_get_frame(&remote->job, purpose, key), &frame->call, on_frame,
                     frame))
        source_post_refused(&remote->source, purpose, key, "the daemon cannot be asked");
}
