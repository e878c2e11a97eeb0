#pragma once
/* The command "serve". */

struct command;

extern const struct command serve_command;

/* Runs it; argv[0] is its name. An exit status. */
int serve_run(int argc, char *argv[]);
