/* The C library makes copies of what is repeated, so nested repetitions multiply; and it makes a
 * state of its automaton for nearly each byte of a text that was written for that, which it keeps.
 * So the size of an expression is counted before it is compiled, texts are cut, and the states are
 * thrown away now and then. */

#include "filter_regex.h"

#include <string.h>

#include "util.h"

enum { LENGTH_MAX = 1000, EXPANDED_MAX = 400, DEPTH_MAX = 50, USES_MAX = 256 };

/* One level of brackets. */
struct level {
	size_t size; /* with every repetition written out */
	size_t last; /* of that, what a repetition would repeat */
};

struct measure {
	struct level levels[DEPTH_MAX];
	size_t depth;
};

const char *filter_regex_skip_set(const char *at) {
	at++;
	at += *at == '^';
	at += *at == ']';
	while (*at && *at != ']') {
		const char kind = at[0] == '[' ? at[1] : '\0';
		if (kind == ':' || kind == '.' || kind == '=') {
			const char end[] = { kind, ']', '\0' };
			const char *stop = strstr(at + 2, end);
			if (stop)
				at = stop + 1;
		}
		at++;
	}
	return at + (*at == ']');
}

static void add(struct measure *measure, size_t size) {
	struct level *level = &measure->levels[measure->depth];
	level->size += size;
	level->last = size;
}

/* False if it grows too large. */
static bool repeat(struct measure *measure, size_t times) {
	struct level *level = &measure->levels[measure->depth];
	if (times > EXPANDED_MAX)
		return false;
	level->size += level->last * (times > 0 ? times - 1 : 0);
	level->last *= times > 0 ? times : 1;
	return level->size <= EXPANDED_MAX;
}

/* "3}", "3,}", ",5}", "3,5}": how often at most, and once more without an end. */
static size_t read_times(const char **at) {
	size_t times = 0;
	bool is_open = false;
	while (**at && **at != '}') {
		const size_t digits = strspn(*at, "0123456789");
		uint64_t number = 0;
		if (digits > 0 && !util_parse_number(*at, digits, EXPANDED_MAX, &number))
			number = EXPANDED_MAX + 1;
		if (digits > 0)
			times = (size_t)number > times ? (size_t)number : times;
		is_open = digits == 0 && **at == ',';
		*at += digits > 0 ? digits : 1;
	}
	*at += **at == '}';
	return times + is_open;
}

static bool take(struct measure *measure, const char **at) {
	const char c = *(*at)++;
	switch (c) {
	case '(':
		if (measure->depth + 1 == DEPTH_MAX)
			return false;
		measure->levels[++measure->depth] = (struct level){ 0, 0 };
		return true;
	case ')':
		if (measure->depth > 0) {
			const size_t size = measure->levels[measure->depth--].size;
			add(measure, size > 0 ? size : 1);
		}
		return true;
	case '[':
		*at = filter_regex_skip_set(*at - 1);
		break;
	case '\\':
		*at += **at != '\0';
		break;
	case '*':
		return true;
	case '+':
	case '?':
		return repeat(measure, 2);
	case '{':
		return repeat(measure, read_times(at));
	default:
		break;
	}
	add(measure, 1);
	return measure->levels[measure->depth].size <= LENGTH_MAX;
}

static bool has_back_reference(const char *text) {
	for (const char *at = text; *at;) {
		if (*at == '[')
			at = filter_regex_skip_set(at);
		else if (at[0] == '\\' && at[1] >= '1' && at[1] <= '9')
			return true;
		else
			at += at[0] == '\\' && at[1] ? 2 : 1;
	}
	return false;
}

const char *filter_regex_compile(struct filter_regex *regex, const char *text) {
	struct measure measure = { .depth = 0 };
	if (strlen(text) > LENGTH_MAX)
		return _("too long:");
	if (has_back_reference(text))
		return _("back-references are not supported:");
	for (const char *at = text; *at;) {
		if (!take(&measure, &at))
			return _("too many repetitions or brackets:");
	}
	if (regcomp(&regex->compiled, text, REG_EXTENDED | REG_NOSUB) != 0)
		return _("no extended regular expression:");
	regex->text = text;
	regex->uses = 0;
	return NULL;
}

bool filter_regex_fits(struct filter_regex *regex, const char *text, size_t length) {
	regmatch_t range = {
		.rm_so = 0,
		.rm_eo =
		    (regoff_t)(length < FILTER_REGEX_TEXT_MAX ? length : FILTER_REGEX_TEXT_MAX),
	};
	if (++regex->uses > USES_MAX) {
		regfree(&regex->compiled);
		regex->uses = 0;
		if (regcomp(&regex->compiled, regex->text, REG_EXTENDED | REG_NOSUB) != 0)
			util_out_of_memory(); /* it was compiled before */
	}
	return regexec(&regex->compiled, text, 1, &range, REG_STARTEND) == 0;
}

void filter_regex_finish(struct filter_regex *regex) {
	regfree(&regex->compiled);
}
