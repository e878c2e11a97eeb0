#pragma once
/* What kind of content a file has, by its name. Pure. */

/* As in Content-Type; "application/octet-stream" if the name says nothing. */
const char *web_type_of(const char *name);
