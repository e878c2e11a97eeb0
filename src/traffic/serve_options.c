/* An option belongs to the server that stands before it. In front of all of them it is for each
 * that it fits. */

#include "serve_options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "command.h"
#include "escape.h"
#include "quantity.h"
#include "serve.h"
#include "util.h"

enum {
	OPTION_BIND,
	OPTION_REPLY,
	OPTION_GREET,
	OPTION_DISCARD,
	OPTION_CHARGEN,
	OPTION_BACKLOG,
	OPTION_MAX_CLIENTS,
	OPTION_ONCE,
	OPTION_DGRAM,
	OPTION_SEQPACKET,
	OPTION_QUIET,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_COUNT,
};

static const struct command_option options[] = {
	{ 0, "reply", "TEXT", N_("answer each message with TEXT instead of itself"), OPTION_REPLY },
	{ 0, "greet", "TEXT", N_("speak first"), OPTION_GREET },
	{ 0, "discard", NULL, N_("answer nothing"), OPTION_DISCARD },
	{ 0, "chargen", "[RATE]", N_("send without end, at most RATE bytes a second, as 10M"),
	  OPTION_CHARGEN },
	{ 0, "bind", "ADDRESS", N_("listen there, or on 'any'; else on loopback only"),
	  OPTION_BIND },
	{ 0, "backlog", "N", N_("length of the accept queue (4096)"), OPTION_BACKLOG },
	{ 0, "max-clients", "N", N_("turn away who comes while N are connected"),
	  OPTION_MAX_CLIENTS },
	{ 0, "once", NULL, N_("end with the first client"), OPTION_ONCE },
	{ 0, "dgram", NULL, N_("unix: datagrams"), OPTION_DGRAM },
	{ 0, "seqpacket", NULL, N_("unix: connections that keep messages apart"),
	  OPTION_SEQPACKET },
	{ 'q', "quiet", NULL, N_("say nothing of what happens"), OPTION_QUIET },
	{ 'j', "json", NULL, N_("one JSON object a line for each event"), OPTION_JSON },
	{ 'h', "help", NULL, N_("this text"), OPTION_HELP },
};
_Static_assert(ARRAY_LENGTH(options) == OPTION_COUNT, "a row for each");

enum {
	BACKLOG_DEFAULT = 4096, /* what is less stalls clients that come at once for a second */
	STREAMS = 1u << SERVICE_TCP | 1u << SERVICE_UNIX_STREAM | 1u << SERVICE_UNIX_SEQPACKET,
	DATAGRAMS = 1u << SERVICE_UDP | 1u << SERVICE_UNIX_DGRAM,
	UNIX = 1u << SERVICE_UNIX_STREAM | 1u << SERVICE_UNIX_DGRAM | 1u << SERVICE_UNIX_SEQPACKET,
	WEB = 1u << SERVICE_HTTP | 1u << SERVICE_WS,
	ALL = (1u << SERVICE_KIND_COUNT) - 1,
};

/* Which servers an option fits, bits 1u << enum service_kind; 0: it is about all of them at once.
 */
static const uint16_t fits[OPTION_COUNT] = {
	[OPTION_BIND] = ALL & ~UNIX,
	[OPTION_REPLY] = STREAMS | DATAGRAMS | 1u << SERVICE_WS,
	[OPTION_GREET] = STREAMS | 1u << SERVICE_WS,
	[OPTION_DISCARD] = STREAMS | DATAGRAMS | 1u << SERVICE_WS,
	[OPTION_CHARGEN] = 1u << SERVICE_TCP | 1u << SERVICE_UNIX_STREAM,
	[OPTION_BACKLOG] = ALL & ~DATAGRAMS,
	[OPTION_MAX_CLIENTS] = ALL & ~DATAGRAMS,
	[OPTION_ONCE] = ALL,
	[OPTION_DGRAM] = 1u << SERVICE_UNIX_STREAM | 1u << SERVICE_UNIX_DGRAM,
	[OPTION_SEQPACKET] = 1u << SERVICE_UNIX_STREAM | 1u << SERVICE_UNIX_SEQPACKET,
};

static const struct {
	const char *word;
	enum service_kind kind;
} kinds[] = {
	{ "tcp", SERVICE_TCP },   { "udp", SERVICE_UDP }, { "daytime", SERVICE_DAYTIME },
	{ "http", SERVICE_HTTP }, { "ws", SERVICE_WS },   { "unix", SERVICE_UNIX_STREAM },
};

static const char *word(size_t index) {
	return index < ARRAY_LENGTH(kinds) ? kinds[index].word : NULL;
}

const struct command serve_command = {
	.name = "serve",
	.help = N_("servers that show what arrives"),
	.usage =
	    N_("Usage: socklens serve [tcp] PORT [OPTION]...\n"
	       "       socklens serve udp PORT | daytime PORT | http PORT [DIRECTORY] | ws PORT\n"
	       "                      | unix PATH | unix @NAME\n"
	       "Several servers may stand in one command; an option belongs to the one before\n"
	       "it.\n"),
	.options = options,
	.option_count = ARRAY_LENGTH(options),
	.word = word,
	.run = serve_run,
};

/* An option in front of all servers. */
struct common {
	int id;
	const char *value;
	bool used;
};

struct parser {
	struct command_parser base;
	struct serve_plan *plan;
	struct common *commons;
	size_t common_count;
	bool placed;          /* the last server has its port or name */
	uint32_t given;       /* bits 1u << OPTION_..., of the last server */
	bool rate_may_follow; /* behind --chargen */
};

static struct service *last(struct parser *parser) {
	struct serve_plan *plan = parser->plan;
	return plan->count > 0 ? &plan->services[plan->count - 1] : NULL;
}

static bool parse_number(struct parser *parser, const char *text, uint64_t max, uint64_t *number,
                         const char *wrong) {
	return util_parse_number(text, strlen(text), max, number) ||
	       command_fail(&parser->base, wrong, text);
}

static bool place_port(struct parser *parser, struct service *service, const char *word) {
	uint64_t port = 0;
	if (!parse_number(parser, word, UINT16_MAX, &port,
	                  _("'%s' is no port; use a number up to 65535, or 0 for any")))
		return false;
	service->port = (uint16_t)port;
	return true;
}

static bool place_path(struct parser *parser, struct service *service, const char *word) {
	struct address address;
	const char *reason = NULL;
	service->path = word;
	return address_parse_unix(word, &address, &reason) ||
	       command_fail(&parser->base, "unix: %s", reason);
}

static bool place(struct parser *parser, const char *word) {
	struct service *service = last(parser);
	parser->placed = true;
	return UNIX >> service->kind & 1 ? place_path(parser, service, word)
	                                 : place_port(parser, service, word);
}

static bool parse_rate(struct parser *parser, const char *word, uint64_t *rate) {
	const char *reason = NULL;
	return (quantity_parse(word, INT64_MAX, rate, &reason) && *rate > 0) ||
	       command_fail(&parser->base,
	                    _("'%s' is no rate; use bytes a second, as 1500, 64K or 10M"), word);
}

static const char *option_name(int id) {
	size_t i = 0;
	while (options[i].id != id)
		i++;
	return options[i].name;
}

static bool fail_to_fit(struct parser *parser, int id) {
	parser->base.error =
	    xasprintf(_("--%s does not fit %s"), option_name(id), service_name(last(parser)->kind));
	return false;
}

/* What was given before fits the new kind, too. */
static bool change_kind(struct parser *parser, struct service *service, enum service_kind kind) {
	service->kind = kind;
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (parser->given >> id & 1 && !(fits[id] >> kind & 1))
			return fail_to_fit(parser, id);
	}
	return true;
}

static bool set_bind(struct parser *parser, struct service *service, const char *value) {
	struct address address;
	service->bind = value;
	return strcmp(value, "any") == 0 || address_parse(value, service->port, &address) ||
	       command_fail(&parser->base,
	                    _("'%s' is no address to listen on; use a number, or any"), value);
}

static bool fail_one_of(struct parser *parser, const char *which) {
	return command_fail(&parser->base, _("one of %s is all that fits"), which);
}

/* A generator speaks first anyway. */
static bool set_greeting(struct parser *parser, struct service *service, const char *value) {
	service->greeting = value;
	return service->answer != SERVICE_CHARGEN || fail_one_of(parser, "--greet, --chargen");
}

static bool set_answer(struct parser *parser, struct service *service, enum service_answer answer) {
	if (service->answer != SERVICE_ECHO && service->answer != answer)
		return fail_one_of(parser, "--reply, --discard, --chargen");
	if (service->greeting && answer == SERVICE_CHARGEN)
		return fail_one_of(parser, "--greet, --chargen");
	service->answer = answer;
	return true;
}

static bool set_max_clients(struct parser *parser, struct service *service, const char *value) {
	const char *wrong = _("'%s' is no number of clients; use a whole number from 1 on");
	return parse_number(parser, value, UINT32_MAX, &service->max_clients, wrong) &&
	       (service->max_clients > 0 || command_fail(&parser->base, wrong, value));
}

static bool set(struct parser *parser, struct service *service, int id, const char *value) {
	uint64_t number = 0;
	parser->given |= 1u << id;
	switch (id) {
	case OPTION_BIND:
		return set_bind(parser, service, value);
	case OPTION_REPLY:
		service->reply = value;
		return set_answer(parser, service, SERVICE_REPLY);
	case OPTION_GREET:
		return set_greeting(parser, service, value);
	case OPTION_DISCARD:
		return set_answer(parser, service, SERVICE_DISCARD);
	case OPTION_CHARGEN:
		return set_answer(parser, service, SERVICE_CHARGEN) &&
		       (!value || parse_rate(parser, value, &service->rate));
	case OPTION_BACKLOG:
		if (!parse_number(parser, value, INT32_MAX, &number,
		                  _("'%s' is no length of a queue; use a whole number")))
			return false;
		service->backlog = (int)number;
		break;
	case OPTION_MAX_CLIENTS:
		return set_max_clients(parser, service, value);
	case OPTION_ONCE:
		service->once = true;
		break;
	case OPTION_DGRAM:
		return change_kind(parser, service, SERVICE_UNIX_DGRAM);
	case OPTION_SEQPACKET:
		return change_kind(parser, service, SERVICE_UNIX_SEQPACKET);
	}
	return true;
}

/* Those that say which kind it is go first: they decide what the others fit. */
static bool set_commons(struct parser *parser, struct service *service, bool of_kind) {
	for (size_t i = 0; i < parser->common_count; i++) {
		struct common *common = &parser->commons[i];
		const bool is_of_kind =
		    common->id == OPTION_DGRAM || common->id == OPTION_SEQPACKET;
		if (is_of_kind != of_kind || !(fits[common->id] >> service->kind & 1))
			continue;
		common->used = true;
		if (!set(parser, service, common->id, common->value))
			return false;
	}
	return true;
}

static bool add(struct parser *parser, enum service_kind kind) {
	struct serve_plan *plan = parser->plan;
	plan->services = xreallocarray(plan->services, plan->count + 1, sizeof(*plan->services));
	struct service *service = &plan->services[plan->count++];
	*service = (struct service){ .kind = kind, .backlog = BACKLOG_DEFAULT };
	parser->placed = false;
	parser->given = 0;
	return set_commons(parser, service, true) && set_commons(parser, service, false);
}

static bool take_rate(struct parser *parser, const char *word) {
	struct service *service = last(parser);
	if (service)
		return parse_rate(parser, word, &service->rate);
	parser->commons[parser->common_count - 1].value = word;
	return true;
}

static bool take_word(struct command_parser *base, const char *word) {
	struct parser *parser = (struct parser *)base;
	struct service *service = last(parser);
	const bool is_number = isdigit((unsigned char)word[0]);
	const bool is_rate = parser->rate_may_follow && is_number;
	parser->rate_may_follow = false;
	if (is_rate)
		return take_rate(parser, word);
	if (service && !parser->placed)
		return place(parser, word);
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (strcmp(word, kinds[i].word) == 0)
			return add(parser, kinds[i].kind);
	}
	if (is_number)
		return add(parser, SERVICE_TCP) && place(parser, word);
	if (!service || service->kind != SERVICE_HTTP || service->path)
		return command_fail(
		    &parser->base,
		    _("unknown server '%s'; use tcp, udp, daytime, http, ws or unix"), word);
	service->path = word;
	return true;
}

static bool take_option(struct command_parser *base, int id, const char *value) {
	struct parser *parser = (struct parser *)base;
	struct service *service = last(parser);
	parser->rate_may_follow = id == OPTION_CHARGEN && !value;
	if (id == OPTION_QUIET || id == OPTION_JSON)
		return command_set_format(base, &parser->plan->format,
		                          id == OPTION_JSON ? REPORT_JSON : REPORT_QUIET);
	if (service)
		return fits[id] >> service->kind & 1 ? set(parser, service, id, value)
		                                     : fail_to_fit(parser, id);
	parser->commons =
	    xreallocarray(parser->commons, parser->common_count + 1, sizeof(*parser->commons));
	parser->commons[parser->common_count++] = (struct common){ id, value, false };
	return true;
}

static bool check(struct command_parser *base) {
	struct parser *parser = (struct parser *)base;
	const struct service *service = last(parser);
	if (service && !parser->placed && UNIX >> service->kind & 1)
		return command_fail(
		    &parser->base,
		    _("%s: name a path, as in 'serve unix /tmp/x'; see serve --help"),
		    service_name(service->kind));
	if (!service || !parser->placed)
		return command_fail(&parser->base,
		                    _("%s: name a port, as in 'serve 1234'; see serve --help"),
		                    service ? service_name(service->kind) : "serve");
	for (size_t i = 0; i < parser->common_count; i++) {
		if (!parser->commons[i].used) {
			parser->base.error = xasprintf(_("--%s fits none of these servers"),
			                               option_name(parser->commons[i].id));
			return false;
		}
	}
	return true;
}

static const struct command_steps steps = { take_word, take_option, check };

bool serve_parse(int argc, char *argv[], struct serve_plan *plan, char **error) {
	struct parser parser = { .plan = plan };
	*plan = (struct serve_plan){ .format = REPORT_TEXT };
	const bool understood = command_parse(&serve_command, &steps, &parser.base, argc, argv);
	free(parser.commons);
	plan->help = parser.base.help;
	if (!understood)
		*error = parser.base.error;
	return understood;
}
