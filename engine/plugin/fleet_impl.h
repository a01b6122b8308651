/// \file
/// How do hosts, lanes and instances come together? The fleet behind the front door.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/broken.h"
#include "plugin/fences.h"
#include "plugin/host.h"
#include "plugin/instance.h"
#include "plugin/lane.h"
#include "plugin/plugin.h"
#include "plugin/preparation.h"

namespace reeve::plugin {

class FleetImpl : public Fleet {
 public:
  /// `spawner`: nullptr is the real one.
  FleetImpl(Search search, Ports ports, base::Loop& loop, base::Random& random,
            std::unique_ptr<child::Spawner> spawner = nullptr);
  ~FleetImpl() override;

  void search_in(std::vector<std::string> folders) override { search_.folders = std::move(folders); }
  void prepare(std::vector<InstanceConfig> wanted, std::function<void(base::Status)> done) override;
  void apply() override;
  void stop(std::function<void()> done) override;
  std::vector<InstanceConfig> instances() const override;
  const Manifest* manifest(const std::string& instance) const override;
  const Manifest* prepared_manifest(const std::string& instance) const override;
  const model::ActionSpec* action(const std::string& instance, const std::string& name) const override;
  void collect(const std::string& instance, base::Duration deadline,
               std::function<void(base::Result<model::Batch>)> done) override;
  void plan(Call call, std::function<void(base::Result<model::Plan>)> done) override;
  void invoke(Call call, std::string key, std::string baseline, model::Fence fence,
              std::function<void(base::Result<InvokeReply>)> done) override;
  void probe(Call call, std::string key, std::string baseline,
             std::function<void(base::Result<model::ProbeAnswer>)> done) override;
  model::Value status() const override;

 private:
  void on_prepared(std::vector<Prepared> prepared);
  /// May the rest run without it?
  bool tolerated(const Prepared& one) const;
  Instance* find(const std::string& id) const;
  /// Why there is none: broken, or not configured.
  base::Error no_instance(const std::string& id) const;
  void add(const Prepared& prepared);
  void open(base::Handle instance);
  void add_lane(base::Handle instance, LaneKind kind);
  base::Handle host_for(const Prepared& prepared);
  void on_instance_closed(base::Handle instance);
  void release_hosts();
  void on_host_stopped(base::Handle host);
  void check_stopped();
  void on_stop_late();
  void each_lane_of(base::Handle host, const std::function<void(base::Handle, Lane&)>& f) const;
  void on_host_state(base::Handle host, StateChange::What what, const std::string& detail, int consecutive);
  void on_host_event(base::Handle host, uint64_t number, Told event);
  std::vector<base::Handle> instances_of(base::Handle host) const;
  bool fenced(const std::string& instance, const model::Fence& fence);
  /// The call checked against the manifest, or its error.
  base::Result<Request> request_of(Ask ask, const Call& call) const;

  Search search_;
  Ports ports_;
  base::Loop& loop_;
  base::Random& random_;
  std::unique_ptr<child::Spawner> spawner_;
  Surroundings around_;
  base::Live<Host> hosts_;
  base::Live<Lane> lanes_;
  base::Live<Instance> instances_;
  struct Slot {
    base::Handle now;
    std::vector<base::Handle> before;  ///< being closed; `now` is opened when they are gone
  };
  std::map<std::string, Slot> slots_;
  std::unique_ptr<Preparation> preparation_;
  std::function<void(base::Status)> on_ready_;
  std::vector<Prepared> prepared_;  ///< by the last prepare(), good or not
  bool ready_ = false;              ///< they are good, and not yet applied
  bool applied_ = false;            ///< once, ever
  Broken broken_;
  std::map<std::string, Fences> fences_;  ///< exec: by instance
  std::function<void()> stopped_;
  bool stopping_ = false;
  base::Loop::Id stop_timer_ = 0;
};

}  // namespace reeve::plugin
