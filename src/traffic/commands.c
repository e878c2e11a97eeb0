#include "commands.h"

#include "command.h"
#include "connect.h"
#include "lab.h"
#include "serve.h"
#include "util.h"

const struct command *const commands[] = { &serve_command, &connect_command, &lab_command };
const size_t command_count = ARRAY_LENGTH(commands);
