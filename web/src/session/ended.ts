/** Tells whoever draws the sign-in dialog that the session has ended under an open page. */
const listeners = new Set<() => void>();

export function sessionEnded(): void {
  for (const listener of listeners) listener();
}

export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
