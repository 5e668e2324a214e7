/* Pictures that another process hands over as sealed memory. */
#ifndef UQD_VIEWER_SHARED_FRAME_H
#define UQD_VIEWER_SHARED_FRAME_H

#include "message.h"
#include "picture.h"

/* As announced by the sender; nothing of it is trusted. */
struct shared_frame {
    uint32_t width, height, stride;
    uint64_t offset;
    uint32_t format; /* DRM fourcc code */
};

#define SHARED_FRAME_GREY       0x20203852u /* R8 */
#define SHARED_FRAME_GREY_ALPHA 0x38385247u /* GR88: bytes grey, alpha */
#define SHARED_FRAME_RGB        0x34324742u /* BG24: bytes red, green, blue */
#define SHARED_FRAME_RGB_ALPHA  0x34324241u /* AB24: the same and alpha */

/* Maps the memory read-only after checking that it is large enough and that nobody can shrink or
 * change it any more. The descriptor stays the caller's. NULL with a message. */
struct picture *shared_frame_map(int fd, const struct shared_frame *frame, struct message *message);

#endif
