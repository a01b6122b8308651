// `reeve demo`: the whole engine on a real patient, in under a minute. No Docker, no root, no configuration.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "api/sockets.h"
#include "app/demo_story.h"
#include "app/engine.h"
#include "app/serve.h"

namespace reeve::app {

namespace fs = std::filesystem;

namespace {
int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int port = 0;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    port = ntohs(address.sin_port);
  close(fd);
  return port;
}

constexpr const char* kConfig = R"(# The demo's embedded default: what an operator would write in reeve.yaml.
plugins:
  - proc: { name: shop, every: 1s, pidfile: "@FOLDER@/shop.pid", start: ["@REEVE@", demo-service, --port, "@PORT@", --pidfile, "@FOLDER@/shop.pid"] }
  - http: { name: shop, every: 500ms, timeout: 400ms, url: "http://127.0.0.1:@PORT@/" }
packs:
  - proc: auto
rules: [rules]
evaluation_interval: 500ms
safety: { reason: "a demo in which one service breaks twice within a minute", cool_down: 1s, hold: 1s }
)";

constexpr const char* kRules = R"(groups:
  - name: shop
    rules:
      - alert: ShopHangs
        expr: probe_success{job="http"} == 0
        for: 1s
        labels: { severity: critical }
        annotations: { summary: "the shop does not answer" }
        run: { runbook: proc/restart_process, with: { instance: "{{ $labels.instance }}" }, mode: auto, verify: { within: 20s, hold: 1s } }
)";

std::string filled(std::string text, const std::string& mark, const std::string& with) {
  for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += with.size())
    text.replace(at, mark.size(), with);
  return text;
}

/// The demo's folder: state, rules, the patient's pid file.
struct Stage {
  std::string folder;
  int port = 0;
  std::string config;

  pid_t patient() const {
    pid_t pid = 0;
    std::ifstream(folder + "/shop.pid") >> pid;
    return pid;
  }
};

base::Result<Stage> set_up(const std::string& state) {
  Stage stage;
  if (state.empty()) {
    std::string pattern = (fs::temp_directory_path() / "reeve-demo-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      return base::Error{base::Fault::kUnavailable, "cannot make a folder below " + pattern};
    stage.folder = pattern;
  } else {
    stage.folder = fs::absolute(state).string();
  }
  std::error_code error;
  fs::create_directories(stage.folder + "/rules", error);
  std::ofstream(stage.folder + "/rules/shop.yaml") << kRules;
  stage.port = free_port();
  const std::string self = fs::read_symlink("/proc/self/exe", error).string();
  stage.config =
      filled(filled(filled(kConfig, "@FOLDER@", stage.folder), "@PORT@", std::to_string(stage.port)), "@REEVE@", self);
  std::ofstream(stage.folder + "/reeve.yaml") << stage.config;
  if (error || stage.port == 0)
    return base::Error{base::Fault::kUnavailable, "cannot set up the demo in " + stage.folder};
  return stage;
}

bool start_patient(const Stage& stage) {
  std::error_code error;
  const std::string self = fs::read_symlink("/proc/self/exe", error).string();
  const std::string port = std::to_string(stage.port), pidfile = stage.folder + "/shop.pid";
  std::vector<const char*> argv{self.c_str(), "demo-service",  "--port", port.c_str(),
                                "--pidfile",  pidfile.c_str(), nullptr};
  return spawn_detached(argv);
}
}  // namespace

int demo(const cli::DemoOptions& options, const std::string& version, std::ostream& out) {
  base::set_log(base::Level::kError, base::LogFormat::kLogfmt);
  const auto stage = set_up(options.state);
  if (!stage.ok()) {
    std::cerr << stage.error().text << "\n";
    return cli::kFailure;
  }
  if (!start_patient(*stage)) {
    std::cerr << "the demo's service cannot be started\n";
    return cli::kFailure;
  }
  Engine* engine = nullptr;
  DemoStory story({[&] { return stage->patient(); }, [&] { engine->stop("the demo is over"); }, options.stay}, out);
  EngineSettings settings;
  settings.places = find_places();
  settings.source = config_of_file(stage->folder + "/reeve.yaml", settings.places);
  settings.state = stage->folder + "/state";
  settings.listen = options.stay ? "" : api::kNoTcp;
  settings.version = version;
  settings.on_entry = [&](const model::Entry& entry) { story.on_entry(entry); };
  settings.on_started = [&](const base::Status& status) { story.on_started(status, engine->loop(), stage->port); };
  Engine made(std::move(settings));
  engine = &made;
  const int ran = made.run();
  if (const pid_t patient = stage->patient(); patient > 0) kill(patient, SIGKILL);
  if (ran != 0 || !story.healed_twice()) {
    out << "\nThe demo did not reach its end; its folder is " << stage->folder << "\n";
    return cli::kFailure;
  }
  return prove(stage->folder + "/state", out);
}

}  // namespace reeve::app
