import { useEffect, useRef } from "react";

const SEQUENCE_MS = 1000;
const TYPING = "input, textarea, select, [contenteditable=true], [role=dialog]";

/**
 * Do something at a key, or at two in a row such as "g j"; not while somebody types, and not
 * with a modifier, which is the browser's.
 */
export function useShortcut(keys: string, act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const wanted = keys.split(" ");
    let at = 0;
    let last = 0;
    const listen = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.timeStamp - last > SEQUENCE_MS) at = 0;
      last = event.timeStamp;
      at = event.key === wanted[at] ? at + 1 : event.key === wanted[0] ? 1 : 0;
      if (at < wanted.length) return;
      at = 0;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [keys]);
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest(TYPING) !== null;
}
