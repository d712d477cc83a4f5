export const inventory = {
  observed: "seen",
  stale: "Not kept up to date just now",
  refresh: "Read again",
  refreshing: "It is being read again.",
  empty: "Nothing here",
  emptyHint: "The appliance has none of these, or nobody has looked yet.",
  filter: "Filter these rows",
  lookup: "This table is read when it is asked with: {{filters}}.",
  table: "{{title}}, of {{subsystem}}",
  jobsOf: "Jobs for {{key}}",
  noTables: "This subsystem has no tables yet.",
} as const;
