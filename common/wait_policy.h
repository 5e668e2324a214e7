/* How OpenMP's threads wait for each other. */
#ifndef UQD_COMMON_WAIT_POLICY_H
#define UQD_COMMON_WAIT_POLICY_H

/* Makes OpenMP's threads sleep instead of spin while they wait, unless the environment says how
 * they should: on a machine with other work, spinning doubles the time of a decode. The policy is
 * read when the program is loaded, so this replaces the program by itself, once. To be called
 * first in main. */
void wait_policy_passive(char **argv);

#endif
