/** Until when the page may ask the appliance: from a sign-in to the sign-out. */
let asking = new AbortController();

/** Aborted by the sign-out: what is under way then ends, and nothing more is sent. */
export function whileSignedIn(): AbortSignal {
  return asking.signal;
}

export function stopAsking(): void {
  asking.abort();
}

export function askAgain(): void {
  if (asking.signal.aborted) asking = new AbortController();
}
