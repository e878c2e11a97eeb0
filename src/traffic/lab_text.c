/* Sentences are translated for people; JSON has them as they stand in the table. */

#include "lab_text.h"

#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "look.h"
#include "sock.h"
#include "util.h"

enum { SOCKETS_SHOWN_MAX = 3, NAME_WIDTH = 18 };

static const char *const verdict_names[] = {
	[LAB_PASS] = "pass",
	[LAB_FAIL] = "fail",
	[LAB_SKIPPED] = "skipped",
	[LAB_ERROR] = "error",
};
_Static_assert(ARRAY_LENGTH(verdict_names) == LAB_VERDICT_COUNT, "a name for each");

static void write_padded(struct out *out, const char *text, size_t width) {
	const size_t length = strlen(text);
	out_text(out, text);
	out_spaces(out, length < width ? width - length : 0);
}

/* One cell of a socket, as the list shows it. */
static void write_field(struct out *out, const char *name, const struct sock *sock) {
	if (!look_write_field(sock, name, out))
		out_char(out, '-');
}

static char *command_for(const struct lab_made *made, const struct lab_target *target) {
	const bool elsewhere = made->netns[0] != '\0';
	char *filter = lab_expand(made, target->filter);
	char *command = xasprintf("socklens %s%s%s%s%s%s", elsewhere ? "-N " : "", made->netns,
	                          elsewhere ? " " : "", target->options ? target->options : "",
	                          target->options ? " " : "", filter);
	free(filter);
	return command;
}

static char *ss_for(const struct lab_made *made, const struct lab_target *target) {
	char *ss = lab_expand(made, target->ss);
	if (made->netns[0] == '\0')
		return ss;
	char *inside = xasprintf("nsenter -t %s -n %s", made->netns, ss);
	free(ss);
	return inside;
}

/* JSON. */

static void put_text(struct out *out, const char *key, const char *text) {
	json_text_member(out, key, text, strlen(text));
}

static void put_owned(struct out *out, const char *key, char *text) {
	put_text(out, key, text);
	free(text);
}

static void put_field(struct out *out, const char *name, const struct sock *sock) {
	struct out text;
	out_init(&text, OUT_MEMORY);
	write_field(&text, name, sock);
	json_text_member(out, name, text.bytes, text.used);
	out_finish(&text);
}

static void put_sockets(struct out *out, const struct look *look) {
	out_text(out, ",\"sockets\":[");
	for (size_t i = 0; look && i < look_count(look); i++) {
		out_text(out, i > 0 ? ",{" : "{");
		put_field(out, "state", look_sock(look, i));
		out_char(out, ',');
		put_field(out, "local", look_sock(look, i));
		out_char(out, ',');
		put_field(out, "peer", look_sock(look, i));
		out_char(out, '}');
	}
	out_char(out, ']');
}

static void put_target(struct out *out, const struct lab_made *made,
                       const struct lab_target *target, const struct lab_sight *sight) {
	struct out expected;
	out_init(&expected, OUT_MEMORY);
	lab_write_expected(target, made->count, &expected);
	put_text(out, "what", target->what);
	out_char(out, ',');
	put_owned(out, "filter", lab_expand(made, target->filter));
	out_char(out, ',');
	put_owned(out, "command", command_for(made, target));
	if (target->ss) {
		out_char(out, ',');
		put_owned(out, "ss", ss_for(made, target));
	}
	out_char(out, ',');
	json_text_member(out, "expected", expected.bytes, expected.used);
	out_char(out, ',');
	put_text(out, "seen", sight->seen ? sight->seen : "");
	out_printf(out, ",\"fits\":%s", sight->fits ? "true" : "false");
	put_sockets(out, sight->look);
	out_finish(&expected);
}

static void put_targets(struct out *out, const struct lab_made *made,
                        const struct lab_sights *sights) {
	out_text(out, ",\"targets\":[");
	for (size_t i = 0; i < LAB_TARGETS_MAX && made->condition->targets[i].what; i++) {
		out_text(out, i > 0 ? ",{" : "{");
		put_target(out, made, &made->condition->targets[i], &sights->targets[i]);
		out_char(out, '}');
	}
	out_char(out, ']');
}

static void put_condition(struct out *out, const struct lab_plan *plan, const struct lab_made *made,
                          const struct lab_sights *sights, enum lab_verdict verdict) {
	static const char *const outcomes[] = {
		[LAB_MADE] = "made", [LAB_UNAVAILABLE] = "unavailable", [LAB_FAILED] = "failed"
	};
	const struct lab_condition *condition = made->condition;
	const bool verifies = plan->action == LAB_VERIFY;
	out_printf(out, "{\"event\":\"%s\",", verifies ? "verified" : "made");
	put_text(out, "condition", condition->name);
	out_char(out, ',');
	put_text(out, verifies ? "result" : "outcome",
	         verifies ? verdict_names[verdict] : outcomes[made->outcome]);
	if (made->outcome != LAB_MADE) {
		out_char(out, ',');
		put_text(out, "reason", made->reason);
	} else {
		out_char(out, ',');
		put_text(out, "done", condition->done);
		put_targets(out, made, sights);
	}
	out_text(out, "}\n");
}

static void put_row(struct out *out, const struct lab_condition *condition) {
	out_char(out, '{');
	put_text(out, "condition", condition->name);
	out_text(out, ",\"others\":[");
	for (size_t i = 0; condition->others && condition->others[i]; i++) {
		out_text(out, i > 0 ? "," : "");
		json_string(out, condition->others[i], strlen(condition->others[i]));
	}
	out_text(out, "],");
	put_text(out, "meaning", condition->meaning);
	out_char(out, ',');
	put_text(out, "turn", condition->turn);
	out_char(out, ',');
	put_text(out, "done", condition->done);
	out_printf(out, ",\"needs_root\":%s}\n", condition->needs_root ? "true" : "false");
}

/* Text. */

void lab_write_list(const struct lab_plan *plan, struct out *out) {
	for (size_t i = 0; i < plan->count && plan->format != REPORT_QUIET; i++) {
		const struct lab_condition *condition = plan->conditions[i];
		if (plan->format == REPORT_JSON) {
			put_row(out, condition);
			continue;
		}
		write_padded(out, condition->name, NAME_WIDTH);
		out_text(out, _(condition->meaning));
		out_printf(out, "%s\n", condition->needs_root ? _(" (needs root)") : "");
	}
}

static void write_sockets(struct out *out, const struct look *look) {
	const size_t count = look ? look_count(look) : 0;
	for (size_t i = 0; i < count && i < SOCKETS_SHOWN_MAX; i++) {
		const struct sock *sock = look_sock(look, i);
		out_text(out, "          ");
		write_field(out, "state", sock);
		out_text(out, "  ");
		write_field(out, "local", sock);
		out_text(out, "  ");
		write_field(out, "peer", sock);
		out_char(out, '\n');
	}
	if (count > SOCKETS_SHOWN_MAX)
		out_printf(out, _("          and %zu more\n"), count - SOCKETS_SHOWN_MAX);
}

static void write_misfit(struct out *out, const struct lab_made *made,
                         const struct lab_target *target, const struct lab_sight *sight) {
	out_text(out, _("          this is not as it should be: expected "));
	lab_write_expected(target, made->count, out);
	out_printf(out, _("; seen %s\n"), sight->seen ? sight->seen : "-");
}

static void write_target(struct out *out, const struct lab_made *made,
                         const struct lab_target *target, const struct lab_sight *sight) {
	char *command = command_for(made, target);
	char *ss = target->ss ? ss_for(made, target) : NULL;
	out_printf(out, _("  look at %s\n"), _(target->what));
	write_sockets(out, sight->look);
	if (!sight->fits)
		write_misfit(out, made, target, sight);
	out_printf(out, "        %s\n", command);
	if (ss)
		out_printf(out, "        %s\n", ss);
	free(command);
	free(ss);
}

static void write_targets(struct out *out, const struct lab_made *made,
                          const struct lab_sights *sights) {
	const struct lab_condition *condition = made->condition;
	out_printf(out, _("  what was done: %s\n"), _(condition->done));
	out_printf(out, _("  whose turn:    %s\n"), _(condition->turn));
	for (size_t i = 0; i < LAB_TARGETS_MAX && condition->targets[i].what; i++)
		write_target(out, made, &condition->targets[i], &sights->targets[i]);
}

/* What failed is told as an error. */
void lab_write_made(const struct lab_plan *plan, const struct lab_made *made,
                    const struct lab_sights *sights, struct out *out) {
	const struct lab_condition *condition = made->condition;
	if (plan->format == REPORT_JSON)
		put_condition(out, plan, made, sights, LAB_PASS);
	if (plan->format != REPORT_TEXT || made->outcome == LAB_FAILED)
		return;
	out_printf(out, "%s: %s\n", condition->name, _(condition->meaning));
	if (made->outcome == LAB_UNAVAILABLE)
		out_printf(out, _("  skipped: %s\n"), made->reason);
	else
		write_targets(out, made, sights);
	out_char(out, '\n');
}

static void write_duration(struct out *out, uint64_t ns) {
	char text[FORMAT_NUMBER_ROOM];
	const char *end = format_put_duration(text, ns / 1000);
	out_bytes(out, text, (size_t)(end - text));
}

void lab_write_holding(const struct lab_plan *plan, struct out *out) {
	if (plan->format != REPORT_TEXT)
		return;
	if (plan->hold_ns > 0) {
		out_text(out, _("holding for "));
		write_duration(out, plan->hold_ns);
		out_text(out, _("; Ctrl-C ends it\n"));
	} else {
		out_text(out, _("holding until Ctrl-C\n"));
	}
}

/* To a tenth of a second, or as little as makes it more than nothing. */
static uint64_t rounded(uint64_t ns) {
	uint64_t unit_ns = 100000000;
	while (ns < unit_ns && unit_ns > 1000)
		unit_ns /= 10;
	return ns / unit_ns * unit_ns;
}

void lab_write_summary(const struct lab_plan *plan, size_t made, uint64_t held_ns,
                       struct out *out) {
	if (plan->format == REPORT_JSON)
		out_printf(out, "{\"event\":\"summary\",\"made\":%zu,\"held_ms\":%llu}\n", made,
		           (unsigned long long)(held_ns / 1000000));
	if (plan->format != REPORT_TEXT)
		return;
	out_printf(out, _("%zu of %zu made and held for "), made, plan->count);
	write_duration(out, rounded(held_ns));
	out_text(out, _("; all closed\n"));
}

/* The table of --verify. */

static size_t expected_width(const struct lab_plan *plan) {
	size_t width = 0;
	for (size_t i = 0; i < plan->count; i++) {
		const struct lab_target *targets = plan->conditions[i]->targets;
		for (size_t j = 0; j < LAB_TARGETS_MAX && targets[j].what; j++) {
			struct out expected;
			out_init(&expected, OUT_MEMORY);
			lab_write_expected(&targets[j], 1000, &expected);
			width = expected.used > width ? expected.used : width;
			out_finish(&expected);
		}
	}
	return width + 2;
}

enum { VERDICT_WIDTH = 9 };

void lab_write_heading(const struct lab_plan *plan, struct out *out) {
	if (plan->format != REPORT_TEXT)
		return;
	write_padded(out, "CONDITION", NAME_WIDTH);
	write_padded(out, "RESULT", VERDICT_WIDTH);
	write_padded(out, "EXPECTED", expected_width(plan));
	out_text(out, "SEEN\n");
}

static enum lab_verdict verdict_of(const struct lab_sight *sight) {
	if (sight->blind)
		return LAB_ERROR;
	return sight->fits ? LAB_PASS : LAB_FAIL;
}

static void write_verdict_row(struct out *out, const struct lab_plan *plan,
                              const struct lab_made *made, size_t index,
                              const struct lab_sight *sight) {
	struct out expected;
	out_init(&expected, OUT_MEMORY);
	lab_write_expected(&made->condition->targets[index], made->count, &expected);
	out_char(&expected, '\0');
	write_padded(out, index == 0 ? made->condition->name : "", NAME_WIDTH);
	write_padded(out, verdict_names[verdict_of(sight)], VERDICT_WIDTH);
	write_padded(out, expected.bytes, expected_width(plan));
	out_printf(out, "%s\n", sight->seen ? sight->seen : "-");
	out_finish(&expected);
}

void lab_write_verdict(const struct lab_plan *plan, const struct lab_made *made,
                       const struct lab_sights *sights, enum lab_verdict verdict, struct out *out) {
	const struct lab_condition *condition = made->condition;
	if (plan->format == REPORT_JSON)
		put_condition(out, plan, made, sights, verdict);
	if (plan->format != REPORT_TEXT)
		return;
	if (made->outcome != LAB_MADE) {
		write_padded(out, condition->name, NAME_WIDTH);
		write_padded(out, verdict_names[verdict], VERDICT_WIDTH);
		out_printf(out, "%s\n", made->reason);
		return;
	}
	for (size_t i = 0; i < LAB_TARGETS_MAX && condition->targets[i].what; i++)
		write_verdict_row(out, plan, made, i, &sights->targets[i]);
}

void lab_write_verdicts(const struct lab_plan *plan, const size_t counts[LAB_VERDICT_COUNT],
                        struct out *out) {
	const bool json = plan->format == REPORT_JSON;
	if (plan->format == REPORT_QUIET)
		return;
	if (json)
		out_text(out, "{\"event\":\"summary\"");
	for (size_t i = 0; i < LAB_VERDICT_COUNT; i++) {
		if (json)
			out_printf(out, ",\"%s\":%zu", verdict_names[i], counts[i]);
		else
			out_printf(out, "%s%zu %s", i > 0 ? ", " : "", counts[i], verdict_names[i]);
	}
	out_text(out, json ? "}\n" : "\n");
}
