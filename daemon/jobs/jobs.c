#include "jobs/jobs.h"

bool jobs_busy(const struct jobs *jobs)
{
    for (const struct job *job = jobs->first; job; job = job->next) {
        if (job_busy(job))
            return true;
    }
    return false;
}

void jobs_rest(struct jobs *jobs)
{
    for (struct job *job = jobs->first; job; job = job->next)
        job_rest(job);
}

static struct job *job_of_client(const struct jobs *jobs, const struct client *client)
{
    struct job *job = jobs->first;

    while (job && job->client != client)
        job = job->next;
    return job;
}

void jobs_close_client(struct jobs *jobs, const char *name)
{
    const struct client *client;

    /* The last job takes the client with it. */
    while ((client = client_find(&jobs->clients, name)))
        job_close(job_of_client(jobs, client));
}

void jobs_cancel(struct jobs *jobs)
{
    while (jobs->first)
        job_cancel(jobs->first);
}
