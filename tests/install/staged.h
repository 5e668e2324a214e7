/* A staged installation: what `meson install` puts below a directory instead of the root. */
#ifndef UQD_TESTS_STAGED_H
#define UQD_TESTS_STAGED_H

#define STAGED "staged" /* that directory, in the scratch directory */

/* cmocka group fixtures: install there, with nothing of the user's to be found afterwards, and
 * remove it. Meson's note of what it installed last is put back: `ninja uninstall` reads it. */
int staged_setup(void **state);
int staged_teardown(void **state);

/* Of what this machine has installed programs find only what is compiled in. */
void staged_forget_environment(void);

/* Removes what was installed, by `ninja uninstall`. */
void staged_uninstall(void);

#endif
