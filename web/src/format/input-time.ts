/** Between the API's instants and what <input type="datetime-local"> holds, in the person's zone. */

/** An instant as the input shows it; "" for none. */
export function localInput(instant: string): string {
  if (instant === "") return "";
  const at = new Date(instant);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** What the input holds as an instant; "" for none. */
export function ofLocalInput(text: string): string {
  return text === "" ? "" : new Date(text).toISOString();
}
