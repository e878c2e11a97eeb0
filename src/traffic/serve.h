#pragma once

struct command;

extern const struct command serve_command;
