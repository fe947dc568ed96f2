// Calls that glibc declares only under _GNU_SOURCE; see CLinux.h for why they are not inline.
#define _GNU_SOURCE 1

#include "CLinux.h"

int cl_accept(int listener, struct sockaddr *address, socklen_t *length) {
  return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int cl_pipe(int ends[2]) { return pipe2(ends, O_NONBLOCK | O_CLOEXEC); }

int cl_set_pipe_size(int descriptor, int bytes) {
  return fcntl(descriptor, F_SETPIPE_SZ, bytes);
}

ssize_t cl_splice(int from, int to, size_t count, bool more) {
  return splice(from, NULL, to, NULL, count,
                SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0));
}

void cl_name_thread(pthread_t thread, const char *name) { pthread_setname_np(thread, name); }

long cl_raise_open_files(long bound) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  rlim_t wanted = (rlim_t)bound < limit.rlim_max ? (rlim_t)bound : limit.rlim_max;
  limit.rlim_cur = wanted;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return limit.rlim_cur < (rlim_t)bound ? (long)limit.rlim_cur : bound;
}

void cl_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }
