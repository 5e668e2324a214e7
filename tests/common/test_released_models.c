/* The table of released models. The arguments are the models that are shipped. */
#include "released_models.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uqd/uqd.h>

#include <cmocka.h>

static char **shipped;
static int n_shipped;

/* Files that were made with what is shipped can be told where their model is. */
static void test_shipped_models_are_named(void **state)
{
    (void)state;
    for (int i = 0; i < n_shipped; i++) {
        uint8_t head[80];
        uint64_t id;
        FILE *file = fopen(shipped[i], "rb");
        assert_non_null(file);
        assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
        fclose(file);
        assert_int_equal(uqd_model_peek_id(head, sizeof head, &id), UQD_OK);
        const struct released_model *model = released_model(id);
        if (!model)
            fail_msg("%s is not in common/released_models.c", shipped[i]);
        char name[64];
        snprintf(name, sizeof name, "%s.uqdm", model->name);
        assert_string_equal(name, strrchr(shipped[i], '/') + 1);
    }
}

static void test_others_are_not(void **state)
{
    (void)state;
    assert_null(released_model(0));
    assert_null(released_model(UINT64_MAX));
}

/* Two released models call themselves lattice: the default, and that of before. */
static void test_names(void **state)
{
    (void)state;
    assert_string_equal(model_name(0x4cec3a86, "lattice"), "lattice-phased");
    assert_string_equal(model_name(0x5b29f8f7, "lattice"), "lattice");
    assert_string_equal(model_name(1, "mine"), "mine");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_models_are_named),
        cmocka_unit_test(test_others_are_not),
        cmocka_unit_test(test_names),
    };
    if (argc < 2)
        return 2;
    shipped = argv + 1;
    n_shipped = argc - 1;
    return cmocka_run_group_tests_name("released_models", tests, NULL, NULL);
}
