#pragma once
/* The command "connect". */

struct command;

extern const struct command connect_command;

/* Runs it; argv[0] is its name. An exit status. */
int connect_run(int argc, char *argv[]);
