#include "lab_options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "escape.h"
#include "lab.h"
#include "lab_condition.h"
#include "quantity.h"
#include "util.h"

enum {
	OPTION_HOLD,
	OPTION_PORT,
	OPTION_VERIFY,
	OPTION_QUIET,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_COUNT,
};

static const struct command_option options[] = {
	{ 0, "hold", "TIME", N_("how long, as 5m (60s); 0: until Ctrl-C"), OPTION_HOLD },
	{ 'p', "port", "PORT", N_("listen there; further conditions take the ports behind it"),
	  OPTION_PORT },
	{ 0, "verify", NULL, N_("look at each with socklens's own probes, and judge"),
	  OPTION_VERIFY },
	{ 'q', "quiet", NULL, N_("say nothing but what goes wrong"), OPTION_QUIET },
	{ 'j', "json", NULL, N_("one JSON object a line for each condition"), OPTION_JSON },
	{ 'h', "help", NULL, N_("this text"), OPTION_HELP },
};
_Static_assert(ARRAY_LENGTH(options) == OPTION_COUNT, "a row for each");

static const char *word(size_t index) {
	static const char *const others[] = { "list", "all" };
	const size_t count = ARRAY_LENGTH(others);
	if (index < count)
		return others[index];
	return index - count < lab_condition_count ? lab_conditions[index - count].name : NULL;
}

const struct command lab_command = {
	.name = "lab",
	.help = N_("sockets in every state and condition, on purpose"),
	.usage =
	    N_("Usage: socklens lab list\n"
	       "       socklens lab STATE...|all [--hold TIME] [--port PORT]\n"
	       "       socklens lab --verify [STATE...|all]\n"
	       "Makes sockets on loopback, says how and with which command to see them, holds\n"
	       "them, and leaves nothing behind. States are written as ss or netstat do.\n"
	       "Exit status: 0 all there, 1 --verify saw something else, 2 wrong usage,\n"
	       "3 something could not be made.\n"),
	.options = options,
	.option_count = ARRAY_LENGTH(options),
	.word = word,
	.run = lab_run,
};

enum { HOLD_SECONDS = 60 };

struct parser {
	struct command_parser base;
	struct lab_plan *plan;
	bool list;
};

static bool fail_unknown(struct parser *parser, const char *word) {
	const char *suggestion = lab_suggest(word);
	if (!suggestion)
		return command_fail(&parser->base, _("unknown state '%s'; see 'socklens lab list'"),
		                    word);
	char *text = escape_copy(word, strlen(word));
	parser->base.error = xasprintf(_("unknown state '%s'; did you mean %s?"), text, suggestion);
	free(text);
	return false;
}

static void add(struct lab_plan *plan, const struct lab_condition *condition) {
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->conditions[i] == condition)
			return;
	}
	plan->conditions =
	    xreallocarray(plan->conditions, plan->count + 1, sizeof(*plan->conditions));
	plan->conditions[plan->count++] = condition;
}

static void add_all(struct lab_plan *plan) {
	for (size_t i = 0; i < lab_condition_count; i++)
		add(plan, &lab_conditions[i]);
}

static bool take_word(struct command_parser *base, const char *word) {
	struct parser *parser = (struct parser *)base;
	const struct lab_condition *condition = lab_find(word);
	if (condition)
		add(parser->plan, condition);
	else if (strcasecmp(word, "all") == 0)
		add_all(parser->plan);
	else if (strcasecmp(word, "list") == 0)
		parser->list = true;
	else
		return fail_unknown(parser, word);
	return true;
}

static bool take_hold(struct parser *parser, const char *value) {
	const char *reason = NULL;
	return quantity_parse_duration(value, &parser->plan->hold_ns, &reason) ||
	       command_fail(&parser->base,
	                    _("'%s' is no time to hold; use 30s, 5m, or 0 for until Ctrl-C"),
	                    value);
}

static bool take_port(struct parser *parser, const char *value) {
	uint64_t port;
	if (!util_parse_number(value, strlen(value), UINT16_MAX, &port))
		return command_fail(&parser->base,
		                    _("'%s' is no port; use a number up to 65535, or 0 for any"),
		                    value);
	parser->plan->port = (uint16_t)port;
	return true;
}

static bool take_option(struct command_parser *base, int id, const char *value) {
	struct parser *parser = (struct parser *)base;
	switch (id) {
	case OPTION_HOLD:
		return take_hold(parser, value);
	case OPTION_PORT:
		return take_port(parser, value);
	case OPTION_VERIFY:
		parser->plan->action = LAB_VERIFY;
		break;
	case OPTION_QUIET:
		return command_set_format(base, &parser->plan->format, REPORT_QUIET);
	case OPTION_JSON:
		return command_set_format(base, &parser->plan->format, REPORT_JSON);
	}
	return true;
}

static size_t count_ports(const struct lab_plan *plan) {
	size_t count = 0;
	for (size_t i = 0; i < plan->count; i++)
		count += plan->conditions[i]->has_port;
	return count;
}

static bool check(struct command_parser *base) {
	struct parser *parser = (struct parser *)base;
	struct lab_plan *plan = parser->plan;
	if (parser->list && (plan->count > 0 || plan->action == LAB_VERIFY))
		return command_fail(&parser->base, _("%s stands alone"), "list");
	if (parser->list)
		plan->action = LAB_LIST;
	if (plan->count == 0 && plan->action == LAB_HOLD)
		return command_fail(&parser->base,
		                    _("%s: name a state, as in 'lab close-wait'; see 'lab list'"),
		                    "lab");
	if (plan->count == 0)
		add_all(plan);
	const size_t ports = count_ports(plan);
	if (plan->port > 0 && ports > 0 && plan->port + ports - 1 > UINT16_MAX) {
		parser->base.error =
		    xasprintf(_("there are not %zu ports from %u on"), ports, plan->port);
		return false;
	}
	return true;
}

static const struct command_steps steps = { take_word, take_option, check };

bool lab_parse(int argc, char *argv[], struct lab_plan *plan, char **error) {
	struct parser parser = { .plan = plan };
	*plan = (struct lab_plan){
		.format = REPORT_TEXT,
		.hold_ns = HOLD_SECONDS * UINT64_C(1000000000),
	};
	const bool understood = command_parse(&lab_command, &steps, &parser.base, argc, argv);
	plan->help = parser.base.help;
	if (!understood)
		*error = parser.base.error;
	return understood;
}
