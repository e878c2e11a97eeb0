/* Values are read by the table of fields and compared as the list shows them, so that what is
 * proved is what users see. */

#include "lab_check.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "format.h"
#include "lab_condition.h"
#include "util.h"

enum fact_kind { FACT_IS, FACT_UNKNOWN, FACT_MORE_THAN, FACT_RISING };

struct fact {
	const struct field *field;
	enum fact_kind kind;
	const char *text; /* FACT_IS */
	size_t length;
	const struct field *other; /* FACT_MORE_THAN, or NULL: */
	uint64_t number;
};

static bool is_word(const struct fact *fact, const char *word) {
	return fact->length == strlen(word) && memcmp(fact->text, word, fact->length) == 0;
}

static bool parse_more(struct fact *fact) {
	fact->kind = FACT_MORE_THAN;
	fact->other = field_find(fact->text, fact->length);
	return fact->other ||
	       util_parse_number(fact->text, fact->length, UINT64_MAX, &fact->number);
}

static bool parse_word(const char *word, size_t length, struct fact *fact) {
	const size_t name_length = strcspn(word, "=> ");
	if (name_length + 1 >= length)
		return false;
	*fact = (struct fact){
		.field = field_find(word, name_length),
		.text = word + name_length + 1,
		.length = length - name_length - 1,
	};
	if (!fact->field)
		return false;
	if (word[name_length] == '>')
		return parse_more(fact);
	fact->kind = is_word(fact, "-")        ? FACT_UNKNOWN
	             : is_word(fact, "rising") ? FACT_RISING
	                                       : FACT_IS;
	return true;
}

/* How many facts there are; 0 if they make no sense. */
static size_t parse(const char *expect, struct fact facts[LAB_FACTS_MAX]) {
	size_t count = 0;
	while (*expect) {
		const size_t length = strcspn(expect, " ");
		if (count == LAB_FACTS_MAX || !parse_word(expect, length, &facts[count]))
			return 0;
		count++;
		expect += length;
		expect += *expect == ' ';
	}
	return count;
}

bool lab_expectation_is_valid(const char *expect) {
	struct fact facts[LAB_FACTS_MAX];
	return parse(expect, facts) > 0;
}

uint32_t lab_needs(const struct lab_target *target) {
	struct fact facts[LAB_FACTS_MAX];
	const size_t count = parse(target->expect, facts);
	uint32_t needs = 0;
	for (size_t i = 0; i < count; i++)
		needs |= facts[i].field->needs | (facts[i].other ? facts[i].other->needs : 0);
	return needs;
}

static bool get(const struct field *field, const struct sock *sock, struct value *value) {
	const struct field_source source = field_source(sock);
	return field_get(&field->access, &source, value);
}

/* Numbers, and the number of owners. */
static bool get_number(const struct field *field, const struct sock *sock, uint64_t *number) {
	struct value value;
	if (!get(field, sock, &value))
		return false;
	if (value.kind != VALUE_NUMBER && value.kind != VALUE_OWNERS)
		return false;
	*number = value.kind == VALUE_OWNERS ? value.length : value.number;
	return true;
}

/* As the list shows it; "-" is unknown. */
static void write_value(const struct field *field, const struct sock *sock, struct out *out) {
	struct value value;
	if (!get(field, sock, &value))
		out_char(out, '-');
	else if (value.kind == VALUE_OWNERS)
		out_number(out, value.length);
	else
		format_value(out, &field->column, &value, FORMAT_HUMAN);
}

static bool reads(const struct fact *fact, const struct sock *sock) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	write_value(fact->field, sock, &out);
	const bool same =
	    out.used == fact->length && memcmp(out.bytes, fact->text, fact->length) == 0;
	out_finish(&out);
	return same;
}

static bool is_more(const struct fact *fact, const struct sock *sock) {
	uint64_t number;
	uint64_t other = fact->number;
	return get_number(fact->field, sock, &number) &&
	       (!fact->other || get_number(fact->other, sock, &other)) && number > other;
}

static bool holds(const struct fact *fact, const struct sock *sock) {
	struct value value;
	switch (fact->kind) {
	case FACT_IS:
		return reads(fact, sock);
	case FACT_UNKNOWN:
		return !get(fact->field, sock, &value);
	case FACT_MORE_THAN:
		return is_more(fact, sock);
	case FACT_RISING:
		return true; /* of all of them together */
	}
	return false;
}

static bool all_hold(const struct fact *facts, size_t fact_count, const struct sock *sock) {
	for (size_t i = 0; i < fact_count; i++) {
		if (!holds(&facts[i], sock))
			return false;
	}
	return true;
}

static uint64_t sum(const struct fact *fact, const struct sock *const *socks, size_t count) {
	uint64_t total = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t number;
		if (get_number(fact->field, socks[i], &number))
			total += number;
	}
	return total;
}

static bool rises(const struct fact *facts, size_t fact_count, const struct sock *const *socks,
                  size_t count, struct lab_baseline *baseline) {
	bool rising = true;
	for (size_t i = 0; i < fact_count; i++) {
		if (facts[i].kind != FACT_RISING)
			continue;
		const uint64_t now = sum(&facts[i], socks, count);
		if (!baseline->taken)
			baseline->sums[i] = now;
		rising = rising && now > baseline->sums[i];
	}
	return rising;
}

static bool is_enough(const struct lab_target *target, size_t wanted, size_t count,
                      struct lab_baseline *baseline) {
	const size_t expected = target->count > 0 ? target->count : wanted;
	if (!baseline->taken)
		baseline->count = count;
	switch (target->amount) {
	case LAB_EXACTLY:
		return count == expected;
	case LAB_OR_MORE:
		return count >= expected;
	case LAB_RISING:
		return count > baseline->count;
	}
	return false;
}

static void write_seen(const struct fact *facts, size_t fact_count, const struct sock *sock,
                       struct out *seen) {
	for (size_t i = 0; i < fact_count; i++) {
		const struct column *column = &facts[i].field->column;
		out_printf(seen, "%s%s=", i > 0 ? " " : "", column->name);
		write_value(facts[i].field, sock, seen);
		if (facts[i].other) {
			out_printf(seen, " %s=", facts[i].other->column.name);
			write_value(facts[i].other, sock, seen);
		}
	}
}

bool lab_check(const struct lab_target *target, size_t wanted, const struct sock *const *socks,
               size_t count, struct lab_baseline *baseline, struct out *seen) {
	struct fact facts[LAB_FACTS_MAX];
	const size_t fact_count = parse(target->expect, facts);
	size_t wrong = 0;
	while (wrong < count && all_hold(facts, fact_count, socks[wrong]))
		wrong++;
	const bool enough = is_enough(target, wanted, count, baseline);
	const bool rising = rises(facts, fact_count, socks, count, baseline);
	baseline->taken = true;
	out_number(seen, count);
	if (count > 0) {
		out_text(seen, ": ");
		write_seen(facts, fact_count, socks[wrong < count ? wrong : 0], seen);
	}
	return fact_count > 0 && enough && rising && wrong == count;
}

void lab_write_expected(const struct lab_target *target, size_t wanted, struct out *out) {
	const size_t expected = target->count > 0 ? target->count : wanted;
	if (target->amount == LAB_RISING)
		out_text(out, "rising");
	else
		out_number(out, expected);
	out_printf(out, "%s: %s", target->amount == LAB_OR_MORE ? "+" : "", target->expect);
}
