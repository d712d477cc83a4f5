export const nav = {
  dashboard: "Dashboard",
  jobs: "Jobs",
  schedules: "Schedules",
  storage: "Storage",
  tape: "Tape",
  backup: "Backup",
  alerts: "Alerts",
  system: "System",
  accounts: "Accounts",
} as const;
