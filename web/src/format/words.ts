/** A name of the API as people read it: "cancel_requested" → "cancel requested". */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** The same with a capital: headings and columns. */
export function title(name: string): string {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The end of an id: enough to tell two jobs apart; UUIDv7 all begin alike. */
export function short(id: string): string {
  return id.slice(-8);
}
