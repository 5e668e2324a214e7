/* What the programs that measure the daemon over D-Bus share. What fails ends the program with a
 * sentence. */
#ifndef UQD_BENCH_BUS_CLIENT_H
#define UQD_BENCH_BUS_CLIENT_H

#include <dbus/dbus.h>
#include <sys/types.h>

/* Milliseconds of the monotonic clock. */
double now_ms(void);

_Noreturn void die(const char *what, const char *why);

/* Sends the call, takes it over, and waits for the reply. */
DBusMessage *call(DBusConnection *bus, DBusMessage *message);

/* Opens the file as a job of that token. */
void open_job(DBusConnection *bus, const char *path, const char *token);

/* The process of the daemon, which must have been started. */
pid_t daemon_process(DBusConnection *bus);

/* The value below which that part of the values lies, which are sorted by that; 0.5 is the median.
 */
double quantile(double *values, unsigned count, double part);

#endif
