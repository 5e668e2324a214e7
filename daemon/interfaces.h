/* The interface descriptions: the XML files of this folder, compiled in. */
#ifndef UQD_DAEMON_INTERFACES_H
#define UQD_DAEMON_INTERFACES_H

extern const char interface_decoder_xml[];
extern const char interface_job_xml[];

#endif
