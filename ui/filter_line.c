/* What holds is made anew from the command line's filter for each text that makes sense; toggles
 * only change its plain members. Host names match nothing until the background has answered. */

#include "filter_line.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "filter_sources.h"
#include "filter_words.h"
#include "lookup.h"
#include "out.h"
#include "util.h"

enum { KNOWN_MAX = 64, LEFT_ALONE_MS = 500 };

struct filter_line {
	struct filter base; /* its tree is borrowed */
	struct filter current;
	uint32_t plain; /* the protocols before toggles */
	uint32_t on, off;
	bool listening, established;
	char *text;
	char *error;
	size_t column;
	struct filter_sources sources; /* kept, so that a key press reads no file */
	struct lookup *lookup;
	struct resolve_host known[KNOWN_MAX]; /* answers, the oldest first */
	size_t known_count;
	const struct frame *frame;
	struct filter_words words;
};

/* Everything but the tree. */
static void apply_toggles(struct filter_line *line) {
	struct filter *current = &line->current;
	current->protocols = line->base.protocols;
	if (line->base.by_default)
		filter_default_protocols(current);
	line->plain = current->protocols;
	current->protocols = (line->plain | line->on) & ~line->off;
	current->listening = line->base.listening != line->listening;
}

struct filter_line *filter_line_create(const struct filter *base) {
	struct filter_line *line = xcalloc(1, sizeof(*line));
	line->base = *base;
	line->current = filter_borrow(base);
	line->text = xasprintf("%s", "");
	line->lookup = lookup_create();
	apply_toggles(line);
	return line;
}

static void forget_known(struct filter_line *line, size_t index) {
	struct resolve_host *host = &line->known[index];
	free((char *)host->name);
	free(host->addresses);
	line->known_count--;
	memmove(host, host + 1, (line->known_count - index) * sizeof(*host));
}

void filter_line_destroy(struct filter_line *line) {
	if (!line)
		return;
	lookup_destroy(line->lookup);
	while (line->known_count > 0)
		forget_known(line, line->known_count - 1);
	filter_words_finish(&line->words);
	filter_sources_finish(&line->sources);
	filter_finish(&line->current);
	free(line->text);
	free(line->error);
	free(line);
}

static void set_error(struct filter_line *line, char *error, size_t column) {
	free(line->error);
	line->error = error;
	line->column = column;
}

static const struct resolve_host *find_known(const struct filter_line *line, const char *name) {
	for (size_t i = 0; i < line->known_count; i++) {
		if (strcmp(line->known[i].name, name) == 0)
			return &line->known[i];
	}
	return NULL;
}

static void blame(struct filter_line *line, const struct resolve_host *host) {
	const char *place = strstr(line->text, host->name);
	char *name = escape_copy(host->name, strlen(host->name));
	set_error(line, xasprintf(_("host '%s': %s"), name, resolve_reason(host)),
	          place ? (size_t)(place - line->text) : 0);
	free(name);
}

/* Gives the host names their addresses, of a filter that has none yet, and asks for the others.
 * More names than can be kept are left alone. */
static void find_hosts(struct filter_line *line, unsigned delay_ms) {
	const char *unknown[KNOWN_MAX];
	const char *name;
	size_t count = 0;
	for (size_t i = 0; i < KNOWN_MAX && (name = filter_host_name(&line->current, i)); i++) {
		const struct resolve_host *host = find_known(line, name);
		if (!host)
			unknown[count++] = name;
		for (size_t j = 0; host && j < host->count; j++)
			filter_add_address(&line->current, i,
			                   (enum sock_family)host->addresses[j].family,
			                   host->addresses[j].address);
		if (host && host->outcome != RESOLVE_FOUND && !line->error)
			blame(line, host);
	}
	lookup_ask(line->lookup, unknown, count, delay_ms);
}

/* Of an expression elsewhere, as of a named filter, no byte of this text can be shown. */
static void take_error(struct filter_line *line, struct filter_error *error) {
	const bool is_here = error->expression && strcmp(error->expression, line->text) == 0;
	if (line->sources.error) {
		free(error->message);
		error->message = line->sources.error;
		line->sources.error = NULL;
	}
	set_error(line, error->message, is_here ? error->column : 0);
	free(error->expression);
}

static bool parse(struct filter_line *line, const char *text) {
	const struct filter_names names = filter_sources_names(&line->sources);
	struct filter_error error = { 0 };
	struct filter filter = filter_borrow(&line->base);
	set_error(line, NULL, 0);
	if (!filter_parse(text, &names, &filter, &error)) {
		take_error(line, &error);
		filter_finish(&filter);
		return false;
	}
	filter_finish(&line->current);
	line->current = filter;
	apply_toggles(line);
	return true;
}

bool filter_line_set(struct filter_line *line, const char *text) {
	char *copy = xasprintf("%s", text);
	free(line->text);
	line->text = copy;
	if (!parse(line, copy))
		return false;
	find_hosts(line, LEFT_ALONE_MS);
	return !line->error;
}

void filter_line_settle(struct filter_line *line) {
	for (size_t i = line->known_count; i-- > 0;) {
		if (line->known[i].outcome != RESOLVE_FOUND)
			forget_known(line, i);
	}
	if (parse(line, line->text))
		find_hosts(line, 0);
}

void filter_line_set_ephemeral(struct filter_line *line, const uint16_t ports[2]) {
	filter_set_ephemeral(&line->base, ports);
	filter_set_ephemeral(&line->current, ports);
}

const struct filter *filter_line_current(const struct filter_line *line) {
	return &line->current;
}

const char *filter_line_text(const struct filter_line *line) {
	return line->text;
}

void filter_line_write(const struct filter_line *line, struct out *out) {
	static const char everything[] = "all";
	const size_t start = out->used;
	filter_print(&line->base, out);
	const size_t length = out->used - start;
	const bool is_narrow =
	    length != sizeof(everything) - 1 || memcmp(out->bytes + start, everything, length) != 0;
	if (!is_narrow)
		out->used = start;
	if (line->text[0] != '\0')
		out_printf(out, is_narrow ? " and (%s)" : "%s", line->text);
}

const char *filter_line_error(const struct filter_line *line, size_t *column) {
	if (line->error && column)
		*column = line->column;
	return line->error;
}

void filter_line_toggle_protocols(struct filter_line *line, uint32_t protocols) {
	const bool is_shown = (line->current.protocols & protocols) != 0;
	line->on &= ~protocols;
	line->off &= ~protocols;
	if (is_shown)
		line->off |= protocols & line->plain;
	else
		line->on |= protocols & ~line->plain;
	apply_toggles(line);
}

/* Nothing that listens is established. */
void filter_line_toggle_listening(struct filter_line *line) {
	line->listening = !line->listening;
	apply_toggles(line);
	if (line->current.listening)
		line->established = false;
}

void filter_line_toggle_established(struct filter_line *line) {
	line->established = !line->established;
	if (line->established && line->current.listening)
		line->listening = !line->listening;
	apply_toggles(line);
}

bool filter_line_only_established(const struct filter_line *line) {
	return line->established;
}

static void put(struct out *out, size_t start, const char *text) {
	if (out->used > start)
		out_text(out, ", ");
	out_text(out, text);
}

void filter_line_write_toggles(const struct filter_line *line, struct out *out) {
	static const struct {
		uint32_t protocols;
		const char *on, *off;
	} names[] = {
		{ 1u << SOCK_PROTOCOL_TCP, N_("tcp on"), N_("tcp off") },
		{ 1u << SOCK_PROTOCOL_UDP, N_("udp on"), N_("udp off") },
		{ SOCK_PROTOCOLS_UNIX, N_("unix on"), N_("unix off") },
	};
	const size_t start = out->used;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (line->off & names[i].protocols)
			put(out, start, _(names[i].off));
		else if (line->on & names[i].protocols)
			put(out, start, _(names[i].on));
	}
	if (line->listening)
		put(out, start,
		    line->current.listening ? _("listening only") : _("not only listening"));
	if (line->established)
		put(out, start, _("established only"));
}

int filter_line_fd(const struct filter_line *line) {
	return lookup_fd(line->lookup);
}

/* Takes what `host` owns. */
static void keep(struct filter_line *line, struct resolve_host *host) {
	for (size_t i = line->known_count; i-- > 0;) {
		if (strcmp(line->known[i].name, host->name) == 0)
			forget_known(line, i);
	}
	if (line->known_count == KNOWN_MAX)
		forget_known(line, 0);
	line->known[line->known_count++] = *host;
	*host = (struct resolve_host){ 0 };
}

/* The text is parsed once more, so that no address is added twice. */
void filter_line_answer(struct filter_line *line) {
	struct resolve_host *hosts = NULL;
	size_t count = 0;
	if (!lookup_take(line->lookup, &hosts, &count))
		return;
	for (size_t i = 0; i < count; i++)
		keep(line, &hosts[i]);
	lookup_free(hosts, count);
	if (parse(line, line->text))
		find_hosts(line, LEFT_ALONE_MS);
}

static const char *candidate(void *context, const char *text, size_t start, size_t end,
                             size_t index) {
	struct filter_line *line = context;
	if (index == 0) {
		filter_words_finish(&line->words);
		line->words = filter_words_find(text, start, end, line->frame);
	}
	return index < line->words.count ? line->words.words[index] : NULL;
}

struct prompt_completer filter_line_completer(struct filter_line *line, const struct frame *frame) {
	line->frame = frame;
	return (struct prompt_completer){ .context = line, .candidate = candidate };
}
