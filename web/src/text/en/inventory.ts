export const inventory = {
  observed: "seen",
  stale: "Nobody keeps this fresh just now",
  refresh: "Read anew",
  refreshing: "It is being read anew.",
  empty: "Nothing here",
  emptyHint: "The appliance has none of these, or nobody has looked yet.",
  filter: "Filter these rows",
  lookup: "This table is read when it is asked with: {{filters}}.",
  table: "{{title}}, of {{subsystem}}",
  jobsOf: "Jobs for {{key}}",
  noTables: "This subsystem has no tables yet.",
} as const;
