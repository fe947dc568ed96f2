// Overwrites what the process gives back to the heap, so that a core dump, a swap file or a bug that
// reads freed memory shows no token, key or password that was there a moment or a month ago. The
// libraries that carry secrets through a daemon (HTTP, TLS, JSON, SQLite, strings) free their
// buffers as they are; only the heap itself sees all of them.
//
// Linking this replaces `free` and `realloc` of the whole program. Until `cf_forget_freed_memory`
// is called they do what the C library's do.
#pragma once

// From now on, overwrites what is freed. Cannot be taken back.
void cf_forget_freed_memory(void);
