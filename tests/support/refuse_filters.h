/* A kernel that cannot filter system calls, as an emulator of one, or has no more threads. */
#ifndef UQD_TESTS_REFUSE_FILTERS_H
#define UQD_TESTS_REFUSE_FILTERS_H

/* From now on this process, and those that it starts, are refused filters with the error. 0, or -1
 * if the kernel is such a one itself. */
int refuse_filters(int error);

/* Likewise one that does not know Landlock. */
int refuse_landlock(void);

/* Likewise one that gives no thread beside those that there are; processes it gives. */
int refuse_threads(void);

#endif
