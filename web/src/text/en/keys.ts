export const keys = {
  palette: "Search or go to a page",
  help: "Show this list",
  go: "Go to {{page}}",
  submit: "Start a job",
  drawer: "Show or hide the tasks",
} as const;
