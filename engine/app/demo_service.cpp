// The demo's patient: a small but real HTTP service. `GET /` answers; nothing else is asked of it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "app/serve.h"

namespace reeve::app {

namespace {
volatile sig_atomic_t asked_to_end = 0;

int listen_on(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && listen(fd, 16) == 0) return fd;
  std::perror("demo-service: cannot listen");
  close(fd);
  return -1;
}

void answer(int client) {
  char request[4096];
  pollfd wait{client, POLLIN, 0};
  if (poll(&wait, 1, 1000) == 1 && recv(client, request, sizeof request, 0) > 0) {
    constexpr const char kBody[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
    (void)!send(client, kBody, sizeof kBody - 1, MSG_NOSIGNAL);
  }
  close(client);
}
}  // namespace

int demo_service(const cli::DemoServiceOptions& options) {
  struct sigaction action{};
  action.sa_handler = [](int) { asked_to_end = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int listener = listen_on(options.port);
  if (listener < 0) return cli::kFailure;
  if (!options.pidfile.empty()) std::ofstream(options.pidfile) << getpid() << "\n";
  while (!asked_to_end) {
    pollfd wait{listener, POLLIN, 0};
    if (poll(&wait, 1, 500) != 1) continue;
    if (const int client = accept(listener, nullptr, nullptr); client >= 0) answer(client);
  }
  close(listener);
  if (!options.pidfile.empty()) unlink(options.pidfile.c_str());
  return cli::kOk;
}

}  // namespace reeve::app
