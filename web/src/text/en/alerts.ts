export const alerts = {
  states: "Which alerts",
  state: { active: "Active", dismissed: "Dismissed", cleared: "Cleared" },
  none: {
    active: "All is well: no alert is active.",
    dismissed: "No alert is dismissed.",
    cleared: "No alert was cleared yet.",
  },
  level: { critical: "Critical", error: "Error", warning: "Warning", info: "Information" },
  times: "{{count}} times",
  job: "The job",
  dismiss: "Dismiss",
  dismissedBy: "dismissed by {{name}}",
  channels: "Where alerts go",
  noChannels:
    "Alerts are shown here only. Add e-mail or a webhook by the API: POST /api/v1/alert-channels.",
  off: "off",
  from: "from level {{level}}",
  test: "Send a test",
  testSent: "A test is on its way to {{name}}.",
} as const;
