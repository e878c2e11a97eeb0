/* What there is to do decides which options fit: one exchange, or one of the styles of a load. An
 * option that only a load has makes it one. */

#include "connect_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "command.h"
#include "connect.h"
#include "escape.h"
#include "quantity.h"
#include "target.h"
#include "util.h"

enum {
	OPTION_MESSAGE,
	OPTION_WAIT,
	OPTION_TIMEOUT,
	OPTION_RESET,
	OPTION_DGRAM,
	OPTION_SEQPACKET,
	OPTION_COUNT,
	OPTION_PARALLEL,
	OPTION_FOR,
	OPTION_RATE,
	OPTION_SIZE,
	OPTION_THINK,
	OPTION_CHURN,
	OPTION_HOLD,
	OPTION_STREAM,
	OPTION_QUIET,
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS,
};

static const struct command_option options[] = {
	{ 'm', "message", "TEXT", N_("send TEXT, with nothing added, and show the answer"),
	  OPTION_MESSAGE },
	{ 0, "wait", "TIME", N_("it is over after so much silence; with -m 1s"), OPTION_WAIT },
	{ 0, "timeout", "TIME", N_("wait for a connection or an answer (10s; UDP 2s)"),
	  OPTION_TIMEOUT },
	{ 0, "reset", NULL, N_("end with a reset (RST)"), OPTION_RESET },
	{ 0, "dgram", NULL, N_("unix: datagrams"), OPTION_DGRAM },
	{ 0, "seqpacket", NULL, N_("unix: connections that keep messages apart"),
	  OPTION_SEQPACKET },
	{ 'n', "count", "COUNT", N_("a load of COUNT connections"), OPTION_COUNT },
	{ 0, "parallel", "P", N_("a load of P connections at a time"), OPTION_PARALLEL },
	{ 0, "for", "TIME", N_("a load for so long, as 30s"), OPTION_FOR },
	{ 0, "rate", "R", N_("R a second in all; of --churn, --hold: connections"), OPTION_RATE },
	{ 0, "size", "BYTES", N_("messages of BYTES instead of TEXT (64)"), OPTION_SIZE },
	{ 0, "think", "TIME", N_("pause between an answer and the next message"), OPTION_THINK },
	{ 0, "churn", NULL, N_("connect, one message, close; again and again"), OPTION_CHURN },
	{ 0, "hold", NULL, N_("keep connections open and say nothing"), OPTION_HOLD },
	{ 0, "stream", NULL, N_("send as fast as it goes, take what comes"), OPTION_STREAM },
	{ 'q', "quiet", NULL, N_("no progress and no summary of a load"), OPTION_QUIET },
	{ 'j', "json", NULL, N_("the summary of a load as a JSON object"), OPTION_JSON },
	{ 'h', "help", NULL, N_("this text"), OPTION_HELP },
};
_Static_assert(ARRAY_LENGTH(options) == OPTIONS, "a row for each");

/* What there is to do, and its bit in the table of what fits. */
enum task { TASK_EXCHANGE, TASK_MESSAGES, TASK_CHURN, TASK_HOLD, TASK_STREAM, TASK_COUNT };

enum {
	EXCHANGE = 1u << TASK_EXCHANGE,
	MESSAGES = 1u << TASK_MESSAGES,
	CHURN = 1u << TASK_CHURN,
	HOLD = 1u << TASK_HOLD,
	STREAM = 1u << TASK_STREAM,
	LOADS = MESSAGES | CHURN | HOLD | STREAM,
	ALL = EXCHANGE | LOADS,
};

static const uint8_t fits[] = {
	[OPTION_MESSAGE] = ALL & ~HOLD,
	[OPTION_WAIT] = EXCHANGE,
	[OPTION_TIMEOUT] = ALL,
	[OPTION_RESET] = ALL,
	[OPTION_DGRAM] = ALL,
	[OPTION_SEQPACKET] = ALL,
	[OPTION_COUNT] = LOADS,
	[OPTION_PARALLEL] = LOADS,
	[OPTION_FOR] = LOADS,
	[OPTION_RATE] = LOADS,
	[OPTION_SIZE] = MESSAGES | CHURN | STREAM,
	[OPTION_THINK] = MESSAGES,
	[OPTION_CHURN] = CHURN,
	[OPTION_HOLD] = HOLD,
	[OPTION_STREAM] = STREAM,
	[OPTION_QUIET] = LOADS,
	[OPTION_JSON] = LOADS,
	[OPTION_HELP] = ALL,
};
_Static_assert(ARRAY_LENGTH(fits) == OPTIONS, "a row for each");

/* Of these the first excludes the second. */
static const struct {
	uint8_t one, other;
} contradictions[] = {
	{ OPTION_CHURN, OPTION_HOLD },      { OPTION_CHURN, OPTION_STREAM },
	{ OPTION_HOLD, OPTION_STREAM },     { OPTION_MESSAGE, OPTION_SIZE },
	{ OPTION_DGRAM, OPTION_SEQPACKET }, { OPTION_QUIET, OPTION_JSON },
};

/* Quantities that are numbers, and the most that each may be. */
enum {
	SIZE_DEFAULT = 64,
	SIZE_MAX_BYTES = 64 * 1024 * 1024,
	PARALLEL_MAX = 1000 * 1000,
	UDP_MESSAGE_MAX = 65507,       /* of IPv4 */
	UNIX_MESSAGE_MAX = 200 * 1024, /* within net.core.wmem_default */
};

static const uint64_t second_ns = UINT64_C(1000000000);

enum protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_UNIX, PROTOCOL_NONE };
static const char *const protocols[] = { "tcp", "udp", "unix" };

static const char *word(size_t index) {
	return index < ARRAY_LENGTH(protocols) ? protocols[index] : NULL;
}

const struct command connect_command = {
	.name = "connect",
	.help = N_("a client for one message, for standard input, or for a load"),
	.usage = N_("Usage: socklens connect [tcp] HOST:PORT | PORT [OPTION]...\n"
	            "       socklens connect udp HOST:PORT | unix PATH | unix @NAME [OPTION]...\n"
	            "Standard input goes out until it ends, and the answer to standard output.\n"
	            "With -m, silence for half of --wait ends what is sent (a half-close), and\n"
	            "for all of it the answer. Datagrams: each line is one.\n"),
	.options = options,
	.option_count = ARRAY_LENGTH(options),
	.word = word,
	.run = connect_run,
};

struct parser {
	struct command_parser base;
	struct connect_plan *plan;
	enum protocol protocol;
	const char *words[2]; /* behind the protocol */
	size_t word_count;
	uint32_t given; /* bits 1u << OPTION_... */
	const char *values[OPTIONS];
};

static bool is_given(const struct parser *parser, int id) {
	return parser->given >> id & 1;
}

/* The words. */

static bool take_word(struct command_parser *base, const char *word) {
	struct parser *parser = (struct parser *)base;
	if (parser->word_count == 0 && parser->protocol == PROTOCOL_NONE) {
		parser->protocol = PROTOCOL_TCP;
		for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++) {
			if (strcmp(word, protocols[i]) != 0)
				continue;
			parser->protocol = (enum protocol)i;
			return true;
		}
	}
	if (parser->word_count == ARRAY_LENGTH(parser->words))
		return command_fail(&parser->base,
		                    _("'%s' is one word too many; see connect --help"), word);
	parser->words[parser->word_count++] = word;
	return true;
}

static int type_of(const struct parser *parser) {
	if (parser->protocol == PROTOCOL_UDP || is_given(parser, OPTION_DGRAM))
		return SOCK_DGRAM;
	return is_given(parser, OPTION_SEQPACKET) ? SOCK_SEQPACKET : SOCK_STREAM;
}

static bool set_target(struct parser *parser) {
	struct dial_target *target = &parser->plan->target;
	const bool is_unix = parser->protocol == PROTOCOL_UNIX;
	if (parser->word_count == 0 && is_unix)
		return command_fail(&parser->base,
		                    _("name a UNIX socket, as in 'connect unix /run/x'%s"), "");
	if (parser->word_count == 0)
		return command_fail(&parser->base,
		                    _("name a host and a port, as in 'connect localhost:1234'%s"),
		                    "");
	target->type = type_of(parser);
	if (is_unix && parser->word_count > 1)
		return command_fail(&parser->base,
		                    _("'%s' is one word too many; see connect --help"),
		                    parser->words[1]);
	if (is_unix) {
		struct address address;
		const char *reason = NULL;
		target->path = parser->words[0];
		return address_parse_unix(target->path, &address, &reason) ||
		       command_fail(&parser->base, "unix: %s", reason);
	}
	if (is_given(parser, OPTION_DGRAM) || is_given(parser, OPTION_SEQPACKET))
		return command_fail(&parser->base,
		                    _("--dgram and --seqpacket fit unix, and not %s"),
		                    protocols[parser->protocol]);
	if (parser->word_count == 1)
		return target_parse(parser->words[0], target, &parser->base.error);
	if (strchr(parser->words[1], ':'))
		return command_fail(&parser->base, _("unknown protocol '%s'; use tcp, udp or unix"),
		                    parser->words[0]);
	return target_parse_host(parser->words[0], strlen(parser->words[0]), target,
	                         &parser->base.error) &&
	       target_parse_port(parser->words[1], target, &parser->base.error);
}

/* The options. */

static bool fail_option(struct parser *parser, int id, const char *reason) {
	char *text = escape_copy(parser->values[id], strlen(parser->values[id]));
	parser->base.error = xasprintf("--%s '%s': %s", options[id].name, text, reason);
	free(text);
	return false;
}

/* False is an error; what is not given stays as it is. */
static bool set_number(struct parser *parser, int id, uint64_t min, uint64_t max,
                       uint64_t *number) {
	const char *reason = NULL;
	uint64_t parsed = 0;
	if (!is_given(parser, id))
		return true;
	if (!quantity_parse(parser->values[id], max, &parsed, &reason))
		return fail_option(parser, id, reason);
	if (parsed < min)
		return fail_option(parser, id, _("it must be more than 0"));
	*number = parsed;
	return true;
}

static bool set_duration(struct parser *parser, int id, bool may_be_zero, uint64_t *ns) {
	const char *reason = NULL;
	uint64_t parsed = 0;
	if (!is_given(parser, id))
		return true;
	if (!quantity_parse_duration(parser->values[id], &parsed, &reason))
		return fail_option(parser, id, reason);
	if (parsed == 0 && !may_be_zero)
		return fail_option(parser, id, _("it must be more than 0"));
	*ns = parsed;
	return true;
}

static bool set_rate(struct parser *parser, double *rate) {
	const char *reason = NULL;
	return !is_given(parser, OPTION_RATE) ||
	       quantity_parse_rate(parser->values[OPTION_RATE], rate, &reason) ||
	       fail_option(parser, OPTION_RATE, reason);
}

static enum task task_of(const struct parser *parser) {
	static const struct {
		int id;
		enum task task;
	} styles[] = {
		{ OPTION_CHURN, TASK_CHURN },       { OPTION_HOLD, TASK_HOLD },
		{ OPTION_STREAM, TASK_STREAM },     { OPTION_COUNT, TASK_MESSAGES },
		{ OPTION_PARALLEL, TASK_MESSAGES }, { OPTION_FOR, TASK_MESSAGES },
		{ OPTION_RATE, TASK_MESSAGES },     { OPTION_SIZE, TASK_MESSAGES },
		{ OPTION_THINK, TASK_MESSAGES },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(styles); i++) {
		if (is_given(parser, styles[i].id))
			return styles[i].task;
	}
	return TASK_EXCHANGE;
}

static bool fail_pair(struct parser *parser, const char *format, int one, const char *other) {
	/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
	parser->base.error = xasprintf(format, options[one].name, other);
	return false;
}

static bool check_task(struct parser *parser, enum task task) {
	static const char *const styles[TASK_COUNT] = {
		[TASK_CHURN] = "--churn", [TASK_HOLD] = "--hold", [TASK_STREAM] = "--stream"
	};
	for (size_t i = 0; i < ARRAY_LENGTH(contradictions); i++) {
		const int one = contradictions[i].one;
		const int other = contradictions[i].other;
		if (is_given(parser, one) && is_given(parser, other))
			return fail_pair(parser, _("--%s and --%s exclude each other"), one,
			                 options[other].name);
	}
	for (int id = 0; id < OPTIONS; id++) {
		if (!is_given(parser, id) || fits[id] >> task & 1)
			continue;
		if (task == TASK_EXCHANGE)
			return fail_pair(parser, _("--%s fits only a load; add %s"), id,
			                 "-n COUNT");
		if (!styles[task])
			return fail_pair(parser, _("--%s does not fit %s"), id, _("a load"));
		return fail_pair(parser, _("--%s does not fit %s"), id, styles[task]);
	}
	return true;
}

static bool check_size(struct parser *parser, const struct load_plan *load) {
	const bool is_udp = parser->protocol == PROTOCOL_UDP;
	const uint64_t max = load->type == SOCK_STREAM ? SIZE_MAX_BYTES
	                     : is_udp                  ? UDP_MESSAGE_MAX
	                                               : UNIX_MESSAGE_MAX;
	if (load->size <= max)
		return true;
	parser->base.error =
	    xasprintf(_("a message of %zu bytes is too long; %llu are the most here"), load->size,
	              (unsigned long long)max);
	return false;
}

/* How many connections there are at the same time if nobody says so. */
static uint64_t usual_crowd(const struct load_plan *load) {
	static const uint64_t most[] = {
		[LOAD_MESSAGES] = 1000,
		[LOAD_CHURN] = 1,
		[LOAD_HOLD] = 100, /* that are being connected */
		[LOAD_STREAM] = 1000,
	};
	const uint64_t wanted = load->connections > 0 ? load->connections : 1;
	return wanted < most[load->style] ? wanted : most[load->style];
}

static bool set_load(struct parser *parser, enum task task) {
	static const enum load_style styles[TASK_COUNT] = {
		[TASK_MESSAGES] = LOAD_MESSAGES,
		[TASK_CHURN] = LOAD_CHURN,
		[TASK_HOLD] = LOAD_HOLD,
		[TASK_STREAM] = LOAD_STREAM,
	};
	struct load_plan *load = &parser->plan->load;
	const char *message = parser->values[OPTION_MESSAGE];
	uint64_t size = message ? strlen(message) : SIZE_DEFAULT;
	*load = (struct load_plan){
		.style = styles[task],
		.type = parser->plan->target.type,
		.message = message,
		.reset = is_given(parser, OPTION_RESET),
		.json = is_given(parser, OPTION_JSON),
		.quiet = is_given(parser, OPTION_QUIET),
	};
	if (!set_number(parser, OPTION_COUNT, 1, UINT32_MAX, &load->connections) ||
	    !set_number(parser, OPTION_PARALLEL, 1, PARALLEL_MAX, &load->parallel) ||
	    !set_number(parser, OPTION_SIZE, 0, SIZE_MAX_BYTES, &size) ||
	    !set_rate(parser, &load->rate) ||
	    !set_duration(parser, OPTION_FOR, false, &load->duration_ns) ||
	    !set_duration(parser, OPTION_THINK, true, &load->think_ns) ||
	    !set_duration(parser, OPTION_TIMEOUT, false, &load->timeout_ns))
		return false;
	load->size = size;
	if (load->parallel == 0)
		load->parallel = usual_crowd(load);
	return check_size(parser, load);
}

static bool set_exchange(struct parser *parser) {
	struct exchange *exchange = &parser->plan->exchange;
	const int type = parser->plan->target.type;
	const char *message = parser->values[OPTION_MESSAGE];
	const bool is_stream_of_input = type == SOCK_STREAM && !message;
	*exchange = (struct exchange){
		.message = message,
		.timeout_ns = (type == SOCK_DGRAM ? 2 : 10) * second_ns,
		.wait_ns = is_stream_of_input ? EXCHANGE_WITHOUT_END : second_ns,
		.reset = is_given(parser, OPTION_RESET),
	};
	return set_duration(parser, OPTION_TIMEOUT, false, &exchange->timeout_ns) &&
	       set_duration(parser, OPTION_WAIT, true, &exchange->wait_ns);
}

/* TCP alone has a reset, and the pace of a stream is the receiver's. */
static bool check_protocol(struct parser *parser, enum task task) {
	const char *protocol = protocols[parser->protocol];
	if (is_given(parser, OPTION_RESET) && parser->protocol != PROTOCOL_TCP)
		return command_fail(&parser->base, _("--reset fits tcp, and not %s"), protocol);
	if (is_given(parser, OPTION_RATE) && task == TASK_STREAM && type_of(parser) != SOCK_DGRAM)
		return command_fail(&parser->base,
		                    _("--rate fits --stream only of datagrams, and not %s"),
		                    protocol);
	return true;
}

static bool finish(struct command_parser *base) {
	struct parser *parser = (struct parser *)base;
	const enum task task = task_of(parser);
	parser->plan->is_load = task != TASK_EXCHANGE;
	return set_target(parser) && check_task(parser, task) && check_protocol(parser, task) &&
	       set_exchange(parser) && (!parser->plan->is_load || set_load(parser, task));
}

static bool take_option(struct command_parser *base, int id, const char *value) {
	struct parser *parser = (struct parser *)base;
	if (id == OPTION_MESSAGE && is_given(parser, id))
		return command_fail(&parser->base, _("one -m is all; send '%s' by standard input"),
		                    value);
	parser->given |= 1u << id;
	parser->values[id] = value;
	return true;
}

static const struct command_steps steps = { take_word, take_option, finish };

bool connect_parse(int argc, char *argv[], struct connect_plan *plan, char **error) {
	struct parser parser = { .plan = plan, .protocol = PROTOCOL_NONE };
	*plan = (struct connect_plan){ 0 };
	const bool understood = command_parse(&connect_command, &steps, &parser.base, argc, argv);
	plan->help = parser.base.help;
	if (!understood)
		*error = parser.base.error;
	return understood;
}
