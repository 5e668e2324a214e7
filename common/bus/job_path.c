#include "job_path.h"

#include <stdio.h>

void job_path_sender(char *node, size_t size, const char *unique_name)
{
    snprintf(node, size, "%s", *unique_name == ':' ? unique_name + 1 : unique_name);
    for (; *node; node++)
        if (*node == '.' || *node == '-')
            *node = '_';
}

void job_path(char *path, size_t size, const char *unique_name, const char *token)
{
    char node[SENDER_NODE_SIZE];
    job_path_sender(node, sizeof node, unique_name);
    snprintf(path, size, JOBS_PATH "/%s/%s", node, token);
}
