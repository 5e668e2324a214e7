/* The range coder: round trips, length, carries, cut and damaged streams. */
#include "bits.h"

#include "entropy/range_coder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_SYMBOLS = 20000 };

/* A symbol of three with its probabilities, or of two: then the third is 0. */
struct symbol {
    uint32_t frequency[3];
    int value;
};

struct message {
    const char *name;
    struct symbol symbols[N_SYMBOLS];
    size_t n;
    double ideal_bits;
    struct uqd_range_encoder encoder;
    const uint8_t *data;
    size_t size;
};

static uint32_t total_of(const struct symbol *s)
{
    return s->frequency[0] + s->frequency[1] + s->frequency[2];
}

static void encode(struct message *m)
{
    m->ideal_bits = 0;
    uqd_range_encoder_init(&m->encoder);
    for (size_t i = 0; i < m->n; i++) {
        const struct symbol *s = &m->symbols[i];
        uint32_t cum = 0;
        for (int k = 0; k < s->value; k++)
            cum += s->frequency[k];
        uqd_range_encode(&m->encoder, cum, s->frequency[s->value], total_of(s));
        m->ideal_bits -= log2((double)s->frequency[s->value] / total_of(s));
    }
    assert_int_equal(uqd_range_encoder_finish(&m->encoder, &m->data, &m->size), UQD_OK);
}

/* Decodes symbols until the decoder stops or all are there. Returns how many were right; fails on
 * one that is wrong. */
static size_t decode(const struct message *m, struct uqd_range_decoder *decoder)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct symbol *s = &m->symbols[i];
        const int got = uqd_range_decode3(decoder, s->frequency[0],
                                          s->frequency[0] + s->frequency[1], total_of(s));
        if (got == UQD_RANGE_STOPPED)
            return i;
        if (got != s->value)
            fail_msg("%s: symbol %zu decoded as %d", m->name, i, got);
    }
    return m->n;
}

/* From an exact-size copy, so that a read behind the end shows under a sanitizer. */
static size_t decode_cut(const struct message *m, size_t available, int *status)
{
    struct uqd_range_decoder decoder;
    uint8_t *copy = malloc(available > 0 ? available : 1);
    if (available > 0)
        memcpy(copy, m->data, available);
    uqd_range_decoder_init(&decoder, copy, available, m->size);
    const size_t n = decode(m, &decoder);
    *status = uqd_range_decoder_finish(&decoder);
    free(copy);
    return n;
}

/* Draws a value by its probabilities. */
static void draw(struct symbol *s, uint64_t *seed)
{
    const uint32_t at = random_below(seed, total_of(s));
    s->value = at < s->frequency[0] ? 0 : at < s->frequency[0] + s->frequency[1] ? 1 : 2;
}

enum kind {
    UNIFORM,
    SKEWED,
    ANY,
    SMALL,
    CERTAIN,
    UNLIKELY,
    ALL_LOW,
    ALL_HIGH,
    PAIR,
    MIXED,
    N_KINDS
};

static const char *const kind_names[N_KINDS] = {"uniform", "skewed",   "any",     "small",
                                                "certain", "unlikely", "all low", "all high",
                                                "pair",    "mixed"};

static struct symbol symbol_of(enum kind kind, uint64_t *seed)
{
    const uint32_t most = UQD_RANGE_MAX_TOTAL;
    struct symbol s = {{4, most - 8, 4}, 1};
    switch (kind) {
    case UNIFORM:
        s = (struct symbol){{1 << 20, 1 << 20, 1 << 20}, 0};
        break;
    case SKEWED:
        s = (struct symbol){{most / 50, most / 10 * 9, most / 100}, 0};
        break;
    case ANY:
        for (int i = 0; i < 3; i++)
            s.frequency[i] = 1 + random_below(seed, most / 3 - 1);
        break;
    case SMALL:
        for (int i = 0; i < 3; i++)
            s.frequency[i] = 1 + random_below(seed, 3);
        break;
    case PAIR:
        s = (struct symbol){{1 + random_below(seed, most / 2), 1 + random_below(seed, most / 2), 0},
                            0};
        break;
    case CERTAIN:
        return s;
    case UNLIKELY:
        s.value = random_next(seed) & 1 ? 2 : 0;
        return s;
    case ALL_LOW:
        return (struct symbol){{1, 1, most - 2}, 0};
    case ALL_HIGH:
        return (struct symbol){{most - 2, 1, 1}, 2};
    default:
        return symbol_of(random_below(seed, MIXED), seed);
    }
    draw(&s, seed);
    return s;
}

static void make_message(struct message *m, enum kind kind, size_t n, uint64_t seed)
{
    m->name = kind_names[kind];
    m->n = n;
    for (size_t i = 0; i < n; i++)
        m->symbols[i] = symbol_of(kind, &seed);
    encode(m);
}

static struct message message;

static void test_round_trips(void **state)
{
    (void)state;
    for (int kind = 0; kind < N_KINDS; kind++) {
        int status;
        make_message(&message, kind, N_SYMBOLS, 77);
        if (decode_cut(&message, message.size, &status) != N_SYMBOLS || status != UQD_OK)
            fail_msg("%s: status %d", message.name, status);
        const double ideal = message.ideal_bits / 8;
        print_message("# %s: %zu bytes, ideal %.2f\n", message.name, message.size, ideal);
        if ((double)message.size > ideal * 1.0001 + 2)
            fail_msg("%s: %zu bytes, ideal %f", message.name, message.size, ideal);
        uqd_range_encoder_deinit(&message.encoder);
    }
}

/* Lengths 0, 1, 2, ..: the end of a stream falls on every phase of the coder's state. */
static void test_short_messages(void **state)
{
    (void)state;
    for (int kind = 0; kind < N_KINDS; kind++) {
        for (size_t n = 0; n < 300; n++) {
            int status;
            make_message(&message, kind, n, 1000 + n);
            if (decode_cut(&message, message.size, &status) != n || status != UQD_OK)
                fail_msg("%s, %zu symbols: status %d", message.name, n, status);
            if ((double)message.size > message.ideal_bits / 8 * 1.0001 + 2)
                fail_msg("%s, %zu symbols: %zu bytes", message.name, n, message.size);
            uqd_range_encoder_deinit(&message.encoder);
        }
    }
}

static void test_nothing_is_no_bytes(void **state)
{
    (void)state;
    make_message(&message, CERTAIN, 0, 0);
    assert_int_equal(message.size, 0);
    uqd_range_encoder_deinit(&message.encoder);

    struct uqd_range_encoder encoder;
    const uint8_t *data;
    size_t size = 1;
    uqd_range_encoder_init(&encoder);
    for (int i = 0; i < 1000; i++) {
        uqd_range_encode(&encoder, 0, 1 + (uint32_t)i, 1 + (uint32_t)i);
    }
    assert_int_equal(uqd_range_encoder_finish(&encoder, &data, &size), UQD_OK);
    assert_int_equal(size, 0);
    uqd_range_encoder_deinit(&encoder);
}

/* Symbols decoded from the number 1/2 keep it inside of the encoder's interval: the bytes that have
 * left are 127, 255, 255, .. until the symbols behind them lie above 1/2 and tip them all over to
 * 128, 0, 0, .., or below and do not. */
static void test_carry_propagation(void **state)
{
    (void)state;
    static const uint8_t half[60] = {128};
    for (int last = 0; last < 3; last += 2) {
        struct uqd_range_decoder decoder;
        uint64_t seed = 8;
        int status;
        message.name = "carry";
        uqd_range_decoder_init(&decoder, half, sizeof half, sizeof half);
        for (message.n = 0; message.n < 200; message.n++) {
            struct symbol s = symbol_of(ANY, &seed);
            s.value = uqd_range_decode3(&decoder, s.frequency[0], s.frequency[0] + s.frequency[1],
                                        total_of(&s));
            message.symbols[message.n] = s;
        }
        for (int i = 0; i < 50; i++)
            message.symbols[message.n++] = (struct symbol){{1, 1, 1}, last};
        encode(&message);
        assert_int_equal(message.data[0], last == 0 ? 127 : 128);
        for (int i = 1; i < 30; i++)
            assert_int_equal(message.data[i], last == 0 ? 255 : 0);
        assert_int_equal(decode_cut(&message, message.size, &status), message.n);
        assert_int_equal(status, UQD_OK);
        uqd_range_encoder_deinit(&message.encoder);
    }
}

/* A stream cut anywhere yields a prefix of the symbols, never fewer from more bytes, and says that
 * it needs data. Eight bytes are looked ahead. */
static void test_every_cut(void **state)
{
    (void)state;
    for (int kind = 0; kind < N_KINDS; kind++) {
        make_message(&message, kind, 1500, 5);
        size_t before = 0;
        for (size_t available = 0; available < message.size; available++) {
            int status;
            const size_t n = decode_cut(&message, available, &status);
            if (status != UQD_NEED_DATA || n < before || n >= message.n)
                fail_msg("%s cut at %zu of %zu: %zu symbols, status %d", message.name, available,
                         message.size, n, status);
            before = n;
        }
        uqd_range_encoder_deinit(&message.encoder);
    }
}

/* How many uniform symbols of three a cut stream delivers: those of all but its last eight bytes;
 * 42 to 43 bytes are 212 to 218 of them. */
static void test_cut_costs_eight_bytes(void **state)
{
    (void)state;
    message.name = "uniform";
    message.n = 400;
    for (size_t i = 0; i < message.n; i++)
        message.symbols[i] = (struct symbol){{1, 1, 1}, (int)(i * i % 7 % 3)};
    encode(&message);
    int status;
    const size_t n = decode_cut(&message, 50, &status);
    assert_in_range(n, 212, 218);
    uqd_range_encoder_deinit(&message.encoder);
}

static void test_stopping_is_final(void **state)
{
    (void)state;
    static const uint8_t zeros[4];
    struct uqd_range_decoder decoder;
    uqd_range_decoder_init(&decoder, zeros, 4, 20);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(uqd_range_decode3(&decoder, 1, 2, 3), UQD_RANGE_STOPPED);
        assert_int_equal(decoder.status, UQD_NEED_DATA);
        assert_int_equal(uqd_range_decoder_finish(&decoder), UQD_NEED_DATA);
    }
}

/* Eight bytes are read ahead, so length + 1 bytes can be used up before one more is needed: five
 * uniform symbols of three for each, as 3^5 is just below 2^8, and one. */
static void test_reading_too_far_is_corrupt(void **state)
{
    (void)state;
    static const uint8_t data[3] = {1, 2, 3};
    for (size_t length = 0; length <= sizeof data; length++) {
        struct uqd_range_decoder decoder;
        uqd_range_decoder_init(&decoder, data, length, length);
        size_t n = 0;
        while (uqd_range_decode3(&decoder, 1, 2, 3) != UQD_RANGE_STOPPED)
            n++;
        assert_int_equal(decoder.status, UQD_ERR_CORRUPT);
        assert_int_equal(n, 5 * (length + 1) + 1);
    }
}

static void test_trailing_bytes_are_corrupt(void **state)
{
    (void)state;
    make_message(&message, SKEWED, 500, 3);
    uint8_t *longer = calloc(message.size + 16, 1);
    memcpy(longer, message.data, message.size);
    struct uqd_range_decoder decoder;
    uqd_range_decoder_init(&decoder, longer, message.size + 16, message.size + 16);
    assert_int_equal(decode(&message, &decoder), message.n);
    assert_int_equal(uqd_range_decoder_finish(&decoder), UQD_ERR_CORRUPT);
    free(longer);
    uqd_range_encoder_deinit(&message.encoder);
}

/* No encoder makes eight bytes of 255 first; other damage decodes to some symbols or stops. */
static void test_damaged_streams(void **state)
{
    (void)state;
    uint8_t data[200];
    struct uqd_range_decoder decoder;
    memset(data, 255, sizeof data);
    uqd_range_decoder_init(&decoder, data, sizeof data, sizeof data);
    assert_int_equal(uqd_range_decode3(&decoder, 1, 2, 3), UQD_RANGE_STOPPED);
    assert_int_equal(decoder.status, UQD_ERR_CORRUPT);

    uint64_t seed = 4;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (uint8_t)random_next(&seed);
        uqd_range_decoder_init(&decoder, data, sizeof data, sizeof data);
        for (size_t i = 0; i < 5000; i++) {
            const struct symbol s = symbol_of(i % 2 ? ANY : PAIR, &seed);
            const int got = uqd_range_decode3(&decoder, s.frequency[0],
                                              s.frequency[0] + s.frequency[1], total_of(&s));
            if (got == UQD_RANGE_STOPPED)
                break;
            assert_in_range(got, 0, i % 2 ? 2 : 1);
            assert_true(decoder.value < decoder.range);
        }
        assert_int_equal(decoder.status, UQD_ERR_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_short_messages),
        cmocka_unit_test(test_nothing_is_no_bytes),
        cmocka_unit_test(test_carry_propagation),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_cut_costs_eight_bytes),
        cmocka_unit_test(test_stopping_is_final),
        cmocka_unit_test(test_reading_too_far_is_corrupt),
        cmocka_unit_test(test_trailing_bytes_are_corrupt),
        cmocka_unit_test(test_damaged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
