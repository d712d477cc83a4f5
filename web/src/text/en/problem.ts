export const problem = {
  title: "Something went wrong",
  unreachable: "The appliance does not answer",
  unreachableDetail:
    "The request reached nobody. Look whether this device is online and the appliance is running; nothing was changed.",
  noJson: "The answer had the status {{status}} and said nothing more. Try again in a moment.",
  holder: "Show the job in the way",
  trace: "Stands in the server's log as {{id}}.",
  broken: "This page failed",
  brokenDetail:
    "The rest still works. Load the page again; if it fails again, tell us what it says here.",
  reload: "Load again",
  notFound: "There is no such page",
  notFoundDetail: "The address may be old or mistyped.",
  home: "To the dashboard",
} as const;
