// What Swift's Glibc module does not show: calls hidden behind feature macros, variadic
// calls, and macros that are casts. Static inlines where that is possible, so that a call costs
// what it costs in C. `_GNU_SOURCE` must not be defined here: it changes types of the system's
// headers, and Swift refuses two definitions of one type in a program (Foundation has the
// other). What needs it is in gnu.c.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/// errno of the last call; a macro in C, invisible to Swift in strict modes.
static inline int cl_errno(void) { return errno; }

/// accept4 with the two flags that every accepted socket needs.
int cl_accept(int listener, struct sockaddr *address, socklen_t *length);

// glibc declares these calls with a transparent union, which Swift cannot see through.
static inline int cl_connect(int descriptor, const struct sockaddr *address, socklen_t length) {
  return connect(descriptor, address, length);
}
static inline int cl_bind(int descriptor, const struct sockaddr *address, socklen_t length) {
  return bind(descriptor, address, length);
}
static inline int cl_local_address(int descriptor, struct sockaddr *address, socklen_t *length) {
  return getsockname(descriptor, address, length);
}

/// The first place of `needle`, or NULL; <string.h> declares it only under _GNU_SOURCE.
void *memmem(const void *haystack, size_t length, const void *needle, size_t needle_length);

/// A non-blocking TCP socket of family `family`.
static inline int cl_tcp_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// Sets an integer socket option; 0 or -1.
static inline int cl_set_option(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value);
}

static inline ssize_t cl_send(int descriptor, const void *bytes, size_t count) {
  return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

static inline int cl_wake_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline int cl_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int cl_open(const char *path, int flags, mode_t mode) {
  return open(path, flags | O_CLOEXEC, mode);
}

/// A non-blocking pipe.
int cl_pipe(int ends[2]);

/// Names the calling program's thread for `ps` and `perf`; at most 15 bytes are kept.
void cl_name_thread(pthread_t thread, const char *name);

/// Makes SIGPIPE an error of the write that caused it.
void cl_ignore_broken_pipes(void);

/// Raises the soft limit of open files towards `bound` and returns what holds now.
long cl_raise_open_files(long bound);

/// Sets a pipe's capacity in bytes; the kernel may grant less to an unprivileged user.
int cl_set_pipe_size(int descriptor, int bytes);

/// Moves bytes between a socket and a pipe without copying them to user space.
ssize_t cl_splice(int from, int to, size_t count, bool more);

static inline int cl_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static inline uint64_t cl_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t cl_epoll_events(const struct epoll_event *event) { return event->events; }

/// Maps `length` bytes of a file, shared and writable; NULL on failure (see cl_errno).
static inline void *cl_map_shared(int descriptor, size_t length, bool writable) {
  void *base = mmap(NULL, length, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
                    descriptor, 0);
  return base == MAP_FAILED ? NULL : base;
}

/// Reserves zeroed memory whose pages appear when first touched; NULL on failure.
static inline void *cl_map_anonymous(size_t length) {
  void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
  return base == MAP_FAILED ? NULL : base;
}

/// Faults every page in for writing now, so that a full disk is an errno here and never a
/// SIGBUS later. Returns 0 or an errno. (Linux 5.14; EINVAL on older kernels.)
static inline int cl_populate_for_writing(void *base, size_t length) {
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
  return madvise(base, length, MADV_POPULATE_WRITE) == 0 ? 0 : errno;
}

static inline uint64_t cl_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t cl_realtime_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// CRC-32C (Castagnoli) of `length` bytes, continuing from `seed` (0 to begin). Uses the
/// processor's instruction where it has one; the two ways give the same answer.
uint32_t cl_crc32c(uint32_t seed, const void *bytes, size_t length);

/// Tells the service manager a state such as "READY=1" (sd_notify protocol). Does nothing when
/// there is no manager ($NOTIFY_SOCKET unset). Returns 0 or an errno.
int cl_service_notify(const char *state);
