/* Programs that run from where they were built, before they are installed. */
#ifndef UQD_COMMON_BUILD_DIRECTORY_H
#define UQD_COMMON_BUILD_DIRECTORY_H

/* The malloc'ed path of a file or directory of the build directory that holds this program, e.g.
 * "daemon/uqdd". NULL if the program is installed, if the build directory does not have it, or
 * without memory. Any thread. */
char *build_directory_path(const char *name);

#endif
