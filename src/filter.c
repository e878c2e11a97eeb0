/* A filter of words that must all hold. It is parsed strictly: a word that means nothing is an
 * error, never ignored. */

#include "filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "escape.h"
#include "out.h"
#include "util.h"

struct token {
	const char *text;
	size_t length;
};

/* Words become tokens here: `sport=:80`, `sport = 80` and `sport 80` are the same three. */
struct cursor {
	const char *expression;
	const char *next;
};

struct state_name {
	const char *name; /* lower case, with '-' where people also write '_' or nothing */
	enum sock_state state;
};

static const struct state_name state_names[] = {
	{ "estab", SOCK_STATE_ESTABLISHED },
	{ "established", SOCK_STATE_ESTABLISHED },
	{ "syn-sent", SOCK_STATE_SYN_SENT },
	{ "syn-recv", SOCK_STATE_SYN_RECV },
	{ "fin-wait-1", SOCK_STATE_FIN_WAIT1 },
	{ "fin-wait-2", SOCK_STATE_FIN_WAIT2 },
	{ "time-wait", SOCK_STATE_TIME_WAIT },
	{ "unconn", SOCK_STATE_CLOSE },
	{ "unconnected", SOCK_STATE_CLOSE },
	{ "closed", SOCK_STATE_CLOSE },
	{ "close-wait", SOCK_STATE_CLOSE_WAIT },
	{ "last-ack", SOCK_STATE_LAST_ACK },
	{ "listen", SOCK_STATE_LISTEN },
	{ "listening", SOCK_STATE_LISTEN },
	{ "closing", SOCK_STATE_CLOSING },
	{ "cookie-wait", SOCK_STATE_COOKIE_WAIT },
	{ "cookie-echoed", SOCK_STATE_COOKIE_ECHOED },
	{ "shutdown-pending", SOCK_STATE_SHUTDOWN_PENDING },
	{ "shutdown-sent", SOCK_STATE_SHUTDOWN_SENT },
	{ "shutdown-received", SOCK_STATE_SHUTDOWN_RECEIVED },
	{ "shutdown-ack-sent", SOCK_STATE_SHUTDOWN_ACK_SENT },
};

struct family_name {
	const char *name;
	enum sock_family family;
};

static const struct family_name family_names[] = {
	{ "inet", SOCK_FAMILY_INET },   { "ipv4", SOCK_FAMILY_INET },  { "ip4", SOCK_FAMILY_INET },
	{ "inet6", SOCK_FAMILY_INET6 }, { "ipv6", SOCK_FAMILY_INET6 }, { "ip6", SOCK_FAMILY_INET6 },
};

struct filter filter_all(void) {
	return (struct filter){
		.protocols = SOCK_PROTOCOLS_ALL,
		.families = SOCK_FAMILIES_ALL,
		.states = SOCK_STATES_ALL,
	};
}

static bool is_blank(char character) {
	return character == ' ' || character == '\t' || character == '\n';
}

static struct token next_token(struct cursor *cursor) {
	while (is_blank(*cursor->next))
		cursor->next++;
	const char *start = cursor->next;
	if (*start == '=')
		cursor->next += start[1] == '=' ? 2 : 1;
	else
		cursor->next += strcspn(start, "= \t\n");
	return (struct token){ start, (size_t)(cursor->next - start) };
}

static bool token_is(struct token token, const char *text) {
	return token.length == strlen(text) && strncasecmp(token.text, text, token.length) == 0;
}

static char to_lower(char c) {
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* TIME_WAIT, time-wait and FIN-WAIT1 are spellings of the same names. */
static bool is_state_name(struct token token, const char *name) {
	size_t at = 0;
	for (; *name; name++) {
		const char c = at < token.length ? token.text[at] : '\0';
		if (*name == '-') {
			at += c == '-' || c == '_';
			continue;
		}
		if (to_lower(c) != *name)
			return false;
		at++;
	}
	return at == token.length;
}

static bool find_state(struct token token, enum sock_state *state) {
	for (size_t i = 0; i < ARRAY_LENGTH(state_names); i++) {
		if (is_state_name(token, state_names[i].name)) {
			*state = state_names[i].state;
			return true;
		}
	}
	return false;
}

static bool find_family(struct token token, enum sock_family *family) {
	for (size_t i = 0; i < ARRAY_LENGTH(family_names); i++) {
		if (token_is(token, family_names[i].name)) {
			*family = family_names[i].family;
			return true;
		}
	}
	return false;
}

/* The message names the token, unless it is the missing one at the end. */
static bool fail(struct filter_error *error, const struct cursor *cursor, struct token token,
                 const char *what) {
	if (token.length > 0) {
		char *name = escape_copy(token.text, token.length);
		error->message = xasprintf("%s '%s'", what, name);
		free(name);
	} else {
		error->message = xasprintf("%s", what);
	}
	error->column = (size_t)(token.text - cursor->expression);
	return false;
}

/* "1234", but not "127.0.0.1": that is no number with something wrong in it. */
static bool starts_number(struct token token) {
	return token.length > 0 && token.text[0] >= '0' && token.text[0] <= '9' &&
	       !memchr(token.text, '.', token.length) && !memchr(token.text, ':', token.length);
}

/* ":1234", but not "::1". */
static bool is_colon_port(struct token token) {
	return token.text[0] == ':' && !memchr(token.text + 1, ':', token.length - 1);
}

static bool parse_port(struct token token, const struct cursor *cursor, uint16_t *port,
                       struct filter_error *error) {
	struct token digits = token;
	if (digits.length > 0 && digits.text[0] == ':') {
		digits.text++;
		digits.length--;
	}
	uint64_t number = 0;
	if (!starts_number(digits))
		return fail(error, cursor, token, _("a port is a number, not"));
	if (!util_parse_number(digits.text, digits.length, 65535, &number) || number == 0)
		return fail(error, cursor, digits, _("ports are 1 to 65535, not"));
	*port = (uint16_t)number;
	return true;
}

/* A second port of the same kind must be equal to the first, as all conditions hold together. */
static void narrow_port(struct filter *filter, uint16_t *held, uint16_t port) {
	if (*held != 0 && *held != port)
		filter->never = true;
	*held = port;
}

static void narrow_either_port(struct filter *filter, uint16_t port) {
	for (size_t i = 0; i < ARRAY_LENGTH(filter->ports); i++) {
		if (filter->ports[i] == port)
			return;
		if (filter->ports[i] == 0) {
			filter->ports[i] = port;
			return;
		}
	}
	filter->never = true; /* a socket has only two ends */
}

static bool parse_port_term(struct cursor *cursor, struct token keyword, struct filter *filter,
                            struct filter_error *error) {
	struct token token = next_token(cursor);
	if (token.length > 0 && token.text[0] == '=')
		token = next_token(cursor);
	uint16_t port = 0;
	if (token.length == 0)
		return fail(error, cursor, token, _("a port number is missing at the end"));
	if (!parse_port(token, cursor, &port, error))
		return false;
	if (token_is(keyword, "sport"))
		narrow_port(filter, &filter->sport, port);
	else if (token_is(keyword, "dport"))
		narrow_port(filter, &filter->dport, port);
	else
		narrow_either_port(filter, port);
	return true;
}

const char *filter_word(size_t index) {
	static const char *const keywords[] = { "port", "sport", "dport" };
	if (index < ARRAY_LENGTH(keywords))
		return keywords[index];
	index -= ARRAY_LENGTH(keywords);
	size_t protocols = 0;
	while (sock_protocols_name(protocols))
		protocols++;
	if (index < protocols)
		return sock_protocols_name(index);
	index -= protocols;
	if (index < ARRAY_LENGTH(family_names))
		return family_names[index].name;
	index -= ARRAY_LENGTH(family_names);
	return index < ARRAY_LENGTH(state_names) ? state_names[index].name : NULL;
}

static bool fail_unknown(struct cursor *cursor, struct token token, struct filter_error *error) {
	enum { WORDS_MAX = 128 };
	const char *words[WORDS_MAX];
	size_t count = 0;
	while (count < WORDS_MAX && filter_word(count)) {
		words[count] = filter_word(count);
		count++;
	}
	const char *like = util_closest(token.text, token.length, words, count);
	fail(error, cursor, token, _("unknown word"));
	char *bare = error->message;
	if (like)
		error->message = xasprintf(_("%s (did you mean %s?)"), bare, like);
	else
		error->message = xasprintf(_("%s: use a port number, a protocol or a state"), bare);
	free(bare);
	return false;
}

static bool parse_term(struct cursor *cursor, struct token token, struct filter *filter,
                       struct filter_error *error) {
	const uint32_t protocols = sock_protocols_named(token.text, token.length);
	enum sock_family family;
	enum sock_state state;
	uint16_t port = 0;
	if (token_is(token, "port") || token_is(token, "sport") || token_is(token, "dport"))
		return parse_port_term(cursor, token, filter, error);
	if (starts_number(token) || is_colon_port(token)) {
		if (!parse_port(token, cursor, &port, error))
			return false;
		narrow_either_port(filter, port);
	} else if (protocols != 0) {
		filter->protocols &= protocols;
	} else if (find_family(token, &family)) {
		filter->families &= 1u << family;
	} else if (find_state(token, &state)) {
		filter->states &= 1u << state;
	} else {
		return fail_unknown(cursor, token, error);
	}
	return true;
}

/* One blank is as good as another, and a caret below the line must meet its character. */
static void put_word(struct out *out, const char *word) {
	for (; *word; word++)
		out_char(out, is_blank(*word) ? ' ' : *word);
}

static char *join_words(const char *const words[], size_t count) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			out_char(&out, ' ');
		put_word(&out, words[i]);
	}
	out_char(&out, '\0');
	return out.bytes;
}

bool filter_parse(const char *const words[], size_t count, struct filter *filter,
                  struct filter_error *error) {
	char *expression = join_words(words, count);
	struct cursor cursor = { .expression = expression, .next = expression };
	struct filter parsed = *filter;
	for (struct token token = next_token(&cursor); token.length > 0;
	     token = next_token(&cursor)) {
		if (!parse_term(&cursor, token, &parsed, error)) {
			error->expression = expression;
			return false;
		}
	}
	free(expression);
	*filter = parsed;
	return true;
}

static bool is_at_port(const struct sock *sock, uint16_t port) {
	return port == 0 || sock->local.port == port || sock->peer.port == port;
}

/* Two ports that may each be on either end need both ends. */
static bool has_ports(const struct sock *sock, const uint16_t ports[2]) {
	return is_at_port(sock, ports[0]) && is_at_port(sock, ports[1]);
}

bool filter_matches(const struct filter *filter, const struct sock *sock) {
	if (filter->never || !(filter->protocols >> sock->protocol & 1) ||
	    !(filter->families >> sock->family & 1) || !(filter->states >> sock->state & 1))
		return false;
	if (filter->listening && !sock_is_listening(sock))
		return false;
	if (filter->sport != 0 && sock->local.port != filter->sport)
		return false;
	if (filter->dport != 0 && sock->peer.port != filter->dport)
		return false;
	return has_ports(sock, filter->ports);
}

/* The states in which sock_is_listening() can be true. */
static uint32_t listening_states(enum sock_protocol protocol) {
	uint32_t states = 0;
	for (int state = 1; state < SOCK_STATE_COUNT; state++) {
		const struct sock sock = { .protocol = (uint8_t)protocol, .state = (uint8_t)state };
		if (sock_is_listening(&sock))
			states |= 1u << state;
	}
	return states;
}

struct want filter_want(const struct filter *filter) {
	const uint32_t portless =
	    SOCK_PROTOCOLS_UNIX | SOCK_PROTOCOLS_PACKET | 1u << SOCK_PROTOCOL_XDP;
	struct want want = {
		.families = filter->families,
		.sport = filter->sport,
		.dport = filter->dport,
		.port = filter->ports[0],
	};
	const bool has_port = filter->sport != 0 || filter->dport != 0 || filter->ports[0] != 0;
	const uint32_t protocols = filter->protocols & (has_port ? ~portless : UINT32_MAX);
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (filter->never || !(protocols >> i & 1))
			continue;
		want.states[i] = filter->states;
		if (filter->listening)
			want.states[i] &= listening_states((enum sock_protocol)i);
	}
	return want;
}
