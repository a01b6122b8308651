#include "api/server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>

#include "unit/api/fixture.h"

namespace reeve::api {
namespace {

using model::Value;
using test::body_in;
using test::Client;
using test::request;
using test::Running;
using test::status_in;

void echo(const Request& request, const Respond& respond) {
  Value params = Value::list();
  for (const auto& [name, value] : request.params) params.push(name + "=" + value);
  respond(json(Value::map()
                   .set("method", request.method)
                   .set("path", request.path)
                   .set("id", request.path_param("id"))
                   .set("params", params)
                   .set("body", request.body)
                   .set("actor", request.peer.actor)));
}

void usual(Server& server) {
  server.handle("GET", "/read/{id}", Right::kRead, echo);
  server.handle("POST", "/read/{id}", Right::kRead, echo);
  server.handle("GET", "/private", Right::kPrivate, echo);
  server.handle("POST", "/change", Right::kChange, echo);
  server.handle("GET", "/big", Right::kRead,
                [](const Request&, const Respond& respond) { respond(text(std::string(8 << 20, 'x'))); });
}

TEST(Server, AnswersOverTheUnixSocketWithTheCallersUserAsActor) {
  Running running(usual);
  Client client(running);
  client.send(request("GET", "/read/7%2F8?a=1&a=%20"));
  const std::string answer = client.answer();
  EXPECT_EQ(status_in(answer), 200);
  EXPECT_EQ(body_in(answer),
            "{\"method\":\"GET\",\"path\":\"/read/7/8\",\"id\":\"7/8\",\"params\":[\"a=1\",\"a= \"],"
            "\"body\":null,\"actor\":\"uid:" +
                std::to_string(getuid()) + "\"}\n");
  EXPECT_NE(answer.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Access-Control"), std::string::npos);
}

TEST(Server, SocketFileIsTheOwnersAlone) {
  Running running(usual);
  struct stat info{};
  ASSERT_EQ(stat(running.socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_FALSE(std::filesystem::exists(running.socket() + ".new"));
}

TEST(Server, ReplacesAStaleSocketAndTakesItsOwnAway) {
  const test::TempFolder folder;
  base::AsioLoop loop(base::system_clock());
  const std::string path = folder.path() + "/reeve.sock";
  {
    const auto stale = listen_on_file(path);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  {
    Server server(loop);
    ASSERT_TRUE(server.listen_unix(path).ok());
    EXPECT_TRUE(connect_to_file(path).ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, PutsItsSocketFileBackAndLeavesAnothersAlone) {
  const test::TempFolder folder;
  base::AsioLoop loop(base::system_clock());
  const std::string path = folder.path() + "/reeve.sock";
  auto server = std::make_unique<Server>(loop);
  ASSERT_TRUE(server->listen_unix(path).ok());
  EXPECT_EQ(*server->restore_unix(), 0);
  std::filesystem::permissions(path, std::filesystem::perms::all);
  EXPECT_EQ(*server->restore_unix(), 0) << "other rights make no other file";
  std::filesystem::remove(path);
  EXPECT_EQ(*server->restore_unix(), 1);
  EXPECT_TRUE(connect_to_file(path).ok());
  const auto stranger = listen_on_file(path);
  EXPECT_EQ(*server->restore_unix(), 1);
  EXPECT_EQ(*server->restore_unix(), 0);
  std::filesystem::remove(path);
  std::filesystem::create_directories(path);
  EXPECT_FALSE(server->restore_unix().ok());
  std::filesystem::remove(path);
  EXPECT_EQ(*server->restore_unix(), 1) << "it was not given up";
  const auto second = listen_on_file(path);
  server.reset();
  EXPECT_TRUE(std::filesystem::exists(path)) << "the file of who came after";
}

TEST(Server, ListensInAFolderWhosePathIsLongerThanASocketAddress) {
  const test::TempFolder folder;
  const std::string deep = folder.path() + "/" + std::string(120, 'd');
  std::filesystem::create_directory(deep);
  base::AsioLoop loop(base::system_clock());
  Server server(loop);
  ASSERT_TRUE(server.listen_unix(deep + "/reeve.sock").ok());
  EXPECT_TRUE(connect_to_file(deep + "/reeve.sock").ok());
}

TEST(Server, SaysWhyItCannotListen) {
  base::AsioLoop loop(base::system_clock());
  Server server(loop);
  EXPECT_EQ(server.listen_unix("/nowhere/at/all/reeve.sock").error().fault, base::Fault::kUnavailable);
  const std::pair<const char*, const char*> bad[] = {
      {"", "it has no port"},
      {"127.0.0.1", "it has no port"},
      {"5", "it has no port"},
      {"127.0.0.1:", "the port is a number from 0 (any free one) to 65535"},
      {"127.0.0.1:port", "the port is a number"},
      {"127.0.0.1:99999", "the port is a number"},
      {"127.0.0.1:65536", "the port is a number"},
      {"127.0.0.1:-1", "the port is a number"},
      {"127.0.0.1: 80", "the port is a number"},
      {"127.0.0.1:4294967376", "the port is a number"},
      {"name.example:80", "\"name.example\" is no IP address"},
      {"300.1.1.1:80", "\"300.1.1.1\" is no IP address"},
      {"127.1:80", "\"127.1\" is no IP address"},
      {"::1:80", "\"::1\" is no IP address"},
      {"[127.0.0.1]:80", "\"[127.0.0.1]\" is no IP address"},
      {"[::g]:80", "\"[::g]\" is no IP address"},
      {"nothing", "it has no port"},
  };
  for (const auto& [address, why] : bad) {
    const base::Status said = server.listen_tcp(address);
    ASSERT_FALSE(said.ok()) << address;
    EXPECT_EQ(said.error().fault, base::Fault::kInvalid) << address;
    EXPECT_NE(said.error().text.find(why), std::string::npos) << said.error().text;
    EXPECT_EQ(said.error().text, check_address(address).error().text) << "known before it is tried";
  }
  for (const char* address :
       {"127.0.0.1:0", "0.0.0.0:65535", "[::1]:9911", "[fe80::1%lo]:1", ":9911", "localhost:00080", "none"})
    EXPECT_TRUE(check_address(address).ok()) << address << ": " << check_address(address).error().text;
  ASSERT_TRUE(server.listen_tcp("none").ok());
  EXPECT_EQ(server.tcp_port(), 0);
  ASSERT_TRUE(server.listen_tcp("127.0.0.1:0").ok());
  Server second(loop);
  const auto taken = second.listen_tcp("127.0.0.1:" + std::to_string(server.tcp_port()));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().fault, base::Fault::kUnavailable);
}

struct RightCase {
  const char *method, *target;
  int unix_status, tcp_status;
};

TEST(Server, RightsMatrix) {
  Running running(usual);
  const RightCase cases[] = {
      {"GET", "/read/1", 200, 200},     {"HEAD", "/read/1", 200, 200},   {"POST", "/read/1", 200, 405},
      {"PUT", "/read/1", 405, 405},     {"DELETE", "/read/1", 405, 405}, {"OPTIONS", "/read/1", 405, 405},
      {"PATCH", "/read/1", 405, 405},   {"GET", "/private", 200, 403},   {"HEAD", "/private", 200, 403},
      {"POST", "/private", 405, 405},   {"POST", "/change", 200, 403},   {"GET", "/change", 405, 405},
      {"GET", "/none", 404, 404},       {"POST", "/none", 404, 404},     {"TRACE", "/read/1", 405, 405},
      {"CONNECT", "/read/1", 405, 405},
  };
  // A header line, and the status it forces on each transport (0: the route's own).
  struct Headers {
    std::string line;
    int unix_status, tcp_status;
  };
  const std::string own = "127.0.0.1:" + std::to_string(running.port());
  const Headers headers[] = {
      {"Host: " + own + "\r\n", 0, 0},
      {"Host: localhost\r\n", 0, 0},
      {"Host: evil.example\r\n", 0, 403},
      {"Host: 127.0.0.1.evil.example\r\n", 0, 403},
      {"Host: " + own + "\r\nOrigin: http://" + own + "\r\n", 403, 0},
      {"Host: " + own + "\r\nOrigin: http://evil.example\r\n", 403, 403},
      {"Host: " + own + "\r\nOrigin: null\r\n", 403, 403},
      {"Host: evil.example\r\nOrigin: http://evil.example\r\n", 403, 403},
      {"Host: a\r\nHost: b\r\n", 400, 400},
      {"", 400, 400},
  };
  for (const auto transport : {Peer::Transport::kUnix, Peer::Transport::kTcp}) {
    const bool local = transport == Peer::Transport::kUnix;
    for (const Headers& with : headers) {
      for (const RightCase& c : cases) {
        Client client(running, transport);
        client.send(std::string(c.method) + ' ' + c.target + " HTTP/1.1\r\nConnection: close\r\n" + with.line + "\r\n");
        const int forced = local ? with.unix_status : with.tcp_status;
        EXPECT_EQ(status_in(client.rest()), forced  ? forced
                                            : local ? c.unix_status
                                                    : c.tcp_status)
            << (local ? "unix " : "tcp ") << c.method << ' ' << c.target << "\n"
            << with.line;
      }
    }
  }
}

TEST(Server, AFormNeverChangesAnything) {
  Running running(usual);
  Client client(running);
  const auto post = [&client](const char* target, const std::string& type, const std::string& body) {
    client.send(request("POST", target, type.empty() ? "" : "Content-Type: " + type + "\r\n", body));
    return client.answer();
  };
  EXPECT_EQ(status_in(post("/change", "application/json", "{\"a\":1}")), 200);
  EXPECT_EQ(status_in(post("/change", "", "")), 200);
  EXPECT_EQ(status_in(post("/change", "", "a=1")), 400);
  EXPECT_EQ(status_in(post("/change", "text/plain", "{}")), 400);
  EXPECT_EQ(status_in(post("/change", "application/x-www-form-urlencoded", "a=1")), 400);
  EXPECT_EQ(status_in(post("/change", "application/json", "{\"a\":")), 400);
  const std::string read = post("/read/1?q=0", "application/x-www-form-urlencoded", "q=a+b&q=%2B");
  EXPECT_NE(read.find("\"params\":[\"q=0\",\"q=a b\",\"q=+\"]"), std::string::npos) << read;
}

TEST(Server, HeadHasTheHeaderOfGetAndNoBody) {
  Running running(usual);
  Client client(running);
  client.send(request("GET", "/read/1", "Connection: close\r\n"));
  const std::string get = client.rest();
  Client second(running);
  second.send(request("HEAD", "/read/1", "Connection: close\r\n"));
  const std::string head = second.rest();
  EXPECT_EQ(head, get.substr(0, get.find("\r\n\r\n") + 4));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Running running(usual);
  Client client(running);
  std::string all;
  for (int i = 0; i < 500; ++i) all += request("GET", "/read/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 500; ++i)
    ASSERT_NE(client.answer().find("\"path\":\"/read/" + std::to_string(i) + "\""), std::string::npos) << i;
}

TEST(Server, AnswersAClientThatHasSentItsLastByte) {
  Running running(usual);
  Client client(running);
  client.send(request("GET", "/read/1"));
  client.end_sending();
  EXPECT_EQ(status_in(client.rest()), 200);
}

TEST(Server, RefusesMalformedRequestsAndCloses) {
  Running running(usual);
  Client client(running);
  client.send("NONSENSE\r\n\r\n" + request("GET", "/read/1"));
  const std::string answer = client.rest();
  EXPECT_EQ(status_in(answer), 400);
  EXPECT_EQ(answer.find("/read/1"), std::string::npos);
  EXPECT_EQ(running.counters().malformed, 1U);
  Client second(running);
  second.send(request("GET", "http://evil.example/read/1", "Connection: close\r\n"));
  EXPECT_EQ(status_in(second.rest()), 400);
}

TEST(Server, TellsAClientToContinue) {
  Running running(usual);
  Client client(running);
  client.send(
      "POST /change HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
      "Content-Length: 7\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{\"a\":1}");
  EXPECT_NE(client.answer().find("\"body\":{\"a\":1}"), std::string::npos);
}

TEST(Server, SendsLargeAnswersWhole) {
  Running running(usual);
  Client client(running);
  client.send(request("GET", "/big"));
  EXPECT_EQ(body_in(client.answer()).size(), size_t{8} << 20);
}

TEST(Server, AnswersAHandlerGivesLater) {
  std::atomic<int> asked = 0;
  base::Loop* loop = nullptr;
  Running running([&](Server& server) {
    server.handle("GET", "/later", Right::kRead, [&](const Request&, const Respond& respond) {
      ++asked;
      loop->after(base::millis(20), [respond] {
        respond(text("late but well\n"));
        respond(text("again\n"));  // only the first counts
      });
    });
  });
  loop = &running.loop();
  Client client(running);
  client.send(request("GET", "/later"));
  EXPECT_EQ(body_in(client.answer()), "late but well\n");
  client.send(request("GET", "/later"));
  EXPECT_EQ(body_in(client.answer()), "late but well\n");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(running.counters().dropped_answers, 2U);
}

}  // namespace
}  // namespace reeve::api
