/* Programs on the bus that are watched until they leave it. Main thread only. */
#ifndef UQD_DAEMON_DBUS_PEERS_H
#define UQD_DAEMON_DBUS_PEERS_H

#include <dbus/dbus.h>

struct peer;

/* Those that one service watches. */
struct peers {
    DBusConnection *connection;
    /* The program with this unique name has left the bus. It is watched until peers_unwatch, which
     * may be called in here. */
    void (*gone)(void *cookie, const char *name);
    void *cookie;
    struct peer *first;
};

/* The connection must outlive peers_end. 0, or -1 without memory. */
int peers_begin(struct peers *peers, DBusConnection *connection,
                void (*gone)(void *cookie, const char *name), void *cookie);

/* Nothing is watched any more. Peers that never began are allowed. */
void peers_end(struct peers *peers);

/* Watches a program by its unique name. If it has left already, gone is called soon. Calls count:
 * each needs its peers_unwatch. 0, or -1 without memory. */
int peers_watch(struct peers *peers, const char *name);

/* The name must be watched. */
void peers_unwatch(struct peers *peers, const char *name);

#endif
