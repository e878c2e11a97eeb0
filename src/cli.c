/* Options by their tables (cli_options.c), the filter (cli_filter.c), and what follows from both.
 * Nothing is done here but understanding. */

#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_filter.h"
#include "cli_options.h"
#include "util.h"
#include "when.h"

static bool went_wrong(const struct cli *cli) {
	return cli->command == CLI_WRONG;
}

/* The live view has its own columns and order, and groups within it. Elsewhere rows are groups, and
 * are sorted by columns of their own. */
static void choose_groups(struct cli *cli, const struct cli_wishes *wishes) {
	char *error = NULL;
	if (cli->command == CLI_TOP)
		group_by_set(&cli->groups.by, wishes->group, &error);
	else if (cli->summary || cli->diff || wishes->columns || cli->view.detail_count > 0)
		error = xasprintf("%s", _("groups have columns of their own; leave out --group, or "
		                          "--columns, details, --summary and --diff"));
	else if (group_rows_set(&cli->groups, wishes->group, &error) && wishes->sort)
		group_rows_sort(&cli->groups, wishes->sort, &error);
	if (error)
		cli_fail(cli, error);
}

static void choose_columns(struct cli *cli, const struct cli_wishes *wishes) {
	static const char batch_columns[] = "owners,user,proto,state,local,peer,rx,tx,rtt,age";
	static const char diff_columns[] = "proto,state,local,peer,owners";
	static const char diff_data[] = "proto,family,state,src,sport,dst,dport,iface,owners,owner,"
					"uid,user,inode,cookie,netns";
	char *error = NULL;
	if (!wishes->columns && cli->batch)
		view_set_columns(&cli->view, batch_columns, &error);
	else if (!wishes->columns && cli->command == CLI_DIFF)
		view_set_columns(&cli->view, cli->format->is_data ? diff_data : diff_columns,
		                 &error);
	else if (!wishes->columns && cli->command != CLI_TOP)
		view_add_defaults(&cli->view, cli->format->is_data ? FIELD_IN_DATA : FIELD_IN_TEXT);
	else if (wishes->columns && !view_set_columns(&cli->view, wishes->columns, &error))
		cli_fail(cli, error);
	for (int group = 0; group < FIELD_GROUP_COUNT; group++) {
		const bool shown_already = group == FIELD_GROUP_NAMES && !cli->format->is_data;
		if (wishes->groups[group] && !shown_already)
			view_add_group(&cli->view, (enum field_group)group);
	}
	if (cli->diff || cli->batch || cli->command == CLI_DIFF)
		view_put_first(&cli->view, field_named("change"));
	if (cli->summary && (wishes->columns || wishes->sort || cli->view.detail_count > 0))
		cli_fail(cli,
		         xasprintf("%s", _("a summary has no columns, details or order to choose; "
		                           "leave out --summary or the others")));
	error = NULL;
	if (wishes->group)
		choose_groups(cli, wishes);
	if (wishes->sort && (!wishes->group || cli->command == CLI_TOP) &&
	    !view_set_sort(&cli->view, wishes->sort, &error))
		cli_fail(cli, error);
}

/* -4 and -6 are about IP: they ask for its protocols if no other option does, and say nothing of
 * other families. If no option names a protocol or family, those of IP are shown, and those that
 * the filter names. */
static void narrow(struct filter *filter, struct cli_wishes *wishes) {
	if (wishes->families && !(wishes->protocols & SOCK_PROTOCOLS_IP))
		wishes->protocols |= SOCK_PROTOCOLS_IP;
	if (wishes->protocols_named || wishes->families)
		filter->protocols &= wishes->protocols;
	else
		filter_default_protocols(filter);
	if (wishes->families)
		filter->families &= wishes->families | (SOCK_FAMILIES_ALL & ~SOCK_FAMILIES_IP);
}

/* What contradicts itself. */
static void check(struct cli *cli) {
	const char *problem = NULL;
	if (cli->replay && (cli->interval_ns > 0 || cli->record || cli->netns))
		problem = _("a recording is shown as it is; leave out --watch, --record and --net");
	else if (cli->diff && !cli->replay && cli->interval_ns == 0)
		problem = _("--diff compares looks; use it with --watch or --replay");
	else if (cli->diff && cli->summary)
		problem = _("a summary has no rows to compare; leave out --summary or --diff");
	else if (cli->count > 0 && cli->interval_ns == 0)
		problem = _("--count counts looks; use it with --watch");
	else if (cli->record && strcmp(cli->record, "-") == 0 && isatty(STDOUT_FILENO))
		problem = _("a recording is not for a terminal; name a file or a pipe");
	if (problem)
		cli_fail(cli, xasprintf("%s", problem));
}

/* "socklens record": every socket with everything that is known of it, and nothing on the screen.
 */
static void parse_record(struct cli *cli, int argc, char *argv[]) {
	const struct option longs[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	const uint64_t second_ns = 1000000000;
	int letter;
	optind = 0;
	opterr = 0;
	cli->interval_ns = second_ns;
	while (cli->command == CLI_LIST &&
	       (letter = getopt_long(argc, argv, ":d:n:N:h", longs, NULL)) != -1) {
		switch (letter) {
		case 'd':
			cli_set_interval(cli, optarg, OPTION_WATCH_MAX);
			break;
		case 'n':
			cli_set_count(cli, optarg);
			break;
		case 'N':
			cli->netns = optarg;
			break;
		case 'h':
			cli->command = CLI_RECORD_HELP;
			break;
		default:
			cli_fail_option(cli, argv, letter);
			break;
		}
	}
	if (cli->command != CLI_LIST)
		return;
	cli->silent = true;
	cli->header = false;
	cli->record = argv[optind];
	view_add_all_but(&cli->view, SOCK_NEED_BPF_STORAGE | SOCK_NEED_NAMES | SOCK_NEED_SERVICE);
	if (argc - optind != 1)
		cli_fail(cli,
		         xasprintf("%s", _("name one file to record to; - is standard output")));
}

static void fail_about_option(struct cli *cli, const char *format, const struct option_row *row) {
	const char letter[] = { '-', row->letter, '\0' };
	char *word = row->name ? xasprintf("--%s", row->name) : xasprintf("%s", letter);
	cli_fail_about(cli, format, word, strlen(word));
	free(word);
}

/* The live view is what a terminal gets, unless something is asked for that only a list has. */
static void choose_command(struct cli *cli, const struct cli_wishes *wishes, bool says_list,
                           bool says_top) {
	const bool on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	const bool is_plain = !says_list && !wishes->list_only && !cli->replay;
	if (cli->command != CLI_LIST)
		return;
	if (says_top && wishes->list_only && !cli->batch) {
		fail_about_option(cli, _("'%s' is not for the live view; use socklens list"),
		                  wishes->list_only);
	} else if (says_top || (is_plain && on_terminal)) {
		cli->command = CLI_TOP;
	}
}

/* What contradicts itself in the live view. */
static void check_top(struct cli *cli) {
	const uint64_t second_ns = 1000000000;
	const char *problem = NULL;
	if (cli->interval_ns == 0 && cli->batch)
		cli->interval_ns = second_ns;
	if (cli->batch && (cli->theme || cli->ascii || cli->bits))
		problem = _("--theme, --ascii and --bits are for the screen; leave out -b");
	else if (cli->batch && (cli->summary || cli->groups.by.level_count > 0 || cli->record ||
	                        cli->diff || cli->verbose))
		problem = _("top -b has no --summary, --group, --record, --diff or --verbose; use "
		            "socklens list");
	else if (cli->ssh && (cli->batch || cli->replay || cli->netns))
		problem = _("--ssh shows what other machines record on the screen; leave out -b, "
		            "--replay and --net");
	else if (cli->replay && cli->netns)
		problem = _("a recording is shown as it is; leave out --net");
	else if (!cli->batch && !isatty(STDOUT_FILENO))
		problem = _("the live view needs a terminal; use top -b or list");
	if (problem)
		cli_fail(cli, xasprintf("%s", problem));
}

/* True, and the word is gone, if the command line begins with it. */
static bool take_command(int *argc, char ***argv, const char *word) {
	if (*argc < 2 || strcmp((*argv)[1], word) != 0)
		return false;
	(*argv)[1] = (*argv)[0];
	(*argv)++;
	(*argc)--;
	return true;
}

/* What stands behind the options is a filter. */
static void parse_words(struct cli *cli, const struct cli_wishes *wishes, int argc, char *argv[]) {
	if (!went_wrong(cli))
		cli_parse_filter(cli, wishes->filter_file, (const char *const *)argv + optind,
		                 (size_t)(argc - optind));
}

static void choose_view(struct cli *cli, const struct cli_wishes *wishes) {
	if (!went_wrong(cli))
		choose_columns(cli, wishes);
	if (!went_wrong(cli) && wishes->protocols_named && wishes->protocols == 0)
		cli_fail(cli, xasprintf("%s", _("-A leaves no protocol to look at")));
}

/* The list and the live view: options, then a filter. */
static void parse_look(struct cli *cli, int argc, char *argv[]) {
	struct cli_wishes wishes = { 0 };
	const bool says_list = take_command(&argc, &argv, "list");
	const bool says_top = !says_list && take_command(&argc, &argv, "top");
	const struct cli_option_tables tables = { top_options, says_top ? top_option_count : 0,
		                                  NULL };
	cli_parse_options(cli, &tables, &wishes, argc, argv);
	if (cli->command == CLI_HELP && says_top)
		cli->command = CLI_TOP_HELP;
	choose_command(cli, &wishes, says_list, says_top);
	const bool looks = cli->command == CLI_LIST || cli->command == CLI_TOP;
	if (looks || cli->command == CLI_EXPLAIN)
		parse_words(cli, &wishes, argc, argv);
	if (looks)
		choose_view(cli, &wishes);
	narrow(&cli->filter, &wishes);
	if (cli->record && strcmp(cli->record, "-") == 0)
		cli->silent = true;
	if (cli->command == CLI_LIST)
		check(cli);
	else if (cli->command == CLI_TOP)
		check_top(cli);
}

/* A command with options of its own. */
static void parse_rest(struct cli *cli, struct cli_wishes *wishes, int argc, char *argv[]) {
	parse_words(cli, wishes, argc, argv);
	choose_view(cli, wishes);
	narrow(&cli->filter, wishes);
}

/* A command with options of its own, and a few of those of the list. */
struct own_command {
	enum cli_command command, help;
	const char *refusal; /* marked with N_ */
	struct cli_option_tables tables;
};

/* False if there is nothing more to parse. */
static bool begin_own(struct cli *cli, const struct own_command *own, struct cli_wishes *wishes,
                      int argc, char *argv[]) {
	cli_parse_options(cli, &own->tables, wishes, argc, argv);
	if (cli->command == CLI_HELP)
		cli->command = own->help;
	if (cli->command != CLI_LIST && cli->command != CLI_EXPLAIN)
		return false;
	cli->command = own->command;
	if (wishes->refused)
		fail_about_option(cli, _(own->refusal), wishes->refused);
	return true;
}

/* Whoever forgets the filter must not be taken at their word. What nobody knows here matches
 * nothing, but with "not" in front it would match everything. */
static void check_kill(struct cli *cli) {
	const char *live = filter_live_field(&cli->filter);
	if (filter_is_everything(&cli->filter))
		cli_fail(cli, xasprintf("%s", _("kill needs a filter that says which sockets; this "
		                                "one means all of them")));
	else if (live)
		cli_fail(cli, xasprintf(_("kill looks only once; '%s' is known in the live view "
		                          "only"),
		                        live));
}

/* "socklens kill" */
static void parse_kill(struct cli *cli, int argc, char *argv[]) {
	struct cli_wishes wishes = { 0 };
	const struct own_command own = { CLI_KILL,
		                         CLI_KILL_HELP,
		                         N_("'%s' is not for kill; see socklens kill --help"),
		                         { kill_options, kill_option_count, option_is_for_kill } };
	if (!begin_own(cli, &own, &wishes, argc, argv))
		return;
	parse_rest(cli, &wishes, argc, argv);
	if (!went_wrong(cli))
		check_kill(cli);
}

/* The words in front of the filter. */
static void take_sides(struct cli *cli, int argc, char *argv[]) {
	while (optind < argc && !cli->sides[1])
		cli->sides[cli->sides[0] != NULL] = argv[optind++];
}

/* "-", or a moment of it; not a file whose name begins with that. */
static bool is_standard_input(const char *side) {
	return side[0] == '-' && (side[1] == '\0' || side[1] == '#' || side[1] == '@');
}

/* What contradicts itself in a comparison. */
static void check_diff(struct cli *cli) {
	const char *const *sides = cli->sides;
	const char *problem = NULL;
	const bool has_now =
	    (sides[0] && when_is_now(sides[0])) || (sides[1] && when_is_now(sides[1]));
	if (!sides[0] || (!sides[1] && has_now))
		problem = _("name two recordings to compare, or one; see socklens diff --help");
	else if (sides[1] && is_standard_input(sides[0]) && is_standard_input(sides[1]))
		problem = _("only one of the two can be standard input");
	else if (cli->netns && !has_now)
		problem = _("--net is for now; a recording is of the namespace that it is of");
	if (problem)
		cli_fail(cli, xasprintf("%s", problem));
}

/* "socklens diff": options, one side or two, and then a filter. */
static void parse_diff(struct cli *cli, int argc, char *argv[]) {
	struct cli_wishes wishes = { 0 };
	const struct own_command own = { CLI_DIFF,
		                         CLI_DIFF_HELP,
		                         N_("'%s' is not for diff; see socklens diff --help"),
		                         { NULL, 0, option_is_for_diff } };
	if (!begin_own(cli, &own, &wishes, argc, argv))
		return;
	take_sides(cli, argc, argv);
	if (!went_wrong(cli))
		check_diff(cli);
	parse_rest(cli, &wishes, argc, argv);
}

struct cli cli_parse(int argc, char *argv[]) {
	struct cli cli = {
		.command = CLI_LIST,
		.filter = filter_all(),
		.format = &sink_text,
		.header = true,
	};
	if (argc > 1 && strcmp(argv[1], "record") == 0) {
		parse_record(&cli, argc - 1, argv + 1);
		if (cli.command == CLI_LIST)
			check(&cli);
	} else if (argc > 1 && strcmp(argv[1], "kill") == 0) {
		parse_kill(&cli, argc - 1, argv + 1);
	} else if (argc > 1 && strcmp(argv[1], "diff") == 0) {
		parse_diff(&cli, argc - 1, argv + 1);
	} else {
		parse_look(&cli, argc, argv);
	}
	return cli;
}

void cli_finish(struct cli *cli) {
	filter_finish(&cli->filter);
	view_finish(&cli->view);
	free(cli->error);
	cli->error = NULL;
}
