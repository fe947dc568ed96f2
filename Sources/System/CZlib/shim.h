// zlib, which every Foundation links already. What opens a stream is a macro there, which Swift cannot
// import; and a buffer is one call here, so that no pointer outlives it.
#pragma once
#include <limits.h>
#include <stddef.h>
#include <zlib.h>

// 15 bits of window, and 16 for the form of gzip (RFC 1952) and no other.
#define CZ_GZIP_WINDOW (15 + 16)

// Packs `in` into `out`: the length, or -1 if it has no room or there is no memory.
static inline long cz_gzip(
    const unsigned char *in, size_t length, unsigned char *out, size_t room, int level) {
    z_stream stream = {0};
    if (length > UINT_MAX || room > UINT_MAX) return -1;
    if (deflateInit2(&stream, level, Z_DEFLATED, CZ_GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return -1;
    }
    stream.next_in = (unsigned char *)in;
    stream.avail_in = (unsigned)length;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    int outcome = deflate(&stream, Z_FINISH);
    long written = (long)stream.total_out;
    deflateEnd(&stream);
    return outcome == Z_STREAM_END ? written : -1;
}

// Unpacks one member of `in` into `out`: zlib's outcome, with how much was read and written.
static inline int cz_gunzip(
    const unsigned char *in, size_t length, unsigned char *out, size_t room,
    size_t *read, size_t *written) {
    z_stream stream = {0};
    *read = 0;
    *written = 0;
    if (length > UINT_MAX || room > UINT_MAX) return Z_MEM_ERROR;
    int outcome = inflateInit2(&stream, CZ_GZIP_WINDOW);
    if (outcome != Z_OK) return outcome;
    stream.next_in = (unsigned char *)in;
    stream.avail_in = (unsigned)length;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    outcome = inflate(&stream, Z_FINISH);
    *read = (size_t)stream.total_in;
    *written = (size_t)stream.total_out;
    inflateEnd(&stream);
    return outcome;
}
