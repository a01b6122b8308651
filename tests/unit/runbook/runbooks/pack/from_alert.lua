-- Parameters that the alert brings.
return runbook {
  title = "From an alert",
  params = {
    label      = p.string { from = "alert.labels.job" },
    annotation = p.string { from = "alert.annotations.summary", default = "none" },
    field      = p.string { from = "alert.event.code", default = "none" },
    target     = p.string { from = "alert.target", match = "[%w/-]+", default = "none" },
    value      = p.number { from = "alert.value", default = -1 },
    plain      = p.string { default = "plain" },
  },
  dedup = "job:${label}",
}, function(run, a)
  run:note("${label} ${annotation} ${field} ${target} ${value} ${plain}")
  if run.alert then run:note(run.alert.labels.alertname .. " " .. tostring(run.alert.labels.job)) end
end
