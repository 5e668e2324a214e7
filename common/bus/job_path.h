/* Where the jobs of a client are: /org/uqd/Decoder1/job/SENDER/TOKEN. */
#ifndef UQD_COMMON_JOB_PATH_H
#define UQD_COMMON_JOB_PATH_H

#include "bus_names.h"

#include <stddef.h>

#define JOBS_PATH ROOT_PATH "/" JOBS_NODE

/* Enough for every path and for every SENDER: the bus allows names of 255 bytes. */
enum { JOB_PATH_SIZE = 512, SENDER_NODE_SIZE = 256 };

/* The path element that stands for a unique bus name, e.g. 1_42 for :1.42. Cut to fit. */
void job_path_sender(char *node, size_t size, const char *unique_name);

/* The path of the job that this client calls by this token. Cut to fit. */
void job_path(char *path, size_t size, const char *unique_name, const char *token);

#endif
