#include "completeness.h"

#include "bus_names.h"
#include "dict.h"
#include "plural.h"

#include <inttypes.h>

struct state {
    uint32_t state, n_steps, n_complete;
    uint64_t available, file_size;
};

static DBusMessage *new_get_all(const struct remote *remote)
{
    const char *interface = JOB_INTERFACE;
    DBusMessage *call = dbus_message_new_method_call(remote->owner, remote->job,
                                                     DBUS_INTERFACE_PROPERTIES, "GetAll");
    if (call)
        dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    return call;
}

static int ask(struct remote *remote, struct state *state, struct message *message)
{
    DBusMessageIter dict;
    DBusMessage *reply = remote_call(remote, new_get_all(remote), "a{sv}", message);
    if (!reply)
        return -1;
    *state = (struct state){0};
    dbus_message_iter_init(reply, &dict);
    dict_get_u32(&dict, PROPERTY_STATE, &state->state);
    dict_get_u32(&dict, PROPERTY_STEPS, &state->n_steps);
    dict_get_u32(&dict, PROPERTY_STEPS_COMPLETE, &state->n_complete);
    dict_get_u64(&remote->info, KEY_AVAILABLE, &state->available);
    dict_get_u64(&remote->info, KEY_FILE_SIZE, &state->file_size);
    dbus_message_unref(reply);
    return 0;
}

int completeness_of(struct remote *remote, struct message *message)
{
    struct state state;
    if (ask(remote, &state, message) < 0)
        return -1;
    if (state.state == JOB_FAILED && state.n_complete > 0)
        return message_set(message,
                           "%s: step %" PRIu32 " is damaged, --step %" PRIu32 " still works",
                           remote->name, state.n_complete, state.n_complete - 1);
    if (state.state == JOB_FAILED)
        return message_set(message, "%s: step 0 is damaged and nothing before it is a picture",
                           remote->name);
    if (state.available >= state.file_size || state.n_complete >= state.n_steps)
        return 0;
    message_set(message,
                "%s: ends after %" PRIu64 " of %" PRIu64 " bytes: %" PRIu32 " of %" PRIu32
                " step%s %s complete, and the picture is the best that these bytes give",
                remote->name, state.available, state.file_size, state.n_complete, state.n_steps,
                plural(state.n_steps), plural_are(state.n_complete));
    return 1;
}
