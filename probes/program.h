#pragma once
/* Where this program itself lies. */

/* The path of the file `name` in the directory of the running executable, for the caller to free;
 * NULL and errno if the kernel does not tell. */
char *program_beside(const char *name);
