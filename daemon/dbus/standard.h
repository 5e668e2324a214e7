/* The description of the interfaces that all objects have: standard.xml, compiled in. */
#ifndef UQD_DAEMON_DBUS_STANDARD_H
#define UQD_DAEMON_DBUS_STANDARD_H

extern const char standard_interfaces_xml[];

#endif
