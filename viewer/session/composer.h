/* Composing the exhibits of panes in a worker's thread. All functions are for one other thread. */
#ifndef UQD_VIEWER_SESSION_COMPOSER_H
#define UQD_VIEWER_SESSION_COMPOSER_H

#include "session/compose.h"
#include "session/worker.h"

/* Orders an exhibit for a pane, in place of one that was ordered for it and is not begun. Takes
 * over the ingredients. False if there is no memory. */
bool composer_order(struct worker *worker, unsigned pane, struct ingredients *ingredients);

/* Takes what was made for a pane, with the exhibit that it is and how often it is halved. False if
 * there is nothing. */
bool composer_take(struct worker *worker, unsigned pane, struct composed *composed,
                   struct exhibit *exhibit, uint32_t *reduce);

#endif
