#include "asking.h"

#include "bus_names.h"
#include "location.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *uri_of_path(const char *path)
{
    struct location location;
    struct message message;
    if (location_read(&location, path, &message) < 0)
        fail_msg("%s", message.text);
    char *uri = strdup(location.uri);
    location_free(&location);
    return uri;
}

/* ---- Calls --------------------------------------------------------------------------------- */

static DBusMessage *new_call(const char *service, const char *method)
{
    DBusMessage *call =
        dbus_message_new_method_call(service, THUMBNAILER_PATH, THUMBNAILER_INTERFACE, method);
    assert_non_null(call);
    return call;
}

uint32_t asking_queue(struct client *client, const struct asking *asking, const char *const *uris,
                      size_t n)
{
    DBusMessage *call = new_call(asking->service, METHOD_QUEUE);
    const char **types = malloc((n + 1) * sizeof *types);
    uint32_t handle = 0;
    assert_non_null(types);
    for (size_t i = 0; i < n; i++)
        types[i] = MIME_TYPE;
    assert_true(dbus_message_append_args(
        call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, (int)n, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING,
        &types, (int)n, DBUS_TYPE_STRING, &asking->flavor, DBUS_TYPE_STRING, &asking->scheduler,
        DBUS_TYPE_UINT32, &asking->instead, DBUS_TYPE_INVALID));
    free(types);
    DBusMessage *reply = client_call(client, call);
    expect_error(dbus_message_ref(reply), NULL, METHOD_QUEUE);
    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID);
    dbus_message_unref(reply);
    assert_int_not_equal(handle, 0);
    return handle;
}

void asking_dequeue(struct client *client, const char *service, uint32_t handle)
{
    DBusMessage *call = new_call(service, METHOD_DEQUEUE);
    dbus_message_append_args(call, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID);
    expect_error(client_call(client, call), NULL, METHOD_DEQUEUE);
}

/* ---- Signals ------------------------------------------------------------------------------- */

uint32_t handle_of(DBusMessage *signal)
{
    uint32_t handle = 0;
    dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID);
    return handle;
}

static int32_t error_of(DBusMessage *signal)
{
    char **uris = NULL;
    const char *text;
    uint32_t handle;
    int32_t error = -1;
    int n;
    dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_ARRAY,
                          DBUS_TYPE_STRING, &uris, &n, DBUS_TYPE_INT32, &error, DBUS_TYPE_STRING,
                          &text, DBUS_TYPE_INVALID);
    dbus_free_string_array(uris);
    return error;
}

/* Whether the request has finished by it. */
static bool hear(DBusMessage *signal, struct told *told, bool *has_started)
{
    if (dbus_message_has_member(signal, SIGNAL_STARTED)) {
        assert_false(*has_started);
        *has_started = true;
        return false;
    }
    assert_true(*has_started); /* before all others */
    if (dbus_message_has_member(signal, SIGNAL_READY)) {
        told->n_ready++;
    } else if (dbus_message_has_member(signal, SIGNAL_ERROR)) {
        told->n_errors++;
        told->error = error_of(signal);
    } else {
        return dbus_message_has_member(signal, SIGNAL_FINISHED);
    }
    return false;
}

struct told asking_finish(struct client *client, uint32_t handle)
{
    struct told told = {0};
    bool has_started = false, has_finished = false;
    while (!has_finished) {
        DBusMessage *signal = client_signal(client, NULL, PATIENCE_MS);
        if (!signal)
            fail_msg("the request does not finish");
        if (dbus_message_has_interface(signal, THUMBNAILER_INTERFACE)) {
            assert_int_equal(handle_of(signal), handle);
            has_finished = hear(signal, &told, &has_started);
        }
        dbus_message_unref(signal);
    }
    return told;
}

struct told asking_one(struct client *client, const struct asking *asking, const char *uri)
{
    return asking_finish(client, asking_queue(client, asking, &uri, 1));
}
