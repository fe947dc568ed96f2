// c-ares, the asynchronous resolver: it is the one well-kept C library that reports TTLs.
#pragma once
#include <ares.h>
#include <netdb.h>
