/* Runs the viewer inside the test program and counts the pictures that it has decoded. The program
 * is linked with decodes_link_args, so that the calls for pictures, to the library and to the
 * daemon, and those that show one, pass through here. */
#ifndef UQD_TESTS_DECODES_H
#define UQD_TESTS_DECODES_H

/* Runs a script with further arguments, which NULL ends: the file first. Fails the test unless the
 * viewer succeeds. */
#define DECODES_RUN(script, ...) decodes_run(script, (const char *const[]){__VA_ARGS__, NULL})
void decodes_run(const char *script, const char *const arguments[]);

/* Counts from here on, where the viewer is run in another way. */
void decodes_begin(void);

/* How many full-size pictures the last run decoded, and how many of them had been on the screen
 * before. */
unsigned decodes_all(void);
unsigned decodes_again(void);

/* How many it decoded after the last picture that the script exported. */
unsigned decodes_since_export(void);

#endif
