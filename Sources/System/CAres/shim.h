// c-ares, the asynchronous resolver: it is the one well-kept C library that reports TTLs.
#pragma once
#include <ares.h>
#include <netdb.h>

// Status codes are macros in older c-ares and an enumeration in newer ones; to Swift these
// are different types, so they are given one here.
static const int cares_success = ARES_SUCCESS;
static const int cares_not_found = ARES_ENOTFOUND;
static const int cares_no_data = ARES_ENODATA;
static const int cares_bad_name = ARES_EBADNAME;
static const int cares_timed_out = ARES_ETIMEOUT;
static const int cares_destroyed = ARES_EDESTRUCTION;
