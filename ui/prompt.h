#pragma once
/* A line that is being typed: editing, history, completion. Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "canvas.h"

enum prompt_event {
	PROMPT_NOTHING,   /* the key was taken, and nothing is another */
	PROMPT_CHANGED,   /* the text is another */
	PROMPT_DONE,      /* Enter */
	PROMPT_CANCELLED, /* Esc */
};

/* Lines that were entered before, the newest last; each once. Zero-initialise it. */
struct prompt_history {
	char **lines;
	size_t count;
};

enum { PROMPT_HISTORY_MAX = 100, PROMPT_LENGTH_MAX = 4000 };

void prompt_history_add(struct prompt_history *history, const char *line);
void prompt_history_finish(struct prompt_history *history);

/* What a word that was begun may become. `index` counts from 0; NULL behind the last one. The word
 * is bytes start..end of the line. */
struct prompt_completer {
	void *context;
	const char *(*candidate)(void *context, const char *line, size_t start, size_t end,
	                         size_t index);
};

/* Zero-initialise it; prompt_finish() frees it. */
struct prompt {
	char *text;                     /* UTF-8, ended by NUL; never NULL once it is open */
	size_t length, cursor;          /* bytes */
	struct prompt_history *history; /* borrowed; NULL: none */
	size_t history_at;              /* index; history->count: the line that is being typed */
	char *typed;                    /* that line, while one of the history is shown */
	size_t completion;              /* how often Tab was pressed in a row */
	size_t word_start, word_end;    /* what Tab completes */
	char *word;
};

void prompt_open(struct prompt *prompt, const char *text, struct prompt_history *history);
void prompt_finish(struct prompt *prompt);

/* Left, right, Home, End, Ctrl-A E U K W, Backspace, Delete, up and down for the history, Tab and
 * Shift-Tab for completion (`completer` NULL: none), characters. */
enum prompt_event prompt_key(struct prompt *prompt, int key,
                             const struct prompt_completer *completer);

/* "label: text" with the canvas's cursor in it, scrolled so that the cursor is inside. `mark` is a
 * byte of the text to put a caret under, in the next line of the area if it has two; -1: none. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct area area,
                 const char *label, long mark);
