/* socklens-traffic: makes the sockets that socklens shows. */

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "commands.h"
#include "util.h"

int main(int argc, char *argv[]) {
	setlocale(LC_MESSAGES, "");
	bindtextdomain("socklens", SOCKLENS_LOCALE_DIR);
	bind_textdomain_codeset("socklens", "UTF-8");
	textdomain("socklens");
	for (size_t i = 0; argc > 1 && i < command_count; i++) {
		if (strcmp(argv[1], commands[i]->name) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	}
	fprintf(stderr, "%s",
	        _("socklens-traffic: use socklens serve, socklens connect or socklens lab\n"));
	return EXIT_STATUS_USAGE;
}
