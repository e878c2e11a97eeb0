#pragma once
/* The command "lab": makes sockets in every state and condition on purpose. */

struct command;

extern const struct command lab_command;

/* Runs it; argv[0] is its name. An exit status. */
int lab_run(int argc, char *argv[]);
