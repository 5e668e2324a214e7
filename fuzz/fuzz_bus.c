/* Calls that programs may send to the daemon, made of the bytes: by the signature of a method or by
 * another, with the texts and options that are known and with others. */
#include "bus_desk.h"
#include "bus_names.h"
#include "fuzz.h"
#include "job_path.h"

#include <string.h>

enum { MAX_CALLS = 12, MAX_WORK = 12, MAX_TEXT = 24, MAX_ELEMENTS = 4, SAME_TEXT = 200 };

/* Variants that lie in each other. Options are three levels each, and a message may have 64: a bus
 * disconnects whoever sends a deeper one, and passes nothing on. */
enum { MAX_VARIANTS = 16 };

/* Descriptors of a message, of which the same holds. */
enum { MAX_FILES = 16 };

/* Bytes that are used up one by one; behind the end they are 0. */
struct bytes {
    const uint8_t *data;
    size_t left;
    unsigned n_variants; /* that are open in the message that is made of them */
    unsigned n_files;    /* that are in it */
};

static uint8_t take(struct bytes *bytes)
{
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->data++;
}

static uint64_t take_number(struct bytes *bytes)
{
    static const uint64_t known[] = {0, 1, 2, 3, 4, 5, 64, 1000, UINT32_MAX, UINT64_MAX};
    const uint8_t choice = take(bytes);
    uint64_t value = 0;
    if (choice < 240)
        return known[choice % (sizeof known / sizeof known[0])];
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | take(bytes);
    return value;
}

/* ---- Values ---- */

static const struct {
    const char *key, *type;
} options[] = {
    {KEY_HANDLE_TOKEN, "s"},     {KEY_MODE, "u"},     {KEY_SEED, "t"},     {KEY_MAX_STEP, "u"},
    {KEY_MAX_BYTES, "t"},        {KEY_MAX_EDGE, "u"}, {KEY_PRIORITY, "u"}, {KEY_REFERENCE, "h"},
    {KEY_FRAMES_IN_SIGNAL, "b"}, {KEY_MS_SSIM, "b"},  {KEY_PROGRESS, "u"}, {KEY_FOLLOW, "b"},
    {KEY_REDUCE, "u"},           {KEY_BYTES, "t"},    {KEY_PURPOSE, "s"},  {KEY_REGION, "(uuuu)"},
};

enum { N_OPTIONS = sizeof options / sizeof options[0] };

static const char *known_text(unsigned choice)
{
    static const char *const texts[] = {
        "",
        "a",
        "b",
        "normal",
        "x-large",
        "foreground",
        "background",
        "image/x-uqdm",
        "file:///nowhere/a.uqd",
        "file:///tmp/",
        "/tmp/../etc/passwd",
        "file:///a%2",
        "https://example.org/a.uqd",
        ROOT_INTERFACE,
        JOB_INTERFACE,
        PROPERTY_VERSION,
        PROPERTY_STATE,
        PROPERTY_JOBS,
        THUMBNAILER_INTERFACE,
        "\xc3\xa4\xe2\x82\xac",
    };
    const unsigned n = sizeof texts / sizeof texts[0];
    return choice % (n + 1) < n ? texts[choice % (n + 1)] : desk_uri();
}

/* Valid as the types s, o and g demand it. */
static void append_text(DBusMessageIter *at, int type, struct bytes *bytes)
{
    char text[MAX_TEXT + 1];
    const uint8_t choice = take(bytes);
    const char *value = text;
    if (type == DBUS_TYPE_OBJECT_PATH) {
        value = choice % 2 ? ROOT_PATH : "/";
    } else if (type == DBUS_TYPE_SIGNATURE) {
        value = choice % 2 ? "a{sv}" : "";
    } else if (choice < SAME_TEXT) {
        value = known_text(choice);
    } else {
        const unsigned length = choice % (MAX_TEXT + 1);
        for (unsigned i = 0; i < length; i++)
            text[i] = (char)(1 + take(bytes) % 127);
        text[length] = '\0';
    }
    FUZZ_CHECK(dbus_message_iter_append_basic(at, type, &value));
}

static void append_basic(DBusMessageIter *at, int type, struct bytes *bytes)
{
    DBusBasicValue value;
    if (type == DBUS_TYPE_STRING || type == DBUS_TYPE_OBJECT_PATH || type == DBUS_TYPE_SIGNATURE) {
        append_text(at, type, bytes);
        return;
    }
    value.u64 = take_number(bytes);
    if (type == DBUS_TYPE_BOOLEAN)
        value.bool_val = value.u64 % 2;
    if (type == DBUS_TYPE_UNIX_FD) {
        value.fd = desk_file((unsigned)(value.u64 % DESK_FILES));
        bytes->n_files++;
    }
    FUZZ_CHECK(dbus_message_iter_append_basic(at, type, &value));
}

static void append_values(DBusMessageIter *at, const char *signature, struct bytes *bytes);

static void append_variant(DBusMessageIter *at, const char *type, struct bytes *bytes)
{
    static const char *const others[] = {"u", "t", "s", "b", "h", "d", "as", "a{sv}", "ay", "(us)"};
    const uint8_t choice = take(bytes);
    DBusMessageIter value;
    if (type == NULL || choice >= 224)
        type = others[choice % (sizeof others / sizeof others[0])];
    if (bytes->n_variants >= MAX_VARIANTS ||
        (*type == DBUS_TYPE_UNIX_FD && bytes->n_files >= MAX_FILES))
        type = others[0];
    bytes->n_variants++;
    FUZZ_CHECK(dbus_message_iter_open_container(at, DBUS_TYPE_VARIANT, type, &value));
    append_values(&value, type, bytes);
    FUZZ_CHECK(dbus_message_iter_close_container(at, &value));
    bytes->n_variants--;
}

static void append_options(DBusMessageIter *at, struct bytes *bytes)
{
    DBusMessageIter array, entry;
    unsigned n = take(bytes) % (2 * MAX_ELEMENTS);
    FUZZ_CHECK(dbus_message_iter_open_container(at, DBUS_TYPE_ARRAY, "{sv}", &array));
    for (; n > 0; n--) {
        const unsigned i = take(bytes) % (N_OPTIONS + 1);
        FUZZ_CHECK(dbus_message_iter_open_container(&array, DBUS_TYPE_DICT_ENTRY, NULL, &entry));
        if (i < N_OPTIONS)
            FUZZ_CHECK(dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &options[i].key));
        else
            append_text(&entry, DBUS_TYPE_STRING, bytes);
        append_variant(&entry, i < N_OPTIONS ? options[i].type : NULL, bytes);
        FUZZ_CHECK(dbus_message_iter_close_container(&array, &entry));
    }
    FUZZ_CHECK(dbus_message_iter_close_container(at, &array));
}

static void append_array(DBusMessageIter *at, DBusSignatureIter *of, struct bytes *bytes)
{
    DBusSignatureIter element;
    DBusMessageIter array;
    dbus_signature_iter_recurse(of, &element);
    if (dbus_signature_iter_get_current_type(&element) == DBUS_TYPE_DICT_ENTRY) {
        append_options(at, bytes);
        return;
    }
    char *const signature = dbus_signature_iter_get_signature(&element);
    FUZZ_CHECK(dbus_message_iter_open_container(at, DBUS_TYPE_ARRAY, signature, &array));
    for (unsigned n = take(bytes) % (MAX_ELEMENTS + 1); n > 0; n--)
        append_values(&array, signature, bytes);
    FUZZ_CHECK(dbus_message_iter_close_container(at, &array));
    dbus_free(signature);
}

static void append_struct(DBusMessageIter *at, DBusSignatureIter *of, struct bytes *bytes)
{
    DBusSignatureIter member;
    DBusMessageIter value;
    dbus_signature_iter_recurse(of, &member);
    FUZZ_CHECK(dbus_message_iter_open_container(at, DBUS_TYPE_STRUCT, NULL, &value));
    do {
        char *const signature = dbus_signature_iter_get_signature(&member);
        append_values(&value, signature, bytes);
        dbus_free(signature);
    } while (dbus_signature_iter_next(&member));
    FUZZ_CHECK(dbus_message_iter_close_container(at, &value));
}

/* Values of all complete types of a signature; dictionaries are options. */
static void append_values(DBusMessageIter *at, const char *signature, struct bytes *bytes)
{
    DBusSignatureIter types;
    if (*signature == '\0')
        return;
    dbus_signature_iter_init(&types, signature);
    do {
        const int type = dbus_signature_iter_get_current_type(&types);
        if (type == DBUS_TYPE_ARRAY)
            append_array(at, &types, bytes);
        else if (type == DBUS_TYPE_STRUCT)
            append_struct(at, &types, bytes);
        else if (type == DBUS_TYPE_VARIANT)
            append_variant(at, NULL, bytes);
        else
            append_basic(at, type, bytes);
    } while (dbus_signature_iter_next(&types));
}

/* ---- Calls ---- */

/* Without a path: of a job. */
static const struct {
    const char *path, *interface, *member, *signature;
} methods[] = {
    {ROOT_PATH, ROOT_INTERFACE, METHOD_OPEN, "ha{sv}"},
    {NULL, JOB_INTERFACE, METHOD_START, ""},
    {NULL, JOB_INTERFACE, METHOD_PAUSE, ""},
    {NULL, JOB_INTERFACE, METHOD_GET_FRAME, "uua{sv}"},
    {NULL, JOB_INTERFACE, METHOD_GET_BITS, "ua{sv}"},
    {NULL, JOB_INTERFACE, METHOD_GET_STEP_TABLE, ""},
    {NULL, JOB_INTERFACE, METHOD_SET_MODE, "ut"},
    {NULL, JOB_INTERFACE, METHOD_GROWN, ""},
    {NULL, JOB_INTERFACE, METHOD_SET_FOLLOW, "b"},
    {NULL, JOB_INTERFACE, METHOD_CLOSE, ""},
    {NULL, DBUS_INTERFACE_PROPERTIES, "GetAll", "s"},
    {NULL, DBUS_INTERFACE_PROPERTIES, "Get", "ss"},
    {NULL, DBUS_INTERFACE_INTROSPECTABLE, "Introspect", ""},
    {ROOT_PATH, DBUS_INTERFACE_PROPERTIES, "Get", "ss"},
    {ROOT_PATH, DBUS_INTERFACE_PROPERTIES, "Set", "ssv"},
    {ROOT_PATH, DBUS_INTERFACE_PROPERTIES, "GetAll", "s"},
    {ROOT_PATH, DBUS_INTERFACE_INTROSPECTABLE, "Introspect", ""},
    {JOBS_PATH, DBUS_INTERFACE_INTROSPECTABLE, "Introspect", ""},
    {JOBS_PATH "/1_1", DBUS_INTERFACE_INTROSPECTABLE, "Introspect", ""},
    {THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_QUEUE, "asasssu"},
    {THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_DEQUEUE, "u"},
    {THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_GET_SUPPORTED, ""},
    {THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_GET_FLAVORS, ""},
    {THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_GET_SCHEDULERS, ""},
    {CACHE_PATH, CACHE_INTERFACE, METHOD_MOVE, "asas"},
    {CACHE_PATH, CACHE_INTERFACE, METHOD_COPY, "asas"},
    {CACHE_PATH, CACHE_INTERFACE, METHOD_DELETE, "as"},
    {CACHE_PATH, CACHE_INTERFACE, METHOD_CLEANUP, "asu"},
    {THUMBNAILS_PATH, DBUS_INTERFACE_INTROSPECTABLE, "Introspect", ""},
    {SPECIALIZED_PATH, SPECIALIZED_INTERFACE, METHOD_QUEUE, "sssb"},
    {SPECIALIZED_PATH, SPECIALIZED_INTERFACE, METHOD_DEQUEUE, "u"},
};

enum { N_METHODS = sizeof methods / sizeof methods[0] };

/* Bits of the byte that tells how a call differs from what it should be. */
enum {
    OTHER_SENDER = 1,
    OTHER_TOKEN = 2,
    OTHER_PATH = 4, /* with the two above */
    OTHER_SIGNATURE = 8,
    NO_INTERFACE = 16,
    NO_REPLY = 32,
    WORK_AFTER = 64,      /* one piece */
    ALL_WORK_AFTER = 128, /* with the one before: all leave */
};

static void send_call(struct bytes *bytes)
{
    static const char *const signatures[] = {"",      "s",      "u",      "h",
                                             "a{sv}", "ha{sv}", "(uas)v", "asasssu"};
    const unsigned which = take(bytes) % N_METHODS;
    const uint8_t bits = take(bytes);
    const char *const sender = bits & OTHER_SENDER ? ":1.2" : ":1.1";
    const char *path = methods[which].path, *signature = methods[which].signature;
    char of_job[JOB_PATH_SIZE];
    DBusMessageIter at;
    job_path(of_job, sizeof of_job, sender, bits & OTHER_TOKEN ? "b" : "a");
    if (path == NULL || (bits & (OTHER_PATH | OTHER_TOKEN)) == (OTHER_PATH | OTHER_TOKEN))
        path = of_job;
    if ((bits & (OTHER_PATH | OTHER_SENDER)) == (OTHER_PATH | OTHER_SENDER))
        path = methods[take(bytes) % N_METHODS].path;
    if (bits & OTHER_SIGNATURE)
        signature = signatures[take(bytes) % (sizeof signatures / sizeof signatures[0])];
    DBusMessage *const call = dbus_message_new_method_call(
        NULL, path != NULL ? path : ROOT_PATH,
        bits & NO_INTERFACE ? NULL : methods[which].interface, methods[which].member);
    FUZZ_CHECK(call != NULL);
    dbus_message_set_no_reply(call, (bits & NO_REPLY) != 0);
    dbus_message_iter_init_append(call, &at);
    bytes->n_files = 0;
    append_values(&at, signature, bytes);
    desk_call(call, sender);
    for (unsigned n = bits & ALL_WORK_AFTER ? MAX_WORK : (bits & WORK_AFTER) / WORK_AFTER; n > 0;
         n--)
        desk_work();
    if ((bits & (WORK_AFTER | ALL_WORK_AFTER)) == (WORK_AFTER | ALL_WORK_AFTER))
        desk_leave();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {.data = data, .left = size};
    for (unsigned n = 0; n < MAX_CALLS && bytes.left > 0; n++)
        send_call(&bytes);
    desk_leave();
    return 0;
}

/* A file is opened, started, asked for, and closed; a cut one is followed; properties; thumbnails;
 * the cache. */
size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const struct {
        uint8_t size, bytes[48];
    } seeds[] = {
        {28, {0, 128, 0, 2,   0, 0, 1, 8,  0, 1,         /* Open: token a, frames in signals */
              1, 128, 3, 128, 0, 1, 1, 12, 0, 0, 4, 128, /* Start, GetFrame, GetBits */
              0, 0,   5, 0,   9, 0}},                    /* GetStepTable, Close */
        {40, {0,  128, 1,  4,   0, 0,  1,  11, 0, 1, 5, 0, 7,
              10, 0,   4,                                       /* follow, max_edge, progress */
              1,  128, 7,  128, 8, 0,  1,  6,  0, 2, 5, 2, 128, /* to Pause */
              10, 0,   14, 11,  0, 14, 16, 12, 0, 9, 0}},
        {22, {13, 0, 13, 15, 14, 0, 13, 15, 0, 1, 15, 0, 0, 16, 0, 17, 0, 18, 0, 28, 0, 0}},
        {29, {19, 128, 2, 20, 8, 2,  7,   7, 3,  5, 0, 20, 0, 1, 21,
              0,  22,  0, 23, 0, 19, 128, 1, 20, 1, 7, 4,  6, 1}},
        {26, {24, 64, 1,  20, 1,  8, 25, 64, 1,  8,  1,  20, 26,
              64, 1,  20, 27, 64, 1, 9,  0,  29, 64, 20, 7,  3}},
    };
    if (index >= sizeof seeds / sizeof seeds[0])
        return 0;
    *data = fuzz_copy(seeds[index].bytes, seeds[index].size);
    return seeds[index].size;
}
