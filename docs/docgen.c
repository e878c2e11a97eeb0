/* Makes at build time what would otherwise be written twice: the man pages' lists of options and
 * columns, and the completions of three shells. It comes from options[], fields[],
 * sink_classes[], actions[], commands[], lab_conditions[] and the words of filters. */

#include <stdio.h>
#include <string.h>

#include "act.h"
#include "action.h"
#include "command.h"
#include "commands.h"
#include "field.h"
#include "filter.h"
#include "lab_condition.h"
#include "option.h"
#include "sink.h"
#include "util.h"

/* scdoc takes these for markup. */
static void put_scdoc(const char *text) {
	for (; *text; text++) {
		if (strchr("_*\\#", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void put_man_option(char letter, const char *name, const char *argument, const char *help) {
	if (letter)
		printf("*-%c*", letter);
	if (letter && name)
		printf(", ");
	if (name)
		printf("*--%s*", name);
	if (argument)
		printf(" _%s_", argument);
	printf("\n\t");
	put_scdoc(help);
	printf(".\n\n");
}

static void put_man_rows(const struct option_row *rows, size_t count, enum option_topic topic) {
	for (size_t i = 0; i < count; i++) {
		const struct option_row *row = &rows[i];
		if (row->topic == topic)
			put_man_option(row->letter, row->name, row->argument, row->help);
	}
}

static void put_man_options(void) {
	for (int topic = 0; topic < OPTION_TOPIC_COUNT; topic++) {
		printf("## %s\n\n", option_topic_title((enum option_topic)topic));
		put_man_rows(options, option_count, (enum option_topic)topic);
	}
}

static void put_man_command(const struct command *command) {
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		put_man_option(row->letter, row->name, row->argument, row->help);
	}
}

static void put_man_keys(void) {
	for (size_t i = 0; i < action_count; i++) {
		const struct action_row *row = &actions[i];
		const char *section = action_section(row->action);
		if (section)
			printf("*%s*\n\n", section);
		for (size_t j = 0; j < ACTION_KEYS_MAX && row->keys[j]; j++) {
			printf(j > 0 ? ", *" : "*");
			put_scdoc(key_name(row->keys[j]).text);
			putchar('*');
		}
		printf("%s_", row->keys[0] ? " " : "");
		put_scdoc(row->name);
		printf("_\n\t");
		put_scdoc(row->help);
		printf("\n\n");
	}
}

static void put_man_conditions(void) {
	for (size_t i = 0; i < lab_condition_count; i++) {
		const struct lab_condition *condition = &lab_conditions[i];
		printf("*%s*%s\n\t", condition->name, condition->needs_root ? " (root only)" : "");
		put_scdoc(condition->meaning);
		printf(". Whose turn: ");
		put_scdoc(condition->turn);
		printf("\n\n");
	}
}

/* "@serve@" stands for the options of that command. */
static const struct command *command_of_line(const char *line) {
	for (size_t i = 0; i < command_count; i++) {
		const size_t length = strlen(commands[i]->name);
		if (line[0] == '@' && strncmp(line + 1, commands[i]->name, length) == 0 &&
		    strcmp(line + 1 + length, "@\n") == 0)
			return commands[i];
	}
	return NULL;
}

static const char *switch_of(enum field_group group) {
	static const char *const switches[] = {
		[FIELD_GROUP_BASIC] = "",        [FIELD_GROUP_EXTENDED] = " (*-e*)",
		[FIELD_GROUP_TIMER] = " (*-o*)", [FIELD_GROUP_MEMORY] = " (*-m*)",
		[FIELD_GROUP_INFO] = " (*-i*)",  [FIELD_GROUP_NAMES] = " (*-r*)",
		[FIELD_GROUP_LIFE] = "",         [FIELD_GROUP_ASKED] = "",
	};
	_Static_assert(ARRAY_LENGTH(switches) == FIELD_GROUP_COUNT, "a switch for each");
	return switches[group];
}

static void put_man_columns(void) {
	for (size_t i = 0; i < field_count; i++) {
		const struct column *column = &fields[i].column;
		putchar('*');
		put_scdoc(column->name);
		printf("*%s\n\t", switch_of(fields[i].group));
		put_scdoc(column->help);
		if (column->unit != UNIT_NONE)
			printf(", in %s", unit_name(column->unit));
		printf(".\n\n");
	}
}

/* Copies the manual and puts the lists where their names stand alone on a line. */
static int put_man(const char *path) {
	char line[1024];
	FILE *manual = fopen(path, "r");
	if (!manual) {
		perror(path);
		return 1;
	}
	while (fgets(line, sizeof(line), manual)) {
		const struct command *command = command_of_line(line);
		if (command)
			put_man_command(command);
		else if (strcmp(line, "@OPTIONS@\n") == 0)
			put_man_options();
		else if (strcmp(line, "@TOP@\n") == 0)
			put_man_rows(top_options, top_option_count, OPTION_TOPIC_OTHER);
		else if (strcmp(line, "@KILL@\n") == 0)
			put_man_rows(kill_options, kill_option_count, OPTION_TOPIC_OTHER);
		else if (strcmp(line, "@KEYS@\n") == 0)
			put_man_keys();
		else if (strcmp(line, "@COLUMNS@\n") == 0)
			put_man_columns();
		else if (strcmp(line, "@CONDITIONS@\n") == 0)
			put_man_conditions();
		else
			fputs(line, stdout);
	}
	fclose(manual);
	return 0;
}

static void put_formats(void) {
	for (size_t i = 0; i < SINK_CLASS_COUNT; i++)
		printf("%s%s", i > 0 ? " " : "", sink_classes[i]->name);
}

static void put_field_names(void) {
	for (size_t i = 0; i < field_count; i++)
		printf("%s%s", i > 0 ? " " : "", fields[i].column.name);
}

static void put_signal_names(void) {
	for (size_t i = 0; i < act_signal_count; i++)
		printf("%s%s", i > 0 ? " " : "", act_signals[i].name);
}

static void put_filter_words(void) {
	for (size_t i = 0; filter_word(i); i++)
		printf("%s%s", i > 0 ? " " : "", filter_word(i));
}

static void put_command_names(void) {
	printf("list top kill diff record");
	for (size_t i = 0; i < command_count; i++)
		printf(" %s", commands[i]->name);
}

static void put_command_words(const struct command *command) {
	for (size_t i = 0; command->word(i); i++)
		printf("%s%s", i > 0 ? " " : "", command->word(i));
}

/* The commands that have options of their own. */
static void put_bash_commands(void) {
	printf("\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = commands[i];
		printf("\t%s) mapfile -t COMPREPLY < <(compgen -W '", command->name);
		put_command_words(command);
		for (size_t j = 0; j < command->option_count; j++)
			printf(" --%s", command->options[j].name);
		printf("' -- \"$word\"); return;;\n");
	}
	printf("\tesac\n");
}

static void put_bash(void) {
	printf("# bash completion for socklens, made from its tables\n"
	       "_socklens() {\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\tlocal list=${word%%,*} last=${word##*,} own=\n"
	       "\t[[ $word == *,* ]] && list+=, || list=\n");
	put_bash_commands();
	printf("\t[[ ${COMP_WORDS[1]} == @(diff|record) ]] && compopt -o default\n");
	printf("\tcase $before in\n"
	       "\t--columns|--sort|--group) mapfile -t COMPREPLY < <(compgen -P \"$list\" -W '");
	put_field_names();
	printf("' -- \"$last\"); return;;\n"
	       "\t--format) mapfile -t COMPREPLY < <(compgen -W '");
	put_formats();
	printf("' -- \"$word\"); return;;\n"
	       "\t--signal) mapfile -t COMPREPLY < <(compgen -W '");
	put_signal_names();
	printf("' -- \"$word\"); return;;\n"
	       "\t-N|--net) COMPREPLY=()\n"
	       "\t\tfor list in /run/netns/\"$word\"*; do\n"
	       "\t\t\t[[ -e $list ]] && COMPREPLY+=(\"${list#/run/netns/}\")\n"
	       "\t\tdone\n"
	       "\t\treturn;;\n"
	       "\tesac\n"
	       "\t[[ ${COMP_WORDS[1]} == kill ]] && own='");
	for (size_t i = 0; i < kill_option_count; i++)
		printf("--%s ", kill_options[i].name);
	printf("'\n"
	       "\tif [[ $word == -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$own\"'");
	for (size_t i = 0; i < option_count; i++) {
		if (options[i].letter)
			printf("-%c ", options[i].letter);
		if (options[i].name)
			printf("--%s ", options[i].name);
	}
	printf("' -- \"$word\")\n"
	       "\telse\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	put_command_names();
	putchar(' ');
	put_filter_words();
	printf("' -- \"$word\")\n"
	       "\tfi\n"
	       "}\n"
	       "complete -F _socklens socklens\n");
}

/* What may follow an option, as a zsh action; nothing: anything. */
static void put_zsh_action(const struct option_row *row) {
	switch (row->action) {
	case OPTION_COLUMNS:
	case OPTION_SORT:
	case OPTION_GROUP_BY:
		printf(":field:_values -s , field ");
		put_field_names();
		break;
	case OPTION_FORMAT:
		printf(":format:(");
		put_formats();
		putchar(')');
		break;
	case OPTION_NETNS:
	case OPTION_PROTOCOL_LIST:
	case OPTION_WATCH:
	case OPTION_COUNT_OF_LOOKS:
		printf(":%s:", row->argument);
		break;
	case OPTION_FILTER_FILE:
	case OPTION_RECORD:
	case OPTION_REPLAY:
		printf(":file:_files");
		break;
	case OPTION_PROTOCOL:
	case OPTION_FAMILY:
	case OPTION_LISTENING:
	case OPTION_GROUP:
	case OPTION_NO_HEADER:
	case OPTION_SUMMARY:
	case OPTION_RESOLVE:
	case OPTION_JSON:
	case OPTION_DIFF:
	case OPTION_EXPLAIN_FILTER:
	case OPTION_VERBOSE:
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_DEFAULT:
	case OPTION_BATCH:
	case OPTION_DRY_RUN:
	case OPTION_ALLOW:
	case OPTION_SSH:
	case OPTION_THEME:
	case OPTION_ASCII:
	case OPTION_BITS:
		break;
	case OPTION_SIGNAL:
		printf(":signal:(");
		put_signal_names();
		putchar(')');
		break;
	}
}

/* Inside single quotes and brackets. */
static void put_zsh_help(const char *text) {
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (strchr("[]:", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void put_zsh_commands(void) {
	printf("case ${words[2]} in\n");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *command = commands[i];
		printf("%s)\n\t_arguments \\\n", command->name);
		for (size_t j = 0; j < command->option_count; j++) {
			const struct command_option *row = &command->options[j];
			printf("\t\t'--%s%s[", row->name,
			       row->argument && row->argument[0] == '[' ? "=-" : "");
			put_zsh_help(row->help);
			printf("]%s' \\\n", row->argument ? ":value:" : "");
		}
		printf("\t\t'*:word:(%s ", command->name);
		put_command_words(command);
		printf(")'\n\treturn;;\n");
	}
	printf("esac\n");
}

/* What it has beside the options of the list. */
static void put_zsh_kill(void) {
	printf("local -a own\n"
	       "[[ ${words[2]} == kill ]] && own=(");
	for (size_t i = 0; i < kill_option_count; i++) {
		printf("\n\t'--%s[", kill_options[i].name);
		put_zsh_help(kill_options[i].help);
		putchar(']');
		put_zsh_action(&kill_options[i]);
		putchar('\'');
	}
	printf(")\n");
}

static void put_zsh(void) {
	printf("#compdef socklens\n# zsh completion for socklens, made from its tables\n");
	put_zsh_commands();
	put_zsh_kill();
	printf("_arguments -s $own \\\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &options[i];
		char letter[] = { '-', row->letter, '\0' };
		const char *spellings[] = { row->letter ? letter : NULL, row->name };
		for (size_t j = 0; j < ARRAY_LENGTH(spellings); j++) {
			if (!spellings[j])
				continue;
			printf("\t'%s%s[", j == 1 ? "--" : "", spellings[j]);
			put_zsh_help(row->help);
			putchar(']');
			put_zsh_action(row);
			printf("' \\\n");
		}
	}
	printf("\t'*:filter:(");
	put_command_names();
	putchar(' ');
	put_filter_words();
	printf(")'\n");
}

static void put_fish_help(const char *text) {
	for (; *text; text++)
		printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void put_fish_command(const struct command *command) {
	printf("complete -c socklens -f -n '__fish_seen_subcommand_from %s' -a '", command->name);
	put_command_words(command);
	printf("'\n");
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		const bool needs_value = row->argument && row->argument[0] != '[';
		printf("complete -c socklens -n '__fish_seen_subcommand_from %s' -l %s%s -d '",
		       command->name, row->name, needs_value ? " -x" : "");
		put_fish_help(row->help);
		printf("'\n");
	}
}

/* What a list takes is not offered behind a command with options of its own. */
static void put_fish_start(void) {
	printf("complete -c socklens -n 'not __fish_seen_subcommand_from");
	for (size_t i = 0; i < command_count; i++)
		printf(" %s", commands[i]->name);
	putchar('\'');
}

static void put_fish_kill(void) {
	for (size_t i = 0; i < kill_option_count; i++) {
		printf("complete -c socklens -n '__fish_seen_subcommand_from kill' -l %s",
		       kill_options[i].name);
		if (kill_options[i].argument) {
			printf(" -x -a '");
			put_signal_names();
			putchar('\'');
		}
		printf(" -d '");
		put_fish_help(kill_options[i].help);
		printf("'\n");
	}
}

static void put_fish(void) {
	printf("# fish completion for socklens, made from its tables\n");
	for (size_t i = 0; i < command_count; i++)
		put_fish_command(commands[i]);
	put_fish_kill();
	printf("complete -c socklens -n '__fish_seen_subcommand_from diff record' -F\n");
	put_fish_start();
	printf(" -f -a '");
	put_command_names();
	putchar(' ');
	put_filter_words();
	printf("'\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &options[i];
		put_fish_start();
		if (row->letter)
			printf(" -s %c", row->letter);
		if (row->name)
			printf(" -l %s", row->name);
		if (row->argument)
			printf(" -x");
		if (row->action == OPTION_FORMAT) {
			printf(" -a '");
			put_formats();
			putchar('\'');
		} else if (row->action == OPTION_COLUMNS || row->action == OPTION_SORT ||
		           row->action == OPTION_GROUP_BY) {
			printf(" -a '(__fish_append , ");
			put_field_names();
			printf(")'");
		}
		printf(" -d '");
		put_fish_help(row->help);
		printf("'\n");
	}
}

/* A page that is cut must not be installed. */
static int end_output(void) {
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	perror("docgen");
	return 1;
}

int main(int argc, char *argv[]) {
	if (argc == 3 && strcmp(argv[1], "man") == 0)
		return put_man(argv[2]) || end_output();
	if (argc == 2 && strcmp(argv[1], "bash") == 0)
		put_bash();
	else if (argc == 2 && strcmp(argv[1], "zsh") == 0)
		put_zsh();
	else if (argc == 2 && strcmp(argv[1], "fish") == 0)
		put_fish();
	else {
		fprintf(stderr, "usage: docgen man FILE | bash | zsh | fish\n");
		return 2;
	}
	return end_output();
}
