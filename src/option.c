/* The options, and the help that is made from them. */

#include "option.h"

#include <stdio.h>
#include <string.h>

#include "act_plan.h"
#include "field.h"
#include "sock.h"
#include "util.h"

#define CHOOSE .topic = OPTION_TOPIC_CHOOSE
#define DETAIL .topic = OPTION_TOPIC_DETAIL
#define OUTPUT .topic = OPTION_TOPIC_OUTPUT
#define OTHER .topic = OPTION_TOPIC_OTHER
#define DEFAULT .topic = OPTION_TOPIC_DEFAULT

const struct option_row options[] = {
	{ 't', "tcp", NULL, CHOOSE, N_("TCP sockets"), OPTION_PROTOCOL, 1u << SOCK_PROTOCOL_TCP },
	{ 'u', "udp", NULL, CHOOSE, N_("UDP sockets"), OPTION_PROTOCOL, 1u << SOCK_PROTOCOL_UDP },
	{ 'U', "udplite", NULL, CHOOSE, N_("UDP-Lite sockets"), OPTION_PROTOCOL,
	  1u << SOCK_PROTOCOL_UDPLITE },
	{ 'w', "raw", NULL, CHOOSE, N_("raw sockets"), OPTION_PROTOCOL, 1u << SOCK_PROTOCOL_RAW },
	{ 'M', "mptcp", NULL, CHOOSE, N_("MPTCP sockets"), OPTION_PROTOCOL,
	  1u << SOCK_PROTOCOL_MPTCP },
	{ 'S', "sctp", NULL, CHOOSE, N_("SCTP sockets"), OPTION_PROTOCOL,
	  1u << SOCK_PROTOCOL_SCTP },
	{ 'x', "unix", NULL, CHOOSE, N_("UNIX sockets"), OPTION_PROTOCOL, SOCK_PROTOCOLS_UNIX },
	{ '0', "packet", NULL, CHOOSE, N_("packet sockets"), OPTION_PROTOCOL,
	  SOCK_PROTOCOLS_PACKET },
	{ 0, "netlink", NULL, CHOOSE, N_("netlink sockets"), OPTION_PROTOCOL,
	  1u << SOCK_PROTOCOL_NETLINK },
	{ 0, "vsock", NULL, CHOOSE, N_("VSOCK sockets"), OPTION_PROTOCOL, SOCK_PROTOCOLS_VSOCK },
	{ 0, "xdp", NULL, CHOOSE, N_("XDP sockets"), OPTION_PROTOCOL, 1u << SOCK_PROTOCOL_XDP },
	{ 'A', "query", "LIST", CHOOSE, N_("protocols by name, as tcp,unix or all,!udp"),
	  OPTION_PROTOCOL_LIST, 0 },
	{ '4', "ipv4", NULL, CHOOSE, N_("IPv4 sockets only"), OPTION_FAMILY, SOCK_FAMILY_INET },
	{ '6', "ipv6", NULL, CHOOSE, N_("IPv6 sockets only"), OPTION_FAMILY, SOCK_FAMILY_INET6 },
	{ 'l', "listening", NULL, CHOOSE, N_("only what waits for peers"), OPTION_LISTENING, 0 },
	{ 0, "filter-file", "FILE", CHOOSE, N_("a filter in a file, which must hold too"),
	  OPTION_FILTER_FILE, 0 },
	{ 0, "explain-filter", NULL, CHOOSE, N_("how the filter is understood and carried out"),
	  OPTION_EXPLAIN_FILTER, 0 },
	{ 'N', "net", "NETNS", CHOOSE, N_("another network namespace: name, process id or path"),
	  OPTION_NETNS, 0 },

	{ 'e', "extended", NULL, DETAIL, N_("add user, inode, cookie, control group, mark"),
	  OPTION_GROUP, FIELD_GROUP_EXTENDED },
	{ 'm', "memory", NULL, DETAIL, N_("add memory use and drops"), OPTION_GROUP,
	  FIELD_GROUP_MEMORY },
	{ 'o', "timers", NULL, DETAIL, N_("add timers"), OPTION_GROUP, FIELD_GROUP_TIMER },
	{ 'i', "info", NULL, DETAIL, N_("add the counters inside TCP and MPTCP"), OPTION_GROUP,
	  FIELD_GROUP_INFO },
	{ 'r', "resolve", NULL, DETAIL, N_("host and service names; waits 2 seconds at most"),
	  OPTION_RESOLVE, 0 },

	{ 's', "summary", NULL, OUTPUT, N_("only count: by protocol, state and family"),
	  OPTION_SUMMARY, 0 },
	{ 'H', "no-header", NULL, OUTPUT, N_("no heading line"), OPTION_NO_HEADER, 0 },
	{ 0, "columns", "LIST", OUTPUT, N_("these columns; 'help' lists all of them"),
	  OPTION_COLUMNS, 0 },
	{ 0, "sort", "LIST", OUTPUT, N_("by these fields; -FIELD for largest first"), OPTION_SORT,
	  0 },
	{ 0, "group", "LIST", OUTPUT, N_("count and sum up by these fields, as process,state"),
	  OPTION_GROUP_BY, 0 },
	{ 0, "format", "FORMAT", OUTPUT, N_("text, json, ndjson, csv or tsv"), OPTION_FORMAT, 0 },
	{ 'j', "json", NULL, OUTPUT, N_("the same as --format json"), OPTION_JSON, 0 },

	{ 0, "watch", "SECONDS", OTHER, N_("look again and again, this often (0.1 is the least)"),
	  OPTION_WATCH, OPTION_WATCH_MAX },
	{ 0, "count", "N", OTHER, N_("with --watch: only so many times"), OPTION_COUNT_OF_LOOKS,
	  0 },
	{ 0, "diff", NULL, OTHER, N_("only what is new (+), gone (-) or changed (*)"), OPTION_DIFF,
	  0 },
	{ 0, "record", "FILE", OTHER, N_("keep what was seen; - is standard output"), OPTION_RECORD,
	  0 },
	{ 0, "replay", "FILE", OTHER, N_("show a recording, or a file of ss -D"), OPTION_REPLAY,
	  0 },
	{ 'v', "verbose", NULL, OTHER, N_("tell on standard error how each probe fared"),
	  OPTION_VERBOSE, 0 },
	{ 'h', "help", NULL, OTHER, N_("this text"), OPTION_HELP, 0 },
	{ 'V', "version", NULL, OTHER, N_("the version"), OPTION_VERSION, 0 },
	{ '1', NULL, NULL, DEFAULT, N_("a list, also on a terminal"), OPTION_DEFAULT, 0 },
	{ 'a', "all", NULL, DEFAULT, N_("all states"), OPTION_DEFAULT, 0 },
	{ 'n', "numeric", NULL, DEFAULT, N_("numbers, no names"), OPTION_DEFAULT, 0 },
	{ 'p', "processes", NULL, DEFAULT, N_("owners"), OPTION_DEFAULT, 0 },
	{ 'O', "oneline", NULL, DEFAULT, N_("one line a socket"), OPTION_DEFAULT, 0 },
};

const struct option_row top_options[] = {
	{ 'd', "delay", "SECONDS", OTHER,
	  N_("look this often, 0.1 to 60; every second, if not said"), OPTION_WATCH, 60 },
	{ 'b', "batch", NULL, OTHER, N_("write the table as text at each look, for logs"),
	  OPTION_BATCH, 0 },
	{ 'n', NULL, "N", OTHER, N_("end after so many looks"), OPTION_COUNT_OF_LOOKS, 0 },
	{ 0, "ssh", "HOST[,HOST...]", OTHER,
	  N_("other machines, each through ssh; socklens is there"), OPTION_SSH, 0 },
	{ 0, "theme", "NAME", OTHER, N_("auto, dark, light, contrast, colour-blind or mono"),
	  OPTION_THEME, 0 },
	{ 0, "ascii", NULL, OTHER, N_("draw with nothing but ASCII"), OPTION_ASCII, 0 },
	{ 0, "bits", NULL, OTHER, N_("rates in bits instead of bytes"), OPTION_BITS, 0 },
};

const struct option_row kill_options[] = {
	{ 0, "signal", "NAME", OTHER, N_("signal the owners: TERM, KILL, HUP, INT, ..."),
	  OPTION_SIGNAL, 0 },
	{ 0, "dry-run", NULL, OTHER, N_("only tell what would be done"), OPTION_DRY_RUN, 0 },
	{ 0, "with-listeners", NULL, OTHER, N_("also what waits for peers"), OPTION_ALLOW,
	  ACT_DANGER_LISTENER },
	{ 0, "with-session", NULL, OTHER, N_("also what this very session hangs on"), OPTION_ALLOW,
	  ACT_DANGER_SESSION },
};

#undef CHOOSE
#undef DETAIL
#undef OUTPUT
#undef OTHER
#undef DEFAULT

const size_t option_count = ARRAY_LENGTH(options);
const size_t top_option_count = ARRAY_LENGTH(top_options);
const size_t kill_option_count = ARRAY_LENGTH(kill_options);

bool option_is_for_kill(const struct option_row *row) {
	static const enum option_action actions[] = {
		OPTION_PROTOCOL,  OPTION_PROTOCOL_LIST, OPTION_FAMILY, OPTION_LISTENING,
		OPTION_NO_HEADER, OPTION_NETNS,         OPTION_SORT,   OPTION_COLUMNS,
		OPTION_FORMAT,    OPTION_JSON,          OPTION_HELP,   OPTION_FILTER_FILE,
		OPTION_VERSION,   OPTION_DEFAULT,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(actions); i++) {
		if (row->action == actions[i])
			return true;
	}
	return false;
}

bool option_is_for_diff(const struct option_row *row) {
	return option_is_for_kill(row) || row->action == OPTION_VERBOSE;
}

const char *option_topic_title(enum option_topic topic) {
	static const char *const titles[] = {
		[OPTION_TOPIC_CHOOSE] = N_("Which sockets"),
		[OPTION_TOPIC_DETAIL] = N_("What about them"),
		[OPTION_TOPIC_OUTPUT] = N_("How to show it"),
		[OPTION_TOPIC_OTHER] = N_("Other"),
		[OPTION_TOPIC_DEFAULT] = N_("Accepted, and the default anyway"),
	};
	_Static_assert(ARRAY_LENGTH(titles) == OPTION_TOPIC_COUNT, "a title for each");
	return _(titles[topic]);
}

static void write_option(struct out *out, const struct option_row *row) {
	char head[40] = "  ";
	size_t length = 2;
	length += (size_t)snprintf(head + length, sizeof(head) - length, row->letter ? "-%c" : "  ",
	                           row->letter);
	length += (size_t)snprintf(head + length, sizeof(head) - length, "%s%s%s",
	                           row->letter && row->name ? ", " : "  ", row->name ? "--" : "",
	                           row->name ? row->name : "");
	if (row->argument)
		snprintf(head + length, sizeof(head) - length, " %s", row->argument);
	out_printf(out, "%-24s %s\n", head, _(row->help));
}

static void write_defaults(struct out *out) {
	out_printf(out, "%s:", option_topic_title(OPTION_TOPIC_DEFAULT));
	for (size_t i = 0; i < option_count; i++) {
		if (options[i].topic == OPTION_TOPIC_DEFAULT)
			out_printf(out, " -%c", options[i].letter);
	}
	out_char(out, '\n');
}

void option_write_help(struct out *out) {
	out_text(
	    out,
	    _("Usage: socklens [list|top] [OPTION]... [FILTER]...      (top on a terminal)\n"
	      "       socklens top|kill|diff|record|serve|connect|lab ...  (-h: more of each)\n"));
	for (int topic = 0; topic < OPTION_TOPIC_DEFAULT; topic++) {
		out_printf(out, "%s%s:\n", topic == 0 ? "\n" : "",
		           option_topic_title((enum option_topic)topic));
		for (size_t i = 0; i < option_count; i++) {
			if ((int)options[i].topic == topic)
				write_option(out, &options[i]);
		}
	}
	write_defaults(out);
	out_text(
	    out,
	    _("Filter: 1234, tcp, listen, src 10/8, process nginx, rtt > 50ms; and or not ( )\n"
	      "Exit status: 0 found, 1 nothing found, 2 wrong usage, 3 answer incomplete.\n"));
}

void option_write_record_help(struct out *out) {
	out_text(out,
	         _("Usage: socklens record [-d SECONDS] [-n COUNT] [-N NETNS] FILE\n"
	           "Looks at every socket, with all that is known of it, and appends what it saw\n"
	           "to FILE; - is standard output.\n\n"
	           "  -d SECONDS  this often; every second, if not said\n"
	           "  -n COUNT    so many times, else until Ctrl-C\n"
	           "  -N NETNS    another network namespace: name, process id or path\n"
	           "  -h, --help  this text\n"));
}

void option_write_diff_help(struct out *out) {
	out_text(
	    out,
	    _("Usage: socklens diff [OPTION]... A [B] [FILTER]...\n"
	      "Shows what opened (+), closed (-) or changed (*) from A to B; of A alone, from\n"
	      "its first look to its last.\n\n"
	      "  FILE        the last look of a recording; - is standard input\n"
	      "  FILE#N      its look number N\n"
	      "  FILE@TIME   its first look from then on: 12:30, 12:30:05, 2026-11-28T12:30Z,\n"
	      "              +30s (after its first look), -2m (before its last one)\n"
	      "  now         this machine\n\n"
	      "Which sockets, --columns, --sort, --format and the filter are as in the list;\n"
	      "socklens --help tells them.\n"));
}

void option_write_top_help(struct out *out) {
	out_text(out,
	         _("Usage: socklens top [OPTION]... [FILTER]...\n"
	           "Shows the sockets and what happens to them, until q; F1 tells the keys.\n\n"));
	for (size_t i = 0; i < top_option_count; i++)
		write_option(out, &top_options[i]);
	out_text(out,
	         _("\nWhich sockets, their details, --columns, --sort, --group, --replay and the\n"
	           "filter are as in the list, with -b also --format and -H; socklens --help tells "
	           "them.\n"));
}

void option_write_kill_help(struct out *out) {
	out_text(out, _("Usage: socklens kill [OPTION]... FILTER...\n"
	                "Closes each socket that the filter lets pass, or signals its owners, and\n"
	                "tells what came of it.\n\n"));
	for (size_t i = 0; i < kill_option_count; i++)
		write_option(out, &kill_options[i]);
	out_text(
	    out,
	    _("\nWhich sockets, --net, --columns, --sort, --format, -H and the filter are as\n"
	      "in the list; socklens --help tells them. An empty filter is refused.\n"
	      "Exit status: 0 done, 1 nothing found, 2 wrong usage, 3 something left undone.\n"));
}
