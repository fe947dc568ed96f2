// The service manager's notification socket: one datagram, so no library is needed for it.
#include "CLinux.h"

#include <sys/un.h>

int cl_service_notify(const char *state) {
  const char *path = getenv("NOTIFY_SOCKET");
  if (path == NULL || path[0] == 0) return 0;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length >= sizeof address.sun_path) return ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  // A leading @ names a socket without a file (abstract), whose name begins with a zero byte.
  if (address.sun_path[0] == '@') address.sun_path[0] = 0;
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  ssize_t sent = sendto(descriptor, state, strlen(state), MSG_NOSIGNAL,
                        (const struct sockaddr *)&address, size);
  int code = sent < 0 ? errno : 0;
  close(descriptor);
  return code;
}
