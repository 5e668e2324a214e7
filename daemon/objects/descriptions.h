/* The interface descriptions of the objects: the XML files of daemon/, compiled in. */
#ifndef UQD_DAEMON_OBJECTS_DESCRIPTIONS_H
#define UQD_DAEMON_OBJECTS_DESCRIPTIONS_H

extern const char interface_decoder_xml[];
extern const char interface_job_xml[];
extern const char interface_thumbnailer_xml[];
extern const char interface_cache_xml[];
extern const char interface_specialized_xml[];

#endif
