export const submit = {
  search: "Search by title or name",
  none: "No job type fits",
  noneHint: "Try another word. Types that you may not start are not listed.",
  destructive: "destroys",
} as const;
