export const state = {
  waiting: "Waiting",
  queued: "Queued",
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  lost: "Lost",
  cancelling: "Cancelling",
  warned: "With warnings",
} as const;
