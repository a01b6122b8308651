// The rules that every engine has, whatever its files say.
#include "rule/rule.h"

namespace reeve::rule {

namespace {
constexpr const char* kText = R"(groups:
  - name: reeve
    rules:
      - alert: CollectorDown
        expr: up == 0
        for: 30s
        absent: keep
        labels: { severity: warning }
        annotations:
          summary: "{{ $labels.job }}/{{ $labels.instance }} cannot be read"
          description: "Every collect has failed for 30 seconds: what it watches is not seen."
      - alert: PluginFailing
        on: plugin.crashed
        by: [job, instance]
        until: plugin.recovered
        keep: 15m
        labels: { severity: warning }
        annotations:
          summary: "plugin {{ $labels.job }} crashed: {{ $labels.detail }}"
      - alert: PluginHanging
        on: plugin.hung
        by: [job, instance]
        until: plugin.recovered
        keep: 15m
        labels: { severity: warning }
        annotations:
          summary: "plugin {{ $labels.job }} hung and was killed: {{ $labels.detail }}"
      - alert: PluginFlooding
        on: plugin.flooded
        by: [job, instance]
        until: plugin.recovered
        keep: 15m
        labels: { severity: warning }
        annotations:
          summary: "plugin {{ $labels.job }} floods: {{ $labels.detail }}"
      - alert: PluginQuarantined
        on: plugin.quarantined
        by: [job, instance]
        until: plugin.recovered
        labels: { severity: critical }
        annotations:
          summary: "plugin {{ $labels.job }} is quarantined: {{ $labels.detail }}"
          description: "It failed too often and is not started again so soon; nothing of it is watched or acted on."
)";
}  // namespace

RuleSet builtin_rules(base::Duration default_interval) {
  auto set = read(kText, "builtin", default_interval);
  REEVE_ASSERT(set.ok());
  return *std::move(set);
}

}  // namespace reeve::rule
