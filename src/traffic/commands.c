#include "commands.h"

#include "command.h"
#include "serve.h"
#include "util.h"

const struct command *const commands[] = { &serve_command };
const size_t command_count = ARRAY_LENGTH(commands);
