/* Composing in a thread of its own, for large pictures: the window does not wait for them. All
 * functions are for one other thread. */
#ifndef UQD_VIEWER_SESSION_COMPOSER_H
#define UQD_VIEWER_SESSION_COMPOSER_H

#include "session/compose.h"

#define COMPOSER_MAX_ORDERS 4 /* one for each pane */

struct composer;

/* notify is called from the thread when something can be taken. NULL if there is no memory or no
 * thread. */
struct composer *composer_new(void (*notify)(void *cookie), void *cookie);

/* Finishes what is being made and waits for the thread. NULL is allowed. */
void composer_free(struct composer *composer);

/* Orders an exhibit for a pane, in place of one that was ordered for it and is not begun. Takes
 * over the ingredients. */
void composer_order(struct composer *composer, unsigned pane, struct ingredients *ingredients);

/* Takes what was made for a pane, with the exhibit that it is and how often it is halved. False if
 * there is nothing. */
bool composer_take(struct composer *composer, unsigned pane, struct composed *composed,
                   struct exhibit *exhibit, uint32_t *reduce);

#endif
