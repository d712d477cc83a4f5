export const drawer = {
  title: "Tasks",
  running_one: "{{count}} running",
  running_other: "{{count}} running",
  waiting_one: "{{count}} waiting",
  waiting_other: "{{count}} waiting",
  idle: "Nothing is running",
  all: "All jobs",
} as const;
