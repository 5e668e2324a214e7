/* Calls to the daemon that go wrong: what they say, and what becomes of the source. */
#include "source/daemon.h"
#include "source/pending_call.h"

#include <stdio.h>
#include <sys/wait.h>

const char remote_bus_gone[] = "the session bus is gone";

void remote_drop_calls(struct remote *remote)
{
    pending_call_drop(&remote->call);
    for (int purpose = 0; purpose < SOURCE_N_UQD_PURPOSES; purpose++)
        pending_call_drop(&remote->frames[purpose].call);
    pending_call_drop(&remote->bits.call);
}

bool remote_is_death(DBusMessage *reply)
{
    return dbus_message_is_error(reply, DBUS_ERROR_NO_REPLY) && dbus_message_get_sender(reply);
}

bool remote_send(struct remote *remote, DBusMessage *call, DBusPendingCall **pending,
                 DBusPendingCallNotifyFunction answered, void *cookie)
{
    return pending_call_send(pending, remote->connection, call, DBUS_TIMEOUT_INFINITE, answered,
                             cookie);
}

void remote_give_up(struct remote *remote, const char *text)
{
    struct source_event event = {.type = SOURCE_FAILED, .unavailable = true};
    if (remote->unavailable)
        return;
    remote->unavailable = true;
    remote_drop_calls(remote);
    snprintf(event.text, sizeof event.text, "%s", text);
    source_post(&remote->source, &event);
}

void remote_on_impatience(void *cookie)
{
    struct remote *remote = cookie;
    remote_give_up(remote, remote->phase == GREETING ? "the session bus does not answer"
                                                     : "the daemon does not answer");
}

void remote_on_silence(void *cookie)
{
    remote_give_up(cookie, "the daemon does not answer");
}

void remote_lose(struct remote *remote)
{
    remote_drop_calls(remote);
    remote->phase = CLOSED;
    remote->start_tried = false;
    if (remote->process > 0 && waitpid(remote->process, NULL, WNOHANG) > 0)
        remote->process = 0;
    source_post_text(&remote->source, SOURCE_LOST,
                     "The decoding daemon has ended; the next step or mode starts it again");
}

const char *remote_error_text(DBusMessage *reply)
{
    const char *text = NULL;
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
    return text ? text : dbus_message_get_error_name(reply);
}
