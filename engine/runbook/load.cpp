// Every runbook below some folders, declared one after the other in a worker.
#include <algorithm>

#include "runbook/bundle.h"
#include "runbook/excerpt.h"
#include "runbook/library.h"

namespace reeve::runbook {

using base::Result;

namespace {
using OnLoaded = std::function<void(Result<std::shared_ptr<const Library>>)>;

/// One load. Keeps itself alive until its answer is given: the pool's callbacks hold it.
class Loading {
 public:
  Loading(child::Spawner& spawner, base::Loop& loop, OnLoaded done)
      : loop_(loop),
        pool_(script::make_pool({}, spawner, loop, base::system_random(), nullptr)),
        done_(std::move(done)) {}

  static void begin(std::shared_ptr<Loading> self, const std::vector<std::string>& folders) {
    const auto sources = find_sources(folders);
    if (!sources.ok()) {
      self->problems_.push_back(sources.error().text);
    } else {
      for (const Source& source : *sources) self->take(self, source);
    }
    if (self->open_ == 0) self->loop_.post([self] { self->end(); });
  }

 private:
  void take(const std::shared_ptr<Loading>& self, const Source& source) {
    auto bundle = make_bundle(source);
    if (!bundle.ok()) {
      problems_.push_back(bundle.error().text);
      return;
    }
    ++open_;
    const std::string bytes = bundle->to_bytes();
    pool_->declare(bytes, [self, source, bundle = std::move(*bundle)](Result<script::Declared> declared) {
      self->on_declared(self, source, bundle, declared);
    });
  }

  void on_declared(const std::shared_ptr<Loading>& self, const Source& source, const script::Bundle& bundle,
                   const Result<script::Declared>& declared) {
    if (!declared.ok()) {
      problems_.push_back(with_paths(declared.error().text, source));
    } else if (auto runbook = read_runbook(source, bundle, *declared); runbook.ok()) {
      for (model::Value use : declared->uses.as_list()) {
        const std::string file = use["file"].as_string();
        runbook->uses.push(std::move(use.set("file", source.folder + "/" + file)));
      }
      library_->put(std::move(*runbook));
    } else {
      problems_.push_back(runbook.error().text);
    }
    // In a turn of its own: the answer may let go of the pool, whose callback this is.
    if (--open_ == 0) loop_.post([self] { self->end(); });
  }

  void end() {
    const OnLoaded done = std::exchange(done_, nullptr);
    pool_.reset();
    for (std::string& problem : problems_) problem = with_excerpts(problem);
    std::sort(problems_.begin(), problems_.end());
    if (problems_.empty()) return done(std::shared_ptr<const Library>(library_));
    done(base::invalid(base::join(problems_, "\n")));
  }

  base::Loop& loop_;
  std::unique_ptr<script::Pool> pool_;
  std::shared_ptr<Shelf> library_ = std::make_shared<Shelf>();
  std::vector<std::string> problems_;
  size_t open_ = 0;
  OnLoaded done_;
};
}  // namespace

void load(const std::vector<std::string>& folders, child::Spawner& spawner, base::Loop& loop, OnLoaded done) {
  Loading::begin(std::make_shared<Loading>(spawner, loop, std::move(done)), folders);
}

}  // namespace reeve::runbook
