/* What a picture of all of a file leaves out. */
#ifndef UQD_CTL_COMPLETENESS_H
#define UQD_CTL_COMPLETENESS_H

#include "message.h"
#include "remote.h"

/* After a picture of everything that the file holds, which the daemon makes of a cut or a damaged
 * file as well. 0 if that is the whole file; 1 with a sentence if it was cut; -1 with a message if
 * a step is damaged, or the daemon cannot be asked. */
int completeness_of(struct remote *remote, struct message *message);

#endif
