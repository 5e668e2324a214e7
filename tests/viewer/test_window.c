/* The window of SDL, without a display. */
#include "sdl/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void software_gl_is_known_by_its_name(void **state)
{
    (void)state;
    assert_true(sdl_gl_is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
    assert_true(sdl_gl_is_software("softpipe"));
    assert_true(sdl_gl_is_software("Mesa DRI swrast"));
    assert_true(sdl_gl_is_software("Software Rasterizer"));
    assert_true(sdl_gl_is_software("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device))"));
    assert_false(sdl_gl_is_software("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
    assert_false(
        sdl_gl_is_software("AMD Radeon RX 6600 (radeonsi, navi23, LLVM 15.0.6, DRM 3.49)"));
    assert_false(sdl_gl_is_software("NVIDIA GeForce RTX 3060/PCIe/SSE2"));
    assert_false(sdl_gl_is_software(""));
    assert_false(sdl_gl_is_software(NULL));
}

static struct backend *open_window(void)
{
    static const struct backend_wishes wishes = {
        .title = "A window", .width = 200, .height = 100, .font = "builtin"};
    struct backend *backend;
    struct message message;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    if (sdl_window_open(&backend, &wishes, &message))
        fail_msg("%s", message.text);
    return backend;
}

static void draw(struct backend *backend)
{
    static const struct rect port = {0, 0, 200, 100};
    struct picture *picture = picture_new(20, 10, 1);
    assert_non_null(picture);
    for (size_t i = 0; i < picture_size(picture); i++)
        picture_pixels(picture)[i] = (uint8_t)i;
    struct placed_picture placed = {picture, {0, 0, 200, 100}, NULL, 16, false};
    surface_begin(backend->surface, (struct colour){0, 0, 0, 255}, 1);
    surface_picture(backend->surface, &port, &placed);
    surface_disc(backend->surface, 9, 9, 5, (struct colour){255, 0, 0, 255});
    surface_text(backend->surface, TEXT_BODY, (struct colour){0, 0, 255, 255}, TEXT_LEFT, 30, 30,
                 "text");
    backend->type->show(backend);
    picture_unref(picture);
}

/* The input that an event becomes; others that SDL has queued are passed over. */
static enum input_type input_of(struct backend *backend, SDL_Event event)
{
    struct input input;
    while (backend->type->wait(backend, 0, &input))
        ;
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_true(backend->type->wait(backend, 0, &input));
    return input.type;
}

/* A renderer that lost its textures gets new ones with the next frame. */
static void lost_textures_are_dropped(void **state)
{
    static const SDL_EventType losses[] = {SDL_RENDER_TARGETS_RESET, SDL_RENDER_DEVICE_RESET};
    struct backend *backend = open_window();
    struct sdl_surface *surface = &((struct sdl_window *)backend)->surface;
    (void)state;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        draw(backend);
        assert_int_equal(surface->textures.n_entries, 1);
        assert_int_equal(surface->canvas.n_discs, 1);
        assert_int_equal(input_of(backend, (SDL_Event){.type = losses[i]}), INPUT_REDRAW);
        assert_int_equal(surface->textures.n_entries, 0);
        assert_int_equal(surface->canvas.n_discs, 0);
    }
    draw(backend);
    assert_int_equal(surface->textures.n_entries, 1);
    backend->type->close(backend);
}

/* Another size and another display, whose density may differ, want another layout. */
static void a_change_of_the_display_is_a_change_of_size(void **state)
{
    static const struct {
        Uint8 event;
        enum input_type input;
    } cases[] = {{SDL_WINDOWEVENT_SIZE_CHANGED, INPUT_RESIZED},
                 {SDL_WINDOWEVENT_DISPLAY_CHANGED, INPUT_RESIZED},
                 {SDL_WINDOWEVENT_EXPOSED, INPUT_REDRAW}};
    struct backend *backend = open_window();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SDL_Event event = {.window = {.type = SDL_WINDOWEVENT, .event = cases[i].event}};
        assert_int_equal(input_of(backend, event), cases[i].input);
    }
    backend->type->close(backend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(software_gl_is_known_by_its_name),
        cmocka_unit_test(lost_textures_are_dropped),
        cmocka_unit_test(a_change_of_the_display_is_a_change_of_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
