/* Events of SDL as input. */
#include "sdl/window.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The digit or sign that the key which went down writes, 0 if it writes anything else. Only the
 * text that SDL puts behind the key tells which: ? is Shift and / on one keyboard, Shift and ß on
 * another. Letters, blanks and the keypad have names of their own. */
static char written_sign(const SDL_Keysym *key)
{
    SDL_Event next;
    if (key->sym & SDLK_SCANCODE_MASK)
        return 0;
    SDL_PumpEvents();
    if (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_KEYDOWN, SDL_TEXTINPUT) < 1 ||
        next.type != SDL_TEXTINPUT)
        return 0;
    unsigned char sign = (unsigned char)next.text.text[0];
    return sign < 0x80 && isgraph(sign) && !isalpha(sign) && !next.text.text[1] ? (char)sign : 0;
}

/* With the name that the table of commands uses, e.g. "Ctrl+Keypad_0". */
static void take_key(const SDL_KeyboardEvent *event, struct input *input)
{
    bool down = event->type == SDL_KEYDOWN;
    const SDL_Keysym *key = &event->keysym;
    char sign = down ? written_sign(key) : 0;
    input->type = down ? INPUT_KEY : INPUT_KEY_UP;
    if (sign) {
        snprintf(input->key, sizeof input->key, "%s%c", key->mod & KMOD_CTRL ? "Ctrl+" : "", sign);
        return;
    }
    snprintf(input->key, sizeof input->key, "%s%s%s", down && key->mod & KMOD_CTRL ? "Ctrl+" : "",
             down && key->mod & KMOD_SHIFT ? "Shift+" : "", SDL_GetKeyName(key->sym));
    for (char *c = input->key; *c; c++)
        if (*c == ' ')
            *c = '_';
}

static void place(const struct backend_size *size, int x, int y, struct input *input)
{
    input->x = (int)((float)x * size->density);
    input->y = (int)((float)y * size->density);
}

static void take_button(const SDL_MouseButtonEvent *event, const struct backend_size *size,
                        struct input *input)
{
    if (event->button != SDL_BUTTON_LEFT)
        return;
    input->type = event->type == SDL_MOUSEBUTTONDOWN ? INPUT_PRESS : INPUT_RELEASE;
    input->clicks = event->clicks;
    place(size, event->x, event->y, input);
}

static void take_motion(const SDL_MouseMotionEvent *event, const struct backend_size *size,
                        struct input *input)
{
    input->type = INPUT_MOTION;
    input->dx = (float)event->xrel * size->density;
    input->dy = (float)event->yrel * size->density;
    place(size, event->x, event->y, input);
}

static void take_wheel(const SDL_MouseWheelEvent *event, const struct backend_size *size,
                       struct input *input)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    input->type = INPUT_WHEEL;
    input->turn = event->y;
    place(size, x, y, input);
}

/* What SDL gives is a path already, not an address; a text that was dropped is none. */
static void take_drop(const SDL_DropEvent *event, struct input *input)
{
    char *file = event->file;
    if (event->type == SDL_DROPFILE && file && *file && strlen(file) < sizeof input->path) {
        input->type = INPUT_DROP;
        memcpy(input->path, file, strlen(file) + 1);
    }
    SDL_free(file);
}

static enum input_type window_input(const SDL_WindowEvent *event)
{
    return event->event == SDL_WINDOWEVENT_SIZE_CHANGED ||
                   event->event == SDL_WINDOWEVENT_DISPLAY_CHANGED
               ? INPUT_RESIZED
               : INPUT_REDRAW;
}

static void take(struct sdl_window *window, const SDL_Event *event, struct input *input)
{
    struct backend_size size = sdl_window_size(&window->base);
    switch (event->type) {
    case SDL_QUIT:
        input->type = INPUT_QUIT;
        break;
    case SDL_WINDOWEVENT:
        input->type = window_input(&event->window);
        break;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        take_key(&event->key, input);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        take_button(&event->button, &size, input);
        break;
    case SDL_MOUSEMOTION:
        take_motion(&event->motion, &size, input);
        break;
    case SDL_MOUSEWHEEL:
        take_wheel(&event->wheel, &size, input);
        break;
    case SDL_DROPFILE:
    case SDL_DROPTEXT:
        take_drop(&event->drop, input);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        sdl_surface_forget(&window->surface);
        input->type = INPUT_REDRAW;
        break;
    default:
        break;
    }
}

bool sdl_window_wait(struct backend *backend, int timeout, struct input *input)
{
    SDL_Event event;
    *input = (struct input){.type = INPUT_NONE};
    if (!(timeout < 0 ? SDL_WaitEvent(&event) : SDL_WaitEventTimeout(&event, timeout)))
        return false;
    take((struct sdl_window *)backend, &event, input);
    return true;
}
